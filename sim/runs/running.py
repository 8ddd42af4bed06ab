"""Running a layer over a sequence, in full precision or in exact decimals."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, overload

import numpy as np

from sim.checks import of_kind
from sim.compile import Loop, Program
from sim.compile.decimals import NEAREST, Rounding, check_decimals, whole_layer, whole_list
from sim.compile.programs import (
    LONGEST,
    Steps,
    array_program,
    ceiling,
    check_magnitudes,
    float_program,
    is_small,
    loop,
    pieces,
    surely_small,
)
from sim.errors import ShapeError
from sim.language.declarations import Cell
from sim.layers import Array, Layer, Network, Numbers, as_numbers, check_size, no_state, of_shape
from sim.runs.networks import NetworkTrace, Rows, through
from sim.runs.traces import Trace, by_name

type Given = list[Any]  # x, then the first states: all floats in a row for a small layer, else an array each


@overload
def forward(layer: Layer, x: Numbers, h0: Numbers | None = None, c0: Numbers | None = None) -> Trace: ...
@overload
def forward(layer: Network, x: Numbers, h0: Rows = None, c0: Rows = None) -> NetworkTrace: ...
def forward(layer: Layer | Network, x: Numbers, h0: Any = None, c0: Any = None) -> Trace | NetworkTrace:
    """Every named value in full precision. x (T, D); h0, c0 (H,), zeros if left out; of a network, a row a layer.

    Raises: ShapeError, NumberError, SizeError, naming the array, what was found and what is needed.
    """
    if isinstance(layer, Network):
        return through(layer, x, h0, c0, forward)
    return traced(layer, given_to(layer, x, h0, c0))


@overload
def exact(
    layer: Layer, x: Numbers, h0: Numbers | None = None, c0: Numbers | None = None, *, decimals: int = 4
) -> Trace: ...
@overload
def exact(layer: Network, x: Numbers, h0: Rows = None, c0: Rows = None, *, decimals: int = 4) -> NetworkTrace: ...
def exact(
    layer: Layer | Network, x: Numbers, h0: Any = None, c0: Any = None, *, decimals: int = 4
) -> Trace | NetworkTrace:
    """The trace a careful learner writes down: every named value rounded half away from zero.

    Shapes as in `forward`; the floats returned are the nearest to the decimals.
    Raises: DecimalsError for inputs or weights with more decimals, or too large; and what `forward` raises.
    """
    decimals = check_decimals(decimals)
    if isinstance(layer, Network):
        return through(layer, x, h0, c0, partial(exact, decimals=decimals))
    return traced(layer, given_to(layer, x, h0, c0), NEAREST[decimals])


@overload
def kept_to(
    layer: Layer, x: Numbers, h0: Numbers | None = None, c0: Numbers | None = None,
    *, decimals: int, truncate: bool = False,
) -> Trace: ...  # fmt: skip
@overload
def kept_to(
    layer: Network, x: Numbers, h0: Rows = None, c0: Rows = None, *, decimals: int, truncate: bool = False
) -> NetworkTrace: ...
def kept_to(
    layer: Layer | Network, x: Numbers, h0: Any = None, c0: Any = None, *, decimals: int, truncate: bool = False
) -> Trace | NetworkTrace:
    """The trace of someone who keeps every named value to so few decimals, or cuts it off there.

    Unlike `exact`, inputs and weights may have up to four decimals whatever `decimals` is.
    """
    decimals = check_decimals(decimals)
    if isinstance(layer, Network):
        return through(layer, x, h0, c0, partial(kept_to, decimals=decimals, truncate=truncate))
    return traced(layer, given_to(layer, x, h0, c0), Rounding(4, decimals, "cut" if truncate else "round"))


def given_to(layer: Layer, x: Numbers, h0: Numbers | None = None, c0: Numbers | None = None) -> Given:
    """What a run is given, of the right shapes; whether all is finite is seen from what comes out."""
    of_kind("layer", layer, Layer, "a layer or a network: sim.layer(cell, weights)")
    array = as_numbers("x", x)
    if array.ndim != 2 or array.shape[1] != layer.D:
        raise ShapeError(f"x has shape {array.shape}, needs (T, D) with D = {layer.D}.")
    check_size(len(array), layer.D, layer.H)
    if layer.reverse:
        array = array[::-1]
    states = [state(layer, "h0", h0)]
    if c0 is not None or "c" in layer.cell.states:
        states.append(state(layer, "c0", c0))
    if not is_small(layer.D, layer.H):
        return [each.copy() for each in (array, *states)]
    given: Given = array.ravel().tolist()
    for first in states:
        given += first.tolist()
    return given


def state(layer: Layer, name: str, values: Numbers | None) -> Array:
    """h0, c0, dh_last or dc_last of a layer, zeros where none is given. Raises: ShapeError, UnknownName."""
    if values is None:
        return layer.zeros
    if "c" in name and "c" not in layer.cell.states:
        raise no_state(layer.cell, name)
    return of_shape(name, as_numbers(name, values), (layer.H,))


def traced(layer: Layer, given: Given, rounding: Rounding | None = None, cells: Steps = ()) -> Trace:
    """A run in which step k follows `cells[k - 1]`; with no cells, every step follows the layer's own."""
    if rounding is None:
        trace = _run(layer, layer, given, given, None, cells)
        trace.check_finite()
        return trace
    source, named = whole_layer(layer, rounding.unit), partial(by_name, given, layer.cell.states, layer.D, layer.H)
    units = whole_list(given, rounding.unit, named)
    trace = _run(layer, source, given, units, rounding, cells)
    trace.check_finite()
    _check_magnitudes(source, units, trace, rounding)
    return trace


