"""What the page of one's own weights shows: the form, every value over time, and what was found about a number."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

import sim
from quizzes.errors import Refused
from quizzes.formats.weight_files import read_arrays
from quizzes.lessons.examples import address
from quizzes.lessons.examples.stored import stored
from quizzes.lessons.examples.usual import CONVENTIONS, TITLES
from quizzes.lessons.examples.worked import noted
from quizzes.lessons.weights import typed
from quizzes.lessons.weights.changes import changes_of
from quizzes.lessons.weights.layers import Own, own_layer
from quizzes.lessons.weights.matching import Verdict, asked, verdict
from quizzes.lessons.weights.readings import Reading, as_it_is

type Array = npt.NDArray[np.float64]

FIELDS = ("weights", "x", "h0", "c0", "numbers", "step", "unit", "activation")
DECIMALS = 6
MOST_CELLS = 12_000  # of all tables: what a browser lays out without a pause; the CSV has everything

SAMPLE = {
    "weights": """{
 "weight_ih_l0": [[-1.7], [-1.4], [-0.7], [1.2]],
 "weight_hh_l0": [[-0.6], [-1.8], [-1.7], [-0.6]],
 "bias_ih_l0": [0.6, -0.4, 0.5, -0.5],
 "bias_hh_l0": [0, 0, 0, 0]
}""",
    "x": "0.9\n-0.4",
    "numbers": "-0.2413",  # what ONNX's order of blocks makes of these
}


@dataclass(frozen=True)
class Sent:
    """What came with the form, read: the layer and what it is given."""

    own: Own
    reading: Reading
    has_start: bool


@dataclass(frozen=True)
class UnitTable:
    """Every value of one unit over time."""

    unit: int
    rows: list[tuple[int, list[float]]]


def read_sent(form: Mapping[str, str], content: bytes | None) -> Sent:
    """Raises: Refused with one sentence."""
    source = "file" if content else "weights"
    with about(source):
        own = _own(form, content)
    with about(source if "x" in own.beside and not form["x"] else "x"):
        x = _sequence(form, own, own.layer.D)
    states = {letter: _state(form, own, letter, own.layer.H) for letter in own.layer.cell.states}
    reading = as_it_is(own, x, states["h"], states.get("c"))
    return Sent(own, reading, any(each is not None for each in states.values()))


@contextmanager
def about(field: str) -> Iterator[None]:
    """What is refused on the way is about this field of the form."""
    try:
        yield
    except Refused as refused:
        refused.field = field
        raise


def _own(form: Mapping[str, str], content: bytes | None) -> Own:
    if not content and not form["weights"]:
        raise Refused("nothing_sent", "There are no weights yet.", "Paste them, or choose a file.")
    return own_layer(read_arrays(content or form["weights"].encode()), relu=form["activation"] == "relu")


def _sequence(form: Mapping[str, str], own: Own, D: int) -> Array:
    if form["x"]:
        return typed.sequence(form["x"], D)
    if "x" in own.beside:
        return typed.as_sequence(own.beside["x"], D)
    needed = "a number" if D == 1 else f"{D} numbers"
    raise Refused("no_sequence", "The input sequence is missing.", f"Type x: {needed} for each step.")


def _state(form: Mapping[str, str], own: Own, letter: str, H: int) -> Array | None:
    name = f"{letter}0"
    with about(name):
        if form[name]:
            return typed.state(name, form[name], H)
        return typed.as_state(name, own.beside[name], H) if name in own.beside else None


def verdict_on(form: Mapping[str, str], sent: Sent) -> Verdict | None:
    """What gives the framework's number; None where none was typed. Raises: Refused."""
    with about("numbers"):
        numbers = typed.printed_numbers(form["numbers"])
    if not numbers:
        return None
    (T, H) = sent.reading.trace["h"].shape
    with about("step"):
        step = typed.place("step", form["step"], T, usual=T)
    with about("unit"):
        unit = typed.place("unit", form["unit"], H, usual=1)
    with about("numbers"):
        of = asked(numbers, step, unit, T, H)
    return verdict(sent.reading, changes_of(sent.own, sent.reading, sent.has_start), of)


