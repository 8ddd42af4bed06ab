"""What a certificate compares, for a whole block of candidates at once: keys, slips, and roundings of another kind."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise

import numpy as np

from sim.compile import ArrayProgram, Inputs, Program, compile_scalar
from sim.compile.decimals import NEAREST, DecimalWriter, Rounding
from sim.compile.graphs import Graph, Unrolled, UnrolledBackward, Writer
from sim.compile.memory import aligned
from sim.compile.programs import LONGEST, Sizes, Steps, check_magnitudes, check_sums, inputs_of, is_small, passed_back
from sim.exercises.exercise import FROM_THE_LOSS, Exercise
from sim.language.declarations import Cell
from sim.language.expressions import Shape
from sim.layers import Array, Layer
from sim.runs.backpropagation import Gradients, propagated
from sim.runs.running import given_to, traced
from sim.runs.traces import Trace
from sim.slips.binding import Slip
from sim.slips.following import step_of

GIVEN_AS = {"h0": "h", "c0": "c", "dh": "dh_loss"}  # as equations call what is given

type Units = Mapping[str, Array]  # the given numbers of a block, as whole numbers of the last decimal


class Values:
    """Some values of a graph: of a block of candidates computed on arrays, of one candidate in float code."""

    def __init__(
        self, graph: Graph, outputs: list[int], inputs: Inputs, shapes: Sequence[tuple[int, Shape]], *, in_floats: bool
    ) -> None:
        """`shapes` says of how many outputs in a row each quantity consists, and what shape they have."""
        self._compiled = graph, outputs, inputs
        self._shapes, self._in_floats = shapes, in_floats
        ends = accumulate((count * math.prod(shape) for count, shape in shapes), initial=0)
        self._places = [slice(*each) for each in pairwise(ends)]  # of each quantity among the floats

    @cached_property
    def _alone(self) -> Program:
        return compile_scalar(*self._compiled)

    @cached_property
    def _block(self) -> ArrayProgram:
        return ArrayProgram(*self._compiled, many=True)

    def of(self, groups: Sequence[Sequence[Array]]) -> list[Array]:
        """Each quantity, (outputs, entries, N), from the inputs by group, whose last axis is the candidate."""
        N = groups[0][0].shape[-1]
        return self._of_one(groups) if N == 1 and self._in_floats else self._of_block(groups, N)

    def _of_one(self, groups: Sequence[Sequence[Array]]) -> list[Array]:
        raw = np.array(self._alone(*([x for array in group for x in array.ravel().tolist()] for group in groups)))
        counts = (count for count, _ in self._shapes)
        return [raw[place].reshape(count, -1, 1) for place, count in zip(self._places, counts, strict=True)]

    def _of_block(self, groups: Sequence[Sequence[Array]], N: int) -> list[Array]:
        places = aligned(*((count, math.prod(shape), N) for count, shape in self._shapes))
        out = [
            value.reshape(*shape, N) for place, (_, shape) in zip(places, self._shapes, strict=True) for value in place
        ]
        scratch = aligned(*((*shape, N) for shape in self._block.registers)) if self._block.registers else []
        self._block(*groups, out=out, scratch=scratch)
        return places


@dataclass(frozen=True)
class Plan:
    """What is computed exactly of an exercise.

    `keys` gives for each asked quantity the right value and one for each claimed slip; `others` one for each of
    `other_roundings`.
    """

    asked: tuple[str, ...]
    shapes: tuple[Shape, ...]
    watched: tuple[str, ...]  # what `keys` gives besides: the values on which it depends whether all stay whole numbers
    keys: Values
    others: Values


def other_roundings(decimals: int) -> list[Rounding]:
    """Ties broken toward zero; then kept to fewer decimals, fewest first; then cut off."""
    early = [Rounding(decimals, kept) for kept in range(1, decimals)]
    return [Rounding(decimals, decimals, "round_ties_down"), *early, Rounding(decimals, decimals, "cut")]


def plan_of(exercise: Exercise) -> Plan:
    slips = tuple(tuple(exercise.slips[asked]) for asked in exercise.asked)
    sizes = exercise.D, exercise.H
    return _plan(exercise.declared, sizes, exercise.T, tuple(exercise.asked), exercise.decimals, slips)


@lru_cache(maxsize=64)
def _plan(
    cell: Cell, sizes: Sizes, T: int, asked: tuple[str, ...], decimals: int, slips: tuple[tuple[Slip, ...], ...]
) -> Plan:
    """All that an exercise needs; in one graph, truth and slips share what they have in common."""
    backward = any(key[0] == "d" for key in asked)
    inputs = _inputs(cell, sizes, T, backward)
    in_floats = is_small(*sizes) and T <= LONGEST

    def values(graph: Graph, outputs: list[int], counts: Iterable[int], names: Iterable[str]) -> Values:
        shapes = [(count, cell.shape(name, *sizes)) for count, name in zip(counts, names, strict=True)]
        return Values(graph, outputs, inputs, shapes, in_floats=in_floats)

    graph, cells = Graph(), (cell,) * T
    writer = DecimalWriter(graph, NEAREST[decimals])
    right = _nodes(writer, cells, backward)
    keys: list[int] = []
    for key, claimed in zip(asked, slips, strict=True):
        keys += [right[key], *(_nodes(writer, _with_slip(slip, key, cells), key[0] == "d")[key] for slip in claimed)]
    names = [*cell.equations, *passed_back(cell)] if backward else cell.states
    watched = tuple(f"{name}@{step}" for name in names for step in range(1, T + 1))
    others = Graph()
    traces = [_nodes(DecimalWriter(others, rounding), cells, backward) for rounding in other_roundings(decimals)]
    counts = [*(1 + len(claimed) for claimed in slips), *(1 for _ in watched)]
    return Plan(
        asked,
        tuple(cell.shape(key, *sizes) for key in asked),
        watched,
        values(graph, [*keys, *(right[key] for key in watched)], counts, [*asked, *watched]),
        values(others, [trace[key] for key in asked for trace in traces], [len(traces) for _ in asked], asked),
    )


def _nodes(writer: Writer, cells: Steps, backward: bool) -> Mapping[str, int]:
    return (UnrolledBackward if backward else Unrolled)(writer, cells).nodes


def _with_slip(slip: Slip, key: str, cells: Steps) -> Steps:
    return tuple(slip.wrong if step == step_of(key) else cell for step, cell in enumerate(cells, 1))


def _inputs(cell: Cell, sizes: Sizes, T: int, backward: bool) -> list[list[tuple[str, Shape]]]:
    inputs = inputs_of(cell, sizes, T)
    if backward:
        losses = [f"dh_loss@{step}" for step in range(1, T + 1)] + [f"d{state}_last" for state in cell.states]
        inputs.append([(key, (sizes[1],)) for key in losses])
    return inputs


# --- a block of candidates


def key_values(exercise: Exercise, units: Units) -> list[Array]:
    """For each asked quantity the exact value and those of the slips, in units: (1 + slips, entries, N).

    Raises: DecimalsError where the numbers are so large that they could leave the whole numbers.
    """
    plan = plan_of(exercise)
    found = plan.keys.of(_groups(exercise, units))
    values, watched = found[: len(plan.asked)], found[len(plan.asked) :]
    if not exercise.stays_whole:
        _check_magnitudes(exercise, dict(zip(plan.watched, watched, strict=True)))
        _check_sums(exercise, dict(zip(plan.asked, values, strict=True)))
    return values


def _check_magnitudes(exercise: Exercise, watched: Mapping[str, Array]) -> None:
    """In the right equations or in a slip's. Raises: DecimalsError."""
    cell, rounding = exercise.declared, NEAREST[exercise.decimals]
    sizes = dict.fromkeys((f"d{state}_last" for state in cell.states), 0.0)
    sizes |= {GIVEN_AS.get(name, name): largest for name, largest in exercise.largest.items()}
    for key, array in watched.items():
        name = key.partition("@")[0]
        sizes[name] = max(sizes.get(name, 0.0), float(np.abs(array).max()))
    width, slips = max(exercise.D, exercise.H), [slip for slips in exercise.slips.values() for slip in slips]
    check_magnitudes([(cell, "")], cell, width, sizes, rounding, backward=exercise.asks_gradients)
    for backward in (False, True):
        wrong = [(slip.wrong, slip.asked) for slip in slips if slip.of_gradient == backward]
        check_magnitudes(wrong, cell, width, sizes, rounding, backward=backward)


