"""Sentences in which a quantity is set as what it is."""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.safestring import SafeString

NAME = re.compile(r"\b([ahcWUb])_(prev|in|hn|[ifgorzn])\b")


def with_letters(text: str) -> SafeString:
    """A sentence in which c_prev and a_f are set as what they are. The text is escaped first."""
    return SafeString(NAME.sub(r"<i>\1</i><sub>\2</sub>", escape(text)))
