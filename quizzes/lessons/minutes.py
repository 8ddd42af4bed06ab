"""How long a text takes to read, reckoned from its words and its formulas. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORDS_A_MINUTE = 180
SECONDS_A_FORMULA = 20  # for each line of a formula of its own: it is read twice, and compared with the numbers

_BLOCK = re.compile(r"^```formula\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"\$[^$\n]+\$")
_HREF = re.compile(r"\]\([^)\s]*\)")
_WORD = re.compile(r"\w(?:[\w’'.,-]*\w)?")


def minutes(texts: Iterable[str]) -> int:
    """Whole minutes for these texts together, at least one."""
    return max(1, round(sum(map(seconds, texts)) / 60))


def seconds(text: str) -> float:
    """A formula in the line counts as one word; the spoken line of a formula's block is part of its time."""
    blocks = _BLOCK.findall(text)
    lines = sum(1 for block in blocks for line in block.splitlines() if line and not line.startswith("words:"))
    prose = _HREF.sub("]", _INLINE.sub(" formula ", _BLOCK.sub("", text)))
    return len(_WORD.findall(prose)) * 60 / WORDS_A_MINUTE + lines * SECONDS_A_FORMULA
