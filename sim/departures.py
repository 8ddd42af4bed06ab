"""Traces that leave the right path: a slip made on purpose, and a learner's own numbers followed through."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.cells import Cell
from sim.compile import Program
from sim.decimals import Rounding, check_decimals, whole, whole_layer
from sim.errors import ShapeError, UnknownName
from sim.graphs import Graph, Unrolled
from sim.layers import Array, Layer, fits, numbers
from sim.programs import LARGEST_SCALAR, compiled, inputs_of, writer_for
from sim.slips import Slip, slip_named
from sim.traces import Trace, checked, traced

TOLERANCE = 3  # units of the last decimal within which a number is right
SHOWN_DECIMALS = 4


def evaluate_slip(
    slip: Slip, layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, step: int | None = None, decimals: int | None = None,
) -> Trace:  # fmt: skip
    """The trace of someone who makes this slip: in one step only, from the true states, or in every step.

    Later steps of a slip in one step follow the right equations from the wrong states.
    Raises: UnknownName for another cell's slip; ShapeError where the slip does not fit these sizes.
    """
    wrong = wrong_cell(slip, layer)
    T = len(np.atleast_2d(np.asarray(x)))
    if step is not None and not 1 <= step <= T:
        raise UnknownName(f"There is no step {step}.", f"Steps count from 1 to {T}.")
    if decimals is not None:
        check_decimals(decimals)
    rounding = Rounding(decimals, decimals) if decimals else None
    cells = [wrong if step in (None, t) else layer.cell for t in range(1, T + 1)]
    return traced(layer, cells, x, h0, c0, rounding)


def wrong_cell(slip: Slip, layer: Layer) -> Cell:
    if slip.cell is not layer.cell:
        raise UnknownName(f"{slip.id} is a slip of {slip.cell.title}, not of this layer's {layer.cell.title}.")
    fits(slip.wrong, layer.D, layer.H)
    return slip.wrong


def evaluate_with(
    layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, own: Mapping[str, npt.ArrayLike], asked: str, slip: Slip | str | None = None, decimals: int | None = 4,
) -> Array:  # fmt: skip
    """The value (H,) of one quantity ("c@1") where the values in `own` are the learner's, read to `decimals`.

    With a slip, it is made at that step. A value in `own` of the asked quantity, of a later step, or of a quantity
    whose equation the slip replaces, is not used. `decimals=None` computes in full precision.
    Raises: UnknownName, ShapeError, NumberError, DecimalsError.
    """
    step = split(layer.cell, asked)[1]
    if isinstance(slip, str):
        slip = slip_named(layer.cell, asked, slip)
    if decimals is not None:
        check_decimals(decimals)
    used = tuple(sorted(key for key in own if _is_used(layer.cell, key, asked, slip)))
    last = wrong_cell(slip, layer) if slip else layer.cell
    given = checked(layer, x, h0, c0)
    if step > len(given["x"]):
        raise UnknownName(f"There is no step {step}.", f"Steps count from 1 to {len(given['x'])}.")
    cells = (layer.cell,) * (step - 1) + (last,)
    rounding = Rounding(decimals, decimals) if decimals else None
    program = _asked_program(layer.cell, cells, layer.D, layer.H, rounding, used, asked)
    numbers_of = [list(given["x"][:step]), [given[f"{s}0"] for s in layer.cell.states]]
    mine = [_own_value(layer, key, own[key]) for key in used]
    if decimals is None:
        return _computed(program, layer, [*numbers_of, mine])
    numbers_of = [[whole("a given number", array, decimals) for array in group] for group in numbers_of]
    mine = [np.rint(value * 10.0**decimals) for value in mine]
    return _computed(program, whole_layer(layer, decimals), [*numbers_of, mine]) / 10.0**decimals + 0.0


def _computed(program: Program, layer: Layer, groups: list[list[Array]]) -> Array:
    """The one value that the program is asked for, from the weights and the other groups of inputs."""
    if layer.H > LARGEST_SCALAR:
        return np.array(program([layer.weights[name] for name in layer.cell.parameters], *groups)[0])
    flat = [[number for array in group for number in array.ravel().tolist()] for group in groups]
    return np.array(program(layer.flat, *flat))


def first_departure(trace: Trace, own: Mapping[str, npt.ArrayLike]) -> str | None:
    """The first of the learner's values ("c@1") that does not follow from the ones before it; None if all do.

    `trace` is the right one, in full precision or exact. A value is right within 3 units of the last decimal (the
    fourth, for a trace in full precision) of the trace, or of what the learner's own earlier numbers give.
    """
    order = {f"{name}@{step}": (step, place) for step in range(1, trace.T + 1) for place, name in enumerate(trace)}
    unknown = [key for key in own if key not in order]
    if unknown:
        raise UnknownName(f"There is no {', '.join(unknown)} in this trace.", "Write a name and a step, as in c@1.")
    reach = (TOLERANCE + 1e-6) / 10 ** (trace.decimals or SHOWN_DECIMALS)
    for key in sorted(own, key=order.__getitem__):
        name, step = split(trace.cell_at(1), key)
        value = _own_value(trace.layer, key, own[key])
        near = np.abs(value - trace.at(name, step)).max() <= reach
        if not near and np.abs(value - _followed(trace, own, key)).max() > reach:
            return key
    return None


def split(cell: Cell, key: str) -> tuple[str, int]:
    """ "c@2" as ("c", 2). Raises: UnknownName."""
    name, _, step = key.partition("@")
    if name not in cell.equations or not step.isdecimal() or int(step) < 1:
        raise UnknownName(f"There is no “{key}” in {cell.title}.", "Write a name and a step, as in c@1.")
    return name, int(step)


def _followed(trace: Trace, own: Mapping[str, npt.ArrayLike], key: str) -> Array:
    return evaluate_with(trace.layer, trace.x, trace.h0, trace.c0, own=own, asked=key, decimals=trace.decimals)


def _is_used(cell: Cell, key: str, asked: str, slip: Slip | None) -> bool:
    (name, step), (quantity, last) = split(cell, key), split(cell, asked)
    if step == last and (name == quantity or (slip is not None and name in slip.changes)):
        return False
    return step <= last


def _own_value(layer: Layer, key: str, value: npt.ArrayLike) -> Array:
    array = np.atleast_1d(numbers(key, value))
    if array.shape != (layer.H,):
        raise ShapeError(f"{key} has shape {array.shape}, needs {(layer.H,)}.")
    return array


@lru_cache(maxsize=2048)
def _asked_program(
    cell: Cell, cells: tuple[Cell, ...], D: int, H: int, rounding: Rounding | None, own: tuple[str, ...], asked: str
) -> Program:
    graph = Graph()
    unrolled = Unrolled(writer_for(graph, rounding), cells, own)
    return compiled(graph, [unrolled.nodes[asked]], inputs_of(cell, D, H, len(cells), own), H, many=False)
