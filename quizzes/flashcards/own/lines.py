"""What a card asks and answers of one line of a worked example: one quantity of one unit at one step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils.safestring import SafeString

import sim
from quizzes.errors import Refused
from quizzes.lessons.examples import address
from quizzes.lessons.examples.address import DECIMALS, Example, number_text
from quizzes.lessons.examples.quantities import name_of
from quizzes.lessons.examples.usual import CONVENTIONS, TITLES, conventions_differ
from quizzes.lessons.examples.worked import html, noted, of_unit, run


@dataclass(frozen=True)
class Given:
    """A name of the line with the digits that are put in for it; `part`: which row or unit, where there are several."""

    name: str
    part: str
    digits: list[str]


@dataclass(frozen=True)
class Line:
    """Everything on the card, as the example shows it."""

    place: str  # lstm/?convention=…&line=c
    where: str  # LSTM, step 1
    note: str  # the convention in a sentence
    quantity: str
    name: str
    unit: int | None  # None where there is but one
    formula: SafeString
    words: str
    given: list[Given]
    value: str
    substituted: SafeString
    substituted_words: str
    text: str
    substituted_text: str


def read_line(cell: str, query: address.Query) -> Example:
    """The example and its line, as an address names them; what else the address says is looked at is left out.

    Raises: NotFound and Refused as the example's own page does.
    """
    return replace(address.read(cell, query), view="step", slip="", made="step", open="")


def place_of(example: Example) -> str:
    """The canonical address below /examples/, and below /cards/own/new/: the same line is the same text."""
    return f"{example.cell}/?{address.query(example)}"


def line_of(example: Example) -> Line:
    """Raises: Refused where no line is named, or the numbers grow beyond what can be shown."""
    cell, name, step, unit = example.declared, example.line, example.step, example.unit
    if not name:
        names = ", ".join(cell.equations)
        raise Refused("no_line", "A card holds one line of the example.", f"Choose one of {names}.")
    trace = run(example)
    return Line(
        place=place_of(example),
        where=where(example),
        note=noted(cell.note),
        quantity=name,
        name=name_of(name),
        unit=unit if example.H > 1 else None,
        formula=html(sim.mathml(cell, name)),
        words=sim.words(cell, name, step),
        given=list(_given(example, trace)),
        value=_digits(trace.at(name, step)[unit - 1]),
        substituted=html(of_unit(sim.substituted(trace, name, step, decimals=DECIMALS), unit)),
        substituted_words=sim.substituted_words(trace, name, step, decimals=DECIMALS)[unit - 1],
        text=sim.text(cell, name),
        substituted_text=sim.substituted_text(trace, name, step, decimals=DECIMALS)[unit - 1],
    )


def where(example: Example) -> str:
    """Which step of which cell; its convention where these compute different numbers: "GRU as in Keras, step 2"."""
    title = CONVENTIONS[example.cell][example.convention]
    convention = f" as in {title}" if conventions_differ(example.cell) else ""
    return f"{TITLES[example.cell]}{convention}, step {example.step}"


def _given(example: Example, trace: sim.Trace) -> Iterator[Given]:
    """What is put in, in the order of reading. Of a vector the unit's own entry, but all of one that is summed over."""
    cell, row = example.declared, example.unit - 1
    summed = set(_summed(cell.formula(example.line)))
    for name in cell.uses(example.line):
        values = trace.at(name, example.step)
        computed = name in cell.equations or (name.endswith("_prev") and example.step > 1)
        part = "" if example.H == 1 or name in summed else f"row {row + 1}" if values.ndim > 1 else f"unit {row + 1}"
        entries = values if name in summed else np.atleast_1d(values[row])
        yield Given(name, part, [_digits(each) if computed else number_text(each) for each in entries])


def _summed(formula: Any, inside: bool = False) -> Iterator[str]:
    """The names on the right of a matrix product: each unit reads all of their entries."""
    if formula.op == "name" and inside:
        yield str(formula.label)
    for place, part in enumerate(formula.args):
        yield from _summed(part, inside or (formula.op == "@" and place == 1))


def _digits(value: float) -> str:
    """A computed value as every view shows it: 0.4013, −0.5100; never −0.0000."""
    return f"{round(float(value), DECIMALS) + 0.0:.{DECIMALS}f}"
