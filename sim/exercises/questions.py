"""Exercises without a cell's weights: a count, a shape, a chain. Drawn and certified as those of a cell are.

Counts and shapes are whole: a number is right if it is equal, and slips need only differ. Chains have decimals, and the
distances of `certificates`. A `small` exercise has few variants: its seeds count them through, each of them once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import combinations
from math import prod
from typing import Any

import numpy as np

from sim.checks import of_kind, whole_number
from sim.errors import SizeError, UnknownName
from sim.exercises.draws import drawn_from
from sim.exercises.exercise import Grid, Placed, Range, grid
from sim.exercises.rules import APART, FROM_EARLY, Certificate
from sim.language.expressions import Shape
from sim.plain.questions import SINGLE, PlainSlip, Question

SLACK = 1e-9  # of a float beside the decimal it stands for
MOST_SMALL = 10_000  # variants of an exercise that is made once, in full

type Values = tuple[float, ...]


@dataclass(frozen=True)
class QuestionExercise:
    """A question whose givens are drawn.

    ranges     by name: sizes ("D", "H", "T", "N", "W"), single numbers ("w", "threshold"), rows ("h", "f", …)
    T          how long the rows are
    claims     ids of the slips it may name; must_show, those of them without which a variant is refused
    decimals   of the answer; sizes are whole all the same
    """

    stream: str
    question: Question
    ranges: Mapping[str, Range]
    T: int = 1
    claims: Sequence[str] = ()
    must_show: Sequence[str] = ()
    decimals: int = 4
    small: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        return (self.question.asked,)

    @cached_property
    def slips(self) -> tuple[PlainSlip, ...]:
        return tuple(self.question.slip(each) for each in self.claims)

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        single = {name for name in self.ranges if name.isupper() or name in SINGLE}
        return {name: () if name in single else (self.T,) for name in self.ranges}

    @cached_property
    def is_whole(self) -> bool:
        """Whether the answer is a count or a shape."""
        return all(name.isupper() for name in self.question.givens)

    @cached_property
    def grids(self) -> dict[str, Grid]:
        """First, step and how many, in units of the last decimal; sizes in ones."""
        return {
            name: grid(name, span, 0 if name.isupper() else self.decimals) for name, span in sorted(self.ranges.items())
        }

    @cached_property
    def space(self) -> int:
        """How many different givens there are."""
        return prod(count ** prod(self.shapes[name]) for name, (_, _, count) in self.grids.items())

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every given name with its shape and its range."""
        return tuple((name, self.shapes[name], grid) for name, grid in self.grids.items())

    def check(self) -> None:
        """Raises: SimError for the first thing that cannot be."""
        of_kind("stream", self.stream, str, "a text")
        of_kind("question", self.question, Question, "a question, as sim.count_question gives one")
        whole_number("T", self.T, 1, 64)
        whole_number("decimals", self.decimals, 1, 4)
        needed = {*self.question.givens, *(name for slip in self.slips for name in slip.givens)}
        if missing := sorted(needed - set(self.ranges)):
            raise UnknownName(f"The exercise has no range for {missing[0]}.", "Give a range for each given.")
        if unshown := sorted(set(self.must_show) - set(self.claims)):
            raise UnknownName(f"{', '.join(unshown)} must show, and is not claimed.")
        if self.small and self.space > MOST_SMALL:
            raise SizeError(f"A small exercise has {self.space} variants, needs {MOST_SMALL} at most.")
        self.givens([0])

    def givens(self, seeds: Sequence[int]) -> list[dict[str, Any]]:
        """The givens of so many seeds: drawn, or counted through where the exercise is small."""
        if self.small:
            return [self._counted(seed) for seed in seeds]
        drawn = drawn_from(self.stream, seeds, self.placed)
        return [{name: self._as_given(name, array[..., k]) for name, array in drawn.items()} for k in range(len(seeds))]

    def _counted(self, seed: int) -> dict[str, Any]:
        """The seed as a number whose digits are the places in the ranges."""
        if not 0 <= seed < self.space:
            raise SizeError(f"The exercise has {self.space} variants, so there is no seed {seed}.")
        given = {}
        for name, (low, step, count) in self.grids.items():
            units = np.zeros(self.shapes[name])
            for place in np.ndindex(units.shape):
                seed, digit = divmod(seed, count)
                units[place] = low + digit * step
            given[name] = self._as_given(name, units)
        return given

    def _as_given(self, name: str, units: Any) -> Any:
        if name.isupper():
            return int(units)
        return (units / 10**self.decimals + 0.0).tolist()


