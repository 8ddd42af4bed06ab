"""The fields of the example's form: what may be changed, each with its place, its name and its slider.

Pure: only what the template shows is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quizzes.lessons.examples.address import LARGEST_SIZES, Example, Rows, number_text
from quizzes.lessons.examples.quantities import name_of
from quizzes.lessons.examples.usual import CONVENTIONS

REACH = 3.0  # a slider goes from −3 to 3, farther where its number already is


@dataclass(frozen=True)
class Field:
    """One number. Fields of one array share a name: the form sends them in reading order."""

    name: str
    id: str
    shown: str  # as a quantity: "x@1", "h_0"
    label: str  # said of it
    text: str
    low: str
    high: str


@dataclass(frozen=True)
class Table:
    """The fields of one array, row by row."""

    name: str
    rows: list[list[Field]]

    @property
    def shown(self) -> str:
        return shown(self.name)


@dataclass(frozen=True)
class Group:
    """The weights of one gate."""

    letter: str
    title: str
    tables: list[Table]


@dataclass(frozen=True)
class Size:
    name: str
    title: str
    value: int
    choices: range


@dataclass(frozen=True)
class Bench:
    given: list[Table]  # x, h0, c0
    weights: list[Group]
    sizes: list[Size]
    conventions: Mapping[str, str]  # key → title; empty where there is but one
    has_sliders: bool


def bench(example: Example) -> Bench:
    states = [f"{state}0" for state in example.declared.states]
    tables = {name: _table(name, rows) for name, rows in example.numbers.items()}
    return Bench(
        given=[tables[name] for name in ("x", *states)],
        weights=_groups([tables[name] for name in example.declared.parameters]),
        sizes=_sizes(example),
        conventions=conventions if len(conventions := CONVENTIONS[example.cell]) > 1 else {},
        has_sliders=example.D == example.H == 1,
    )


def _sizes(example: Example) -> list[Size]:
    titles = {"D": "inputs", "H": "units", "T": "steps"}
    return [Size(name, title, example.sizes[name], range(1, LARGEST_SIZES[name] + 1)) for name, title in titles.items()]


def _table(name: str, rows: Rows) -> Table:
    single = len(rows) == len(rows[0]) == 1
    return Table(
        name,
        [
            [_field(name, r, c, value, single, len(row)) for c, value in enumerate(row, 1)]
            for r, row in enumerate(rows, 1)
        ],
    )


def _field(name: str, row: int, column: int, value: float, single: bool, width: int) -> Field:
    low, high = min(-REACH, value), max(REACH, value)
    label = name if single else _label(name, row, column, width)
    symbol = f"x@{row}" if name == "x" else shown(name)
    place = f"{name}-{row}-{column}"
    return Field(name, place, symbol, label, number_text(value), number_text(low), number_text(high))


def _label(name: str, row: int, column: int, width: int) -> str:
    if name == "x":
        return f"x at step {row}" + (f", input {column}" if width > 1 else "")
    if name[0] in "WU":
        return f"{name}, row {row}, column {column}"
    return f"{name} of unit {column}"


def _groups(tables: list[Table]) -> list[Group]:
    """The weights by the gate they lead to: W_f U_f b_f together, b_in and b_hn with n."""
    letters = list(dict.fromkeys(letter_of(table.name) for table in tables))
    return [
        Group(letter, name_of(letter or "h"), sorted((t for t in tables if letter_of(t.name) == letter), key=_order))
        for letter in letters
    ]


def _order(table: Table) -> int:
    return "WUbp".index(table.name[0])


def shown(name: str) -> str:
    """The name as the page writes a quantity: h0 is h with a 0 below it."""
    return f"{name[0]}_0" if name in ("h0", "c0") else name


def letter_of(parameter: str) -> str:
    """The gate a weight belongs to: "f" of W_f, "n" of b_hn, nothing for the plain network's W."""
    return parameter[-1] if "_" in parameter else ""
