"""What an exercise is: a cell, sizes, what is asked, where its numbers come from, and which slips it claims to name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from sim.cells import cell as find_cell
from sim.checks import of_kind, whole_number
from sim.compile.decimals import Rounding, check_decimals, whole
from sim.compile.programs import ceiling, surely_small
from sim.errors import DecimalsError, SizeError, UnknownName
from sim.language.declarations import PARAMETERS, Cell
from sim.language.expressions import Shape
from sim.layers import MOST_UNITS, fits, numbers
from sim.slips.binding import Slip, slip_named
from sim.slips.following import MOST_FOLLOWED, check_known, places, step_of

FROM_THE_LOSS = ("dh", "dh_last", "dc_last")

type Grid = tuple[int, int, int]  # a range in units of the last decimal: first, step, and how many
type Placed = tuple[str, Shape, Grid]


@dataclass(frozen=True)
class Range:
    """The numbers low, low + step, … up to high, all equally likely."""

    low: float
    high: float
    step: float


@dataclass(frozen=True)
class Exercise:
    """An exercise whose numbers are drawn. `stream` (generator and version) and a seed fix every number, for ever.

    asked      quantities with their step, in order of use: ("f@1", "c@1"), ("dc@1", "da_f@1")
    claims     the slips it may name, by quantity: {"f": ("F05", "F17")}
    must_show  those of them without which a variant is refused
    ranges     by name ("c0", "W_f", "dh") or, for weights, by letter ("W", "U", "b")
    """

    stream: str
    cell: Cell | str
    D: int
    H: int
    T: int
    asked: Sequence[str]
    claims: Mapping[str, Sequence[str]] = field(default_factory=dict)
    must_show: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    decimals: int = 4

    @cached_property
    def declared(self) -> Cell:
        return find_cell(self.cell)

    @cached_property
    def asks_gradients(self) -> bool:
        return any(asked[0] == "d" for asked in self.asked)

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """What is given: the weights, x (T, D), the first states, and what the loss gives where it counts."""
        cell, D, H, T = self.declared, self.D, self.H, self.T
        given: dict[str, Shape] = {name: cell.shape(name, D, H) for name in cell.parameters}
        given |= {"x": (T, D)} | {f"{state}0": (H,) for state in cell.states}
        if self.asks_gradients:
            given["dh"] = (T, H)
            given |= {f"d{state}_last": (H,) for state in cell.states if f"d{state}_last" in self.ranges}
        return given

    def range_of(self, name: str) -> Range:
        if name in self.ranges:
            return self.ranges[name]
        if name[0] in self.ranges and name in self.declared.parameters:
            return self.ranges[name[0]]
        raise UnknownName(f"The exercise has no range for {name}.", "Give one by name, or for weights by letter.")

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every given name with its shape and its range."""
        return tuple(
            (name, shape, grid(name, self.range_of(name), self.decimals)) for name, shape in self.shapes.items()
        )

    @cached_property
    def largest(self) -> dict[str, float]:
        """The largest number, in units, that each given name may have."""
        return {
            name: float(max(abs(low), abs(low + (count - 1) * step))) for name, _, (low, step, count) in self.placed
        }

    @cached_property
    def slips(self) -> dict[str, list[Slip]]:
        """The slips claimed for each asked quantity ("c@1"), in their given order."""
        return {
            key: [slip_named(self.declared, key, each) for each in self._said(self.claims, key)] for key in self.asked
        }

    @cached_property
    def stays_whole(self) -> bool:
        """Whether the ranges alone show that no value, right or of a slip, leaves the whole numbers."""
        if self.asks_gradients:
            return False
        cell, rounding = self.declared, Rounding(self.decimals, self.decimals)
        wrong = [(step_of(key), slip.wrong) for key, slips in self.slips.items() for slip in slips]
        ways = [(cell,) * self.T, *((cell,) * (step - 1) + (each,) for step, each in wrong)]
        largest, width = ceiling(max(self.largest.values())), max(self.D, self.H)
        return all(surely_small(cell, cells, rounding, largest, width) for cells in ways)

    def shown(self, asked: str) -> Sequence[str]:
        """The ids that every variant must be able to name in this quantity."""
        return self._said(self.must_show, asked)

    def check(self) -> None:
        """Raises: SimError for the first thing that cannot be."""
        _ = self._is_sound

    @cached_property
    def _is_sound(self) -> bool:
        """Looked at once: an exercise does not change."""
        self._check_kinds()
        self._check_asked()
        self._check_ranges()
        self._check_slips()
        return True

    def _check_kinds(self) -> None:
        of_kind("stream", self.stream, str, "a text")
        of_kind("asked", self.asked, (list, tuple), 'a list such as ["f@1", "c@1"]')
        for name in ("claims", "must_show", "ranges"):
            of_kind(name, getattr(self, name), Mapping, "a mapping")
        D, H = (whole_number(name, size, 1, MOST_UNITS) for name, size in (("D", self.D), ("H", self.H)))
        fits(self.declared, D, H)
        whole_number("T", self.T, 1, MOST_FOLLOWED)
        check_decimals(self.decimals)

    def _check_asked(self) -> None:
        if not self.asked:
            raise UnknownName("The exercise asks for nothing.", "Name what is asked, as in c@1.")
        check_known(self.declared, self.asked, places(self.declared, self.T))
        if len(set(self.asked)) < len(self.asked):
            raise UnknownName(f"Something is asked twice: {', '.join(self.asked)}.")

    def _check_ranges(self) -> None:
        for name in self.shapes:
            grid(name, self.range_of(name), self.decimals)
        known = (*self.shapes, *PARAMETERS, *FROM_THE_LOSS, "c0")
        if unknown := [name for name in self.ranges if name not in known]:
            raise UnknownName(f"{unknown[0]} has a range, and is not given.", f"Given are: {', '.join(self.shapes)}.")

    def _check_slips(self) -> None:
        asked = {key.partition("@")[0] for key in self.asked} | set(self.asked)
        if lost := [name for said in (self.claims, self.must_show) for name in said if name not in asked]:
            raise UnknownName(f"Slips are named for {', '.join(lost)}, which is not asked.")
        for key in self.asked:
            for slip in self.slips[key]:
                fits(slip.wrong, self.D, self.H)
            if missing := set(self.shown(key)) - {slip.id for slip in self.slips[key]}:
                raise UnknownName(f"{key} must show {', '.join(sorted(missing))}, which it does not claim.")

    @staticmethod
    def _said(said: Mapping[str, Sequence[str]], asked: str) -> Sequence[str]:
        return said.get(asked) or said.get(asked.partition("@")[0]) or ()


@lru_cache(maxsize=4096)
def grid(name: str, span: Range, decimals: int) -> Grid:
    """A range as whole numbers of the last decimal: first, step, and how many. Raises: SimError."""
    of_kind(f"the range of {name}", span, Range, "a sim.Range(low, high, step)")
    ends = numbers(f"the range of {name}", [span.low, span.high, span.step])
    low, high, step = (int(number) for number in whole(f"the range of {name}", ends, decimals))
    if step <= 0 or high < low:
        raise SizeError(f"The range of {name} is {span.low} to {span.high} by {span.step}, which holds no number.")
    if (high - low) // step >= 2**32:
        raise DecimalsError(f"The range of {name} holds {(high - low) // step + 1} numbers, needs {2**32} at most.")
    return low, step, (high - low) // step + 1
