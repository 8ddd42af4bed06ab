"""What a certificate compares, for a whole block of candidates at once: keys, early roundings and slips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sim.cells import Cell
from sim.compile import Program, compile_arrays
from sim.decimals import DecimalWriter, Rounding
from sim.exercises import Exercise
from sim.graphs import FloatWriter, Graph, Unrolled
from sim.layers import Array
from sim.programs import check_magnitudes, inputs_of
from sim.slips import Slip


@dataclass(frozen=True)
class Plan:
    """The programs of an exercise. `exact` gives, per asked quantity: the exact value, the value with ties broken
    toward zero, `early` values rounded too early, and one value per claimed slip; `full` the value in full precision.
    """

    exact: Program
    full: Program
    early: int


@dataclass(frozen=True)
class Values:
    """One asked quantity of a block, in units: exact, ties and full (H, N); early and slips (…, H, N)."""

    exact: Array
    ties: Array
    early: Array
    slips: Array
    full: Array


def asked_values(exercise: Exercise, units: Mapping[str, Array]) -> dict[str, Values]:
    """Everything that decides about each asked quantity, from given numbers in units."""
    given = {name: array / 10.0**exercise.decimals for name, array in units.items()}
    plan = _plan(
        exercise.declared, exercise.D, exercise.H, exercise.T, tuple(exercise.asked), exercise.decimals,
        tuple(tuple(exercise.slips[asked]) for asked in exercise.asked),
    )  # fmt: skip
    exact = iter(plan.exact(*_groups(exercise, units)))
    full = iter(plan.full(*_groups(exercise, given)))
    shape = (exercise.H, units["x"].shape[-1])
    found: dict[str, Values] = {}
    for asked in exercise.asked:
        value, ties = next(exact), next(exact)
        early = np.array([next(exact) for _ in range(plan.early)])
        slips = np.array([next(exact) for _ in exercise.slips[asked]]).reshape(-1, *shape)
        found[asked] = Values(value, ties, early, slips, next(full) * 10.0**exercise.decimals)
    _check_magnitudes(exercise, units, exact)
    return found


def _check_magnitudes(exercise: Exercise, units: Mapping[str, Array], states: Iterator[Array]) -> None:
    """Refuse numbers that could leave the whole numbers, in the right equations or in a slip's."""
    sizes = {name[0] if name in ("h0", "c0") else name: float(np.abs(array).max()) for name, array in units.items()}
    for state in exercise.declared.states:
        sizes[state] = max([sizes[state], *(float(np.abs(next(states)).max()) for _ in range(1, exercise.T))])
    rounding = Rounding(exercise.decimals, exercise.decimals)
    wrong = {slip.wrong for slips in exercise.slips.values() for slip in slips}
    for cell in {exercise.declared} | wrong:
        check_magnitudes(cell, max(exercise.D, exercise.H), sizes, rounding)


def _groups(exercise: Exercise, arrays: Mapping[str, Array]) -> list[Any]:
    """The inputs as a program takes them: weights, x step by step, first states, nobody's own numbers."""
    cell = exercise.declared
    return [[arrays[p] for p in cell.parameters], arrays["x"], [arrays[f"{state}0"] for state in cell.states], ()]


@lru_cache(maxsize=128)
def _plan(
    cell: Cell, D: int, H: int, T: int, asked: tuple[str, ...], decimals: int,
    slips: tuple[tuple[Slip, ...], ...],
) -> Plan:  # fmt: skip
    """All that an exercise needs, in one graph: truth, early roundings and slips share what they have in common."""
    graph, cells = Graph(), (cell,) * T
    writer = DecimalWriter(graph, Rounding(decimals, decimals))
    exact = Unrolled(writer, cells)
    ties = Unrolled(DecimalWriter(graph, Rounding(decimals, decimals, "round_ties_down")), cells)
    kept = [Rounding(decimals, k) for k in range(1, decimals)] + [Rounding(decimals, decimals, "cut")]
    early = [Unrolled(DecimalWriter(graph, rounding), cells) for rounding in kept]
    outputs: list[int] = []
    for key, claimed in zip(asked, slips, strict=True):
        step = int(key.partition("@")[2])
        outputs += [exact.nodes[key], ties.nodes[key], *(trace.nodes[key] for trace in early)]
        outputs += [Unrolled(writer, (*cells[: step - 1], slip.wrong)).nodes[key] for slip in claimed]
    outputs += [exact.nodes[f"{state}@{step}"] for state in cell.states for step in range(1, T)]
    inputs = inputs_of(cell, D, H, T)
    plain = Graph()
    full = Unrolled(FloatWriter(plain), cells)
    return Plan(
        compile_arrays(graph, outputs, inputs, many=True),
        compile_arrays(plain, [full.nodes[key] for key in asked], inputs, many=True),
        len(kept),
    )
