"""What every kind of exercise can do: make certified variants, say how it is answered, and what its working gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sim
from quizzes.items.carrying import Limits
from quizzes.items.marking import Key, Own, Rule, Values, Working
from quizzes.items.specification import Specification

Given = Mapping[str, Any]
Live = Mapping[str, Sequence[Any]]

NOTHING: Mapping[str, Any] = {}
WHOLE = ("count", "shape")  # forms whose answers are whole numbers


@dataclass(frozen=True)
class Had:
    """The asked steps whose numbers a learner has: those that are `right` or were worked for him, and his `own`."""

    right: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Worked:
    """One line of a worked solution. `formula` is text, `mathml` the same for a page, `words` the same aloud."""

    name: str
    formula: str
    values: list[Any]
    asked: bool = False
    put_in: tuple[str, ...] = ()
    mathml: str = ""
    words: str = ""


class Kind(ABC):
    """One specification, understood. `stream` makes its draws its own."""

    form: ClassVar[str] = "numbers"  # how an answer is written: as `marking.Key` says

    def __init__(self, specification: Specification, stream: str = "trial") -> None:
        self.specification, self.stream = specification, stream

    @property
    def space(self) -> int | None:
        """How many variants there are, where seeds count them through; None where they are drawn without end."""
        return None

    @property
    def asked(self) -> tuple[str, ...]:
        """The names under which answers are sent, in order of use."""
        return self.specification.asked

    @property
    def note(self) -> str:
        """What holds here, in one sentence: the convention in force, or the rule of the question."""
        return self.specification.declared().note

    @property
    def tolerance(self) -> float:
        """Within it a number is right; 0 where only the very answer is."""
        return self.specification.tolerance

    @property
    def unit(self) -> float:
        return self.specification.unit

    @property
    def decimals(self) -> int:
        """How many an answer has: none, where it is whole numbers."""
        return 0 if self.form in WHOLE else self.specification.decimals

    def as_told(self, values: Any) -> Any:
        """Stored numbers as a program is told them: counts and sizes without a point."""
        if isinstance(values, list | tuple):
            return [self.as_told(each) for each in values]
        return int(values) if self.form in WHOLE and isinstance(values, float) and values.is_integer() else values

    @property
    def also_given(self) -> dict[str, Any]:
        """What holds for every variant, and a program has to be told: {"layers": 2, "bidirectional": 1}."""
        return {}

    def computed_from(self, open_steps: Iterable[str], others: Iterable[str]) -> set[str]:
        """Which of the others would give an open step away, for they are computed from it."""
        return set()

    @abstractmethod
    def check(self) -> None:
        """Raises sim.SimError for the first thing that cannot be."""

    @abstractmethod
    def certify(self, seeds: Iterable[int]) -> list[sim.Certificate]:
        """One certificate a seed, passed or not. Raises sim.SimError."""

    def accepted(self, seeds: Iterable[int]) -> Iterator[sim.Certificate]:
        """Those that pass, as they are found. Raises sim.SimError; NoneAccepted where none does."""
        return (each for each in self.certify(seeds) if not each.reasons)

    @abstractmethod
    def survey(self, seeds: Iterable[int]) -> sim.Survey:
        """What comes of so many candidates."""

    def shape(self, name: str) -> tuple[int, ...]:
        """How many entries an answer has along each axis; () for one that is written as a whole."""
        return ()

    @abstractmethod
    def working(self, given: Given, live: Live = NOTHING, exact: Live = NOTHING) -> Tellable:
        """What these numbers give, asked for step by step. `live` and `exact` are the key's, where it is at hand."""

    @abstractmethod
    def worked(self, given: Given, exact: Mapping[str, Any]) -> list[Worked]:
        """The worked solution, line by line in order of use."""

    def hint(self, name: str, number: int, given: Given) -> str:
        """One of four hints that no author has written, in Markdown: where, formula, numbers put in, what to expect."""
        return ""

    def keys(self, given: Given, exact: Mapping[str, Any], full: Mapping[str, Any]) -> dict[str, Key]:
        """What is right, in order of use: a database may hold what it stores in another."""
        return {
            name: Key(numbers(exact[name]), numbers(full[name]), self.form, shape=self.shape(name))
            for name in self.asked
        }

    def rule(self, tolerance: float) -> Rule:
        return Rule(unit=self.unit, tolerance=tolerance)


class CertifiedKind(Kind):
    """One whose variants `sim` draws and certifies."""

    exercise: sim.Exercise | sim.QuestionExercise

    def check(self) -> None:
        self.exercise.check()

    def certify(self, seeds: Iterable[int]) -> list[sim.Certificate]:
        return sim.certify(self.exercise, seeds)

    def accepted(self, seeds: Iterable[int]) -> Iterator[sim.Certificate]:
        return sim.accepted(self.exercise, seeds)

    def survey(self, seeds: Iterable[int]) -> sim.Survey:
        return sim.survey(self.exercise, seeds)


class Tellable(Working, ABC):
    """A working that can also be told about. What a kind has nothing of is nothing here."""

    noun = "number"  # what an answer is
    go_over = "Go over its formula once more: which numbers go in, and with which signs."

    def yours(self, name: str, own: Own) -> Iterable[Values]:
        return ()

    def slips(self, name: str, own: Own) -> Iterable[tuple[str, Values]]:
        return ()

    def others(self, name: str, own: Own) -> Iterable[tuple[str, Values]]:
        return ()

    def early(self, name: str, own: Own) -> Iterable[Values]:
        return ()

    def pairs(self, name: str, own: Own, made: Iterable[str]) -> Iterable[tuple[tuple[str, str], Values]]:
        return ()

    def limits(self, name: str) -> Limits:
        return float("-inf"), float("inf")

    def alike(self, name: str, own: Own) -> Iterable[Values]:
        """What the slips give that these numbers do not tell apart: known, but none of them is named."""
        return ()

    def elsewhere(self, values: Values) -> str:
        """Under what other setting an unknown answer would be right, in a sentence."""
        return ""

    def read_by(self, name: str, own: Own) -> list[str]:
        """Which of the learner's numbers this step itself reads."""
        return []

    @property
    def note(self) -> str:
        """The convention in force, in one sentence."""
        return ""

    @abstractmethod
    def slip(self, name: str, slip: str) -> sim.Slip | sim.PlainSlip:
        """The slip of that id in that quantity."""

    def line(self, name: str, own: Own, slip: Any, had: Had) -> dict[str, Any] | None:
        """The slip's formula, as `text` and as MathML (`formula`), and the same with numbers put in (`put_in`).

        No numbers where the formula reads one that the learner has not: it would give an open step away.
        """
        return None

    def why_right(self, name: str) -> str:
        """One line on a right answer, where the kind knows better than the author."""
        return ""


def numbers(value: Any) -> Values:
    """A vector or matrix, entry by entry."""
    if isinstance(value, list | tuple):
        return tuple(number for each in value for number in numbers(each))
    return (float(value),)


def named(live: Live, name: str, slips: Iterable[sim.Slip | sim.PlainSlip]) -> list[str]:
    """The slips that may be named: those that live, and every row that is right in another convention, claimed or not.

    A number that is right elsewhere is never just wrong: where a slip of these numbers gives the same, the learner is
    asked which it was.
    """
    alive = list(live.get(name, ()))
    return alive + [slip.id for slip in slips if slip.convention and slip.id not in alive]
