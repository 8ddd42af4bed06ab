"""What a certificate compares, for a whole block of candidates at once: keys, slips, and roundings of another kind."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.compile import ArrayProgram
from sim.compile.decimals import DecimalWriter, Rounding
from sim.compile.graphs import FloatWriter, Graph, Unrolled, UnrolledBackward, Writer
from sim.compile.memory import aligned
from sim.compile.programs import Sizes, Steps, check_magnitudes, inputs_of, passed_back
from sim.exercises.exercise import FROM_THE_LOSS, Exercise
from sim.language.declarations import Cell
from sim.language.expressions import Shape
from sim.layers import Array, Layer
from sim.runs.backpropagation import propagated
from sim.runs.running import given_to, traced
from sim.slips.binding import Slip
from sim.slips.following import step_of

GIVEN_AS = {"h0": "h", "c0": "c", "dh": "dh_loss"}  # as equations call what is given

type Units = Mapping[str, Array]  # the given numbers of a block, as whole numbers of the last decimal


@dataclass(frozen=True)
class Plan:
    """The programs of an exercise.

    `keys` gives for each asked quantity the exact value and one for each claimed slip; `others` one for each of
    `other_roundings`; `full` the value in full precision.
    """

    asked: tuple[str, ...]
    shapes: tuple[Shape, ...]
    claimed: tuple[int, ...]  # how many slips each asked quantity has
    watched: tuple[str, ...]  # what `keys` gives besides: the values on which it depends whether all stay whole numbers
    keys: ArrayProgram
    others: ArrayProgram
    full: ArrayProgram


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

    def program(graph: Graph, outputs: list[int]) -> ArrayProgram:
        return ArrayProgram(graph, outputs, inputs, many=True)

    graph, cells = Graph(), (cell,) * T
    writer = DecimalWriter(graph, Rounding(decimals, decimals))
    right = _nodes(writer, cells, backward)
    keys: list[int] = []
    for key, claimed in zip(asked, slips, strict=True):
        keys += [right[key], *(_nodes(writer, _with_slip(slip, key, cells), key[0] == "d")[key] for slip in claimed)]
    names = [*cell.equations, *passed_back(cell)] if backward else cell.states
    watched = tuple(f"{name}@{step}" for name in names for step in range(1, T + 1))
    others, plain = Graph(), Graph()
    traces = [_nodes(DecimalWriter(others, rounding), cells, backward) for rounding in other_roundings(decimals)]
    full = _nodes(FloatWriter(plain), cells, backward)
    return Plan(
        asked,
        tuple(cell.shape(key, *sizes) for key in asked),
        tuple(map(len, slips)),
        watched,
        program(graph, [*keys, *(right[key] for key in watched)]),
        program(others, [trace[key] for key in asked for trace in traces]),
        program(plain, [full[key] for key in asked]),
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
    plan, sizes = plan_of(exercise), (exercise.D, exercise.H)
    shapes = [*plan.shapes, *(exercise.declared.shape(key, *sizes) for key in plan.watched)]
    found = _run(plan.keys, exercise, units, shapes, [1 + count for count in plan.claimed] + [1] * len(plan.watched))
    values = found[: len(plan.asked)]
    _check_magnitudes(exercise, dict(zip(plan.watched, found[len(plan.asked) :], strict=True)))
    return values


def _check_magnitudes(exercise: Exercise, watched: Mapping[str, Array]) -> None:
    """In the right equations or in a slip's. Raises: DecimalsError."""
    cell, rounding = exercise.declared, Rounding(exercise.decimals, exercise.decimals)
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


def other_values(exercise: Exercise, units: Units, ones: Sequence[One]) -> list[Array]:
    """For each asked quantity the values of the other roundings, in units, and last the one in full precision.

    `ones` are the same candidates each alone.
    """
    plan = plan_of(exercise)
    if len(ones) == 1:
        one = ones[0]
        rounded = [one.in_units(rounding) for rounding in (*other_roundings(exercise.decimals), None)]
        return [np.stack(values) for values in zip(*rounded, strict=True)]
    others = _run(
        plan.others, exercise, units, plan.shapes, [len(other_roundings(exercise.decimals))] * len(plan.asked)
    )
    ten = 10.0**exercise.decimals
    given = {name: array / ten for name, array in units.items()}
    full = _run(plan.full, exercise, given, plan.shapes, [1] * len(plan.asked))
    return [np.concatenate([some, one * ten]) for some, one in zip(others, full, strict=True)]


def _run(
    program: ArrayProgram, exercise: Exercise, arrays: Units, shapes: Sequence[Shape], counts: Sequence[int]
) -> list[Array]:
    """A program's outputs: so many values of each quantity, side by side."""
    N = arrays["x"].shape[-1]
    places = aligned(*((count, math.prod(shape), N) for shape, count in zip(shapes, counts, strict=True)))
    out = [value.reshape(*shape, N) for place, shape in zip(places, shapes, strict=True) for value in place]
    scratch = aligned(*((*shape, N) for shape in program.registers)) if program.registers else []
    program(*_groups(exercise, arrays), out=out, scratch=scratch)
    return places


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
    """One candidate alone, by the traces that everybody else computes: faster than a block of one."""

    def __init__(self, exercise: Exercise, units: Units) -> None:
        """`units` without an axis of variants."""
        self.exercise, self.units, self.ten = exercise, units, 10.0**exercise.decimals
        self.given = {name: array / self.ten for name, array in units.items()}
        cell, sizes = exercise.declared, (exercise.D, exercise.H)
        self.layer = Layer(cell, {name: self.given[name] for name in cell.parameters}, *sizes)
        self.layer.remembered[exercise.decimals] = Layer(cell, {name: units[name] for name in cell.parameters}, *sizes)
        self.start = given_to(self.layer, self.given["x"], self.given["h0"], self.given.get("c0"))

    def values(self, rounding: Rounding | None) -> list[Array]:
        """Each asked quantity."""
        trace = traced(self.layer, self.start, rounding)
        if not self.exercise.asks_gradients:
            return [trace.at(key.partition("@")[0], step_of(key)) for key in self.exercise.asked]
        dh, dh_last, dc_last = (self.given.get(name) for name in FROM_THE_LOSS)
        gradients = propagated(trace, trace.cells, dh, dh_last, dc_last)
        return [
            gradients.at(key.partition("@")[0], step_of(key)) if "@" in key else gradients[key[1:]]
            for key in self.exercise.asked
        ]

    def in_units(self, rounding: Rounding | None) -> list[Array]:
        """The same as (entries, 1), in units."""
        found = [value.reshape(-1, 1) * self.ten for value in self.values(rounding)]
        return found if rounding is None else [np.rint(each) for each in found]