@dataclass(frozen=True)
class Answer:
    """One candidate: what is given, what is right, and what each slip gives; `early` was rounded too early."""

    seed: int
    given: Mapping[str, Any]
    exact: Values
    full: Values
    wrong: Mapping[str, Values]
    early: Sequence[Values] = field(default=())


def answers(exercise: QuestionExercise, seeds: Sequence[int]) -> Iterator[Answer]:
    for seed, given in zip(seeds, exercise.givens(seeds), strict=True):
        full = _values(exercise.question.answer(**_used(exercise.question.givens, given)))
        wrong = {slip.id: _values(slip.answer(**_used(slip.givens, given))) for slip in exercise.slips}
        if exercise.is_whole:
            yield Answer(seed, given, full, full, wrong)
        else:
            exact = rounded(full, exercise.decimals)
            rounded_wrong = {slip: rounded(values, exercise.decimals) for slip, values in wrong.items()}
            yield Answer(seed, given, exact, full, rounded_wrong, rounded_early(full, exercise.decimals))


def _used(names: Iterable[str], given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in names}


def _values(answer: Any) -> Values:
    return tuple(float(each) for each in np.ravel(answer))


def rounded(values: Values, decimals: int) -> Values:
    """Each rounded half away from zero, as on paper."""
    ten = 10.0**decimals
    return tuple(float(np.copysign(np.floor(abs(v) * ten * (1 + 2**-48) + 0.5) / ten, v)) + 0.0 for v in values)


def rounded_early(full: Values, decimals: int) -> list[Values]:
    """The answer kept to fewer decimals, and cut off."""
    ten = 10.0**decimals
    cut = tuple(float(np.trunc(value * ten * (1 + 2**-48)) / ten) + 0.0 for value in full)
    return [*(rounded(full, kept) for kept in range(1, decimals)), cut]


class Answers:
    """Some candidates of a question, judged. The twin of `certificates.Candidates`."""

    def __init__(self, exercise: QuestionExercise, seeds: Sequence[int]) -> None:
        self.exercise, self.seeds = exercise, seeds
        self.each = list(answers(exercise, seeds))

    def certificates(self) -> Iterator[Certificate]:
        for answer in self.each:
            live = self.live(answer)
            yield Certificate(
                answer.seed,
                answer.given,
                {self.asked: list(answer.exact)},
                {self.asked: list(answer.full)},
                {self.asked: live},
                self.reasons(live),
                digest(self.exercise, answer.given),
            )

    def accepted(self) -> Iterator[Certificate]:
        return (each for each in self.certificates() if not each.reasons)

    @property
    def asked(self) -> str:
        return self.exercise.question.asked

    def live(self, answer: Answer) -> list[str]:
        named = {"key": answer.exact, "full": answer.full, **answer.wrong}
        return [slip for slip in answer.wrong if self._is_live(slip, named, answer.early)]

    def _is_live(self, slip: str, named: Mapping[str, Values], early: Sequence[Values]) -> bool:
        value, others = named[slip], [other for name, other in named.items() if name != slip]
        if self.exercise.is_whole:
            return value not in others
        unit = 10.0**-self.exercise.decimals
        far = all(distance(value, other) >= APART * unit - SLACK for other in others)
        return far and all(distance(value, each) > FROM_EARLY * unit + SLACK for each in early)

    def reasons(self, live: Sequence[str]) -> list[str]:
        lost = [slip for slip in self.exercise.must_show if slip not in live]
        return [f"{slip} cannot be told apart in {self.asked}" for slip in lost]

    def collisions(self) -> dict[str, Counter[tuple[str, str]]]:
        """In how many candidates two values lie too near one another."""
        found: Counter[tuple[str, str]] = Counter()
        nearest = APART * 10.0**-self.exercise.decimals - SLACK
        for answer in self.each:
            for (one, left), (other, right) in combinations({"key": answer.exact, **answer.wrong}.items(), 2):
                found[one, other] += left == right if self.exercise.is_whole else distance(left, right) < nearest
        return {self.asked: +found}


def distance(left: Values, right: Values) -> float:
    """How far two answers lie apart; those of different lengths, without end."""
    if len(left) != len(right):
        return float("inf")
    return max((abs(a - b) for a, b in zip(left, right, strict=True)), default=0.0)


def digest(exercise: QuestionExercise, given: Mapping[str, Any]) -> str:
    return sha256(json.dumps([exercise.question.asked, exercise.question.formula, given]).encode()).hexdigest()
