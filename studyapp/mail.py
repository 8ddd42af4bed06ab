"""Mail without a mail server: each letter as a text file that a person can read and copy a link from."""

from __future__ import annotations

from typing import Any

from django.core.mail.backends.filebased import EmailBackend


class ReadableFiles(EmailBackend):
    """Django's file backend writes the encoded message, in which a long link is broken by "=" at the line's end."""

    def write_message(self, message: Any) -> None:
        head = [f"From: {message.from_email}", f"To: {', '.join(message.to)}", f"Subject: {message.subject}"]
        self.stream.write(("\n".join([*head, "", message.body, "-" * 79]) + "\n").encode())  # type: ignore[arg-type]  # the stream is a binary file
