"""From a declaration to a compiled program, remembered per cell, sizes and rounding."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sim.compile import ArrayProgram, Inputs, Loop, Program, Step, compile_scalar
from sim.compile.decimals import DecimalWriter, Rounding, bounds_of, check_largest
from sim.compile.graphs import FloatWriter, Graph, Unrolled, UnrolledBackward, Writer
from sim.errors import DecimalsError
from sim.language.declarations import Cell
from sim.language.expressions import Shape, leaves

MOST_UNITS, MOST_INPUTS = 4, 8  # up to these sizes, float code beats NumPy
LONGEST = 10  # steps unrolled into one program; longer sequences run it piece by piece

type Sizes = tuple[int, int]  # D, H
type Steps = tuple[Cell, ...]  # the cell of each step


def is_small(D: int, H: int) -> bool:
    """Whether one example of these sizes is computed in floats, its arrays given and returned as flat lists."""
    return D <= MOST_INPUTS and H <= MOST_UNITS


def pieces(T: int) -> Iterator[range]:
    """The steps, counted from 0, that are computed by one program."""
    return (range(start, min(start + LONGEST, T)) for start in range(0, T, LONGEST))


def writer_for(graph: Graph, rounding: Rounding | None) -> Writer:
    return DecimalWriter(graph, rounding) if rounding else FloatWriter(graph)


def inputs_of(cell: Cell, sizes: Sizes, T: int) -> list[list[tuple[str, Shape]]]:
    """What every program takes first: the weights; and the inputs of T steps with the first states."""
    D, H = sizes
    weights = [(name, cell.shape(name, D, H)) for name in cell.parameters]
    given: list[tuple[str, Shape]] = [(f"x@{step}", (D,)) for step in range(1, T + 1)]
    return [weights, given + [(f"{state}@0", (H,)) for state in cell.states]]


@lru_cache(maxsize=256)
def float_program(cell: Cell, cells: Steps, sizes: Sizes, rounding: Rounding | None) -> Program:
    """A program that returns every named value of len(cells) steps, step by step in the order of the declaration.

    `cell` is the layer's, which says what weights and states come in; `cells` those of each step, with their slips.
    """
    graph = Graph()
    nodes = Unrolled(writer_for(graph, rounding), cells).nodes
    return compile_scalar(graph, list(nodes.values()), inputs_of(cell, sizes, len(cells)))


@lru_cache(maxsize=64)
def array_program(cell: Cell, cells: Steps, sizes: Sizes, rounding: Rounding | None, many: bool) -> ArrayProgram:
    """The same on arrays."""
    graph = Graph()
    nodes = Unrolled(writer_for(graph, rounding), cells).nodes
    return ArrayProgram(graph, list(nodes.values()), inputs_of(cell, sizes, len(cells)), many=many)


@lru_cache(maxsize=64)
def loop(cell: Cell, sizes: Sizes, rounding: Rounding | None) -> Loop:
    """The same on arrays, for one example of any number of steps that all follow the same equations."""
    graph = Graph()
    nodes = Unrolled(writer_for(graph, rounding), (cell,)).nodes
    leaves = dict(leaf for group in inputs_of(cell, sizes, 1) for leaf in group)
    carried = {f"{state}@0": nodes[f"{state}@1"] for state in cell.states}
    kept = {name: nodes[f"{name}@1"] for name in cell.equations}
    return Loop(Step(graph, leaves, ("x@1",), carried, kept))


@lru_cache(maxsize=64)
def loop_back(cell: Cell, sizes: Sizes) -> Loop:
    """The gradients of any number of steps, computed from the last to the first.

    Given are x, the old states, every value of the step, and what the loss gives h; carried is what the next step
    passes back.
    """
    graph = Graph()
    values = [f"{name}@1" for name in cell.equations]
    nodes = UnrolledBackward(FloatWriter(graph), (cell,), values).nodes
    given = ["x@1", *(f"{state}@0" for state in cell.states), *values, "dh_loss@1"]
    carried = {f"d{state}_last": nodes[f"d{state}_prev@1"] for state in cell.states}
    leaves = {name: cell.shape(name, *sizes) for name in (*cell.parameters, *given, *carried)}
    kept = {name: nodes[f"{name}@1"] for name in passed_back(cell)}
    summed = {f"d{name}": nodes[f"d{name}"] for name in cell.parameters}
    return Loop(Step(graph, leaves, given, carried, kept, summed))


@lru_cache(maxsize=256)
def passed_back(cell: Cell) -> tuple[str, ...]:
    """The names of a step's gradients, in order: of every quantity, of x, and of the old states."""
    return tuple(name for name in cell.gradients if name.removeprefix("d") not in cell.parameters)


