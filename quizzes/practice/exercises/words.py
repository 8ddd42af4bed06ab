"""Sentences in which a quantity is set as what it is."""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.safestring import SafeString

from quizzes.items.specification import quantity

NAME = re.compile(r"\b([ahcWUb])_(prev|in|hn|[ifgorzn])\b")


def shown_name(name: str, steps: int) -> str:
    """The name as the page says it: where there is one step only, its number says nothing."""
    return name if steps > 1 else quantity(name)


def is_word(name: str) -> bool:
    """Whether it is a word, as "count" is, and no letter with something below."""
    letter = name.partition("@")[0].partition("_")[0].removeprefix("d")
    return len(letter) > 1 and letter != "tanh"


def with_letters(text: str) -> SafeString:
    """A sentence in which c_prev and a_f are set as what they are. The text is escaped first."""
    return SafeString(NAME.sub(r"<i>\1</i><sub>\2</sub>", escape(text)))
