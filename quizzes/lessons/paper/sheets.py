"""What stands on a sheet and on its key: what is given, the equations with room for each value, the values. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import sim
from quizzes.errors import refused_by_sim
from quizzes.lessons.examples.address import Example, Rows, number_text
from quizzes.lessons.examples.bench import shown
from quizzes.lessons.examples.quantities import gate_of, name_of
from quizzes.lessons.paper.drawing import DECIMALS

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Given:
    """One array that is given: its name as the page writes it, and its numbers row by row."""

    name: str
    rows: list[list[str]]


@dataclass(frozen=True)
class Block:
    """The weights of one gate, in one line of the sheet."""

    letter: str
    title: str
    arrays: list[Given]


@dataclass(frozen=True)
class Grid:
    """Equations down, steps or units across; `values[name]` are what the key has in these places."""

    caption: str
    columns: list[str]
    values: dict[str, list[str]]


@dataclass(frozen=True)
class Sheet:
    """One sheet and its key. `number` is the variant's."""

    number: int
    example: Example
    inputs: list[Given]
    weights: list[Block]
    grids: list[Grid]
    trace: sim.Trace


def sheet(example: Example, number: int = 1) -> Sheet:
    """Raises: Refused for numbers that can't be computed with."""
    trace = computed(example)
    states = [f"{state}0" for state in reversed(example.declared.states)]
    return Sheet(
        number,
        example,
        [_given(f"x@{step}", (row,)) for step, row in enumerate(example.numbers["x"], 1)]
        + [_given(shown(name), example.numbers[name]) for name in states],
        _blocks(example),
        _grids(example, trace),
        trace,
    )


def computed(example: Example) -> sim.Trace:
    """Every named value as a careful learner writes it down with three decimals."""
    cell, numbers = example.declared, example.numbers
    try:
        weights = {name: numbers[name] if name[0] in "WU" else numbers[name][0] for name in cell.parameters}
        layer = sim.layer(cell, weights)
        states = [numbers[f"{state}0"][0] for state in cell.states]
        if _has_few_decimals(example):
            return sim.exact(layer, numbers["x"], *states, decimals=DECIMALS)
        return sim.kept_to(layer, numbers["x"], *states, decimals=DECIMALS)  # it takes four decimals in what is given
    except sim.SimError as error:
        raise refused_by_sim(error) from error


def _has_few_decimals(example: Example) -> bool:
    given = (number for rows in example.numbers.values() for row in rows for number in row)
    return all(round(number, DECIMALS) == number for number in given)


def _given(name: str, rows: Rows) -> Given:
    """With equally many decimals within an array, so that the points of a matrix stand under each other."""
    decimals = max(len(number_text(number).partition(".")[2]) for row in rows for number in row)
    return Given(name, [[f"{number:.{decimals}f}".replace("-", MINUS) for number in row] for row in rows])


def _blocks(example: Example) -> list[Block]:
    by_letter: dict[str, list[str]] = {}
    for name in example.declared.parameters:
        by_letter.setdefault(gate_of(name), []).append(name)
    return [
        Block(letter, name_of(letter or "h"), [_array(example, name) for name in sorted(names, key=_order)])
        for letter, names in by_letter.items()
    ]


def _order(name: str) -> int:
    return "WUbp".index(name[0])


def _array(example: Example, name: str) -> Given:
    """A matrix as it is; a vector stands upright beside it."""
    rows = example.numbers[name]
    return _given(name, rows if name[0] in "WU" else tuple((number,) for number in rows[0]))


def _grids(example: Example, trace: sim.Trace) -> list[Grid]:
    names = list(example.declared.equations)
    if example.H == 1:
        columns = [f"step {step}" for step in range(1, example.T + 1)]
        return [Grid("", columns, {name: [_value(number) for number in trace[name][:, 0]] for name in names})]
    columns = [f"unit {unit}" for unit in range(1, example.H + 1)]
    return [
        Grid(f"Step {step}", columns, {name: [_value(number) for number in trace.at(name, step)] for name in names})
        for step in range(1, example.T + 1)
    ]


def _value(number: float) -> str:
    return f"{number + 0.0:.{DECIMALS}f}".replace("-", MINUS)
