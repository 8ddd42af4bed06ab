"""What is left of the past: direct path and total derivatives, for RNN, LSTM and GRU; and the way back in numbers.

The loss of the way back is the sum of the last hidden states, so that every gradient says how much h_T answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.html import format_html
from django.utils.safestring import SafeString

import sim
from quizzes.lessons.examples.address import DECIMALS, Example
from quizzes.lessons.examples.chart import Chart, Series, chart, scientific
from quizzes.lessons.examples.companions import LOOKS, companions
from quizzes.lessons.examples.usual import FAMILIES, TITLES, family_of
from quizzes.lessons.examples.worked import LARGEST_SHOWN, MOST_UNITS_PUT_IN, Line, line, run

SHOWN = sim.Significant(DECIMALS)  # of every gradient, wherever it stands: 0.7311, 0.002473, 3.217·10⁻⁷
LEAST_PERCENT = 1e-4  # a share below this is said in words: a hundredth of a per cent
FRACTIONS = {
    1e-6: "less than a ten-thousandth",
    1e-9: "less than a millionth",
    1e-12: "less than a thousand-millionth",
    0.0: "less than a millionth of a millionth",
}

PERCENT = "\N{NO-BREAK SPACE}%"
FACTORS = {"lstm": "f", "gru": "z"}
DIRECT_LOOK = ("cross", "q-f k-2")  # mark, then hue and line pattern: the direct path is a product of gates
OWN_LOOKS = {  # by the last state and the earlier one
    ("h", "h"): ("square", "q-h k-1"),
    ("c", "c"): ("circle", "q-c k-1"),
    ("h", "c"): ("up", "q-o k-3"),
    ("c", "h"): ("diamond", "q-i k-4"),
}
CELL_LOOK = ("circle", "q-c k-2")


@dataclass(frozen=True)
class Path:
    """How much of the state of each step t is left in a last state, one way or all: 1 at the last step."""

    said: str
    label: SafeString  # the same in signs
    sizes: list[float]
    look: tuple[str, str]
    is_direct: bool = False

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
    sentences: list[str]  # as they are read
    factor: str  # what the direct path is the product of
    own: Fading
    three: Fading
    lines: list[Line]
    too_large: bool
    is_nothing: bool  # every gradient of the step is 0
    weights: dict[str, list[list[str]]]
    said: str  # the sentences as they are heard


def gradient(example: Example, trace: sim.Trace) -> Gradient:
    found = {family: _influence(example, each, trace) for family, each in companions(example).items()}
    paths = _own_paths(example, found[family_of(example.cell)])
    back = back_from_the_last(trace)
    too_large = any(np.abs(back[name]).max() >= LARGEST_SHOWN for name in back)
    return Gradient(
        sentences=_sentences(example, paths, SHOWN.digits),
        factor=FACTORS.get(family_of(example.cell), "") if paths[0].is_direct else "",
        own=_fading(example, "own", "What is left of step t at the last step", paths),
        three=_fading(example, "three", "RNN, LSTM and GRU on this sequence", _three_paths(example, found)),
        lines=[] if too_large else _lines(example, back),
        too_large=too_large,
        is_nothing=not any(back.at(name, example.step).any() for name in told_back(example.declared)),
        weights={} if too_large or example.H > MOST_UNITS_PUT_IN else _weights(back),
        said=" ".join(_sentences(example, paths, SHOWN.words)),
    )


def _influence(example: Example, each: Example, trace: sim.Trace) -> sim.Influence:
    return sim.influence(trace if each is example else run(each))


# --- the paths


def _own_paths(example: Example, found: sim.Influence) -> list[Path]:
    """The direct path of the carried state, then the total derivative of every last state by every state."""
    state = example.declared.states[-1]
    paths = []
    if found.direct is not None:
        paths.append(_direct(state, found.direct.tolist(), DIRECT_LOOK))
    carried_first = sorted(found.total.items(), key=lambda each: each[0] != (state, state))
    for (last, earlier), sizes in carried_first:
        paths.append(_total("", last, earlier, sizes.tolist(), OWN_LOOKS[last, earlier]))
    return paths


def _three_paths(example: Example, found: dict[str, sim.Influence]) -> list[Path]:
    own, paths = family_of(example.cell), []
    for family, influence in found.items():
        title = TITLES[example.cell] if family == own else FAMILIES[family]
        paths.append(_total(title, "h", "h", influence.total["h", "h"].tolist(), LOOKS[family]))
    if found["lstm"].direct is not None:
        paths.append(_direct("LSTM c", found["lstm"].direct.tolist(), CELL_LOOK))
    return paths


def _direct(named: str, sizes: list[float], look: tuple[str, str]) -> Path:
    return Path(
        f"{named} along its direct path alone", format_html("{}, direct path", named), sizes, look, is_direct=True
    )


def _total(of: str, last: str, earlier: str, sizes: list[float], look: tuple[str, str]) -> Path:
    said = f"{of} total derivative of the last {last} by the {earlier} of each step".strip()
    label = format_html("{} ∂<i>{}</i><sub>T</sub>/∂<i>{}</i><sub>t</sub>, total", of, last, earlier)
    return Path(said, label, sizes, look)


def _fading(example: Example, key: str, title: str, paths: list[Path]) -> Fading:
    series = [Series("", path.sizes, kind, mark, path.label) for path in paths for mark, kind in [path.look]]
    courses = (f"{path.said}: {SHOWN.words(path.at_first)} at step 1." for path in paths)
    said = " ".join(["A logarithmic scale.", *courses])
    return Fading(
        chart=chart(key, title, said, series, now=example.step, is_log=True, has_names=False)
        if example.T > 1
        else None,
        paths=paths,
        rows=[Row(t, [SHOWN.digits(path.sizes[t - 1]) for path in paths]) for t in range(1, example.T + 1)],
    )


def _sentences(example: Example, paths: Sequence[Path], written: Callable[[float], str]) -> list[str]:
    """What the curves say, each named as what it is."""
    if example.T == 1:
        return ["There is one step only, so there is nothing to look back on. Take more steps."]
    steps = f"{example.T - 1} steps" if example.T > 2 else "one step"
    if paths[0].is_direct:
        first = f"Along the cell’s direct path {left(paths[0].at_first, written)} of the signal is left after {steps}."
    else:
        first = "This cell has no direct path: its state goes through weights and a function in every step."
    total = next(path for path in paths if not path.is_direct)
    return [first, f"Through every path together, {left(total.at_first, written)} of it is left after {steps}."]


def left(share: float, written: Callable[[float], str] = SHOWN.digits) -> str:
    """A share of the signal as it is said: 0.58 %, 17 times as much, less than a millionth (3.217·10⁻⁷)."""
    if share == 0:
        return "nothing"
    if share > 1.005:
        return f"{scientific(share)} times as much"
    percent = 100 * share
    if share >= LEAST_PERCENT:
        return f"{percent:.0f}{PERCENT}" if percent >= 99.5 else f"{percent:.2g}{PERCENT}"
    return f"{next(said for least, said in FRACTIONS.items() if share >= least)} ({written(share)})"


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
    return [line(back, name, example.step, example, SHOWN) for name in told]


def _weights(back: sim.Gradients) -> dict[str, list[list[str]]]:
    """The gradient of every weight, the contributions of all steps added up, as rows."""
    rows = {name: np.atleast_2d(back[name]).tolist() for name in back.trace.weights}
    return {name: [[SHOWN.digits(value) for value in row] for row in of] for name, of in rows.items()}
