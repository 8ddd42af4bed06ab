"""Computing the backward pass of a trace: on floats, on arrays, or in a loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.compile import Program
from sim.compile.decimals import Rounding, check_largest, whole, whole_layer
from sim.compile.programs import (
    LONGEST,
    Piece,
    Steps,
    array_program_back,
    check_magnitudes,
    check_sums,
    float_program_back,
    is_small,
    loop_back,
    passed_back,
    pieces,
    scales_of_sums,
)
from sim.errors import NumberError
from sim.language.declarations import Cell
from sim.language.expressions import Shape
from sim.layers import Array
from sim.runs.running import largest_of, stacks
from sim.runs.traces import Trace

MODEST = 1e100

type Found = Callable[[], dict[str, Array]]  # dc (T, H), dx (T, D), dW_f (H, D), … in the order of computing


def run_back(trace: Trace, cells: Steps, cuts: tuple[int, ...], dh: Array, last: Sequence[Array]) -> Found:
    """Every gradient. `dh` (T, H) stands in the order of computing; `last` has what reaches each state from beyond.

    Raises: NumberError where something comes out that is not finite.
    """
    if is_small(trace.layer.D, trace.layer.H):
        raw = _in_floats(trace, cells, cuts, dh, last)
        if not math.isfinite(sum(raw)):
            check_finite(_from_floats(trace, raw))
        if trace.rounding:
            _check_magnitudes(trace, cells, _from_floats(trace, raw), dh, last)
        return lambda: _from_floats(trace, raw)
    is_alike = len(set(cells)) == 1 and cells[0].parameters == trace.layer.cell.parameters
    if trace.rounding is None and is_alike and not cells[0].broken:  # a slip may leave a gradient without a reader
        return _in_a_loop(trace, cells[0], cuts, dh, last)
    found = _in_arrays(trace, cells, cuts, dh, last)
    check_finite(found)
    if trace.rounding:
        _check_magnitudes(trace, cells, found, dh, last)
    return lambda: found


def _check_magnitudes(trace: Trace, cells: Steps, found: Mapping[str, Array], dh: Array, last: Sequence[Array]) -> None:
    """Refuse what could have left the whole numbers on the way back. Raises: DecimalsError."""
    losses = dict(zip((f"d{state}_last" for state in trace.states), last, strict=True))
    values = {**found, **trace.layer.weights, **trace, **losses, "dh_loss": dh, "x": trace.x}
    sizes = {name: float(np.abs(array).max()) * trace.unit for name, array in values.items()}
    for state, first in (("h", trace.h0), ("c", trace.c0)):
        if first is not None:
            sizes[state] = max(sizes[state], float(np.abs(first).max()) * trace.unit)
    rounding, width = trace.rounding or Rounding(), max(trace.layer.D, trace.layer.H)
    check_sums(trace.layer.cell, cells, rounding, sizes)
    for cell in set(cells):  # every size above is of what was computed, its slip included
        check_magnitudes([(cell, "")], cell, width, sizes, rounding, backward=True)


def check_finite(found: Mapping[str, Array]) -> None:
    """Raises: NumberError. Whatever is not finite reaches the gradient of a weight or of x."""
    for name, values in found.items():
        if not math.isfinite(np.vdot(values, values)) and not np.isfinite(values).all():
            raise NumberError(f"{name} is not finite.", "Take smaller weights or fewer steps.")


def _in_floats(trace: Trace, cells: Steps, cuts: tuple[int, ...], dh: Array, last: Sequence[Array]) -> list[float]:
    """All floats in a row: the gradients step by step, then those of the weights; where exact, in units."""
    layer, rounding = trace.layer, trace.rounding
    sizes = layer.D, layer.H
    source = whole_layer(layer, rounding.unit) if rounding else layer
    losses, beyond = dh.ravel().tolist(), [number for each in last for number in each.tolist()]
    if rounding:
        losses = whole("dh", dh, rounding.unit).ravel().tolist()
        beyond = [number for each in _whole_last(trace, last, rounding) for number in each.tolist()]
    if trace.T <= LONGEST:
        program = float_program_back(layer.cell, Piece(cells, None, cuts), sizes, rounding)
        return program(source.flat, trace.given_in_units(), trace.values_in_units(), losses, beyond)
    return _in_pieces(
        lambda piece: float_program_back(layer.cell, piece, sizes, rounding),
        layer.cell, cells, cuts, source.flat, trace.given_in_units(), trace.values_in_units(), losses, beyond,
        _Sums(trace, cells, [array.shape for array in layer.weights.values()]), sizes,
    )  # fmt: skip


def _in_pieces(
    program: Callable[[Piece], Program], cell: Cell, cells: Steps, cuts: Sequence[int], weights: list[Any],
    given: list[Any], values: list[Any], losses: list[Any], last: list[Any], sums: _Sums,
    widths: tuple[int, int] = (1, 1),
) -> list[Any]:  # fmt: skip
    """The gradients of every step, then those of the weights. `widths` are those of an input and of a value in a list.

    The last piece comes first: each of the others starts from the gradients of the step after it.
    """
    if len(cells) <= LONGEST:
        return program(Piece(cells, None, tuple(cuts)))(weights, given, values, losses, last)
    T, (D, H) = len(cells), widths
    forward, back = len(cell.places) * H, (len(passed_back(cell)) - 1) * H + D  # how long a step is in a list
    xs, states = given[: T * D], given[T * D :]
    steps: list[Any] = []
    totals: list[Any] = []
    for piece in reversed(list(pieces(T))):
        start, stop = piece.start, piece.stop
        end = min(stop + 1, T)
        first = states if start == 0 else _states_after(values[: start * forward], cell, H)
        here = tuple(step - start for step in cuts if start < step <= stop)
        found = program(Piece(cells[start:stop], cells[stop] if stop < T else None, here, sums.scales))(
            weights, xs[start * D : end * D] + first, values[start * forward : end * forward],
            losses[start * H : stop * H], last,
        )  # fmt: skip
        cut = len(piece) * back
        totals = sums.added(totals, found[cut:])
        steps, last = found[:cut] + steps, found[:back]
    return steps + sums.rounded(totals)


class _Sums:
    """The gradients of weights from one piece after the other, added up as they are and then rounded once.

    `shapes` are those of the weights as a program returns them: () where each is one array.
    """

    def __init__(self, trace: Trace, cells: Steps, shapes: Sequence[Shape]) -> None:
        self.rounding, self.shapes = trace.rounding, shapes
        self.scales = scales_of_sums(trace.layer.cell, frozenset(cells), self.rounding) if self.rounding else ()

    def added(self, totals: list[Any], found: list[Any]) -> list[Any]:
        """Raises: DecimalsError where they could leave the whole numbers."""
        if totals:
            found = [a + b for a, b in zip(totals, found, strict=True)]
        if self.rounding:
            check_largest(largest_of(found))
        return found

    def rounded(self, totals: list[Any]) -> list[Any]:
        if self.rounding is None:
            return totals
        of_weights = zip(map(self.rounding.factor, self.scales), self.shapes, strict=True)
        factors = [factor for factor, shape in of_weights for _ in range(math.prod(shape))]
        if isinstance(totals[0], float):
            return list(self.rounding.of_sums(np.array(totals), np.array(factors)).tolist())
        return [self.rounding.of_sums(total, factor) for total, factor in zip(totals, factors, strict=True)]


def _states_after(values: list[Any], cell: Cell, width: int) -> list[Any]:
    last = values[-len(cell.places) * width :]
    return [entry for state in cell.states for entry in last[cell.places[state] * width :][:width]]


def _whole_last(trace: Trace, last: Sequence[Array], rounding: Rounding) -> list[Array]:
    """What reaches the last states from beyond, in units. Raises: DecimalsError."""
    return [whole(f"d{state}_last", each, rounding.unit) for state, each in zip(trace.states, last, strict=True)]


def _from_floats(trace: Trace, raw: list[float]) -> dict[str, Array]:
    layer, cell, T = trace.layer, trace.layer.cell, trace.T
    numbers = np.array(raw) / trace.unit + 0.0
    widths = {name: layer.D if name == "dx" else layer.H for name in passed_back(cell)}
    table = numbers[: T * sum(widths.values())].reshape(T, -1)
    found: dict[str, Array] = {}
    found |= zip(widths, np.split(table, np.cumsum(list(widths.values()))[:-1], axis=1), strict=True)
    rest = numbers[table.size :]
    for name in cell.parameters:
        shape = layer.weights[name].shape
        found[f"d{name}"], rest = rest[: math.prod(shape)].reshape(shape), rest[math.prod(shape) :]
    return found


def _in_arrays(trace: Trace, cells: Steps, cuts: tuple[int, ...], dh: Array, last: Sequence[Array]) -> dict[str, Array]:
    """For a large cell: exact, or with steps that follow different equations."""
    layer, rounding = trace.layer, trace.rounding
    sizes = layer.D, layer.H
    source = whole_layer(layer, rounding.unit) if rounding else layer
    losses, beyond = list(dh), list(last)
    if rounding:
        losses, beyond = list(whole("dh", dh, rounding.unit)), _whole_last(trace, last, rounding)
    sums = _Sums(trace, cells, [()] * len(layer.weights))
    x, *states = trace.given_in_units()
    raw = _in_pieces(
        lambda piece: array_program_back(layer.cell, piece, sizes, rounding),
        layer.cell, cells, cuts, list(source.weights.values()), [*x, *states], trace.values_in_units(), losses, beyond,
        sums,
    )  # fmt: skip
    return _from_arrays(layer.cell, trace.T, [array / trace.unit + 0.0 for array in raw])


def _from_arrays(cell: Cell, T: int, raw: list[Array]) -> dict[str, Array]:
    names = passed_back(cell)
    found = {name: np.array(raw[k : T * len(names) : len(names)]) for k, name in enumerate(names)}
    weights = raw[T * len(names) :]
    return found | {f"d{name}": array for name, array in zip(cell.parameters, weights, strict=True)}


def _in_a_loop(trace: Trace, cell: Cell, cuts: tuple[int, ...], dh: Array, last: Sequence[Array]) -> Found:
    program = loop_back(cell, (trace.layer.D, trace.layer.H))
    x, *states = trace.given_in_units()
    values = {name: trace.computed(name) for name in cell.equations}
    before = [np.concatenate([first[None], values[s][:-1]]) for s, first in zip(cell.states, states, strict=True)]
    given = [x, *before, *values.values(), dh]
    rows, others = program.run(stacks(trace.layer, program), given, last, backward=True, cuts=cuts)
    found = {name: rows[:, row] for name, row in program.row_of.items()} | others
    if not (trace.layer.top < MODEST and _is_modest(rows) and _is_modest(x) and all(map(_is_modest, before))):
        check_finite(found)
    return lambda: found


def _is_modest(values: Array) -> bool:
    """Whether every number is finite, and so small that no sum of products with others like it overflows."""
    return float(np.vdot(values, values)) < MODEST**2
