"""Several numbers as people type them: what parts two of them, and what is a decimal comma. Pure.

One reading for every field and every address: `;` and a new line end a row; blanks part numbers, and so does a comma
with a blank beside it. A comma between two digits is a decimal comma where each row is one number (0,9 is nine tenths);
in a row of several it is one where that alone gives as many numbers as the row needs, else it parts two. What could be
read in two ways is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_PARTING = r"\s*,\s+|\s+,\s*|\s+"
_NUMBERS = re.compile(_PARTING)
_NUMBERS_OF_ROWS = re.compile(rf"\s*;\s*|{_PARTING}")
_COLUMNS = re.compile(r"\s*,\s*|\s+")
_COLUMNS_OF_ROWS = re.compile(r"\s*[,;]\s*|\s+")
_DECIMAL_COMMA = re.compile(r"[^\d,]?\d*,\d+(?:[eE][+-]?\d+)?(?:/\d+)?")
_NO_WHOLE_NUMBER = re.compile(r"[^\d,]?\d*,0\d+")  # 0,05: nobody writes 5 as 05
_SHOWN = 24


class Unclear(ValueError):
    """A text that can be read as two lists. The message is half a sentence: it quotes, and says what to write."""


def column(text: str, needed: int = 0) -> list[str]:
    """Rows of one number each. `needed` is how many there have to be, where that is known. Raises: Unclear."""
    return [number for word in _NUMBERS_OF_ROWS.split(_bare(text)) for number in _apart(word, needed)]


def rows(text: str, columns: int) -> list[list[str]]:
    """Rows of `columns` numbers, as many as there are; whether each has as many is looked at by who asks.

    A single line that holds several rows is cut into them, where blanks alone part its numbers. Raises: Unclear.
    """
    if columns == 1:
        return [[number] for number in column(text)]
    lines = [_bare(line) for line in re.split(r"[;\n]", text) if line.strip()]
    loose = [_NUMBERS.split(line) for line in lines]
    if all(len(row) == columns for row in loose):
        return loose
    if len(loose) == 1 and len(loose[0]) % columns == 0 and "," not in "".join(loose[0]):
        return [loose[0][k : k + columns] for k in range(0, len(loose[0]), columns)]
    _check_whole(word for row in loose for word in row)
    return [_COLUMNS.split(line) for line in lines]


def array(text: str, columns: int, needed: int) -> list[str]:
    """The numbers of an array, row by row; whether there are as many as needed is for who asks. Raises: Unclear."""
    if columns == 1:
        return column(text, needed)
    loose = _NUMBERS_OF_ROWS.split(_bare(text))
    if len(loose) == needed:
        return loose
    _check_whole(loose)
    return _COLUMNS_OF_ROWS.split(_bare(text))


def _bare(text: str) -> str:
    """Without what ends a list that goes on nowhere: "1, 2," is two numbers."""
    return text.strip().rstrip(",;").strip()


def _apart(word: str, needed: int) -> list[str]:
    """One number, with a decimal comma too; several where more commas or a point rule that out."""
    if _DECIMAL_COMMA.fullmatch(word):
        return [word]
    parts = word.split(",")
    pairs = [",".join(pair) for pair in zip(parts[::2], parts[1::2], strict=False)]
    if len(parts) % 2 == 0 and len(parts) != needed and all(map(_DECIMAL_COMMA.fullmatch, pairs)):
        raise Unclear(
            f"“{_short(word)}” can be {len(pairs)} numbers with decimal commas, or {len(parts)} without; "
            "write “;” between numbers"
        )
    return parts


def _check_whole(words: Iterable[str]) -> None:
    """Where commas part columns, what follows one has to look like a number of its own. Raises: Unclear."""
    for word in words:
        if _NO_WHOLE_NUMBER.fullmatch(word):
            raise Unclear(f"“{_short(word)}” looks like one number; write blanks between numbers")


def _short(word: str) -> str:
    return word if len(word) <= _SHOWN else f"{word[:_SHOWN]}…"
