"""The fields of the example's form: what may be changed, each with its place, its name and its slider.

Pure: only what the template shows is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quizzes.lessons.examples.address import (
    FEW_UNITS,
    LARGEST_SEED,
    LARGEST_SIZES,
    Example,
    Rows,
    is_written,
    number_text,
    written,
)
from quizzes.lessons.examples.quantities import gate_of, name_of
from quizzes.lessons.examples.usual import CONVENTIONS

REACH = 3.0  # a slider goes from −3 to 3, farther where its number already is
FEW_SLIDERS = 4  # in two rows, which stay in sight
MOST_SLIDERS = 8  # inputs and first states; of more, and of weights where each is an array, there are tables
FEW_STEPS = 5  # up to here every input has its field; a longer sequence is typed as text


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
    fault: str = ""  # what is wrong with it, as a sentence


@dataclass(frozen=True)
class Table:
    """The fields of one array, row by row."""

    name: str
    rows: list[list[Field]]

    @property
    def shown(self) -> str:
        return shown(self.name)

    @property
    def wrong(self) -> list[Field]:
        return [field for row in self.rows for field in row if field.fault]


@dataclass(frozen=True)
class Group:
    """The weights of one gate; `is_open` where their fields are shown."""

    letter: str
    title: str
    tables: list[Table]
    is_open: bool = True

    @property
    def is_wrong(self) -> bool:
        return any(table.wrong for table in self.tables)


@dataclass(frozen=True)
class Size:
    name: str
    title: str
    value: int
    choices: range


@dataclass(frozen=True)
class Bench:
    given: list[Table]  # x where it has fields, h0, c0
    sequence: str  # x as a text to be typed, where it has none
    weights: list[Group]
    hidden: dict[str, str]  # arrays without fields that are not what the seed gives
    sizes: list[Size]
    conventions: Mapping[str, str]  # key → title; empty where there is but one
    has_sliders_of_weights: bool
    is_large: bool  # gates are opened one by one
    next_seed: int
    convention: str
    sequence_fault: str = ""
    last: str = ""  # of a refused form: the address of the last good numbers

    @property
    def count(self) -> int:
        """How many numbers are given in fields."""
        return sum(len(row) for table in self.given for row in table.rows)

    @property
    def has_sliders(self) -> bool:
        return self.count <= MOST_SLIDERS

    @property
    def has_few(self) -> bool:
        return self.count <= FEW_SLIDERS

    @property
    def is_wrong_in_weights(self) -> bool:
        return any(group.is_wrong for group in self.weights)


def bench(example: Example) -> Bench:
    typed = example.T > FEW_STEPS or example.view in ("time", "gradient", "compare")
    states = [f"{state}0" for state in example.declared.states]
    tables = {name: _table(name, rows) for name, rows in example.numbers.items()}
    is_large = example.H > FEW_UNITS
    groups = _groups([tables[name] for name in example.declared.parameters], example.open if is_large else None)
    closed = [table.name for group in groups if not group.is_open for table in group.tables]
    return Bench(
        given=[tables[name] for name in (states if typed else ["x", *states])],
        sequence=written(example.numbers["x"], " ", " ; " if example.D > 1 else " ") if typed else "",
        weights=groups,
        hidden={name: written(example.numbers[name], "_", "*") for name in closed if is_written(example, name)},
        sizes=_sizes(example),
        conventions=conventions if len(conventions := CONVENTIONS[example.cell]) > 1 else {},
        has_sliders_of_weights=example.D == example.H == 1,
        is_large=is_large,
        next_seed=example.seed % LARGEST_SEED + 1,
        convention=example.convention,
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
    symbol = _symbol(name, row, column, width)
    place = f"{name}-{row}-{column}"
    return Field(name, place, symbol, label, number_text(value), number_text(low), number_text(high))


def _symbol(name: str, row: int, column: int, width: int) -> str:
    """As the page writes a quantity: x at step 2, and of several inputs the first, is x with 2,1 below it."""
    if width == 1:
        return f"x@{row}" if name == "x" else shown(name)
    return f"x_{row}@{column}" if name == "x" else f"{shown(name)}@{column}"


def _label(name: str, row: int, column: int, width: int) -> str:
    if name == "x":
        return f"x at step {row}" + (f", input {column}" if width > 1 else "")
    if name[0] in "WU":
        return f"{name}, row {row}, column {column}"
    return f"{name} of unit {column}"


def _groups(tables: list[Table], opened: str | None) -> list[Group]:
    """The weights by the gate they lead to: W_f U_f b_f, b_in and b_hn with n. Without `opened` all are."""
    return [
        Group(
            letter,
            name_of(letter or "h"),
            sorted((t for t in tables if gate_of(t.name) == letter), key=_order),
            opened is None or opened == letter,
        )
        for letter in dict.fromkeys(gate_of(table.name) for table in tables)
    ]


def _order(table: Table) -> int:
    return "WUbp".index(table.name[0])


def shown(name: str) -> str:
    """The name as the page writes a quantity: h0 is h with a 0 below it."""
    return f"{name[0]}_0" if name in ("h0", "c0") else name
