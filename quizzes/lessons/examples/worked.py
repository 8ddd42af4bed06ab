"""One step of an example, worked: every equation with its numbers, the diagram, every value. `sim` computes all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

import sim
from quizzes.errors import refused_by_sim
from quizzes.lessons.examples.address import DECIMALS, Example, Rows
from quizzes.lessons.examples.quantities import name_of, sentence_of


@dataclass(frozen=True)
class Value:
    """A row of the table of all values: the canonical list, one id for each quantity."""

    quantity: str
    name: str
    sentence: str
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
    number: int
    lines: list[Line]
    given: list[Value]
    values: list[Value]
    diagram: SafeString
    followed: list[str]  # the names of the columns of `moments`
    moments: list[Moment]
    next: int
    back: int
    said: str  # the outcome in one breath, for who does not see the numbers change


def run(example: Example) -> sim.Trace:
    """Raises: Refused where the numbers can't be computed with."""
    numbers = example.numbers
    try:
        weights = {name: _weight(example, name) for name in example.declared.parameters}
        layer = sim.layer(example.declared, weights)
        states = {f"{state}0": numbers[f"{state}0"][0] for state in example.declared.states}
        return sim.forward(layer, numbers["x"], **states)
    except sim.SimError as error:
        raise refused_by_sim(error) from error


def step(example: Example, trace: sim.Trace) -> Step:
    cell, at = example.declared, example.step
    given = ["x", *(f"{state}_prev" for state in cell.states)]
    return Step(
        number=at,
        lines=[_line(cell, trace, name, at) for name in cell.equations],
        given=[_value(example, trace, name) for name in given],
        values=[_value(example, trace, name, _html(sim.mathml(cell, name))) for name in cell.equations],
        followed=["x", *reversed(cell.states)],
        moments=[_moment(trace, ["x", *reversed(cell.states)], number) for number in range(1, trace.T + 1)],
        diagram=_html(sim.svg(trace, at, unit=example.unit, decimals=DECIMALS)),
        next=at + 1,
        back=at - 1,
        said=f"Step {at}: " + ", ".join(f"{state} {_said(trace.at(state, at))}" for state in reversed(cell.states)),
    )


def _moment(trace: sim.Trace, names: Sequence[str], number: int) -> Moment:
    return Moment(number, [trace.at(name, number).tolist() for name in names])


def _line(cell: sim.Cell, trace: sim.Trace, name: str, at: int) -> Line:
    return Line(
        quantity=name,
        formula=_html(sim.mathml(cell, name)),
        substituted=_html(sim.substituted(trace, name, at, decimals=DECIMALS)),
        words=sim.words(cell, name, at),
    )


def _value(example: Example, trace: sim.Trace, name: str, formula: str = "") -> Value:
    sentence = sentence_of(name, example.cell, example.convention)
    return Value(name, name_of(name), sentence, trace.at(name, example.step).tolist(), formula)


def _weight(example: Example, name: str) -> Rows | tuple[float, ...]:
    rows = example.numbers[name]
    return rows if name[0] in "WU" else rows[0]


def _said(values: Iterable[float]) -> str:
    return " and ".join(f"{value:.{DECIMALS}f}".replace("-", "minus ") for value in values)


def diagram(cell: str) -> SafeString:
    """The cell as a picture, without numbers."""
    return _html(sim.svg(cell, prefix=cell))


def noted(note: str) -> SafeString:
    """A convention's sentence with its weights written as on paper: U_n with the n below."""
    return _html(re.sub(r"\b([WUb])_(\w+)", r"<i>\1</i><sub>\2</sub>", escape(note)))


def _html(markup: str) -> SafeString:
    """Markup that `sim` printed from a declaration and numbers: nothing a user typed is in it."""
    return mark_safe(markup)  # noqa: S308
