"""Is a variant fair, and which slips can its numbers name? Decided before anyone sees it, in blocks of candidates.

Units are those of the last asked decimal; a number is right within TOLERANCE units. The distance of two vectors is that
of their farthest entry, because a step is right, or named, only as a whole.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import batched, chain, combinations, islice
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.checks import of_kind
from sim.errors import NoneAccepted
from sim.exercises.draws import draw_block
from sim.exercises.exercise import Exercise
from sim.exercises.plans import One, Units, key_values, other_values, plan_of
from sim.exercises.questions import Answers, QuestionExercise
from sim.exercises.rules import APART, FROM_EARLY, HALF, Certificate
from sim.layers import Array
from sim.slips.binding import Slip

type Bools = npt.NDArray[np.bool_]

BLOCK = 1000  # candidates computed at once, which keeps the work in the processor's cache
MOST_REFUSED = 20_000  # candidates tried before a generator counts as one that gives nothing
FEW = 16  # candidates of which one is likely to pass


@dataclass(frozen=True)
class Survey:
    """What a generator does over many candidates.

    `reasons` counts refusals, `live` in how many accepted variants each slip can be named, by asked quantity;
    `collisions` counts in how many candidates two values of a quantity lie too near one another, "key" among them.
    """

    candidates: int
    accepted: int
    reasons: Counter[str]
    live: Mapping[str, Counter[str]]
    collisions: Mapping[str, Counter[tuple[str, str]]]


type AnyExercise = Exercise | QuestionExercise


def certify(exercise: AnyExercise, seeds: Iterable[int]) -> list[Certificate]:
    """One certificate per seed, in order. Raises: SimError for an exercise that cannot be."""
    return [certificate for judged in _blocks(exercise, seeds) for certificate in judged.certificates()]


def _blocks(exercise: AnyExercise, seeds: Iterable[int], first: int = BLOCK) -> Iterator[Candidates | Answers]:
    """The candidates judged block by block, so many in the first."""
    of_kind("exercise", exercise, (Exercise, QuestionExercise), "a sim.Exercise or a sim.QuestionExercise")
    of_kind("seeds", seeds, Iterable, "a row of whole numbers")
    exercise.check()
    rest = iter(seeds)
    for block in filter(None, chain([tuple(islice(rest, first))], batched(rest, BLOCK))):
        yield Candidates(exercise, block) if isinstance(exercise, Exercise) else Answers(exercise, block)


def accepted(exercise: AnyExercise, seeds: Iterable[int]) -> Iterator[Certificate]:
    """The certificates of those seeds that pass, as they are found.

    Raises: SimError for an exercise that cannot be; NoneAccepted when the seeds end, or MOST_REFUSED have been tried,
    and not one passed.
    """
    tried = passed = 0
    for judged in _blocks(exercise, seeds, first=1):  # where most pass, the rest need not be looked at for one
        for certificate in judged.accepted():
            passed += 1
            yield certificate
        tried += len(judged.seeds)
        if not passed and tried >= MOST_REFUSED:
            break
    if tried and not passed:
        raise _none_accepted(judged, tried)


def _none_accepted(last: Candidates | Answers, tried: int) -> NoneAccepted:
    reasons = Counter(reason for each in last.certificates() for reason in each.reasons)
    said = "; ".join(f"{reason} ({count} of the last {len(last.seeds)})" for reason, count in reasons.most_common(3))
    return NoneAccepted(f"None of {tried} candidates of {last.exercise.stream} passed.", f"{said}. Change the ranges.")


def survey(exercise: AnyExercise, seeds: Iterable[int]) -> Survey:
    """How many candidates pass, why the others don't, which slips live, and which two values collide most."""
    found = Survey(
        0, 0, Counter(), {key: Counter() for key in exercise.asked}, {key: Counter() for key in exercise.asked}
    )
    candidates = passed = 0
    for judged in _blocks(exercise, seeds):
        for asked, pairs in judged.collisions().items():
            found.collisions[asked].update(pairs)
        for certificate in judged.certificates():
            candidates += 1
            passed += not certificate.reasons
            found.reasons.update(certificate.reasons)
            for asked, ids in certificate.live.items() if not certificate.reasons else ():
                found.live[asked].update(ids)
    return Survey(candidates, passed, found.reasons, found.live, found.collisions)


