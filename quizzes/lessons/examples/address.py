"""A worked example as an address and back: the whole state stands in the query. Pure.

    /examples/lstm/?convention=pytorch&D=1&H=1&T=2&x=0.9;-0.4&h0=-0.7&c0=1.3&W_i=-1.7&...&step=2&view=time

A matrix is written row by row, `,` between columns and `;` between rows; what has but one column may have decimal
commas. A form sends the same name once for each entry and, in `was`, the sizes and the convention of its fields: so the
numbers keep their places when one of these changes.
`sequence` is the input as a learner types it: its length decides the number of steps. What is left out has a usual
value, or with a `seed` the one drawn for its place (`usual`). Numbers are kept to four decimals, so that every view
shows what was computed with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import sim
from quizzes.errors import NotFound, Refused
from quizzes.lessons import lists
from quizzes.lessons.examples.entries import (
    CALLED,
    DECIMALS,
    LARGEST,
    SHOWN,
    Entries,
    Fault,
    Query,
    Shape,
    fault_of_rows,
    sentence,
)
from quizzes.lessons.examples.usual import CONVENTIONS, base_number, usual_sizes

__all__ = ["DECIMALS", "LARGEST", "Example", "Query", "Rows", "form_of", "in_convention", "query", "read", "usual"]

type Rows = tuple[tuple[float, ...], ...]

LARGEST_SIZES = {"D": 4, "H": 8, "T": 50}
LARGEST_SEED = 999_999
FEW_UNITS = 4  # up to here every weight has its field, and stands in the address
LONGEST = 8_000  # characters of a query; the largest example needs about 4 000
VIEWS = {
    "step": "One step",
    "time": "Over time",
    "whatif": "What if",
    "gradient": "Gradient",
    "compare": "Compare",
    "code": "Take away",
}
MADE = {"step": "in this step only", "always": "in every step"}


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
    view: str = "step"
    line: str = ""  # the equation whose turn it is, a declared quantity; all alike where it is empty
    slip: str = ""  # a slip and where it is made: "c.F03"
    made: str = "step"
    seed: int = 0  # where numbers that are not given come from; 0: the usual ones
    open: str = ""  # the gate whose weights have fields, where there are too many to show all

    @property
    def sizes(self) -> dict[str, int]:
        return {"D": self.D, "H": self.H, "T": self.T}

    @property
    def declared(self) -> sim.Cell:
        return sim.cell(self.cell, self.convention)

    @property
    def is_brief(self) -> bool:
        """Whether the address leaves out the arrays that are what the seed gives."""
        return bool(self.seed) or self.H > FEW_UNITS


class BadExample(Refused):
    """Entries that can't be read: all of them in one sentence, each with its field in `faults`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("bad_example", sentence(faults), "Nothing was recomputed.")
        self.faults = tuple(faults)


def read(cell: str, query: Query) -> Example:
    """The example an address names. Raises: NotFound for an unknown cell, Refused with all faults in one sentence."""
    if cell not in CONVENTIONS:
        there = ", ".join(CONVENTIONS)
        raise NotFound("no_cell", f"There is no worked example of “{cell[:SHOWN]}”.", f"There are: {there}.")
    if sum(len(name) + sum(map(len, values)) for name, values in query.items()) > LONGEST:
        raise Refused("address_too_long", f"This address has more than {LONGEST} characters.", _SHORTER)
    reader = _Reader(cell, query)
    example = reader.example()
    if reader.faults:
        raise BadExample(reader.faults)
    return example


def usual(cell: str, convention: str = "", **given: int) -> Example:
    """The example shown where the address says nothing: `usual("lstm")`, `usual("gru", H=2, seed=7)`."""
    asked = {"convention": [convention]} | {name: [str(value)] for name, value in given.items()}
    return read(cell, asked)