class Piece(NamedTuple):
    """Some steps of a backward pass, as a program of its own.

    `beyond` is the cell of the step after them, unless they are the last; nothing is passed back over the steps in
    `cuts`. With `scales` they are not all steps: then the sums for the weights are returned as they are, in these
    scales, to be rounded when those of all steps are added up.
    """

    cells: Steps
    beyond: Cell | None = None
    cuts: tuple[int, ...] = ()
    scales: tuple[int | None, ...] = ()

    def graph(
        self, cell: Cell, sizes: Sizes, rounding: Rounding | None, asked: Sequence[str] = ()
    ) -> tuple[Graph, list[int], Inputs]:
        """Its gradients step by step, then those of the weights; or the ones that are asked for.

        Taken are the weights; the inputs of the steps and the first states; the values of the trace, step by step; the
        gradients that the loss gives h, step by step; and what comes from beyond: dh_last, dc_last, or the gradients
        of the step after the last.
        """
        graph = Graph()
        steps = range(1, len(self.cells) + 1 + (self.beyond is not None))
        values = [f"{name}@{step}" for step in steps for name in cell.equations]
        losses = [f"dh_loss@{step}" for step in range(1, len(self.cells) + 1)]
        behind = [f"{name}@{steps[-1]}" for name in passed_back(cell)]
        last = behind if self.beyond else [f"d{state}_last" for state in cell.states]
        writer = writer_for(graph, rounding)
        found = UnrolledBackward(
            writer, self.cells, {*values, *last}, cuts=self.cuts, beyond=self.beyond, weights=cell.parameters
        )
        nodes = found.nodes
        for weight, scale in zip(cell.parameters, self.scales, strict=False):
            nodes[f"d{weight}"] = writer.raised(found.sums[weight], scale)
        steps_back = [f"{name}@{step}" for step in range(1, len(self.cells) + 1) for name in passed_back(cell)]
        outputs = asked or [*steps_back, *(f"d{name}" for name in cell.parameters)]
        groups = [[(key, cell.shape(key, *sizes)) for key in keys] for keys in (values, losses, last)]
        return graph, [nodes[key] for key in outputs], [*inputs_of(cell, sizes, len(steps)), *groups]


@lru_cache(maxsize=128)
def float_program_back(cell: Cell, piece: Piece, sizes: Sizes, rounding: Rounding | None) -> Program:
    return compile_scalar(*piece.graph(cell, sizes, rounding))


@lru_cache(maxsize=64)
def array_program_back(cell: Cell, piece: Piece, sizes: Sizes, rounding: Rounding | None) -> ArrayProgram:
    return ArrayProgram(*piece.graph(cell, sizes, rounding), many=False)


@lru_cache(maxsize=64)
def gradients_of_many(cell: Cell, sizes: Sizes, names: tuple[str, ...]) -> ArrayProgram:
    """The named gradients of one step, then what it passes back, for many variants. It takes what a `Piece` takes."""
    asked = [f"{name}@1" for name in (*names, *(f"d{state}_prev" for state in cell.states))]
    return ArrayProgram(*Piece((cell,)).graph(cell, sizes, None, asked), many=True)


@lru_cache(maxsize=128)
def scales_of_sums(cell: Cell, cells: frozenset[Cell], rounding: Rounding) -> tuple[int | None, ...]:
    """The scale in which the contributions of steps that follow these cells are added up exactly, for each weight.

    It is the finest that any of them has; None, a real, where one of them is.
    """
    writer = DecimalWriter(Graph(), rounding)
    sums = [UnrolledBackward(writer, (each,), weights=cell.parameters).sums for each in cells]
    found = [[writer.scale[each[weight]] for each in sums] for weight in cell.parameters]
    return tuple(None if None in scales else max(scale or 0 for scale in scales) for scales in found)


# --- do exact numbers stay whole numbers?