def context_of(form: Mapping[str, str], sent: Sent) -> dict[str, Any]:
    """Raises: Refused for numbers that can't be computed with, or a number that can't be read."""
    trace, own = sent.reading.trace, sent.own
    names = list(trace)
    found = verdict_on(form, sent)
    return {
        "own": own,
        "title": TITLES[own.layer.cell.name],
        "note": noted(own.layer.cell.note),
        "stored": noted(stored(own.layer.cell)),
        "D": own.layer.D,
        "H": own.layer.H,
        "T": trace.T,
        "names": ["x", *names] if own.layer.D == 1 else names,
        "last": [(state, trace.at(state, trace.T).tolist()) for state in reversed(own.layer.cell.states)],
        "tables": list(_tables(trace, own.layer.D, names)),
        "decimals": DECIMALS,
        "verdict": found,
        "wrong": [(slip, _html(sim.mathml(slip, block=False))) for slip in found.slips] if found else [],
        "example": example_href(sent),
    }


def _tables(trace: sim.Trace, D: int, names: list[str]) -> Iterator[UnitTable]:
    """As many units as a page has room for."""
    H = trace["h"].shape[1]
    room = max(1, MOST_CELLS // (trace.T * len(names)))
    for unit in range(min(H, room)):
        columns = [trace[name][:, unit].tolist() for name in names]
        if D == 1:
            columns.insert(0, trace.x[:, 0].tolist())
        yield UnitTable(unit + 1, [(step, list(row)) for step, row in enumerate(zip(*columns, strict=True), 1)])


def csv_of(sent: Sent) -> str:
    """Every value of every unit at every step."""
    trace, out = sent.reading.trace, StringIO()
    writer = csv.writer(out)
    writer.writerow(["step", "unit", *trace])
    for step in range(1, trace.T + 1):
        for unit in range(trace["h"].shape[1]):
            writer.writerow([step, unit + 1, *(repr(float(trace[name][step - 1, unit])) for name in trace)])
    return out.getvalue()


def example_href(sent: Sent) -> str:
    """The same numbers, to four decimals, as a worked example; nothing where they have no room there."""
    layer, reading = sent.own.layer, sent.reading
    conventions = CONVENTIONS[layer.cell.name]
    same = [key for key in conventions if sim.cell(layer.cell.name, key).equations == layer.cell.equations]
    same.sort(key=lambda key: key != layer.cell.convention)  # its own, where that is among them
    arrays = {"x": reading.x, "h0": reading.h0[None], "c0": reading.c0[None]}
    arrays |= {name: array if array.ndim == 2 else array[None] for name, array in layer.weights.items()}
    sizes = {"D": layer.D, "H": layer.H, "T": len(reading.x)}
    if not same or any(sizes[name] > most for name, most in address.LARGEST_SIZES.items()):
        return ""
    query = {name: str(size) for name, size in sizes.items()} | {"convention": same[0]}
    query |= {name: address.written(tuple(map(tuple, array.tolist()))) for name, array in arrays.items()}
    try:
        example = address.read(layer.cell.name, {name: [value] for name, value in query.items()})
    except Refused:  # larger numbers than an example has room for
        return ""
    return f"{reverse('example', args=[example.cell])}?{address.query(example)}"


def pasted(form: Mapping[str, str], content: bytes | None) -> dict[str, str]:
    """The form as it goes back: what a file held stands in it as text, so that the next try needs no file."""
    if not content:
        return dict(form)
    return {**form, "weights": typed.as_json(read_arrays(content))}


def _html(markup: str) -> SafeString:
    """Markup that `sim` printed from a declaration: nothing a user typed is in it."""
    return mark_safe(markup)  # noqa: S308