class Candidates:
    """Some candidates, judged in two rounds: first what keys and slips alone decide, then the rest for those asked."""

    def __init__(self, exercise: Exercise, seeds: Sequence[int]) -> None:
        self.exercise, self.seeds = exercise, seeds
        self.units: Units = draw_block(exercise, seeds)
        self.keys = key_values(exercise, self.units)
        self.apart = [
            _apart(exercise.slips[asked], values) for asked, values in zip(exercise.asked, self.keys, strict=True)
        ]
        self.possible: Bools = np.ones(len(seeds), dtype=np.bool_)
        for asked, apart in zip(exercise.asked, self.apart, strict=True):
            for slip_id in exercise.shown(asked):
                self.possible &= apart[_place(exercise.slips[asked], slip_id)]

    def accepted(self) -> Iterator[Certificate]:
        """The certificates of those that pass."""
        possible = np.flatnonzero(self.possible)
        rounds = possible[:, None] if len(self.seeds) <= FEW else possible[None]  # of few, one is wanted: each alone
        for which in rounds:
            yield from (each for each in self.certificates(which) if not each.reasons)

    def collisions(self) -> dict[str, dict[tuple[str, str], int]]:
        """In how many candidates two values of a quantity lie too near one another, aliases apart."""
        slips, asked = self.exercise.slips, self.exercise.asked
        return {key: _collisions(slips[key], values) for key, values in zip(asked, self.keys, strict=True)}

    def certificates(self, which: Iterable[int] | None = None) -> Iterator[Certificate]:
        """The certificates of these, or of all, in order."""
        exercise = self.exercise
        chosen = [int(number) for number in (range(len(self.seeds)) if which is None else which)]
        if not chosen:
            return
        units = {name: array[..., chosen] for name, array in self.units.items()}
        ones = [
            One(exercise, {name: array[..., place] for name, array in units.items()}) for place in range(len(chosen))
        ]
        live, reasons = self._judged(chosen, other_values(exercise, units), ones)
        for place, number in enumerate(chosen):
            exact = [values[0, :, number] for values in self.keys]
            alive = [each[:, place] for each in live]
            yield _certificate(ones[place], self.seeds[number], exact, alive, reasons[place])

    def _judged(
        self, chosen: list[int], others: list[Array], ones: Sequence[One]
    ) -> tuple[list[Bools], list[list[str]]]:
        """For each asked quantity which slips live; and for each candidate why it is refused."""
        exercise, live = self.exercise, list[Bools]()
        reasons: list[list[str]] = [[] for _ in chosen]
        for k, asked in enumerate(exercise.asked):
            keys, full = self.keys[k][..., chosen], [one.full[k].ravel() * one.ten for one in ones]
            other = np.concatenate([others[k], np.stack(full, axis=-1)[None]])
            live.append(self.apart[k][:, chosen] & _told_apart(keys, other))
            for reason, refused in _faults(exercise, asked, keys[0], other, live[-1]):
                for place in np.flatnonzero(refused):
                    reasons[place].append(reason)
        return live, reasons


def _certificate(one: One, seed: int, exact: list[Array], live: list[Bools], reasons: list[str]) -> Certificate:
    exercise, shapes = one.exercise, plan_of(one.exercise).shapes
    keys = [(value / one.ten + 0.0).reshape(shape).tolist() for value, shape in zip(exact, shapes, strict=True)]
    ids = [
        [slip.id for slip, is_live in zip(exercise.slips[key], alive, strict=True) if is_live]
        for key, alive in zip(exercise.asked, live, strict=True)
    ]
    return Certificate(
        seed=seed,
        given={name: array.tolist() for name, array in one.given.items()},
        exact=dict(zip(exercise.asked, keys, strict=True)),
        full=dict(zip(exercise.asked, (value.tolist() for value in one.full), strict=True)),
        live=dict(zip(exercise.asked, ids, strict=True)),
        reasons=reasons,
        digest=_digest(exercise, one.units),
    )


def _apart(slips: Sequence[Slip], values: Array) -> Bools:
    """Which slips (first axis) lie far enough from the exact key and from every slip that is no alias of theirs."""
    apart = np.ones((len(slips), values.shape[-1]), dtype=np.bool_)
    for k, alike in enumerate(_alike(tuple(slips))):
        far = _distance(values[k + 1 :], values[k]) >= APART  # the key first, then each slip, from all behind it
        if alike:
            far[alike] = True
        if k:
            apart[k - 1] &= np.logical_and.reduce(far)
        apart[k:] &= far
    return apart


@lru_cache(maxsize=256)
def _alike(slips: tuple[Slip, ...]) -> list[list[int]]:
    """For the key, then for each slip but the last: which of those behind it are its aliases, the next one being 0."""
    behind = [
        [j for j, other in enumerate(slips[k + 1 :]) if other.id in slip.aliases] for k, slip in enumerate(slips[:-1])
    ]
    return [[], *behind] if slips else []


def _told_apart(keys: Array, others: Array) -> Bools:
    """Which slips also lie far enough from the key in full precision, and from every trace rounded too early."""
    full, early = others[-1], others[1:-1]
    far = _distance(keys[1:], full) >= APART
    for each in early:
        far &= _distance(keys[1:], each) > FROM_EARLY
    return far


def _distance(one: Array, other: Array) -> Array:
    """How far two vectors lie apart: as far as their farthest entries. The entries are on the last axis but one."""
    apart = one - other
    farthest: Array = np.maximum.reduce(np.abs(apart, apart), axis=-2)
    return farthest


def _faults(
    exercise: Exercise, asked: str, exact: Array, others: Array, live: Bools
) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Why variants are refused for this quantity, and which."""
    for slip_id in exercise.shown(asked):
        yield f"{slip_id} cannot be told apart in {asked}", ~live[_place(exercise.slips[asked], slip_id)]
    yield f"{asked} depends on which way a tie is rounded", _distance(others[0], exact) > HALF
    yield f"rounding every step moves {asked} too far", _distance(exact, others[-1]) > HALF


def _place(slips: Sequence[Slip], slip_id: str) -> int:
    return [slip.id for slip in slips].index(slip_id)


def _collisions(slips: Sequence[Slip], values: Array) -> dict[tuple[str, str], int]:
    """How many candidates have two of these values too near one another, aliases apart."""
    named = [("key", frozenset[str]()), *((slip.id, slip.aliases) for slip in slips)]
    found: dict[tuple[str, str], int] = {}
    for (j, (one, _)), (k, (other, aliases)) in combinations(enumerate(named), 2):
        if one not in aliases and (count := int((_distance(values[j], values[k]) < APART).sum())):
            found[one, other] = count
    return found


def _digest(exercise: Exercise, units: Units) -> str:
    numbers = {name: array.ravel().astype(int).tolist() for name, array in units.items()}
    said = [exercise.declared.name, exercise.declared.convention, list(exercise.asked), exercise.decimals, numbers]
    return sha256(json.dumps(said).encode()).hexdigest()
