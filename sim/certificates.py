"""Is a variant fair, and which slips can its numbers name? Decided before anyone sees it, in blocks of candidates.

Units are those of the last asked decimal; a number is right within TOLERANCE units. The distance of two vectors is that
of their farthest entry, because a step is right, or named, only as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import batched
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.departures import TOLERANCE
from sim.draws import draw_block
from sim.exercises import Exercise
from sim.layers import Array
from sim.plans import Values, asked_values
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


def _block(exercise: Exercise, seeds: list[int]) -> list[Certificate]:
    units = draw_block(exercise, seeds)
    ten = 10.0**exercise.decimals
    given = {name: array / ten for name, array in units.items()}
    values = asked_values(exercise, units)
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
