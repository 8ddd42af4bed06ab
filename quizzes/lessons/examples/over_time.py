"""The whole sequence at once: states, candidate and gates of one unit as curves, and the table of the same numbers."""

from __future__ import annotations

from dataclasses import dataclass

import sim
from quizzes.lessons.examples.address import DECIMALS, Example
from quizzes.lessons.examples.chart import Chart, Series, chart
from quizzes.lessons.examples.quantities import CANDIDATES, GATES, name_of
from quizzes.lessons.examples.worked import Decimals, said


@dataclass(frozen=True)
class Row:
    number: int
    inputs: list[float]
    values: list[float]


@dataclass(frozen=True)
class OverTime:
    charts: list[Chart]
    columns: list[str]
    rows: list[Row]
    said: str


def over_time(example: Example, trace: sim.Trace) -> OverTime:
    names = list(example.declared.equations)
    gates = [name for name in names if name in GATES]
    states = [*reversed(trace.states), *(name for name in names if name in CANDIDATES)]
    columns = [*gates, *(name for name in names if name in CANDIDATES), *reversed(trace.states)]
    charts = [_chart(example, trace, "states", "States and candidate" if len(states) > 1 else "The state", states)]
    if gates:
        charts.append(_chart(example, trace, "gates", "Gates: shares from 0 to 1", gates, most=1.0))
    return OverTime(
        charts=charts,
        columns=columns,
        rows=[
            Row(t, trace.at("x", t).tolist(), [float(trace.at(name, t)[example.unit - 1]) for name in columns])
            for t in range(1, trace.T + 1)
        ],
        said=_outcome(example, trace),
    )


def _outcome(example: Example, trace: sim.Trace) -> str:
    unit = slice(example.unit - 1, example.unit)
    last = (f"{state} {said(trace.at(state, trace.T)[unit])}" for state in reversed(trace.states))
    return f"After {trace.T} steps: {', '.join(last)}"


def _chart(example: Example, trace: sim.Trace, key: str, title: str, names: list[str], most: float = 0.0) -> Chart:
    series = [Series(name, unit_of(trace, name, example.unit), title=f"{name} {name_of(name)}") for name in names]
    return chart(key, title, " ".join(map(course_of, series)), series, now=example.step, most=most)


def unit_of(of: sim.Trace | sim.Gradients, name: str, unit: int) -> list[float]:
    """A quantity of one unit, or its gradient, step by step."""
    values: list[float] = of[name][:, unit - 1].tolist()
    return values


def course_of(series: Series, decimals: Decimals = DECIMALS) -> str:
    """How a curve runs, in one sentence."""
    first, last = said(series.values[:1], decimals), said(series.values[-1:], decimals)
    if len(series.values) == 1:
        return f"{series.name} is {first}."
    low, high = said([min(series.values)], decimals), said([max(series.values)], decimals)
    return (
        f"{series.name} goes from {first} at step 1 to {last} at step {len(series.values)}, between {low} and {high}."
    )