def query(example: Example) -> str:
    """The canonical query of an example: `read` gives it back, digit for digit."""
    pairs: list[tuple[str, str]] = [("convention", example.convention)]
    pairs += [(name, str(size)) for name, size in example.sizes.items()]
    pairs += [("seed", str(example.seed))] if example.seed else []
    pairs += [(name, written(rows)) for name, rows in example.numbers.items() if is_written(example, name)]
    pairs += [(name, str(value)) for name, value in _looked_at(example).items() if value != UNSAID[name]]
    return urlencode(pairs, safe=",;")


UNSAID: dict[str, int | str] = {
    "step": 1, "unit": 1, "line": "", "slip": "", "made": "step", "open": "", "view": "step"
}  # fmt: skip


def _looked_at(example: Example) -> dict[str, int | str]:
    return {name: getattr(example, name) for name in UNSAID}


def is_written(example: Example, name: str) -> bool:
    """Whether an array stands in the address: everywhere but where a brief one's seed gives it as it is."""
    rows = example.numbers[name]
    return not (example.is_brief and rows == base_rows(example.cell, name, (len(rows), len(rows[0])), example.seed))


def base_rows(cell: str, name: str, shape: Shape, seed: int) -> Rows:
    return tuple(tuple(base_number(cell, name, r, c, seed, shape[1]) for c in range(shape[1])) for r in range(shape[0]))


def written(rows: Rows, column: str = ",", row: str = ";") -> str:
    return row.join(column.join(map(number_text, each)) for each in rows)


def number_text(number: float) -> str:
    """As short as it can be typed: 0.9, -1.25, 2."""
    return f"{number + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")


def form_of(example: Example) -> str:
    """What a form sends as `was`: how its fields are to be read."""
    return f"{example.D}.{example.H}.{example.T}.{example.convention}"


def form_read(cell: str, was: str) -> tuple[dict[str, int], str] | None:
    """The sizes and the convention of a form's fields, back from what `form_of` wrote; None for anything else."""
    match = re.fullmatch(r"([1-9])\.([1-9])\.([1-9][0-9]?)\.([a-z0-9]+)", was)
    if match is None or match[4] not in CONVENTIONS[cell]:
        return None
    sizes = zip("DHT", map(int, match.groups()[:3]), strict=True)
    return {name: min(size, LARGEST_SIZES[name]) for name, size in sizes}, match[4]


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


def shapes(example: Example) -> dict[str, Shape]:
    """The arrays of an example in the order of the address, as (rows, columns)."""
    return _shapes(example.declared, example.sizes)


def _shapes(cell: sim.Cell, sizes: Mapping[str, int]) -> dict[str, Shape]:
    found = {"x": (sizes["T"], sizes["D"])} | {f"{state}0": (1, sizes["H"]) for state in cell.states}
    for name in cell.parameters:
        shape = cell.shape(name, sizes["D"], sizes["H"])
        found[name] = (shape[0], shape[1]) if len(shape) == 2 else (1, shape[0])
    return found


ARRAY = re.compile(r"x|[hc]0|[WUb]|[WUbp]_\w{1,8}")
_SHORTER = "Start again from one of the examples."


