"""A learner followed with his own numbers: what comes out where his earlier values stand instead of the right ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.cells import Cell
from sim.compile import Program
from sim.decimals import Rounding, check_decimals, whole, whole_layer
from sim.errors import ShapeError, SizeError, UnknownName
from sim.graphs import Graph, Unrolled
from sim.layers import Array, Layer, fits, numbers
from sim.programs import compiled, inputs_of, is_small, writer_for
from sim.slips import Slip, slip_named
from sim.traces import Trace, checked

MOST_FOLLOWED = 64  # steps; they are compiled as one program


def evaluate_with(
    layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, own: Mapping[str, npt.ArrayLike], asked: str, slip: Slip | str | None = None, decimals: int | None = 4,
) -> Array:  # fmt: skip
    """The value (H,) of one quantity ("c@1") where the values in `own` are the learner's, read to `decimals`.

    With a slip, it is made at that step. A value in `own` of the asked quantity, of a later step, or of a quantity
    whose equation the slip replaces, is not used. `decimals=None` computes in full precision.
    Raises: UnknownName, ShapeError, NumberError, DecimalsError.
    """
    quantity, step = split(layer.cell, asked)
    slip = slip_named(layer.cell, asked, slip) if isinstance(slip, str) else slip
    given = checked(layer, x, h0, c0)
    cells = _cells(layer, slip, step, len(given["x"]))[:step]
    places = {key: split(layer.cell, key) for key in own}
    replaced = {quantity} | set(slip.changes if slip else ())
    used = [key for key, (name, at) in places.items() if at < step or (at == step and name not in replaced)]
    raw = _values(layer, cells, given, {key: own[key] for key in used}, (asked,), decimals)
    return np.array(raw).reshape(layer.H) / _unit(decimals) + 0.0


def trace_with(
    layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, own: Mapping[str, npt.ArrayLike], slip: Slip | None = None, step: int = 1, decimals: int | None = 4,
) -> Trace:  # fmt: skip
    """The whole trace where the values in `own` are the learner's; for printers, which then put his numbers in.

    With a slip, it is made at `step`, and what it replaces is computed there, not taken from `own`.
    Raises: as `evaluate_with`.
    """
    given = checked(layer, x, h0, c0)
    cells = _cells(layer, slip, step, len(given["x"]))
    replaced = {slip.asked, *slip.changes} if slip else set()
    used = {key: value for key, value in own.items() if _stands(split(layer.cell, key), replaced, step, len(cells))}
    outputs = tuple(f"{name}@{t}" for t in range(1, len(cells) + 1) for name in layer.cell.equations)
    raw = _values(layer, cells, given, used, outputs, decimals)
    return Trace(cells, layer, given, raw, (layer.H,), decimals, _unit(decimals))


def split(cell: Cell, key: str) -> tuple[str, int]:
    """ "c@2" as ("c", 2). Raises: UnknownName."""
    name, _, step = key.partition("@")
    if name not in cell.equations or not step.isdecimal() or int(step) < 1:
        raise UnknownName(f"There is no “{key}” in {cell.title}.", "Write a name and a step, as in c@1.")
    return name, int(step)


def wrong_cell(slip: Slip, layer: Layer) -> Cell:
    """The cell with the slip in it, if it is a slip of this layer's cell and fits its sizes."""
    if slip.cell is not layer.cell:
        raise UnknownName(f"{slip.id} is a slip of {slip.cell.title}, not of this layer's {layer.cell.title}.")
    fits(slip.wrong, layer.D, layer.H)
    return slip.wrong


def own_value(layer: Layer, key: str, value: npt.ArrayLike) -> Array:
    """A learner's value as (H,); with one unit, a plain number will do."""
    array = np.atleast_1d(numbers(key, value))
    if array.shape != (layer.H,):
        raise ShapeError(f"{key} has shape {array.shape}, needs {(layer.H,)}.")
    return array


def check_step(step: int, T: int) -> None:
    if not 1 <= step <= T:
        raise UnknownName(f"There is no step {step}.", f"Steps count from 1 to {T}.")


def _cells(layer: Layer, slip: Slip | None, step: int, T: int) -> list[Cell]:
    """The cell of each step: the layer's own, with the slip in one of them."""
    check_step(step, T)
    if T > MOST_FOLLOWED:
        raise SizeError(f"x has {T} steps; a learner is followed through {MOST_FOLLOWED} at most.")
    wrong = wrong_cell(slip, layer) if slip else layer.cell
    return [wrong if t == step else layer.cell for t in range(1, T + 1)]


def _stands(place: tuple[str, int], replaced: set[str], step: int, T: int) -> bool:
    name, at = place
    check_step(at, T)
    return at != step or name not in replaced


def _values(
    layer: Layer, cells: Sequence[Cell], given: Mapping[str, Array], own: Mapping[str, npt.ArrayLike],
    outputs: tuple[str, ...], decimals: int | None,
) -> list[Any]:  # fmt: skip
    """The values asked for, in units; all floats in a row for small cells, else one array each."""
    keys = tuple(sorted(own))
    mine = [own_value(layer, key, own[key]) for key in keys]
    steps, states = list(given["x"][: len(cells)]), [given[f"{state}0"] for state in layer.cell.states]
    rounding = None
    if decimals is not None:
        check_decimals(decimals)
        rounding = Rounding(decimals, decimals)
        mine = [np.rint(value * 10.0**decimals) for value in mine]
        steps, states = ([whole("a given number", array, decimals) for array in group] for group in (steps, states))
    program = _program(layer.cell, tuple(cells), layer.D, layer.H, rounding, keys, outputs)
    in_units = layer if decimals is None else whole_layer(layer, decimals)
    if not is_small(layer.D, layer.H):
        return program([in_units.weights[name] for name in layer.cell.parameters], steps, states, mine)
    flat = ([number for array in group for number in array.tolist()] for group in (steps, states, mine))
    return program(in_units.flat, *flat)


@lru_cache(maxsize=2048)
def _program(
    cell: Cell, cells: tuple[Cell, ...], D: int, H: int, rounding: Rounding | None, own: tuple[str, ...],
    outputs: tuple[str, ...],
) -> Program:  # fmt: skip
    graph = Graph()
    nodes = Unrolled(writer_for(graph, rounding), cells, own).nodes
    return compiled(graph, [nodes[key] for key in outputs], inputs_of(cell, D, H, len(cells), own), (D, H), many=False)


def _unit(decimals: int | None) -> float:
    return 1.0 if decimals is None else 10.0**decimals
