"""A line chart as places in an SVG: one line, one row of marks and one name for each curve. Pure.

Every curve has a hue, a line pattern and a mark of its own, so that none is told by colour alone, and where its letter
tells it apart that letter at its end; the table of the same numbers stands beside every chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isfinite, log10

WIDTH, HEIGHT = 420.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 362.0, 14.0, 222.0  # of the curves; the grid begins farther left, at EDGE
EDGE = 50.0
RIGHT_WITHOUT_NAMES = 408.0
STUB = 7.0  # of the line through a point that has no neighbours
CLOSEST_MARKS = 26.0  # between two marks of a curve
CLOSEST_NAMES = 16.0
CLOSEST_SEEN = 3.0  # two curves that are nowhere farther apart look like one
MOST_TICKS = 6
SMALLEST_POWER = -60  # below this power of ten a logarithmic chart shows nothing
SMALLEST = 10.0**SMALLEST_POWER
DECADES = (1, 2, 5, 10, 20, 50, 100)  # between two ticks of a logarithmic chart

MARKS = {
    "circle": "m-4,0a4,4 0 1,0 8,0a4,4 0 1,0-8,0z",
    "square": "m-3.5,-3.5h7v7h-7z",
    "up": "m0,-5l4.8,8.4h-9.6z",
    "down": "m0,5l4.8,-8.4h-9.6z",
    "diamond": "m0,-5.2l5.2,5.2l-5.2,5.2l-5.2,-5.2z",
    "cross": "m-4,-4l8,8m0,-8l-8,8",
    "plus": "m-5,0h10m-5,-5v10",
    "bar": "m0,-5.5v11",
}
MARK_OF = {
    "c": "circle", "h": "square", "i": "up", "f": "down", "o": "diamond", "g": "cross", "n": "cross", "r": "down",
    "z": "diamond", "x": "bar",
}  # fmt: skip
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Series:
    """The numbers of one curve, a value for each step from 1. `kind` is its class: the hue and the line pattern."""

    name: str  # "c": what stands at the end of the curve, where names are shown
    values: Sequence[float]
    kind: str = ""
    mark: str = ""
    title: str = ""  # in the key beside the chart


@dataclass(frozen=True)
class Curve:
    series: Series
    kind: str
    line: str
    marks: str
    sample: str  # its mark alone, for the key
    name_y: float


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True)
class Note:
    """What is not seen in a chart: of which curve, by its title, and what of it."""

    text: str
    of: str = ""


@dataclass(frozen=True)
class Chart:
    id: str
    title: str
    said: str  # what an ear is told of it
    curves: list[Curve]
    across: list[Tick]
    up: list[Tick]
    zero: float | None
    now: float | None  # the step looked at
    right: float  # where the grid ends
    has_names: bool
    notes: Sequence[Note]
    per_unit: float  # of its height, on a straight scale


@dataclass(frozen=True)
class Scale:
    """From numbers to places, straight or by powers of ten."""

    low: float
    high: float
    steps: int
    is_log: bool = False
    right: float = RIGHT

    def x(self, step: float) -> float:
        if self.steps == 1:
            return (LEFT + self.right) / 2
        return LEFT + (self.right - LEFT) * (step - 1) / (self.steps - 1)

    def y(self, value: float) -> float:
        place = log10(value) if self.is_log else value
        return BOTTOM - (BOTTOM - TOP) * (place - self.low) / (self.high - self.low)

    def shows(self, value: float) -> bool:
        return isfinite(value) and (not self.is_log or value >= SMALLEST)


def chart(
    key: str, title: str, said: str, series: Sequence[Series], *, now: int | None = None, is_log: bool = False,
    least: float = 0.0, most: float = 0.0, has_names: bool = True,
) -> Chart:  # fmt: skip
    """The chart of these curves; its axis reaches from `least` to `most` at least.

    Names at the right ends are for curves that are apart there; else the key alone names them.
    """
    shown = [float(value) for each in series for value in each.values]
    steps = max(len(each.values) for each in series)
    up, low, high = _powers(shown) if is_log else _rounds(min([least, *shown]), max([most, *shown]))
    scale = Scale(low, high, steps, is_log, RIGHT if has_names else RIGHT_WITHOUT_NAMES)
    ends = _apart([_end(scale, each) for each in series])
    return Chart(
        id=key,
        title=title,
        said=said,
        curves=[_curve(scale, each, k, end) for k, (each, end) in enumerate(zip(series, ends, strict=True))],
        across=[Tick(scale.x(step), str(step)) for step in _step_ticks(steps)],
        up=[Tick(scale.y(10.0**at if is_log else at), _power(at) if is_log else _round(at)) for at in up],
        zero=scale.y(0) if not is_log and low < 0 < high else None,
        now=scale.x(now) if now else None,
        right=scale.right,
        has_names=has_names,
        notes=_notes(series) if is_log else [],
        per_unit=(BOTTOM - TOP) / (high - low),
    )


def _curve(scale: Scale, series: Series, k: int, end: float) -> Curve:
    places = [
        (step, scale.x(step), scale.y(value)) for step, value in enumerate(series.values, 1) if scale.shows(value)
    ]
    every = max(1, ceil(CLOSEST_MARKS / (scale.x(2) - scale.x(1)))) if scale.steps > 1 else 1
    mark = MARKS[series.mark or MARK_OF.get(series.name, "circle")]
    runs = _runs(places)
    chosen = [
        (x, y) for run in runs for step, x, y in run if (step + k) % every == 0 or scale.steps <= every or len(run) == 1
    ]
    return Curve(
        series=series,
        kind=series.kind or f"q-{series.name}",
        line="".join(_line(scale, run) for run in runs),
        marks="".join(f"M{x:.1f},{y:.1f}{mark}" for x, y in chosen),
        sample=f"M17,7{mark}",
        name_y=end,
    )


def _runs(places: list[tuple[int, float, float]]) -> list[list[tuple[int, float, float]]]:
    """The points of steps that follow one another: between two runs something is not shown."""
    runs: list[list[tuple[int, float, float]]] = []
    for place in places:
        if runs and runs[-1][-1][0] == place[0] - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _line(scale: Scale, run: list[tuple[int, float, float]]) -> str:
    """Straight from step to step. A point alone has a piece of line through it, so that its pattern is seen."""
    points = [(x, y) for _, x, y in run]
    if len(points) == 1 and scale.steps > 1:
        x, y = points[0]
        points = [(max(x - STUB, LEFT), y), (x, y), (min(x + STUB, scale.right), y)]
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _notes(series: Sequence[Series]) -> list[Note]:
    """What has no place on a logarithmic scale, in a line each."""
    notes = [_note_on_nothing(each) for each in series if 0 in each.values]
    if any(0 < value < SMALLEST for each in series for value in each.values):
        notes.append(Note(f"Below {_power(SMALLEST_POWER)} nothing is drawn; the table has it."))
    return notes


def notes_on_closeness(drawn: Chart, left: Sequence[float], right: Sequence[float]) -> list[Note]:
    """Where two curves can't be told apart on a straight scale, a line that says so."""
    apart = [abs(one - other) for one, other in zip(left, right, strict=True)]
    seen = [step for step, each in enumerate(apart, 1) if each * drawn.per_unit >= CLOSEST_SEEN]
    if not any(apart):
        return [Note("The two curves lie on each other: they are alike in every step.")]
    if not seen:
        most = scientific(max(apart))
        return [Note(f"The two curves differ by less than can be seen, {most} at most; the table has both.")]
    ends = (("Before", seen[0], apart[: seen[0] - 1]), ("After", seen[-1], apart[seen[-1] :]))
    return [
        Note(f"{where} step {step} they differ by less than can be seen.") for where, step, rest in ends if any(rest)
    ]