def _check_sums(exercise: Exercise, asked: Mapping[str, Array]) -> None:
    """Of the gradients of weights that are asked for, right or of a slip. Raises: DecimalsError."""
    sizes = {key: float(np.abs(array).max()) for key, array in asked.items() if "@" not in key}
    if sizes:
        cells = {exercise.declared, *(slip.wrong for key in sizes for slip in exercise.slips[key])}
        check_sums(exercise.declared, cells, NEAREST[exercise.decimals], sizes)


def other_values(exercise: Exercise, units: Units) -> list[Array]:
    """For each asked quantity the values of the other roundings, in units: (roundings, entries, N)."""
    return plan_of(exercise).others.of(_groups(exercise, units))


def _groups(exercise: Exercise, arrays: Units) -> list[list[Array]]:
    """The inputs as a program takes them: weights; x step by step and first states; what the loss gives."""
    cell = exercise.declared
    states = [arrays[f"{state}0"] for state in cell.states]
    groups = [[arrays[name] for name in cell.parameters], [*arrays["x"], *states]]
    if exercise.asks_gradients:
        last = [arrays.get(f"d{state}_last", np.zeros_like(states[0])) for state in cell.states]
        groups.append([*arrays["dh"], *last])
    return groups


class One:
    """One candidate by itself, in full precision by the traces that everybody else computes."""

    def __init__(self, exercise: Exercise, units: Units) -> None:
        """`units` without an axis of candidates."""
        self.exercise, self.units, self.ten = exercise, units, 10.0**exercise.decimals
        self.given = {name: array / self.ten for name, array in units.items()}
        self.full = self._full()

    def _full(self) -> list[Array]:
        """Each asked quantity."""
        exercise, given = self.exercise, self.given
        weights = {name: given[name] for name in exercise.declared.parameters}
        layer = Layer(exercise.declared, weights, exercise.D, exercise.H)
        trace = traced(layer, given_to(layer, given["x"], given["h0"], given.get("c0")))
        found: Trace | Gradients = trace
        if exercise.asks_gradients:
            dh, dh_last, dc_last = (given.get(name) for name in FROM_THE_LOSS)
            found = propagated(trace, trace.cells, dh, dh_last, dc_last)
        return [self._value(found, *key.split("@")) for key in exercise.asked]

    @staticmethod
    def _value(found: Trace | Gradients, name: str, step: str = "") -> Array:
        return found.at(name, int(step)) if step else found[name.removeprefix("d")]
