"""From a declaration to a compiled program, remembered per cell, sizes and rounding."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sim.cells import Cell
from sim.compile import Inputs, Program, compile_arrays, compile_scalar
from sim.decimals import DecimalWriter, Rounding, check_bounds
from sim.errors import DecimalsError
from sim.graphs import FloatWriter, Graph, Unrolled, Writer
from sim.layers import Array

MOST_UNITS, MOST_INPUTS = 4, 8  # up to these sizes, float code beats NumPy
LONGEST = 10  # steps unrolled into one program; longer sequences run it piece by piece


def is_small(D: int, H: int) -> bool:
    """Whether one example of these sizes is computed in floats, its arrays given and returned as flat lists."""
    return D <= MOST_INPUTS and H <= MOST_UNITS


def writer_for(graph: Graph, rounding: Rounding | None) -> Writer:
    return DecimalWriter(graph, rounding) if rounding else FloatWriter(graph)


def inputs_of(cell: Cell, D: int, H: int, T: int, given: Sequence[str] = ()) -> Inputs:
    """What a program takes: the weights, the inputs of T steps, the first states, the learner's own values."""
    weights = [(name, cell.shape(name, D, H)) for name in cell.parameters]
    xs = [(f"x@{step}", (D,)) for step in range(1, T + 1)]
    return weights, xs, [(f"{state}@0", (H,)) for state in cell.states], [(key, (H,)) for key in given]


@lru_cache(maxsize=256)
def trace_program(
    cell: Cell, cells: tuple[Cell, ...], D: int, H: int, rounding: Rounding | None, many: bool
) -> Program:
    """A program that returns every named value of len(cells) steps, step by step in the order of the declaration.

    `cell` is the layer's, which says what weights and states come in; `cells` those of each step, with their slips.
    """
    graph = Graph()
    unrolled = Unrolled(writer_for(graph, rounding), cells)
    return compiled(graph, list(unrolled.nodes.values()), inputs_of(cell, D, H, len(cells)), (D, H), many)


def compiled(graph: Graph, outputs: list[int], inputs: Inputs, sizes: tuple[int, int], many: bool) -> Program:
    if not many and is_small(*sizes):
        return compile_scalar(graph, outputs, inputs)
    return compile_arrays(graph, outputs, inputs, many=many)


def check_magnitudes(cell: Cell, width: int, sizes: Mapping[str, float], rounding: Rounding) -> None:
    """Refuse a step that could leave the whole numbers.

    `sizes` has, in units, the largest entry of every weight, and by letter that of x, h and c over all steps; `width`
    is the length of the longest row. Raises: DecimalsError.
    """
    ceiling = 2.0 ** math.frexp(max(sizes.values()))[1]
    if not _surely_small(cell, rounding, ceiling, width):
        graph, outputs = _one_step(cell, rounding)
        check_bounds(graph, outputs, lambda leaf: sizes[leaf.partition("@")[0]], width)


@lru_cache(maxsize=512)
def _surely_small(cell: Cell, rounding: Rounding, ceiling: float, width: int) -> bool:
    """Whether nothing grows too large even if every given number is as large as `ceiling`."""
    graph, outputs = _one_step(cell, rounding)
    try:
        check_bounds(graph, outputs, lambda leaf: ceiling, width)
    except DecimalsError:
        return False
    return True


@lru_cache(maxsize=512)
def _one_step(cell: Cell, rounding: Rounding) -> tuple[Graph, list[int]]:
    graph = Graph()
    return graph, list(Unrolled(DecimalWriter(graph, rounding), (cell,)).nodes.values())


def run(
    cell: Cell, cells: Sequence[Cell], sizes: tuple[int, int], weights: Sequence[Any], x: Array, states: list[Any],
    *, rounding: Rounding | None = None, many: bool = False,
) -> list[Any]:  # fmt: skip
    """Every named value of every step. `weights` and `states` are flat floats for float code, arrays otherwise."""
    D, H = sizes
    scalar = not many and is_small(D, H)
    names = list(cell.equations)
    raw: list[Any] = []
    for start in range(0, len(cells), LONGEST):
        piece = tuple(cells[start : start + LONGEST])
        if start:
            states = _last_states(raw, cell, names, H if scalar else 1, scalar)
        steps = x[start : start + len(piece)]
        given = steps.ravel().tolist() if scalar else steps
        raw += trace_program(cell, piece, D, H, rounding, many)(weights, given, states, ())
    return raw


def _last_states(raw: list[Any], cell: Cell, names: list[str], width: int, scalar: bool) -> list[Any]:
    """The states at the end of what has been computed, in the form the program takes."""
    last = raw[-len(names) * width :]
    found = [last[names.index(state) * width :][:width] for state in cell.states]
    return [entry for state in found for entry in state]
