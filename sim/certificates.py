"""Is a variant fair, and which slips can its numbers name? Decided before anyone sees it, in blocks of candidates.

Units are those of the last asked decimal; a number is right within TOLERANCE units. The distance of two vectors is that
of their farthest entry, because a step is right, or named, only as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import batched
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.cells import Cell
from sim.compile import Program, compile_arrays
from sim.decimals import DecimalWriter, Rounding, check_bounds
from sim.departures import TOLERANCE
from sim.draws import draw_block
from sim.exercises import Exercise, grid
from sim.graphs import FloatWriter, Graph, Unrolled
from sim.layers import Array
from sim.programs import inputs_of
from sim.slips import Slip

type Bools = npt.NDArray[np.bool_]

BLOCK = 1000  # candidates computed at once, which keeps the work in the processor's cache
APART = 4 * TOLERANCE  # a slip is named only this far from the key and from every other slip …
FROM_EARLY = TOLERANCE  # … and farther than this from every trace rounded too early
HALF = TOLERANCE / 2


@dataclass(frozen=True)
class Certificate:
    """What is known of one candidate before anyone sees it. An empty `reasons` means: accepted.

    `given`, `exact` and `full` are plain lists, ready to be stored; `live` has the ids of the slips that these numbers
    can name, by asked quantity ("c@1"); `digest` is the same for the same given numbers.
    """

    seed: int
    given: Mapping[str, Any]
    exact: Mapping[str, list[float]]
    full: Mapping[str, list[float]]
    live: Mapping[str, list[str]]
    reasons: list[str]
    digest: str


def certify(exercise: Exercise, seeds: Iterable[int]) -> list[Certificate]:
    """One certificate per seed, in order. Raises: SimError for an exercise that cannot be."""
    exercise.check()
    return [certificate for block in batched(seeds, BLOCK) for certificate in _block(exercise, list(block))]


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


def _block(exercise: Exercise, seeds: list[int]) -> list[Certificate]:
    units = draw_block(exercise, seeds)
    ten = 10.0**exercise.decimals
    given = {name: array / ten for name, array in units.items()}
    values = _values(exercise, units, given)
    live = {asked: _live(exercise.slips[asked], found) for asked, found in values.items()}
    reasons: list[list[str]] = [[] for _ in seeds]
    for asked, found in values.items():
        for reason, refused in _faults(exercise, asked, found, live[asked]):
            for k in np.flatnonzero(refused):
                reasons[k].append(reason)
    return [
        Certificate(
            seed=seed,
            given={name: array[..., k].tolist() for name, array in given.items()},
            exact={asked: (found.exact[:, k] / ten + 0.0).tolist() for asked, found in values.items()},
            full={asked: (found.full[:, k] / ten).tolist() for asked, found in values.items()},
            live={asked: _ids(exercise.slips[asked], live[asked][:, k]) for asked in values},
            reasons=reasons[k],
            digest=_digest(exercise, {name: array[..., k] for name, array in units.items()}),
        )
        for k, seed in enumerate(seeds)
    ]


def _values(exercise: Exercise, units: Mapping[str, Array], given: Mapping[str, Array]) -> dict[str, Values]:
    plan = _plan(
        exercise.declared, exercise.D, exercise.H, exercise.T, tuple(exercise.asked), exercise.decimals,
        tuple(tuple(exercise.slips[asked]) for asked in exercise.asked),
        tuple(_largest(exercise, name) for name in exercise.shapes),
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
    return found


def _groups(exercise: Exercise, arrays: Mapping[str, Array]) -> list[Any]:
    """The inputs as a program takes them: weights, x step by step, first states, nobody's own numbers."""
    cell = exercise.declared
    return [[arrays[p] for p in cell.parameters], arrays["x"], [arrays[f"{state}0"] for state in cell.states], ()]


@lru_cache(maxsize=128)
def _plan(
    cell: Cell, D: int, H: int, T: int, asked: tuple[str, ...], decimals: int,
    slips: tuple[tuple[Slip, ...], ...], largest: tuple[tuple[str, float], ...],
) -> Plan:  # fmt: skip
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
    bounds = dict(largest)
    check_bounds(graph, outputs, lambda leaf: bounds[leaf.replace("@0", "0").partition("@")[0]], max(D, H))
    inputs = inputs_of(cell, D, H, T)
    plain = Graph()
    full = Unrolled(FloatWriter(plain), cells)
    return Plan(
        compile_arrays(graph, outputs, inputs, many=True),
        compile_arrays(plain, [full.nodes[key] for key in asked], inputs, many=True),
        len(kept),
    )


def _largest(exercise: Exercise, name: str) -> tuple[str, float]:
    low, step, count = grid(name, exercise.range_of(name), exercise.decimals)
    return name, float(max(abs(low), abs(low + step * (count - 1))))


def _live(slips: Sequence[Slip], found: Values) -> Bools:
    """Which slips (first axis) each variant (second axis) can name."""
    live = np.empty((len(slips), found.exact.shape[-1]), dtype=np.bool_)
    for k, slip in enumerate(slips):
        value = found.slips[k]
        apart = np.minimum(_distance(value, found.exact), _distance(value, found.full)) >= APART
        apart &= (_distance(value, found.early) > FROM_EARLY).all(axis=0)
        others = [j for j, other in enumerate(slips) if j != k and other.id not in slip.aliases]
        live[k] = apart & (_distance(value, found.slips[others]) >= APART).all(axis=0)
    return live


def _distance(one: Array, other: Array) -> Array:
    """How far two vectors lie apart: as far as their farthest entries. The entries are on the last axis but one."""
    distance: Array = np.abs(one - other).max(axis=-2)
    return distance


def _faults(exercise: Exercise, asked: str, found: Values, live: Bools) -> list[tuple[str, Bools]]:
    """Why variants are refused for this quantity, and which."""
    ids = [slip.id for slip in exercise.slips[asked]]
    faults = [
        (f"{slip_id} cannot be told apart in {asked}", ~live[ids.index(slip_id)]) for slip_id in exercise.shown(asked)
    ]
    ties = _distance(found.ties, found.exact) > HALF
    chain = _distance(found.exact, found.full) > HALF
    faults.append((f"{asked} depends on which way a tie is rounded", ties))
    faults.append((f"rounding every step moves {asked} too far", chain))
    return faults


def _ids(slips: Sequence[Slip], live: Bools) -> list[str]:
    return [slip.id for slip, is_live in zip(slips, live, strict=True) if is_live]


def _digest(exercise: Exercise, units: Mapping[str, Array]) -> str:
    numbers = {name: array.ravel().astype(int).tolist() for name, array in units.items()}
    said = [exercise.declared.name, exercise.declared.convention, list(exercise.asked), exercise.decimals, numbers]
    return sha256(json.dumps(said).encode()).hexdigest()
