"""Which of a learner's own earlier numbers later steps are judged with, so that nobody can fish. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

Values = tuple[float, ...]
Limits = tuple[float, float]  # the least and the most that a quantity can be

EASY = (0, 1)


class Numbers:
    """A learner's numbers so far, step by step in order of use: those that carry, and those held back.

    A number that is right or named always carries. Another is held back where it makes the next step easy (0, 1, or a
    number of another step once more) or where no such quantity can have it (a gate of 2); all within what counts as
    right. `shown` are the values of steps worked for the learner: repeating one of them is easy too.
    """

    def __init__(self, within: float, limits: Callable[[str], Limits], shown: Mapping[str, Values]) -> None:
        self.within, self.limits = within, limits
        self.met = dict(shown)
        self.doubted: set[str] = set()
        self.held: set[str] = set()

    def add(self, name: str, values: Values, *, is_sure: bool) -> None:
        """The next step's number; `is_sure` where it is right or named."""
        alike = {other for other, theirs in self.met.items() if self._share(values, theirs)}
        self.held |= alike & self.doubted
        if not is_sure:
            self.doubted.add(name)
            if alike or self._share(values, EASY) or self._is_impossible(name, values):
                self.held.add(name)
        self.met[name] = values

    def _share(self, one: Values, other: Values) -> bool:
        return any(abs(a - b) <= self.within for a, b in product(one, other))

    def _is_impossible(self, name: str, values: Values) -> bool:
        low, high = self.limits(name)
        return min(values) < low - self.within or max(values) > high + self.within
