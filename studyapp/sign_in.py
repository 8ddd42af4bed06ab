"""What the log-in brake (axes) counts by."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def login_name(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str | None:
    """The name somebody tried: our form calls it `login`, Django's admin `username`, and an e-mail address will do."""
    given = credentials or {}
    posted = request.POST if request is not None else {}
    for source in (given, posted):
        for field in ("login", "username", "email"):
            if value := source.get(field):
                return str(value).strip().lower()
    return None
