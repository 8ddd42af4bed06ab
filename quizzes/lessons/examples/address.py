"""A worked example as an address and back: the whole state stands in the query. Pure.

    /examples/lstm/?convention=pytorch&D=1&H=1&T=2&x=0.9;-0.4&h0=-0.7&c0=1.3&W_i=-1.7&...&step=2

A matrix is written row by row, `,` between columns and `;` between rows. A form sends the same name once for each entry
and, in `was`, the sizes and the convention of its fields: so the numbers keep their places when one of these changes.
What is left out has a usual value (`usual`). Numbers are kept to four decimals, so that every view shows what was
computed with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import sim
from quizzes.errors import NotFound, Refused
from quizzes.items.reading import read_number
from quizzes.lessons.examples.usual import CONVENTIONS, usual_number, usual_sizes

type Rows = tuple[tuple[float, ...], ...]
type Query = Mapping[str, Sequence[str]]

LARGEST = 100.0
DECIMALS = 4
LARGEST_SIZES = {"D": 4, "H": 4, "T": 5}
LONGEST = 8_000  # characters of a query; the largest example needs about 1 500
_SHOWN = 24  # characters of a bad entry that are quoted


@dataclass(frozen=True)
class Example:
    """One cell with its numbers. `numbers["W_f"]` has a row for each unit; of a vector (b, h0, c0) there is one row."""

    cell: str
    convention: str
    D: int
    H: int
    T: int
    numbers: Mapping[str, Rows]
    step: int = 1
    unit: int = 1  # whose values the diagram shows

    @property
    def sizes(self) -> dict[str, int]:
        return {"D": self.D, "H": self.H, "T": self.T}

    @property
    def declared(self) -> sim.Cell:
        return sim.cell(self.cell, self.convention)


def read(cell: str, query: Query) -> Example:
    """The example an address names. Raises: NotFound for an unknown cell, Refused with all faults in one sentence."""
    if cell not in CONVENTIONS:
        there = _listed(CONVENTIONS)
        raise NotFound("no_cell", f"There is no worked example of “{cell[:_SHOWN]}”.", f"There are: {there}.")
    if sum(len(name) + sum(map(len, values)) for name, values in query.items()) > LONGEST:
        raise Refused("address_too_long", f"This address has more than {LONGEST} characters.", _SHORTER)
    reader = _Reader(cell, query)
    example = reader.example()
    if reader.faults:
        raise Refused("bad_example", f"{_sentence(reader.faults)}.", "Nothing was recomputed.")
    return example


def usual(cell: str, convention: str = "", **sizes: int) -> Example:
    """The example shown where the address says nothing: `usual("lstm")`."""
    asked = {"convention": [convention]} | {name: [str(size)] for name, size in sizes.items()}
    return read(cell, asked)


def query(example: Example) -> str:
    """The canonical query of an example: `read` gives it back, digit for digit."""
    pairs: list[tuple[str, str]] = [("convention", example.convention)]
    pairs += [(name, str(size)) for name, size in example.sizes.items()]
    pairs += [(name, written(rows)) for name, rows in example.numbers.items()]
    pairs += [(name, str(place)) for name, place in (("step", example.step), ("unit", example.unit)) if place != 1]
    return urlencode(pairs, safe=",;")


def written(rows: Rows) -> str:
    return ";".join(",".join(map(number_text, row)) for row in rows)


def number_text(number: float) -> str:
    """As short as it can be typed: 0.9, -1.25, 2."""
    return f"{number + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")


def form_of(example: Example) -> str:
    """What a form sends as `was`: how its fields are to be read."""
    return f"{example.D}.{example.H}.{example.T}.{example.convention}"


def in_convention(example: Example, convention: str) -> Example:
    """The same numbers read by another convention.

    A GRU's candidate has two biases where the reset gate acts after the product, one where it acts before: the two are
    added on the way there, and the one becomes b_in, beside a b_hn of 0, on the way back.
    """
    other = replace(example, convention=convention)
    numbers = dict(example.numbers)
    if "b_hn" in numbers:
        numbers["b_n"] = (tuple(map(_sum, numbers["b_in"][0], numbers["b_hn"][0])),)
    elif "b_n" in numbers:
        numbers |= {"b_in": numbers["b_n"], "b_hn": ((0.0,) * example.H,)}
    return replace(other, numbers={name: numbers[name] for name in shapes(other)})


def _sum(left: float, right: float) -> float:
    return round(left + right, DECIMALS) + 0.0


def shapes(example: Example) -> dict[str, tuple[int, int]]:
    """The arrays of an example in the order of the address, as (rows, columns)."""
    return _shapes(example.declared, example.sizes)


def _shapes(cell: sim.Cell, sizes: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    found = {"x": (sizes["T"], sizes["D"])} | {f"{state}0": (1, sizes["H"]) for state in cell.states}
    for name in cell.parameters:
        shape = cell.shape(name, sizes["D"], sizes["H"])
        found[name] = (shape[0], shape[1]) if len(shape) == 2 else (1, shape[0])
    return found


_SHORTER = "Start again from one of the examples."


def _listed(names: Sequence[str] | Mapping[str, object]) -> str:
    return ", ".join(names)


def _sentence(faults: list[str], most: int = 3) -> str:
    """The first faults in one sentence, with how many more there are."""
    more = len(faults) - most
    return "; ".join(faults[:most]) + (f"; and {more} more" if more > 0 else "")


class _Reader:
    """Reads one address and notes every fault on the way."""

    def __init__(self, cell: str, query: Query) -> None:
        self.cell, self.query = cell, query
        self.faults: list[str] = []

    def example(self) -> Example:
        convention = self._convention()
        sizes = {name: self._whole(name, size, LARGEST_SIZES[name]) for name, size in usual_sizes(self.cell).items()}
        if self.faults:  # no table is laid out for sizes that are refused
            return Example(self.cell, convention, **sizes, numbers={})
        were, used = self._before(sizes, convention)
        declared = sim.cell(self.cell, used)
        now, before = _shapes(declared, sizes), _shapes(declared, were)
        numbers = {name: self._rows(name, now[name], before[name]) for name in now}
        places = {name: self._place(name, sizes[size], were[size]) for name, size in (("step", "T"), ("unit", "H"))}
        example = Example(self.cell, used, **sizes, numbers=numbers, **places)
        return example if used == convention else in_convention(example, convention)

    def _convention(self) -> str:
        first = next(iter(CONVENTIONS[self.cell]))
        convention = self._last("convention") or first
        if convention not in CONVENTIONS[self.cell]:
            there = _listed(CONVENTIONS[self.cell])
            self.faults.append(f"the convention “{convention[:_SHOWN]}” is not known here; known are: {there}")
            return first
        return convention

    def _place(self, name: str, last: int, last_before: int) -> int:
        """The step or the unit looked at: moved along where there are fewer of them than there were."""
        return min(self._whole(name, 1, max(last, last_before)), last)

    def _whole(self, name: str, usual: int, largest: int) -> int:
        typed = self._last(name)
        if not typed:
            return usual
        if not re.fullmatch(r"[0-9]{1,9}", typed) or not 1 <= int(typed) <= largest:
            self.faults.append(f"{name} is “{typed[:_SHOWN]}”; it needs a whole number from 1 to {largest}")
            return usual
        return int(typed)

    def _before(self, sizes: dict[str, int], convention: str) -> tuple[dict[str, int], str]:
        """The sizes and the convention that the fields of a sent form had; of a plain address, its own."""
        match = re.fullmatch(r"([1-9])\.([1-9])\.([1-9])\.([a-z0-9]+)", self._last("was"))
        if match is None or match[4] not in CONVENTIONS[self.cell]:
            return sizes, convention
        were = (min(int(size), LARGEST_SIZES[name]) for name, size in zip("DHT", match.groups()[:3], strict=True))
        return dict(zip("DHT", were, strict=True)), match[4]

    def _rows(self, name: str, shape: tuple[int, int], before: tuple[int, int]) -> Rows:
        """The numbers of one array: as given where they have a place in it, else the usual ones."""
        given = self._entries(name, before)
        return tuple(
            tuple(given.get((row, column), usual_number(self.cell, name, row, column)) for column in range(shape[1]))
            for row in range(shape[0])
        )

    def _entries(self, name: str, shape: tuple[int, int]) -> dict[tuple[int, int], float]:
        rows, columns = shape
        typed = self._typed(name, rows * columns)
        if typed is None:
            return {}
        if len(typed) != rows * columns:
            self.faults.append(f"{name} needs {_needed(name, shape)}; {_found(typed)}")
            return {}
        return {divmod(k, columns): self._number(name, k, each, shape) for k, each in enumerate(typed)}

    def _typed(self, name: str, needed: int) -> list[str] | None:
        """The entries as they were sent: one value each from a form, or all in one value of a written address."""
        values = list(self.query.get(name, ()))
        if len(values) == 1 and needed > 1:
            return re.split("[,;]", values[0])
        return values or None

    def _number(self, name: str, k: int, typed: str, shape: tuple[int, int]) -> float:
        reading = read_number(typed)
        if reading.value is None:
            found = f"is “{typed[:_SHOWN]}”" if typed.strip() else "is empty"
            self.faults.append(f"{_place(name, k, shape)} {found}; it needs a number such as −0.4")
        elif abs(reading.value) > LARGEST:
            self.faults.append(f"{_place(name, k, shape)} is “{typed[:_SHOWN]}”; it needs to be from −100 to 100")
        else:
            return round(reading.value, DECIMALS) + 0.0
        return 0.0

    def _last(self, name: str) -> str:
        values = self.query.get(name, ())
        return values[-1].strip() if values else ""


def _needed(name: str, shape: tuple[int, int]) -> str:
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
        return f"“{strange[:_SHOWN]}” is not a number"
    return "there is only one" if len(typed) == 1 else f"there are {len(typed)}"


def _place(name: str, k: int, shape: tuple[int, int]) -> str:
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
