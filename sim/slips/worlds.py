"""What a learner gets: his own numbers where he has them, and everything else worked out from those.

A world computes a value when it is asked for, and keeps it. A slip makes another world, in which only what the slip
touches differs; so a dozen slips cost little more than one. Own numbers are data here: nothing is compiled for them,
and nothing hangs on which of them there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sim.compile.decimals import Rounding
from sim.compile.graphs import at_step
from sim.compile.recipes import ARRAYS, FLOATS, Arithmetic, Number, Recipe, recipe_of
from sim.language.declarations import Cell
from sim.language.expressions import Expr, leaves, name, substitute, sum_of
from sim.slips.binding import Slip


@dataclass(frozen=True, eq=False)
class Setting:
    """What many worlds have in common. `is_scalar`: one unit and one input, so that every value is a float."""

    cell: Cell
    T: int
    is_scalar: bool
    rounding: Rounding | None

    @property
    def arithmetic(self) -> Arithmetic:
        return FLOATS if self.is_scalar else ARRAYS


setting = lru_cache(maxsize=512)(Setting)  # the same object for the same: recipes are remembered by it


class World(dict[str, Number]):
    """The values of T steps by key: "c@2", "dc@2", "dW_f"; `given` has "x@1", "h@0", "W_f", "dh_loss@1", "dc_last".

    What a lookup misses is worked out then.
    """

    def __init__(self, setting: Setting, given: Mapping[str, Number], own: Mapping[str, Number]) -> None:
        super().__init__({**given, **own})
        self.setting, self.given, self.own = setting, given, own

    def __missing__(self, key: str) -> Number:
        value = self[key] = self._along(self._way(key))
        return value

    def reach(self, key: str, step: int) -> None:
        """One step after another, up to that of the key: a long sequence would call itself once a step."""
        T, is_gradient = self.setting.T, key.partition("@")[0] not in self.setting.cell.equations
        for earlier in range(1, T + 1 if is_gradient else step):
            self._states(earlier)
        for later in range(T, step, -1) if is_gradient else ():
            self._states(later, "d")

    def _states(self, step: int, prefix: str = "") -> None:
        for state in self.setting.cell.states:
            _ = self[f"{prefix}{state}@{step}"]

    def with_slip(self, slip: Slip, step: int) -> World:
        """Someone who makes a slip at this step; what comes after the step is not asked of him."""
        return _Spoilt(self, slip, step)

    def after_slip(self, slip: Slip, step: int) -> World:
        """Someone who makes a slip at this step and goes on rightly with what it gives."""
        wrong = self.with_slip(slip, step)
        if step == self.setting.T:
            return wrong
        keys = [f"{name}@{t}" for t in range(1, step + 1) for name in self.setting.cell.equations]
        return World(self.setting, self.given, {**self.own, **{key: wrong[key] for key in keys}})

    def own_read_by(self, key: str) -> set[str]:
        """The own numbers that a value is computed from, directly or through values that are not his own."""
        found, seen, waiting = set(), {key}, [key]
        while waiting:
            for each in self._way(waiting.pop()).reads:
                if each in self.own:
                    found.add(each)
                elif each not in self.given and each not in seen:
                    seen.add(each)
                    waiting.append(each)
        return found

    def _way(self, key: str) -> Way:
        if "@" not in key:
            return _sum_way(self.setting, key, self._written(key))
        return _way(self.setting, self.setting.cell, key)

    def _written(self, total: str) -> tuple[str, ...]:
        """The contributions to a sum over the steps that are his own numbers."""
        return tuple(key for key in _over_steps(total, self.setting.T) if key in self.own)

    def _along(self, way: Way) -> Number:
        return way.recipe([self[key] for key in way.reads])


class _Spoilt(World):
    """The world of someone who makes a slip at one step. What the slip replaces is computed, not taken from `own`.

    The asked quantity is not in `own`: whoever asks leaves it out.
    """

    def __init__(self, right: World, slip: Slip, step: int) -> None:
        self.setting, self.given, self.own = right.setting, right.given, right.own
        self.right, self.slip = right, slip
        self.wrong, self.touched = changed_by(slip, step)
        if right.own:
            self.touched -= right.own.keys() - self.wrong

    def __missing__(self, key: str) -> Number:
        return super().__missing__(key) if key in self.touched else self.right[key]

    def _way(self, key: str) -> Way:
        if "@" not in key:
            spoilt = tuple(each for each in _over_steps(key, self.setting.T) if each in self.wrong)
            return _sum_way(self.setting, key, self._written(key), self.slip if spoilt else None, spoilt)
        return _way(self.setting, self.slip if key in self.wrong else self.setting.cell, key)

    def _written(self, total: str) -> tuple[str, ...]:
        return tuple(key for key in super()._written(total) if key not in self.wrong)

    def _along(self, way: Way) -> Number:
        right, touched = self.right, self.touched
        return way.recipe([self[key] if key in touched else right[key] for key in way.reads])


@lru_cache(maxsize=8192)
def changed_by(slip: Slip, step: int) -> tuple[frozenset[str], frozenset[str]]:
    """The values of a step whose equations a slip replaces; and all that come out otherwise for it."""
    names = {slip.asked, *slip.changes}
    for each, read in _read_by(slip.cell, slip.of_gradient).items():
        if names & read:
            names.add(each)
    sums = {each for each in names if each.removeprefix("d") in slip.cell.parameters}
    return frozenset(f"{each}@{step}" for each in slip.changes), frozenset(f"{each}@{step}" for each in names) | sums


@lru_cache(maxsize=128)
def _read_by(cell: Cell, backward: bool) -> Mapping[str, frozenset[str]]:
    """The names that each right equation of a step reads, in order."""
    equations = cell.gradients if backward else cell.equations
    return {name: frozenset(leaves(formula)) for name, formula in equations.items()}


class Way(NamedTuple):
    """How a value comes from others: a recipe, and the keys of what it reads."""

    recipe: Recipe
    reads: tuple[str, ...]


@lru_cache(maxsize=16384)
def _way(setting: Setting, source: Cell | Slip, key: str) -> Way:
    """By the right equation, or by that of a slip."""
    value, _, step = key.partition("@")
    recipe = _recipe(setting, source, value, int(step) == setting.T)
    return Way(recipe, tuple(_at_step(setting.cell, leaf, int(step)) for leaf in recipe.leaves))


@lru_cache(maxsize=8192)
def _recipe(setting: Setting, source: Cell | Slip, name: str, is_last: bool) -> Recipe:
    return recipe_of(_formula(setting, source, name, is_last), setting.rounding, setting.arithmetic)


def _formula(setting: Setting, source: Cell | Slip, name: str, is_last: bool) -> Expr:
    formula = source.changes[name] if isinstance(source, Slip) else source.formula(name)
    return setting.cell.over_time(formula, is_last=is_last)


@lru_cache(maxsize=1024)
def _sum_way(
    setting: Setting, total: str, written: tuple[str, ...], slip: Slip | None = None, spoilt: tuple[str, ...] = ()
) -> Way:
    """The gradient of a weight: what all steps add, rounded once, as their sum is.

    A contribution that is `written` down stands in it as it is; those in `spoilt` are the slip's.
    """
    parts = [
        name(key) if key in written else _added_at(setting, slip if slip and key in spoilt else setting.cell, key)
        for key in _over_steps(total, setting.T)
    ]
    recipe = recipe_of(sum_of(parts), setting.rounding, setting.arithmetic)
    return Way(recipe, recipe.leaves)


def _over_steps(total: str, T: int) -> list[str]:
    """The contributions to the gradient of a weight: "dW_f@1", "dW_f@2"."""
    return [f"{total}@{step}" for step in range(1, T + 1)]


def _added_at(setting: Setting, source: Cell | Slip, key: str) -> Expr:
    """What a step adds, every name with its step."""
    gradient, _, step = key.partition("@")
    formula = _formula(setting, source, gradient, int(step) == setting.T)
    return substitute(formula, {leaf: name(_at_step(setting.cell, leaf, int(step))) for leaf in leaves(formula)})


def _at_step(cell: Cell, leaf: str, step: int) -> str:
    if leaf.endswith("_last"):
        return leaf
    return at_step(cell, leaf.removesuffix("_next"), step + leaf.endswith("_next"))
