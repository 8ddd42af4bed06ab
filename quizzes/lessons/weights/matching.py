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
MOST_STEPS_TRIED = 80_000  # steps of all pairs together: with 200 steps 400 pairs, with 80 all there are


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
    tried: int = 1

    @property
    def is_found(self) -> bool:
        return self.as_it_is or bool(self.changes or self.slips or self.places)


def asked(numbers: Sequence[Printed], step: int, unit: int, T: int, H: int) -> Asked:
    """Raises: Refused where there are more numbers than units from this one on, and not one for every h."""
    if len(numbers) > H - unit + 1 and len(numbers) != T * H:
        room = f"needs at most {H - unit + 1} (units {unit} to {H}) or all {T * H} of every step"
        raise Refused("bad_count", f"There are {len(numbers)} numbers of your framework, {room}.")
    return Asked(numbers, step, unit)


def verdict(read: Reading, changes: Sequence[Change], of: Asked) -> Verdict:
    """One change is looked for first, then an equation gone wrong, another place, at last two changes together."""
    if of.fits(read.trace):
        return Verdict(as_it_is=True)
    tried = 1 + len(changes)
    if found := [(change.title,) for change in changes if _fits(change.apply(read), of)]:
        return Verdict(changes=found[:MOST_SHOWN], tried=tried)
    if places := list(_places(read.trace, of)):
        return Verdict(places=places[:MOST_SHOWN], tried=tried)
    slips = list(_slips(read))
    tried += len(slips)
    if fitting := [slip for slip, wrong in slips if _fits(wrong, of)]:
        return Verdict(slips=_apart(fitting)[:MOST_SHOWN], tried=tried)
    pairs = _pairs(changes, MOST_STEPS_TRIED // len(read.x))
    both = [(first.title, second.title) for first, second in pairs if _fits(second.apply(first.apply(read)), of)]
    return Verdict(changes=both[:MOST_SHOWN], tried=tried + len(pairs))


def _fits(read: Reading, of: Asked) -> bool:
    try:
        return of.fits(read.trace)
    except Refused:  # numbers beyond all bounds
        return False


def _pairs(changes: Sequence[Change], most: int) -> list[tuple[Change, Change]]:
    pairs = [(first, second) for first, second in combinations(changes, 2) if first.part != second.part]
    return [*sorted(pairs, key=lambda pair: pair[0].part == "order" or pair[1].part == "order")][:most]


def _slips(read: Reading) -> Iterator[tuple[sim.Slip, Reading]]:
    """Every mistake of the catalogue made in every step, as somebody's own program would make it."""
    cell = read.cell
    for slip in (slip for name in cell.equations for slip in sim.slips_for(cell, name)):
        if any(name[0] == "W" for name in slip.wrong.parameters):
            yield slip, replace(read, cell=slip.wrong)


def _apart(slips: list[sim.Slip]) -> list[sim.Slip]:
    """One of each id: a mistake that shows in several quantities is told once."""
    return list({slip.id: slip for slip in slips}.values())


def _places(trace: sim.Trace, of: Asked) -> Iterator[str]:
    """Where else a row of units has these numbers."""
    count = len(of.numbers)
    if count > trace["h"].shape[1]:
        return
    for name in trace:
        windows = np.lib.stride_tricks.sliding_window_view(trace[name], count, axis=1)
        hits = (np.abs(windows - of.values) <= of.tolerances).all(axis=2)
        for step, unit in np.argwhere(hits):
            units = f"unit {unit + 1}" if count == 1 else f"units {unit + 1} to {unit + count}"
            yield f"{name} of {units} at step {step + 1}"