def _note_on_nothing(series: Series) -> Note:
    steps = [step for step, value in enumerate(series.values, 1) if value == 0]
    where = f"step {steps[0]}" if len(steps) == 1 else f"{len(steps)} steps"
    return Note(f"it is 0 at {where}, and 0 has no place on a logarithmic scale.", series.title or series.name)


def _end(scale: Scale, series: Series) -> float:
    shown = [value for value in series.values if scale.shows(value)]
    return scale.y(shown[-1]) if shown else BOTTOM


def _apart(ends: list[float]) -> list[float]:
    """The heights of the names at the right, moved until none covers another and none leaves the chart."""
    order = sorted(range(len(ends)), key=lambda k: ends[k])
    found = dict(enumerate(ends))
    for before, after in pairwise(order):
        found[after] = max(found[after], found[before] + CLOSEST_NAMES)
    limit = BOTTOM
    for k in reversed(order):
        found[k] = min(found[k], limit)
        limit = found[k] - CLOSEST_NAMES
    return [found[k] for k in range(len(ends))]


def _rounds(low: float, high: float) -> tuple[list[float], float, float]:
    """Round numbers over a range, and its ends moved out to them."""
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / (MOST_TICKS - 1)
    ten = 10.0 ** floor(log10(rough))
    step = next(ten * by for by in (1, 2, 2.5, 5, 10) if ten * by >= rough * (1 - 1e-9))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [step * k for k in range(first, last + 1)], first * step, last * step


def _powers(values: list[float]) -> tuple[list[float], float, float]:
    """Whole powers of ten over the values that a logarithmic chart can show."""
    shown = [value for value in values if isfinite(value) and value >= SMALLEST] or [1.0]
    low, high = floor(log10(min(shown)) + 1e-9), ceil(log10(max(shown)) - 1e-9)
    if low == high:
        low -= 1
    step = next((each for each in DECADES if each * (MOST_TICKS - 1) >= high - low), DECADES[-1])
    low, high = floor(low / step) * step, ceil(high / step) * step
    return [float(at) for at in range(low, high + 1, step)], float(low), float(high)


def _step_ticks(steps: int) -> list[int]:
    every = next(each for each in (1, 2, 5, 10) if steps / each <= 10)
    return sorted({1, *range(every, steps + 1, every)} if every < 10 else {1, *range(10, steps + 1, 10)})


def _round(value: float) -> str:
    return f"{value + 0.0:.6g}".replace("-", "−") if abs(value) > 1e-12 else "0"


def _power(exponent: float) -> str:
    return "1" if exponent == 0 else f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def scientific(value: float) -> str:
    """A size of any order with three digits: 0.00583, 3.21·10⁻⁷, 0."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e4:
        decimals = max(0, 2 - floor(log10(abs(value))))
        return f"{value:.{decimals}f}".replace("-", "−")
    digits, _, exponent = f"{value:.2e}".partition("e")
    return f"{digits}·10{str(int(exponent)).translate(SUPERSCRIPTS)}".replace("-", "−", 1)