class _Reader(Entries):
    """Reads one address and notes every fault on the way."""

    def __init__(self, cell: str, query: Query) -> None:
        super().__init__(query)
        self.cell = cell

    def example(self) -> Example:
        convention = self.choice("convention", next(iter(CONVENTIONS[self.cell])), CONVENTIONS[self.cell])
        sizes = {name: self.whole(name, size, LARGEST_SIZES[name]) for name, size in usual_sizes(self.cell).items()}
        seed = self.whole("seed", 0, LARGEST_SEED, least=0)
        view, made = self.choice("view", "step", VIEWS), self.choice("made", "step", MADE)
        if self.faults:  # no table is laid out for sizes that are refused
            return Example(self.cell, convention, sizes["D"], sizes["H"], sizes["T"], numbers={})
        were, used = self._before(sizes, convention)
        self._take_sequence(sizes, were)
        declared = sim.cell(self.cell, used)
        now, before = _shapes(declared, sizes), _shapes(declared, were)
        self._refuse_strange_arrays(now)
        numbers = {name: self._rows(name, now[name], before[name], seed) for name in now}
        example = Example(
            self.cell, used, sizes["D"], sizes["H"], sizes["T"], numbers, self._place("step", sizes["T"], were["T"]),
            self._place("unit", sizes["H"], were["H"]), seed=seed, view=view, made=made,
        )  # fmt: skip
        return self._with_marks(example if used == convention else in_convention(example, convention))

    def _with_marks(self, example: Example) -> Example:
        """With what is marked on the page. A form may bring a mark that is gone with its convention; a link may not."""
        cell = example.declared
        gates = {name[-1] if "_" in name else "" for name in cell.parameters}
        return replace(
            example,
            line=self._mark("line", self.last("line") in cell.equations, f"known are: {', '.join(cell.equations)}"),
            slip=self._mark(
                "slip", _has_slip(cell, self.last("slip")), "it is written as its quantity and its id: c.F03"
            ),
            open=self._mark("open", self.last("open") in gates, f"known are: {', '.join(sorted(gates - {''}))}"),
        )

    def _mark(self, name: str, is_known: bool, needed: str) -> str:
        typed = self.last(name)
        if typed and not is_known:
            if not self.is_form:
                self.fault(name, f"the {CALLED.get(name, name)} “{typed[:SHOWN]}” is not known here; {needed}")
            return ""
        return typed

    def _refuse_strange_arrays(self, known: Mapping[str, Shape]) -> None:
        """A weight or a first state that this cell has not. What is no name of ours, as utm_source, is left alone."""
        for name in self.query:
            if ARRAY.fullmatch(name) and name not in known:
                self.fault(name, f"“{name[:SHOWN]}” is no number of this cell; it has {', '.join(known)}")

    def _place(self, name: str, last: int, last_before: int) -> int:
        """The step or the unit looked at: moved along where there are fewer of them than there were."""
        return min(self.whole(name, 1, max(last, last_before)), last)

    def _before(self, sizes: dict[str, int], convention: str) -> tuple[dict[str, int], str]:
        """The sizes and the convention that the fields of a sent form had; of a plain address, its own."""
        return form_read(self.cell, self.last("was")) or (dict(sizes), convention)

    def _take_sequence(self, sizes: dict[str, int], were: dict[str, int]) -> None:
        """The input as it was typed, in place of x. Unless another number of steps was chosen, its length is theirs."""
        typed = self.last("sequence")
        if not typed:
            return
        try:
            rows = lists.rows(typed, were["D"])
        except lists.Unclear as unclear:
            self.fault("sequence", f"in the sequence, {unclear}")
            return
        if fault := fault_of_rows(rows, were["D"], LARGEST_SIZES["T"]):
            self.fault("sequence", fault)
            return
        if sizes["T"] == were["T"]:
            sizes["T"] = len(rows)
        were["T"] = len(rows)
        self.query = {**self.query, "x": [number for row in rows for number in row]}

    def _rows(self, name: str, shape: Shape, before: Shape, seed: int) -> Rows:
        """The numbers of one array: as given where they have a place in it, else the usual ones or the seed's."""
        given = self.array(name, before)
        if not given:
            return base_rows(self.cell, name, shape, seed)
        return tuple(
            tuple(given.get((r, c), base) for c, base in enumerate(row))
            for r, row in enumerate(base_rows(self.cell, name, shape, seed))
        )


def _has_slip(cell: sim.Cell, typed: str) -> bool:
    quantity, _, slip_id = typed.partition(".")
    return quantity in (*cell.equations, *cell.gradients) and any(
        slip.id == slip_id for slip in sim.slips_for(cell, quantity)
    )
