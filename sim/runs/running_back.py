"""Computing the backward pass of a trace: on floats, on arrays, in a loop, or for many variants at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from sim.compile import Program
from sim.compile.decimals import Rounding, whole, whole_layer
from sim.compile.memory import aligned, parts
from sim.compile.programs import (
    LONGEST,
    Piece,
    Sizes,
    Steps,
    array_program_back,
    check_magnitudes,
    float_program_back,
    is_small,
    loop_back,
    passed_back,
    pieces,
)
from sim.errors import NumberError
from sim.language.declarations import Cell
from sim.layers import Array
from sim.runs.running import BLOCK, stacks
from sim.runs.traces import Trace
from sim.runs.walk import OVER_STEPS, value

MODEST = 1e100

type Found = Callable[[], dict[str, Array]]  # dc (T, H), dx (T, D), dW_f (H, D), … in the order of computing


def run_back(trace: Trace, cells: Steps, cuts: tuple[int, ...], dh: Array, last: Sequence[Array]) -> Found:
    """Every gradient. `dh` (T, H) stands in the order of computing; `last` has what reaches each state from beyond.

    Raises: NumberError where something comes out that is not finite.
    """
    if trace.is_of_many:
        found = _for_many(trace, cells, cuts, dh, last)
        _check_finite({name: values for name, values in found.items() if name[1:] in (*trace.weights, "x")})
        return lambda: found
    if is_small(trace.layer.D, trace.layer.H):
        raw = _in_floats(trace, cells, cuts, dh, last)
        if not math.isfinite(sum(raw)):
            _check_finite(_from_floats(trace, raw))
        if trace.rounding:
            _check_magnitudes(trace, cells, _from_floats(trace, raw), dh, last)
        return lambda: _from_floats(trace, raw)
    is_alike = len(set(cells)) == 1 and cells[0].parameters == trace.layer.cell.parameters
    if trace.rounding is None and is_alike and not cells[0].broken:  # a slip may leave a gradient without a reader
        return _in_a_loop(trace, cells[0], cuts, dh, last)
    found = _in_arrays(trace, cells, cuts, dh, last)
    _check_finite(found)
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
    width = max(trace.layer.D, trace.layer.H)
    for cell in set(cells):  # every size above is of what was computed, its slip included
        check_magnitudes([(cell, "")], cell, width, sizes, trace.rounding or Rounding(), backward=True)


def _check_finite(found: Mapping[str, Array]) -> None:
    """Raises: NumberError. Whatever is not finite reaches the gradient of a weight or of x."""
    for name, values in found.items():
        if not math.isfinite(np.add.reduce(values, axis=None)) and not np.isfinite(values).all():
            raise NumberError(f"{name} is not finite.", "Take smaller weights or fewer steps.")


def _in_floats(trace: Trace, cells: Steps, cuts: tuple[int, ...], dh: Array, last: Sequence[Array]) -> list[float]:
    """All floats in a row: the gradients step by step, then those of the weights; where exact, in units."""
    layer, rounding = trace.layer, trace.rounding
    sizes = layer.D, layer.H
    source = whole_layer(layer, rounding.unit) if rounding else layer
    losses, beyond = dh.ravel().tolist(), [number for each in last for number in each.tolist()]
    if rounding:
        losses = whole("dh", np.array(losses), rounding.unit).tolist()
        beyond = whole("dh_last or dc_last", np.array(beyond), rounding.unit).tolist()
    if trace.T <= LONGEST:
        program = float_program_back(layer.cell, Piece(cells, None, cuts), sizes, rounding)
        return program(source.flat, trace.given_in_units(), trace.values_in_units(), losses, beyond)
    return _in_pieces(
        lambda piece: float_program_back(layer.cell, piece, sizes, rounding),
        layer.cell, cells, cuts, source.flat, trace.given_in_units(), trace.values_in_units(), losses, beyond, sizes,
    )  # fmt: skip


def _in_pieces(
    program: Callable[[Piece], Program], cell: Cell, cells: Steps, cuts: Sequence[int], weights: list[Any],
    given: list[Any], values: list[Any], losses: list[Any], last: list[Any], widths: tuple[int, int] = (1, 1),
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
        found = program(Piece(cells[start:stop], cells[stop] if stop < T else None, here))(
            weights, xs[start * D : end * D] + first, values[start * forward : end * forward],
            losses[start * H : stop * H], last,
        )  # fmt: skip
        cut = len(piece) * back
        totals = [a + b for a, b in zip(totals, found[cut:], strict=True)] if totals else found[cut:]
        steps, last = found[:cut] + steps, found[:back]
    return steps + totals


def _states_after(values: list[Any], cell: Cell, width: int) -> list[Any]:
    last = values[-len(cell.places) * width :]
    return [entry for state in cell.states for entry in last[cell.places[state] * width :][:width]]


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
        losses = [whole("dh", array, rounding.unit) for array in losses]
        beyond = [whole("dh_last or dc_last", array, rounding.unit) for array in beyond]
    x, *states = trace.given_in_units()
    raw = _in_pieces(
        lambda piece: array_program_back(layer.cell, piece, sizes, rounding, False),
        layer.cell, cells, cuts, list(source.weights.values()), [*x, *states], trace.values_in_units(), losses, beyond,
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
        _check_finite(found)
    return lambda: found


def _is_modest(values: Array) -> bool:
    """Whether every number is finite, and so small that no sum of products with others like it overflows."""
    return float(np.vdot(values, values)) < MODEST**2


# --- many variants


def _for_many(trace: Trace, cells: Steps, cuts: tuple[int, ...], dh: Array, last: Sequence[Array]) -> dict[str, Array]:
    """Block by block, into one piece of memory."""
    cell, T, N = cells[0], trace.T, dh.shape[-1]
    sizes = trace.x.shape[1], dh.shape[1]
    names = {name: (T, *cell.shape(name, *sizes), N) for name in passed_back(cell)}
    names |= {f"d{name}": (*cell.shape(name, *sizes), N) for name in cell.parameters}
    found = dict(zip(names, aligned(*names.values()), strict=True))
    for start in range(0, N, BLOCK):
        part = slice(start, start + BLOCK)
        here = {name: array[..., part] for name, array in found.items()}
        _steps_of_many(trace, cells, cuts, dh[..., part], parts(last, part), part, here)
        _weights_of_many(trace, cell, part, here)
    return found


def _steps_of_many(
    trace: Trace, cells: Steps, cuts: tuple[int, ...], dh: Array, last: Sequence[Array], part: slice,
    found: Mapping[str, Array],
) -> None:  # fmt: skip
    """What passes back from step to step, for some of the variants."""
    x, *states = trace.given_in_units()
    places = [found[name][step] for step in range(trace.T) for name in passed_back(cells[0])]
    given = parts(list(trace.weights.values()), part), [*x[..., part], *parts(states, part)]
    program = partial(_on_a_block, cells[0], (x.shape[1], dh.shape[1]), places if trace.T <= LONGEST else None)
    known = parts(trace.values_in_units(), part), list(dh), list(last)
    for place, array in zip(places, _in_pieces(program, cells[0], cells, cuts, *given, *known), strict=True):
        if place is not array:
            place[...] = array


def _on_a_block(cell: Cell, sizes: Sizes, places: list[Array] | None, piece: Piece) -> Program:
    program = array_program_back(cell, piece._replace(weighs=False), sizes, None, True)

    def run(*groups: list[Array]) -> list[Array]:
        scratch = aligned(*(shape + groups[-1][0].shape[-1:] for shape in program.registers))
        return program(*groups, out=places, scratch=scratch)

    return run


def _weights_of_many(trace: Trace, cell: Cell, part: slice, found: Mapping[str, Array]) -> None:
    """The gradients of the weights, over all steps at once: an outer product and its sum are one pass."""
    names = _Known(trace, cell, part, found)
    for name in cell.parameters:
        formula, place = cell.gradients[f"d{name}"], found[f"d{name}"]
        if formula.op == "outer":
            left, right = (value(arg, names, OVER_STEPS) for arg in formula.args)
            np.einsum("thn,tkn->hkn", left, right, out=place)
        else:
            np.add.reduce(value(formula, names, OVER_STEPS), axis=0, out=place)


class _Known(dict[str, Array]):
    """What a gradient's equation reads, over all steps of some of the variants, looked up when it is asked for."""

    def __init__(self, trace: Trace, cell: Cell, part: slice, found: Mapping[str, Array]) -> None:
        super().__init__(found)
        self.trace, self.part = trace, part
        self.firsts = dict(zip(cell.states, trace.given_in_units()[1:], strict=True))

    def __missing__(self, name: str) -> Array:
        self[name] = self._found(name)
        return self[name]

    def _found(self, name: str) -> Array:
        trace, part = self.trace, self.part
        if name.endswith("_prev"):
            state = name.removesuffix("_prev")
            first = self.firsts[state][None, ..., part]
            return np.concatenate([first, trace[state][:-1, ..., part]])
        source = trace.x if name == "x" else trace.weights.get(name)
        return (trace[name] if source is None else source)[..., part]
