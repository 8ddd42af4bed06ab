"""The entries of a query, read one by one; whatever is wrong with them is told in words. Pure.

An array is written row by row: `,` between columns, `;` between rows, or blanks between all; decimal commas are
understood where they are clear (`lists`). The hidden fields of a form have `_` and `*` in place of these, which an
address carries as they are; nobody types them, so in an address without a form they part nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from quizzes.items.reading import read_number
from quizzes.lessons import lists

type Query = Mapping[str, Sequence[str]]
type Shape = tuple[int, int]

LARGEST = 100.0
DECIMALS = 4
SHOWN = 24  # characters of a bad entry that are quoted
CALLED = {"open": "gate", "line": "equation", "made": "extent of the slip"}  # names of an address as people say them

_HIDDEN = re.compile(r"[_*]")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one entry, as half a sentence, and which field of the form holds it: "x-1-1", "size-H"."""

    field: str
    said: str


class Entries:
    """What was sent by name. `faults` gathers every fault met on the way."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.faults: list[Fault] = []

    @property
    def is_form(self) -> bool:
        return bool(self.last("was"))

    def fault(self, field: str, said: str) -> None:
        self.faults.append(Fault(field, said))

    def last(self, name: str) -> str:
        values = self.query.get(name, ())
        return values[-1].strip() if values else ""

    def whole(self, name: str, usual: int, largest: int, least: int = 1) -> int:
        typed = self.last(name)
        if not typed:
            return usual
        if not re.fullmatch(r"[0-9]{1,9}", typed) or not least <= int(typed) <= largest:
            needed = f"it needs a whole number from {least} to {largest}"
            title = name if len(name) == 1 else f"the {name}"
            self.fault(f"size-{name}", f"{title} is “{typed[:SHOWN]}”; {needed}")
            return usual
        return int(typed)

    def choice(self, name: str, usual: str, choices: Sequence[str] | Mapping[str, object]) -> str:
        """One of the names there are; the first thing meant where nothing is said."""
        typed = self.last(name) or usual
        if typed in choices:
            return typed
        needed = f"known are: {', '.join(choices)}"
        self.fault(name, f"the {CALLED.get(name, name)} “{typed[:SHOWN]}” is not known here; {needed}")
        return usual

    def array(self, name: str, shape: Shape) -> dict[tuple[int, int], float]:
        """The numbers of one array by their places; none where nothing was sent."""
        try:
            typed = self._typed(name, shape)
        except lists.Unclear as unclear:
            self.fault(name, f"in {name}, {unclear}")
            return {}
        if typed is None:
            return {}
        if len(typed) != prod(shape):
            self.fault(name, f"{name} needs {_needed(name, shape)}; {_found(typed)}")
            return {}
        return {divmod(k, shape[1]): self._number(name, k, each, shape) for k, each in enumerate(typed)}

    def _typed(self, name: str, shape: Shape) -> list[str] | None:
        """The entries as they were sent: one value each from a form, or all in one value of a written address."""
        values = list(self.query.get(name, ()))
        if len(values) == 1 and prod(shape) > 1:
            is_hidden = self.is_form and _HIDDEN.search(values[0])
            return _HIDDEN.split(values[0]) if is_hidden else lists.array(values[0], shape[1], prod(shape))
        return values or None

    def _number(self, name: str, k: int, typed: str, shape: Shape) -> float:
        reading = read_number(typed)
        row, column = divmod(k, shape[1])
        field = f"{name}-{row + 1}-{column + 1}"
        if reading.value is None:
            found = f"is “{typed[:SHOWN]}”" if typed.strip() else "is empty"
            self.fault(field, f"{_place(name, k, shape)} {found}; it needs a number such as −0.4")
        elif abs(reading.value) > LARGEST:
            self.fault(field, f"{_place(name, k, shape)} is “{typed[:SHOWN]}”; it needs to be from −100 to 100")
        else:
            return round(reading.value, DECIMALS) + 0.0
        return 0.0


def fault_of_rows(rows: Sequence[Sequence[str]], D: int, most: int) -> str:
    """What is wrong with the lengths of a typed sequence, as half a sentence; nothing where it is as long as needed."""
    if len(rows) > most:
        return f"the sequence has {len(rows)} steps; it needs 1 to {most}"
    for step, row in enumerate(rows, 1):
        if len(row) != D:
            found = f"{len(row)} number{'s' if len(row) > 1 else ''}"
            return f"the sequence has {found} at step {step}; it needs {D} for each of 1 to {most} steps"
    return ""


def sentence(faults: Sequence[Fault], most: int = 3) -> str:
    """The first faults in one sentence, with how many more there are."""
    more = len(faults) - most
    said = "; ".join(fault.said for fault in faults[:most]) + (f"; and {more} more" if more > 0 else "")
    is_symbol = said[1:2] in " _0"  # x is another thing than X
    return f"{said if is_symbol else said[:1].upper() + said[1:]}."


def _needed(name: str, shape: Shape) -> str:
    """How many numbers an array takes, for a sentence: "2 numbers, one for each step"."""
    rows, columns = shape
    down, across = "step" if name == "x" else "unit", "input" if name[0] in "xW" else "unit"
    if rows * columns == 1:
        return "one number"
    if columns == 1 or rows == 1:
        return f"{rows * columns} numbers, one for each {down if columns == 1 else across}"
    return f"{rows * columns} numbers, {columns} for each {down}"


def _found(typed: list[str]) -> str:
    """What came in their place: what is no number at all, else how many there are."""
    if not any(typed):
        return "there is none"
    strange = next((each for each in typed if read_number(each).value is None), None)
    if strange:
        return f"“{strange[:SHOWN]}” is not a number"
    if len(typed) > 1:
        return f"there are {len(typed)}"
    return "there is only one" + (
        f", “{typed[0][:SHOWN]}” with a decimal comma (“;” parts two)" if "," in typed[0] else ""
    )


def _place(name: str, k: int, shape: Shape) -> str:
    """Where an entry stands, for a sentence: "x at step 2", "W_f in row 1, column 2", "b_f of unit 2"."""
    rows, columns = shape
    row, column = divmod(k, columns)
    if name == "x":
        return f"x at step {row + 1}" + (f", input {column + 1}" if columns > 1 else "")
    if rows * columns == 1:
        return name
    if name[0] in "WU":
        return f"{name} in row {row + 1}, column {column + 1}"
    return f"{name} of unit {column + 1}"