def check_magnitudes(
    slips: Iterable[tuple[Cell, str]], right: Cell, width: int, sizes: Mapping[str, float], rounding: Rounding,
    *, backward: bool = False,
) -> None:  # fmt: skip
    """Refuse a step that could leave the whole numbers.

    `slips` are the cells that are computed, each with the quantity asked of it ("" for all). `sizes` has, in units, the
    largest entry of everything by name over all steps: of the weights, x, the states, and for the way back of every
    quantity and gradient, as the right cell gives them. `width` is the length of the longest row.
    Raises: DecimalsError.
    """
    ceilings = tuple((name, ceiling(size)) for name, size in sizes.items())
    for cell, asked in slips:
        if not _are_small(cell, right, rounding, ceilings, width, backward, asked):
            _check_bounds(cell, right, rounding, sizes, width, backward, asked)


def check_sums(cell: Cell, cells: Iterable[Cell], rounding: Rounding, sizes: Mapping[str, float]) -> None:
    """Refuse gradients of weights whose sum over the steps is too large to be rounded rightly.

    `sizes` has, in units, the largest entry of those that are computed, "dW_f". Raises: DecimalsError.
    """
    scales = zip(cell.parameters, scales_of_sums(cell, frozenset(cells), rounding), strict=True)
    fine = [(weight, 10.0 ** (rounding.unit * (scale - 1))) for weight, scale in scales if scale and scale > 1]
    check_largest(max((sizes.get(f"d{weight}", 0.0) * by for weight, by in fine), default=0.0))


@lru_cache(maxsize=2048)
def _are_small(
    cell: Cell, right: Cell, rounding: Rounding, sizes: tuple[tuple[str, float], ...], width: int, backward: bool,
    asked: str,
) -> bool:  # fmt: skip
    try:
        _check_bounds(cell, right, rounding, dict(sizes), width, backward, asked)
    except DecimalsError:
        return False
    return True


def _check_bounds(
    cell: Cell, right: Cell, rounding: Rounding, sizes: Mapping[str, float], width: int, backward: bool, asked: str
) -> None:
    graph, nodes = _one_step(cell, rounding, backward)
    wrong = _wrong_names(cell, right) if backward else frozenset(nodes)
    seen = {nodes[name]: sizes[name] for name in nodes if name in sizes and name not in wrong}
    outputs = [nodes[asked]] if asked in nodes else nodes.values()
    bounds_of(graph, outputs, lambda leaf: sizes[leaf.partition("@")[0]], width, seen)


@lru_cache(maxsize=512)
def _wrong_names(cell: Cell, right: Cell) -> frozenset[str]:
    """The names whose values a slip may change within its step."""
    wrong: set[str] = set()
    for name, formula in (*cell.equations.items(), *cell.gradients.items()):
        if formula != right.formula(name) or wrong & set(leaves(formula)):
            wrong.add(name)
    return frozenset(wrong)


def ceiling(number: float) -> float:
    """The next power of two: few enough of them that what was found for one can be remembered."""
    return 2.0 ** math.frexp(number)[1]


@lru_cache(maxsize=512)
def surely_small(cell: Cell, cells: Steps, rounding: Rounding, largest: float, width: int) -> bool:
    """Whether these steps stay among the whole numbers whenever no given number is larger than so many units."""
    states = dict.fromkeys(cell.states, largest)
    try:
        for each in cells:
            states = _after_a_step(each, rounding, states, largest, width)
    except DecimalsError:
        return False
    return True


def _after_a_step(
    cell: Cell, rounding: Rounding, states: Mapping[str, float], largest: float, width: int
) -> dict[str, float]:
    """How large the states can be after a step, from how large they were. Raises: DecimalsError."""
    graph, nodes = _one_step(cell, rounding, False)
    size = bounds_of(graph, nodes.values(), lambda leaf: states.get(leaf.removesuffix("@0"), largest), width)
    return {state: size[nodes[state]] for state in states}


@lru_cache(maxsize=512)
def _one_step(cell: Cell, rounding: Rounding, backward: bool) -> tuple[Graph, dict[str, int]]:
    """One step, with the nodes of its values by name; backward, one that another follows."""
    if backward:
        graph, nodes, _ = Piece((cell,), cell).graph(cell, (1, 1), rounding)
        return graph, dict(zip([*passed_back(cell), *(f"d{name}" for name in cell.parameters)], nodes, strict=True))
    graph = Graph()
    found = Unrolled(DecimalWriter(graph, rounding), (cell,)).nodes
    return graph, {key.partition("@")[0]: node for key, node in found.items()}
