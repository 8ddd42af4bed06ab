"""What "practise this" leads to: of the exercises there are, the one nearest to the example looked at. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sim
from quizzes.lessons.examples.address import Example
from quizzes.lessons.examples.usual import FAMILIES, family_of


@dataclass(frozen=True)
class Offered:
    """An exercise by what its generator's specification says of it."""

    slug: str
    cell: str
    convention: str
    asked: Sequence[str]
    H: int = 1
    T: int = 1
    works_out: bool = True  # numbers step by step: no formula to be picked, nothing counted

    @property
    def declared(self) -> sim.Cell:
        """The cell in its convention; an exercise may name none, or one that changes nothing."""
        conventions = sim.CELLS[self.cell]
        return conventions.get(self.convention) or next(iter(conventions.values()))

    @property
    def is_backward(self) -> bool:
        return any(name[0] == "d" for name in self.asked)

    @property
    def is_whole(self) -> bool:
        """Whether every value of a step is asked for; what only sums up or squashes for it may be left out."""
        asked = {name.partition("@")[0] for name in self.asked}
        return all(name in asked for name in self.declared.equations if name[0] != "a" and name != "tanh_c")


@dataclass(frozen=True)
class Practice:
    """Where the button leads, and what is to be said of it."""

    slug: str = ""  # empty where there is no exercise on this kind of cell
    is_own: bool = True  # on this very cell
    family: str = ""


def practice(example: Example, offered: Iterable[Offered]) -> Practice:
    """The nearest exercise, the same one for the same example: so it may stand on a page that is kept for all."""
    family = FAMILIES[family_of(example.cell)]
    found = min(offered, key=lambda each: _distance(example, each), default=None)
    return Practice(found.slug, found.cell == example.cell, family) if found else Practice(family=family)


def _distance(example: Example, offered: Offered) -> tuple[bool, bool, int, bool, bool, int, int, int, str]:
    """What works numbers out first; then the same cell, convention and direction; a whole step before its parts; then
    the same sizes, and what asks for most. Who looks at one step is led to one.
    """
    steps = 1 if example.view == "step" else example.T
    return (
        not offered.works_out,
        offered.cell != example.cell,
        _differing(example.declared, offered.declared),
        offered.is_backward != (example.view == "gradient"),
        not offered.is_whole,
        abs(offered.T - steps),
        abs(offered.H - example.H),
        -len(offered.asked),
        offered.slug,
    )


def _differing(cell: sim.Cell, other: sim.Cell) -> int:
    """How many equations of a cell another one has otherwise."""
    return sum(other.equations.get(name) != formula for name, formula in cell.equations.items())
