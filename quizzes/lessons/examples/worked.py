"""One step of an example, worked: every equation with its numbers, the diagram, every value. `sim` computes all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

import sim
from quizzes.errors import Refused, refused_by_sim
from quizzes.lessons.examples.address import DECIMALS, Example, Rows
from quizzes.lessons.examples.diagrams import Diagram, diagram
from quizzes.lessons.examples.quantities import name_of

MOST_UNITS_PUT_IN = 2  # above this, numbers are put in for the unit looked at alone
MOST_MOMENTS = 5  # above this, what is carried from step to step stands in the view over time alone
LARGEST_SHOWN = 1e9

type Decimals = int | sim.Significant


@dataclass(frozen=True)
class Value:
    """A row of the table of all values: the canonical list, one id for each quantity."""

    quantity: str
    name: str
    numbers: list[float]
    formula: str = ""


@dataclass(frozen=True)
class Line:
    """An equation, the same with numbers put in, and the same said aloud."""

    quantity: str
    formula: SafeString
    substituted: SafeString
    words: str


@dataclass(frozen=True)
class Moment:
    """One step in the table of all steps: the input and the states, unit by unit."""

    number: int
    columns: list[list[float]]


@dataclass(frozen=True)
class Step:
    title: str
    number: int
    lines: list[Line]
    given: list[Value]
    values: list[Value]
    diagram: Diagram
    followed: list[str]  # the names of the columns of `moments`
    moments: list[Moment]
    line_before: str  # the equations before and after the one whose turn it is
    line_after: str
    outcome: list[tuple[str, float]]  # the states of the unit looked at, which stay in sight
    said: str  # the same in one breath, for who does not see the numbers change


def layer_of(example: Example) -> sim.Layer:
    """Raises: SimError where the numbers can't be computed with."""
    return sim.layer(example.declared, {name: _weight(example, name) for name in example.declared.parameters})


def inputs_of(example: Example) -> tuple[Rows, tuple[float, ...], tuple[float, ...] | None]:
    """What a run is given beside the weights: x, h0, and c0 where the cell has one."""
    numbers = example.numbers
    return numbers["x"], numbers["h0"][0], numbers["c0"][0] if "c0" in numbers else None


def run(example: Example) -> sim.Trace:
    """Raises: Refused where the numbers can't be computed with, or grow beyond what can be shown."""
    try:
        trace = sim.forward(layer_of(example), *inputs_of(example))
    except sim.SimError as error:
        raise refused_by_sim(error) from error
    for state in trace.states:
        beyond = np.argwhere(np.abs(trace[state]) >= LARGEST_SHOWN)
        if len(beyond):
            raise Refused(
                "grows_too_large",
                f"{state} at step {beyond[0][0] + 1} is beyond a thousand million: nothing holds it back.",
                "Take smaller weights or fewer steps.",
            )
    return trace


def step(example: Example, trace: sim.Trace) -> Step:
    cell, at = example.declared, example.step
    names = list(cell.equations)
    given = ["x", *(f"{state}_prev" for state in cell.states)]
    followed = ["x", *reversed(cell.states)]
    turn = names.index(example.line) if example.line else -1
    return Step(
        title=f"Step {at} of {trace.T}",
        number=at,
        lines=[line(trace, name, at, example) for name in names],
        given=[_value(example, trace, name) for name in given],
        values=[_value(example, trace, name, html(sim.mathml(cell, name))) for name in names],
        followed=followed,
        moments=_moments(trace, followed),
        diagram=diagram(trace, at, prefix=example.cell, unit=example.unit, decimals=DECIMALS),
        line_before=names[turn - 1] if turn > 0 else "",
        line_after=names[turn + 1] if turn + 1 < len(names) else "",
        outcome=[(state, float(trace.at(state, at)[example.unit - 1])) for state in reversed(cell.states)],
        said=_outcome(example, trace),
    )


def _outcome(example: Example, trace: sim.Trace) -> str:
    if example.line:
        return f"{example.line.replace('_', ' ')} is {said(trace.at(example.line, example.step))}."
    outcome = ", ".join(f"{state} {said(trace.at(state, example.step))}" for state in reversed(trace.states))
    return f"Step {example.step}: {outcome}"


def _moments(trace: sim.Trace, names: Sequence[str]) -> list[Moment]:
    if not 1 < trace.T <= MOST_MOMENTS:
        return []
    return [Moment(t, [trace.at(name, t).tolist() for name in names]) for t in range(1, trace.T + 1)]


def line(of: sim.Trace | sim.Gradients, name: str, at: int, example: Example, decimals: Decimals = DECIMALS) -> Line:
    """One equation told. Where there are many units, the numbers put in are those of the one looked at."""
    cell = of.cell_at(at)
    put_in = sim.substituted(of, name, at, decimals=decimals)
    return Line(
        quantity=name,
        formula=html(sim.mathml(cell, name)),
        substituted=html(put_in if example.H <= MOST_UNITS_PUT_IN else of_unit(put_in, example.unit)),
        words=sim.words(cell, name, at),
    )


def of_unit(put_in: str, unit: int) -> str:
    """One of the `<math>` elements that follow one another, one for each unit."""
    return put_in.split("</math>")[unit - 1] + "</math>"


def _value(example: Example, trace: sim.Trace, name: str, formula: str = "") -> Value:
    return Value(name, name_of(name), trace.at(name, example.step).tolist(), formula)


def _weight(example: Example, name: str) -> Rows | tuple[float, ...]:
    rows = example.numbers[name]
    return rows if name[0] in "WU" else rows[0]


def said(values: Iterable[float], decimals: Decimals = DECIMALS) -> str:
    if isinstance(decimals, sim.Significant):
        return " and ".join(map(decimals.words, values))
    return " and ".join(f"{value:.{decimals}f}".replace("-", "minus ") for value in values)


def noted(note: str) -> SafeString:
    """A convention's sentence with its weights written as on paper: U_n with the n below."""
    return html(re.sub(r"\b([WUb])_(\w+)", r"<i>\1</i><sub>\2</sub>", escape(note)))


def html(markup: str) -> SafeString:
    """Markup that `sim` printed from a declaration and numbers: nothing a user typed is in it."""
    return mark_safe(markup)  # noqa: S308
