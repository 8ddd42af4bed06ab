"""A line chart as places in an SVG: one line, one row of marks and one name for each curve. Pure.

Every curve has a letter, a hue, a line pattern and a mark of its own, so that none is told by colour alone; the table
of the same numbers stands beside every chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isfinite, log10

WIDTH, HEIGHT = 420.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 362.0, 14.0, 222.0
CLOSEST_MARKS = 18.0  # between two marks of a curve, and between two names at its end
CLOSEST_NAMES = 16.0
MOST_TICKS = 6
SMALLEST = 1e-12  # below this a logarithmic chart shows nothing: the float error of the numbers is as large

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

    name: str  # "c", or what stands at the end of the curve
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
class Chart:
    id: str
    title: str
    said: str  # what an ear is told of it
    curves: list[Curve]
    across: list[Tick]
    up: list[Tick]
    zero: float | None
    now: float | None  # the step looked at


@dataclass(frozen=True)
class Scale:
    """From numbers to places, straight or by powers of ten."""

    low: float
    high: float
    steps: int
    is_log: bool = False

    def x(self, step: float) -> float:
        return LEFT + (RIGHT - LEFT) * (step - 1) / max(self.steps - 1, 1) if self.steps > 1 else (LEFT + RIGHT) / 2

    def y(self, value: float) -> float:
        place = log10(value) if self.is_log else value
        return BOTTOM - (BOTTOM - TOP) * (place - self.low) / (self.high - self.low)

    def shows(self, value: float) -> bool:
        return isfinite(value) and (not self.is_log or value >= SMALLEST)


def chart(
    key: str, title: str, said: str, series: Sequence[Series], *, now: int | None = None, is_log: bool = False,
    least: float = 0.0, most: float = 0.0,
) -> Chart:  # fmt: skip
    """The chart of these curves; its axis reaches from `least` to `most` at least."""
    shown = [float(value) for each in series for value in each.values]
    steps = max(len(each.values) for each in series)
    up, low, high = _powers(shown) if is_log else _rounds(min([least, *shown]), max([most, *shown]))
    scale = Scale(low, high, steps, is_log)
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
    )


def _curve(scale: Scale, series: Series, k: int, end: float) -> Curve:
    places = [
        (step, scale.x(step), scale.y(value)) for step, value in enumerate(series.values, 1) if scale.shows(value)
    ]
    every = max(1, ceil(CLOSEST_MARKS / (scale.x(2) - scale.x(1)))) if scale.steps > 1 else 1
    mark = MARKS[series.mark or MARK_OF.get(series.name, "circle")]
    chosen = [(x, y) for step, x, y in places if (step + k) % every == 0 or scale.steps <= every]
    return Curve(
        series=series,
        kind=series.kind or f"q-{series.name}",
        line=_line(places),
        marks="".join(f"M{x:.1f},{y:.1f}{mark}" for x, y in chosen),
        sample=f"M17,7{mark}",
        name_y=end,
    )


def _line(places: list[tuple[int, float, float]]) -> str:
    """Straight from step to step, with a gap where one is not shown."""
    parts, last = [], None
    for step, x, y in places:
        parts.append(f"{'L' if last == step - 1 else 'M'}{x:.1f},{y:.1f}")
        last = step
    return "".join(parts)


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
    step = ceil((high - low) / (MOST_TICKS - 1))
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