def _run(layer: Layer, source: Layer, given: Given, numbers: Given, rounding: Rounding | None, cells: Steps) -> Trace:
    """The trace of a layer, computed with the weights of `source` and with `numbers`: the same, or both in units."""
    cell, sizes, T = layer.cell, (layer.D, layer.H), steps_in(layer, given)
    steps = cells or (cell,) * T
    if is_small(*sizes) and T <= LONGEST:
        raw = float_program(cell, steps, sizes, rounding)(source.flat, numbers)
    elif is_small(*sizes):
        raw = _in_pieces(
            cell, steps, lambda piece: float_program(cell, piece, sizes, rounding), source.flat, numbers, sizes
        )
    elif cells:
        weights = list(source.weights.values())
        given_by_step = [*numbers[0], *numbers[1:]]
        raw = _in_pieces(
            cell, steps, lambda piece: array_program(cell, piece, sizes, rounding, False), weights, given_by_step
        )
    else:
        program = loop(cell, sizes, rounding)
        rows, others = program.run(stacks(source, program), numbers[:1], numbers[1:])
        return Trace(steps, layer, given, rows, (layer.H,), rounding, rows=program.row_of, others=others)
    return Trace(steps, layer, given, raw, (layer.H,), rounding)


def steps_in(layer: Layer, given: Given) -> int:
    if not is_small(layer.D, layer.H):
        return len(given[0])
    return (len(given) - len(layer.cell.states) * layer.H) // layer.D


def _in_pieces(
    cell: Cell, steps: Steps, program: Callable[[Steps], Program], weights: list[Any], given: Given,
    widths: tuple[int, int] = (1, 1),
) -> list[Any]:  # fmt: skip
    """Every value of every step. `widths` are how long an input and a value are in a list: 1 where they are arrays."""
    if len(steps) <= LONGEST:
        return program(steps)(weights, given)
    D, H = widths
    states = given[len(steps) * D :]
    raw: list[Any] = []
    for piece in pieces(len(steps)):
        x = given[piece.start * D : piece.stop * D]
        raw += program(steps[piece.start : piece.stop])(weights, x + states)
        states = _last_states(raw, cell, H)
    return raw


def _last_states(raw: list[Any], cell: Cell, width: int) -> list[Any]:
    """The states at the end of what has been computed, in the form the program takes."""
    last = raw[-len(cell.places) * width :]
    return [entry for state in cell.states for entry in last[cell.places[state] * width :][:width]]


def stacks(layer: Layer, program: Loop) -> list[Array]:
    """The weights as a loop reads them, remembered by the layer."""
    if program not in layer.remembered:
        layer.remembered[program] = program.stacks(list(layer.weights.values()))
    found: list[Array] = layer.remembered[program]
    return found


def _check_magnitudes(source: Layer, units: Given, trace: Trace, rounding: Rounding) -> None:
    """Refuse what could have left the whole numbers on the way. Raises: DecimalsError."""
    width, largest = max(source.D, source.H), largest_of(units)
    if trace.T <= LONGEST:
        all_given = ceiling(max(source.top, largest))
        if surely_small(source.cell, trace.cells, rounding, all_given, width):
            return
    sizes = source.largest | {"x": largest}
    sizes |= {state: max(largest, float(np.abs(trace[state]).max()) * trace.unit) for state in trace.states}
    check_magnitudes([(cell, "") for cell in set(trace.cells)], source.cell, width, sizes, rounding)


def largest_of(values: Given) -> float:
    """The size of the largest number among floats, or in arrays."""
    if isinstance(values[0], float):
        return float(max(max(values), -min(values)))
    return max(float(np.abs(array).max()) for array in values)
