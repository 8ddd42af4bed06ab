"""Which way of reading the arrays gives the number that a framework printed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

import sim
from quizzes.errors import Refused
from quizzes.lessons.weights.changes import Change
from quizzes.lessons.weights.readings import Reading
from quizzes.lessons.weights.typed import Printed

type Array = npt.NDArray[np.float64]

MOST_SHOWN = 6
MOST_BY_CHANCE = 0.1  # of all tries of a kind, how many may be expected to fit any number at all
MOST_STEPS_TRIED = 25_000  # steps of all pairs together: up to 30 steps there is time for every pair, for 200 for 125


@dataclass(frozen=True)
class Asked:
    """The framework's numbers, and where they stand: entries of h from a unit on, at a step; or h of all steps."""

    numbers: Sequence[Printed]
    step: int
    unit: int

    @property
    def values(self) -> Array:
        return np.array([number.value for number in self.numbers])

    @property
    def tolerances(self) -> Array:
        return np.array([number.tolerance for number in self.numbers])

    @property
    def chance(self) -> float:
        """How likely any other numbers from −1 to 1 would fit."""
        return float(np.minimum(self.tolerances, 1.0).prod())

    def fits(self, trace: sim.Trace) -> bool:
        h = trace["h"]
        found = h.ravel() if self.is_whole(h) else h[self.step - 1, self.unit - 1 :][: len(self.numbers)]
        return bool((np.abs(found - self.values) <= self.tolerances).all())

    def is_whole(self, h: Array) -> bool:
        return len(self.numbers) == h.size and len(h) > 1


@dataclass(frozen=True)
class Verdict:
    """What was found, in the order in which it was looked for; only the first kind with a match is filled."""

    as_it_is: bool = False
    changes: Sequence[tuple[str, ...]] = field(default_factory=list)  # titles; two where two go together
    slips: list[sim.Slip] = field(default_factory=list)
    places: list[str] = field(default_factory=list)  # where the number stands in what was computed as it is
    is_rough: bool = False  # so few digits that more tries would only fit by chance
    tried: int = 1

    @property
    def is_found(self) -> bool:
        return self.as_it_is or bool(self.changes or self.slips or self.places)


def asked(numbers: Sequence[Printed], step: int, unit: int, T: int, H: int) -> Asked:
    """Raises: Refused where there are more numbers than units from this one on, and not one for every h."""
    if len(numbers) > H - unit + 1 and len(numbers) != T * H:
        units = f"unit {unit}" if unit == H else f"units {unit} to {H}"
        room = f"needs at most {H - unit + 1} ({units}) or all {T * H} of every step"
        raise Refused("bad_count", f"There are {len(numbers)} numbers of your framework, {room}.")
    return Asked(numbers, step, unit)


def verdict(read: Reading, changes: Sequence[Change], of: Asked) -> Verdict:
    """One change is looked for first, then another place, an equation gone wrong, at last two changes together.

    Where so many tries would fit a number of so few digits by chance, they are not made.
    """
    if of.fits(read.trace):
        return Verdict(as_it_is=True)
    tried = 1 + len(changes)
    if found := [(change.title,) for change in changes if _fits(change.apply(read), of)]:
        return Verdict(changes=found[:MOST_SHOWN], tried=tried)
    if places := list(_places(read, of)):
        return Verdict(places=places[:MOST_SHOWN], tried=tried)
    slips, pairs = list(_slips(read)), _pairs(changes, MOST_STEPS_TRIED // len(read.x))
    if of.chance * (len(slips) + len(pairs)) > MOST_BY_CHANCE:
        return Verdict(is_rough=True, tried=tried)
    tried += len(slips) + len(pairs)
    if fitting := [slip for slip, wrong in slips if _fits(wrong, of)]:
        return Verdict(slips=_apart(fitting)[:MOST_SHOWN], tried=tried - len(pairs))
    both = [(first.title, second.title) for first, second in pairs if _fits(second.apply(first.apply(read)), of)]
    return Verdict(changes=both[:MOST_SHOWN], tried=tried)


def _fits(read: Reading, of: Asked) -> bool:
    try:
        return of.fits(read.trace)
    except Refused:  # numbers beyond all bounds
        return False


def _pairs(changes: Sequence[Change], most: int) -> list[tuple[Change, Change]]:
    pairs = [(first, second) for first, second in combinations(changes, 2) if first.part != second.part]
    return sorted(pairs, key=lambda pair: pair[0].is_odd or pair[1].is_odd)[:most]


def _slips(read: Reading) -> Iterator[tuple[sim.Slip, Reading]]:
    """Every mistake of the catalogue made in every step, as somebody's own program would make it."""
    cell = read.cell
    for slip in (slip for name in cell.equations for slip in sim.slips_for(cell, name)):
        if any(name[0] == "W" for name in slip.wrong.parameters):
            yield slip, replace(read, cell=slip.wrong)


def _apart(slips: list[sim.Slip]) -> list[sim.Slip]:
    """One of each id: a mistake that shows in several quantities is told once."""
    return list({slip.id: slip for slip in slips}.values())


def _places(read: Reading, of: Asked) -> Iterator[str]:
    """Where else a row of units has these numbers: anywhere, or, where chance would find one, among the states only."""
    trace, count = read.trace, len(of.numbers)
    T, H = trace["h"].shape
    if count > H:
        return
    everywhere = [(name, range(T)) for name in trace]
    states = [(name, range(T)) for name in reversed(read.cell.states)]
    here = [(name, range(of.step - 1, of.step)) for name in reversed(read.cell.states)]
    for places in (everywhere, states, here):
        if of.chance * H * sum(len(steps) for _, steps in places) <= MOST_BY_CHANCE:
            yield from (place for name, steps in places for place in _hits(trace, name, steps, of))
            return


def _hits(trace: sim.Trace, name: str, steps: range, of: Asked) -> Iterator[str]:
    count = len(of.numbers)
    windows = np.lib.stride_tricks.sliding_window_view(trace[name][steps.start : steps.stop], count, axis=1)
    for step, unit in np.argwhere((np.abs(windows - of.values) <= of.tolerances).all(axis=2)):
        units = f"unit {unit + 1}" if count == 1 else f"units {unit + 1} to {unit + count}"
        yield f"{name} of {units} at step {steps.start + step + 1}"
