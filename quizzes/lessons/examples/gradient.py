"""What is left of the past: direct path and total derivatives, for RNN, LSTM and GRU; and the way back in numbers.

The loss of the way back is the sum of the last hidden states, so that every gradient says how much h_T answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np
from django.utils.html import format_html
from django.utils.safestring import SafeString

import sim
from quizzes.lessons.examples.address import DECIMALS, Example
from quizzes.lessons.examples.chart import Chart, Series, chart, scientific
from quizzes.lessons.examples.companions import companions
from quizzes.lessons.examples.usual import FAMILIES, TITLES, family_of
from quizzes.lessons.examples.worked import LARGEST_SHOWN, MOST_UNITS_PUT_IN, Line, line, run

DIGITS = 3  # at least so many digits of the gradients of a step are shown,
MOST_DECIMALS = 12  # unless they are smaller than this shows

PERCENT = "\N{NO-BREAK SPACE}%"
FACTORS = {"lstm": "f", "gru": "z"}
PATTERNS = ("k-1", "k-3", "k-4", "k-5")
OWN_MARKS = {("h", "h"): "square", ("c", "c"): "circle", ("h", "c"): "up", ("c", "h"): "diamond"}
FAMILY_LOOKS = {"rnn": ("square", "k-1"), "lstm": ("up", "k-3"), "gru": ("diamond", "k-4")}


@dataclass(frozen=True)
class Path:
    """How much of the state of each step t is left in a last state, one way or all: 1 at the last step."""

    short: str  # at the end of the curve
    said: str
    label: SafeString  # the same in signs
    sizes: list[float]
    mark: str
    pattern: str

    @property
    def at_first(self) -> float:
        """What is left of step 1."""
        return self.sizes[0]


@dataclass(frozen=True)
class Row:
    number: int
    sizes: list[str]


@dataclass(frozen=True)
class Fading:
    """A chart of paths with its table."""

    chart: Chart | None
    paths: list[Path]
    rows: list[Row]


@dataclass(frozen=True)
class Gradient:
    sentences: list[str]
    factor: str  # what the direct path is the product of
    own: Fading
    three: Fading
    lines: list[Line]
    too_large: bool
    too_small: bool
    weights: dict[str, list[list[float]]]
    said: str


def gradient(example: Example, trace: sim.Trace) -> Gradient:
    found = {family: _influence(example, each, trace) for family, each in companions(example).items()}
    paths = _own_paths(example, found[family_of(example.cell)])
    sentences = _sentences(example, paths)
    back = back_from_the_last(trace)
    too_large = any(np.abs(back[name]).max() >= LARGEST_SHOWN for name in back)
    return Gradient(
        sentences=sentences,
        factor=FACTORS.get(family_of(example.cell), "") if paths[0].short == "direct" else "",
        own=_fading(example, "own", "What is left of step t at the last step", paths),
        three=_fading(example, "three", "RNN, LSTM and GRU on this sequence", _three_paths(example, found)),
        lines=[] if too_large else _lines(example, back),
        too_large=too_large,
        too_small=_largest(example, back) < 10.0 ** (DIGITS - MOST_DECIMALS),
        weights={} if too_large or example.H > MOST_UNITS_PUT_IN else _weights(back),
        said=" ".join(sentences),
    )


def _influence(example: Example, each: Example, trace: sim.Trace) -> sim.Influence:
    return sim.influence(trace if each is example else run(each))


# --- the paths


def _own_paths(example: Example, found: sim.Influence) -> list[Path]:
    """The direct path of the carried state, then the total derivative of every last state by every state."""
    state = example.declared.states[-1]
    paths = []
    if found.direct is not None:
        paths.append(_direct("direct", state, found.direct.tolist(), "cross", "k-2"))
    carried_first = sorted(found.total.items(), key=lambda each: each[0] != (state, state))
    for (pair, sizes), pattern in zip(carried_first, PATTERNS, strict=False):
        last, earlier = pair
        paths.append(_total(f"{last}, {earlier}", "", last, earlier, sizes.tolist(), OWN_MARKS[pair], pattern))
    return paths


def _three_paths(example: Example, found: dict[str, sim.Influence]) -> list[Path]:
    own, paths = family_of(example.cell), []
    for family, influence in found.items():
        title = TITLES[example.cell] if family == own else FAMILIES[family]
        total = influence.total["h", "h"].tolist()
        paths.append(_total(FAMILIES[family], title, "h", "h", total, *FAMILY_LOOKS[family]))
    if found["lstm"].direct is not None:
        paths.append(_direct("cell", "LSTM c", found["lstm"].direct.tolist(), "circle", "q-c"))
    return paths


def _direct(short: str, state: str, sizes: list[float], mark: str, pattern: str) -> Path:
    return Path(
        short, f"{state} along its direct path alone", format_html("{}, direct path", state), sizes, mark, pattern
    )


def _total(short: str, of: str, last: str, earlier: str, sizes: list[float], mark: str, pattern: str) -> Path:
    said = f"{of} total derivative of the last {last} by the {earlier} of each step".strip()
    label = format_html("{} ∂<i>{}</i><sub>T</sub>/∂<i>{}</i><sub>t</sub>, total", of, last, earlier)
    return Path(short, said, label, sizes, mark, pattern)


def _fading(example: Example, key: str, title: str, paths: list[Path]) -> Fading:
    series = [Series(path.short, path.sizes, path.pattern, path.mark, path.label) for path in paths]
    courses = (f"{path.said}: {scientific(path.at_first)} at step 1." for path in paths)
    said = " ".join(["A logarithmic scale.", *courses])
    return Fading(
        chart=chart(key, title, said, series, now=example.step, is_log=True) if example.T > 1 else None,
        paths=paths,
        rows=[Row(t, [scientific(path.sizes[t - 1]) for path in paths]) for t in range(1, example.T + 1)],
    )


def _sentences(example: Example, paths: Sequence[Path]) -> list[str]:
    """What the curves say, each named as what it is."""
    if example.T == 1:
        return ["There is one step only, so there is nothing to look back on. Take more steps."]
    steps = f"{example.T - 1} steps" if example.T > 2 else "one step"
    if paths[0].short == "direct":
        first = f"Along the cell’s direct path {left(paths[0].at_first)} of the signal is left after {steps}."
    else:
        first = "This cell has no direct path: its state goes through weights and a function in every step."
    total = next(path for path in paths if path.short != "direct")
    return [first, f"Through every path together, {left(total.at_first)} of it is left after {steps}."]


def left(share: float) -> str:
    """A share of the signal as it is said: 0.58 %, 3.20·10⁻⁷ %, 17.0 times as much."""
    if share > 1.005:
        return f"{scientific(share)} times as much"
    percent = 100 * share
    if percent >= 0.01:
        return f"{percent:.0f}{PERCENT}" if percent >= 99.5 else f"{percent:.2g}{PERCENT}"
    return f"{scientific(percent)}{PERCENT}"


# --- the way back


def back_from_the_last(trace: sim.Trace) -> sim.Gradients:
    return sim.backward(trace, None, dh_last=[1.0] * trace.layer.H)


def told_back(cell: sim.Cell) -> list[str]:
    """The gradients that have a value for each unit, in the order of the way back."""
    return [name for name in cell.gradients if name != "dx" and name[1:] not in cell.parameters]


def _lines(example: Example, back: sim.Gradients) -> list[Line]:
    """Every equation of the way back at the step looked at; the input's own only where units are few."""
    names = [each for each in example.declared.gradients if each[1:] not in example.declared.parameters]
    told = [name for name in names if name != "dx" or example.H <= MOST_UNITS_PUT_IN]
    decimals = decimals_of(example, back)
    return [line(back, name, example.step, example, decimals) for name in told]


def _largest(example: Example, back: sim.Gradients) -> float:
    """The size of the largest gradient of a sum at the step looked at."""
    sums = [name for name in example.declared.gradients if name.startswith("da")]
    return float(max(np.abs(back.at(name, example.step)).max() for name in sums))


def decimals_of(example: Example, back: sim.Gradients) -> int:
    """Enough decimals to tell the gradients of this step from 0."""
    largest = _largest(example, back)
    if largest < 10.0 ** (DIGITS - MOST_DECIMALS):
        return DECIMALS
    return max(DECIMALS, DIGITS - floor(log10(largest)) - 1)


def _weights(back: sim.Gradients) -> dict[str, list[list[float]]]:
    """The gradient of every weight, the contributions of all steps added up, as rows."""
    return {name: np.atleast_2d(back[name]).tolist() for name in back.trace.weights}
