"""Questions without a layer: a count, a shape, a product over a chain. Each has one right formula and its slips."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.errors import ShapeError, SizeError, UnknownName
from sim.layers import numbers, of_shape

MOST = 1_000_000  # of a size
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
    if missing := [name for name, each in needed.items() if name not in givens and each.default is each.empty]:
        raise UnknownName(f"{asked} needs {', '.join(missing)}.", f"Given are: {', '.join(givens) or 'none'}.")
    return rule(**{name: _checked(name, givens[name]) for name in needed if name in givens})


def _checked(name: str, value: Any) -> Any:
    """A size as a whole number of 1 or more; anything else as finite numbers."""
    array = numbers(name, value)
    if name.isupper():
        if array.shape or array != np.rint(array) or not 1 <= array <= MOST:
            raise SizeError(f"{name} is {value!r}, needs a whole number from 1 to {MOST}.")
        return int(array)
    if name in SINGLE:
        return float(of_shape(name, array, ()))
    if array.ndim > 1 or array.size == 0:
        raise ShapeError(f"{name} has shape {array.shape}, needs a row of numbers.")
    return np.atleast_1d(array)
