"""How far the number of each slip lies from the right one, over many candidates: counted, and drawn. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from statistics import median

import sim
from quizzes.items.bench import SomeSlip, claimed, must_show
from quizzes.items.kinds.base import Kind, numbers
from quizzes.items.marking import Values

APART = 4  # tolerances, from which on a slip can be named
SLACK = 1e-6  # of a float beside the decimal it stands for
LEAST, MOST = -1, 4  # powers of ten of the scale, in tolerances
WIDTH, HEIGHT, BAR = 200, 20, 4  # of a strip, and of one bar in it
MARKS = (1, APART, 10, 100, 1000)

type Distances = Mapping[str, Mapping[str, Sequence[float]]]


@dataclass(frozen=True)
class Strip:
    """One claimed slip over many candidates. `nearest` and `usual` are in tolerances, None where there are none."""

    slip: str
    title: str
    must_show: bool
    live: int
    near: int
    nearest: float | None
    usual: float | None
    path: str


def has_distances(kind: Kind) -> bool:
    """Whole numbers and options are equal or not."""
    return kind.form == "numbers" and kind.tolerance > 0


def distances(kind: Kind, certificates: Iterable[sim.Certificate]) -> dict[str, dict[str, list[float]]]:
    """From the right value, in tolerances: by asked quantity and slip, an entry for each candidate."""
    slips = claimed(kind)
    found: dict[str, dict[str, list[float]]] = {name: {slip: [] for slip in slips[name]} for name in slips}
    for each in certificates if has_distances(kind) else ():
        working = kind.working(each.given, slips, each.exact)
        for name in slips:
            right = numbers(each.exact[name])
            for slip, values in working.slips(name, {}):
                if slip in found[name]:  # other conventions may be named, claimed or not
                    found[name][slip].append(_distance(values, right) / kind.tolerance)
    return found


def _distance(one: Values, other: Values) -> float:
    """How far two vectors lie apart: as far as their farthest entries."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def strips(
    kind: Kind, survey: sim.Survey, found: Distances, slips: Mapping[str, Mapping[str, SomeSlip]]
) -> dict[str, list[Strip]]:
    """A line for each claimed slip, by asked quantity, the hardest to tell from the right value first."""
    lines = {
        name: [_strip(kind, survey, name, slip, found[name][slip.id]) for slip in by_id.values()]
        for name, by_id in slips.items()
    }
    return {name: sorted(each, key=lambda strip: (-strip.near, strip.live, strip.slip)) for name, each in lines.items()}


def _strip(kind: Kind, survey: sim.Survey, name: str, slip: SomeSlip, away: Sequence[float]) -> Strip:
    return Strip(
        slip=slip.id,
        title=slip.title,
        must_show=slip.id in must_show(kind, name),
        live=survey.live.get(name, Counter())[slip.id],
        near=survey.collisions.get(name, Counter())["key", slip.id],
        nearest=min(away, default=None),
        usual=median(away) if away else None,
        path=drawn(away),
    )


def drawn(away: Sequence[float]) -> str:
    """The path of a strip: bars as high as distances of that size are frequent, the lowest still to be seen."""
    bars = Counter(BAR * floor(place(each) / BAR) for each in away)
    highest = max(bars.values(), default=1)
    heights = {at: max(2, round(HEIGHT * count / highest)) for at, count in sorted(bars.items())}
    return "".join(f"M{min(at, WIDTH - BAR)} {HEIGHT}v-{high}h{BAR - 1}v{high}z" for at, high in heights.items())


def place(distance: float) -> float:
    """Where a distance in tolerances stands on the strip: the scale is logarithmic, and ends at both sides."""
    power = log10(max(distance + SLACK, 10.0**LEAST))
    return WIDTH * (min(power, MOST) - LEAST) / (MOST - LEAST)
