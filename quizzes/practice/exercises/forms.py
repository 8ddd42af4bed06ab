"""What the form of a taking sends, put into the words of the service. What stands in a field is read by marking."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import QueryDict

from quizzes.errors import Refused
from quizzes.items.reading import MOST_ENTRIES, MOST_KEPT, printable

HIDDEN = {"csrfmiddlewaretoken", "submission_id", "seq", "hint"}
FIELD = re.compile(r"([a-z]\w{0,20}?)(?:-([0-9]{1,3}))?(_meant)?")


class CheckForm(forms.Form):
    """A field is named as the quantity it asks for, "c-1" for c@1; a vector has the same name once an entry."""

    submission_id = forms.UUIDField()
    seq = forms.IntegerField(min_value=1)

    def __init__(self, posted: QueryDict) -> None:
        super().__init__(posted)
        self.answers: dict[str, list[str]] = {}
        self.meant: dict[str, str] = {}
        for field in posted:
            match = FIELD.fullmatch(field)
            if field in HIDDEN or match is None:
                continue
            is_meant, name = match[3], _named(match)
            if is_meant:
                self.meant[name] = printable(str(posted[field])[:MOST_KEPT])
            else:
                self.answers[name] = [printable(text[:MOST_KEPT]) for text in posted.getlist(field)[:MOST_ENTRIES]]

    @property
    def hint_for(self) -> str:
        """The step that a hint is asked for."""
        match = FIELD.fullmatch(str(self.data.get("hint", "")))
        return _named(match) if match else ""

    def sent(self) -> dict[str, Any]:
        """The arguments of `record`. Raises Refused when the hidden fields are not those of our form."""
        if not self.is_valid():
            raise Refused(
                "bad_form", "This form is not the one we gave out.", "Load the page again and check once more."
            )
        return {**self.cleaned_data, "answers": self.answers, "meant": self.meant}


def _named(match: re.Match[str]) -> str:
    """ "c-1" → "c@1"."""
    return f"{match[1]}@{match[2]}" if match[2] else match[1]
