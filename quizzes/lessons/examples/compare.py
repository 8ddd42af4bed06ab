"""RNN, LSTM and GRU in one table on the same input, and the cell of 1997 beside the modern one."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

import sim
from quizzes.lessons.examples import address
from quizzes.lessons.examples.address import Example
from quizzes.lessons.examples.chart import Chart, Series, chart
from quizzes.lessons.examples.companions import LOOKS, as_of_1997, companions
from quizzes.lessons.examples.over_time import course_of, unit_of
from quizzes.lessons.examples.usual import FAMILIES, TITLES
from quizzes.lessons.examples.worked import noted, run, said

LOOKS_OF_CELLS = {"modern": ("circle", "q-c k-1"), "1997": ("up", "q-o k-3")}


@dataclass(frozen=True)
class Column:
    title: str  # RNN, LSTM, GRU
    state: str
    values: list[float]
    look: tuple[str, str]


@dataclass(frozen=True)
class Cell:
    """One of the cells compared."""

    title: str
    cell: str
    query: str
    weights: int
    note: SafeString


@dataclass(frozen=True)
class Row:
    number: int
    inputs: list[float]
    values: list[float]


@dataclass(frozen=True)
class Table:
    columns: list[Column]
    rows: list[Row]
    chart: Chart | None


@dataclass(frozen=True)
class Compared:
    cells: list[Cell]
    table: Table
    then_and_now: Table
    said: str


def compare(example: Example, trace: sim.Trace) -> Compared:
    examples = companions(example)
    traces = {family: trace if each is example else run(each) for family, each in examples.items()}
    columns = [
        Column(_title(examples[family]), state, unit_of(each, state, example.unit), LOOKS[family])
        for family, each in traces.items()
        for state in reversed(each.states)
    ]
    shown = [column for column in columns if column.state == "h"]
    return Compared(
        cells=[_cell(each) for each in examples.values()],
        table=_table(example, columns, shown, "hidden", "The hidden state h of each"),
        then_and_now=_then_and_now(example),
        said="After the last step: " + ", ".join(f"{each.title} {said(each.values[-1:])}" for each in shown),
    )


def _title(example: Example) -> str:
    return FAMILIES.get(example.cell) or TITLES[example.cell]


def _cell(example: Example) -> Cell:
    declared = example.declared
    weights = sum(len(rows) * len(rows[0]) for name, rows in example.numbers.items() if name in declared.parameters)
    return Cell(_title(example), example.cell, address.query(example), weights, noted(declared.note))


def _then_and_now(example: Example) -> Table:
    modern, old = as_of_1997(example)
    columns = [
        Column(title, state, unit_of(run(each), state, example.unit), LOOKS_OF_CELLS[title])
        for title, each in (("modern", modern), ("1997", old))
        for state in ("c", "h")
    ]
    return _table(example, columns, [c for c in columns if c.state == "c"], "cells", "The cell state c of both")


def _table(example: Example, columns: list[Column], shown: list[Column], key: str, title: str) -> Table:
    x = example.numbers["x"]
    rows = [Row(t, list(x[t - 1]), [column.values[t - 1] for column in columns]) for t in range(1, example.T + 1)]
    return Table(columns, rows, _chart(example, shown, key, title) if example.T > 1 else None)


def _chart(example: Example, columns: list[Column], key: str, title: str) -> Chart:
    series = [
        Series(column.title, column.values, kind, mark, f"{column.state} of {_named(column)}")
        for column in columns
        for mark, kind in [column.look]
    ]
    return chart(key, title, " ".join(map(course_of, series)), series, now=example.step, has_names=False)


def _named(column: Column) -> str:
    return {"modern": "the modern LSTM", "1997": "the cell of 1997"}.get(column.title, f"the {column.title}")
