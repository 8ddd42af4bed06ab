"""Questions without a layer: a count, a shape, a product over a chain. Each has one right formula and its slips."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.checks import whole_number
from sim.errors import NumberError, ShapeError, UnknownName
from sim.layers import numbers, of_shape

MOST = 1_000_000  # of a size
GIVENS = ("D", "H", "T", "N", "W", "w", "h", "f", "parts", "gradient", "threshold", "stack")
SINGLE = ("w", "threshold")  # one number; every other given is a row of them

type Rule = Callable[..., Any]


@dataclass(frozen=True)
class PlainSlip:
    """A wrong rule for the answer of a question. `formula` says it in one line; `wrong` computes it."""

    id: str
    asked: str
    title: str
    formula: str
    correction: str
    source: str
    wrong: Rule
    convention: bool = False

    @property
    def givens(self) -> tuple[str, ...]:
        """What the wrong rule needs."""
        return tuple(inspect.signature(self.wrong).parameters)

    def answer(self, **givens: Any) -> Any:
        """The wrong answer. Raises: SimError for givens that are missing, unknown or no numbers."""
        return answered(self.id, self.wrong, givens)


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked, the rule of the right answer with its formula, and the slips by id."""

    asked: str
    title: str
    formula: str
    right: Rule
    slips: tuple[PlainSlip, ...]

    @cached_property
    def givens(self) -> tuple[str, ...]:
        """What the rule needs: ("D", "H"), ("w", "h"), …"""
        return tuple(inspect.signature(self.right).parameters)

    def answer(self, **givens: Any) -> Any:
        """The right answer. Raises: SimError for givens that are missing, unknown or no numbers."""
        return answered(self.asked, self.right, givens)

    def slip(self, slip_id: str) -> PlainSlip:
        for slip in self.slips:
            if slip.id == slip_id:
                return slip
        raise UnknownName(f"There is no slip {slip_id} in “{self.asked}”.", f"There are: {self._ids()}.")

    def _ids(self) -> str:
        return ", ".join(slip.id for slip in self.slips)


def answered(asked: str, rule: Rule, givens: Mapping[str, Any]) -> Any:
    """A rule applied to what it needs of the givens. Raises: UnknownName, NumberError, SizeError, ShapeError."""
    needed = inspect.signature(rule).parameters
    if unknown := [name for name in givens if name not in GIVENS]:
        raise UnknownName(f"Nothing is asked about {', '.join(unknown)}.", f"Givens are: {', '.join(GIVENS)}.")
    if missing := [name for name, each in needed.items() if name not in givens and each.default is each.empty]:
        raise UnknownName(f"{asked} needs {', '.join(missing)}.", f"Given are: {', '.join(givens) or 'none'}.")
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by name
            found = rule(**{name: _checked(name, givens[name]) for name in needed if name in givens})
            is_finite = isinstance(found, (int, tuple)) or bool(np.isfinite(found).all())
    except OverflowError:
        is_finite = False
    if not is_finite:
        raise NumberError(f"{asked} comes out as no finite number.", "Take smaller numbers.")
    return found


def _checked(name: str, value: Any) -> Any:
    """A size as a whole number of 1 or more; anything else as finite numbers."""
    if name.isupper():
        is_whole = isinstance(value, float) and value.is_integer()
        return whole_number(name, int(value) if is_whole else value, 1, MOST)
    array = numbers(name, value)
    if name in SINGLE:
        return _single(name, float(of_shape(name, array, ())))
    if array.ndim > 1 or array.size == 0:
        raise ShapeError(f"{name} has shape {array.shape}, needs a row of numbers.")
    return np.atleast_1d(array)


def _single(name: str, number: float) -> float:
    """Raises: NumberError for a threshold below 0: no norm is smaller."""
    if name == "threshold" and number < 0:
        raise NumberError(f"threshold is {number:g}, needs 0 or more.")
    return number
