"""Pick the formula: the right equation among wrong ones, each of which is a slip of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import combinations
from math import comb
from typing import Any

import sim
from quizzes.items.kinds.base import NOTHING, Given, Live, Worked
from quizzes.items.kinds.choices import LETTERS, OPTIONS, ChoiceWorking, SeededKind, digest, shuffled
from quizzes.items.kinds.hints import called
from quizzes.items.quantities import listed
from quizzes.items.specification import quantity

MOST_SHOWN = 400  # variants: more would be the same formulas in another order


class FormulaKind(SeededKind):
    """For each asked quantity its equation and some wrong ones; a seed chooses which, and their order."""

    @cached_property
    def cell(self) -> sim.Cell:
        return self.specification.declared()

    @cached_property
    def wrong(self) -> dict[str, list[sim.Slip]]:
        """The claimed slips of each asked quantity whose formulas differ from the right one and from each other."""
        return {name: self._different(name) for name in self.specification.asked}

    def _different(self, name: str) -> list[sim.Slip]:
        by_text = {sim.text(slip): slip for slip in reversed(self._claimed(name))}
        by_text.pop(sim.text(self.cell, quantity(name)), None)
        return [slip for slip in self._claimed(name) if slip in by_text.values()]

    def _claimed(self, name: str) -> list[sim.Slip]:
        return [sim.slip_named(self.cell, name, each) for each in self.specification.claimed(name)]

    @cached_property
    def _choices(self) -> dict[str, list[tuple[sim.Slip, ...]]]:
        """Every choice of wrong options for each asked quantity, in an order of this stream's own."""
        return {
            name: shuffled(self.stream, 0, list(combinations(slips, self.shown)), name)
            for name, slips in self.wrong.items()
        }

    @property
    def shown(self) -> int:
        """How many wrong options stand beside the right one."""
        return self.specification.options - 1

    @property
    def space(self) -> int:
        return min(MOST_SHOWN, max(comb(len(slips), self.shown) for slips in self.wrong.values()))

    def check(self) -> None:
        for name, slips in self.wrong.items():
            if not 1 <= self.shown <= min(len(slips), len(LETTERS) - 1):
                raise sim.SimError(f"{name} claims {len(slips)} slips, and {self.shown} are to be shown.")

    def certificate(self, seed: int) -> sim.Certificate:
        if not 0 <= seed < self.space:
            raise sim.SimError(f"There are {self.space} variants, so there is no seed {seed}.")
        options: dict[str, list[dict[str, str]]] = {}
        exact, live = {}, {}
        for name, several in self._choices.items():
            chosen = several[seed % len(several)]
            order = shuffled(self.stream, seed, [None, *chosen], name)
            options[name] = [self._option(name, letter, each) for letter, each in zip(LETTERS, order, strict=False)]
            exact[name] = [LETTERS[order.index(None)]]
            live[name] = [slip.id for slip in order if slip is not None]
        given = {OPTIONS: options}
        return sim.Certificate(seed, given, exact, exact, live, [], digest(given))

    def _option(self, name: str, letter: str, slip: sim.Slip | None) -> dict[str, str]:
        of, what = self._shown(name, slip)
        said = {"text": sim.text(of, what), "mathml": sim.mathml(of, what, block=False)}
        aloud = sim.words(of.wrong, next(iter(of.changes))) if isinstance(of, sim.Slip) else sim.words(of, what)
        return {"id": letter} | said | {"words": aloud}

    def latex(self, name: str, slip: str = "") -> str:
        """The same equation as LaTeX: that of a slip, or the right one."""
        return sim.latex(*self._shown(name, sim.slip_named(self.cell, name, slip) if slip else None))

    def _shown(self, name: str, slip: sim.Slip | None) -> tuple[sim.Cell | sim.Slip, str]:
        """What is printed of an option: every sum is written out, right or wrong, so that its length tells nothing."""
        what = quantity(name)
        if slip is not None and what not in slip.changes:
            return slip, ""
        return (slip.wrong if slip else self.cell).written_out(what), what

    def working(self, given: Given, live: Live = NOTHING, exact: Live = NOTHING) -> ChoiceWorking:
        return ChoiceWorking(self.cell, given, live, exact)

    def worked(self, given: Given, exact: Mapping[str, Any]) -> list[Worked]:
        return [
            Worked(
                name=name,
                formula=sim.text(self.cell, quantity(name)),
                values=exact[name],
                asked=True,
                mathml=sim.mathml(self.cell, quantity(name), block=False),
                words=sim.words(self.cell, quantity(name)),
            )
            for name in self.specification.asked
        ]

    def hint(self, name: str, number: int, given: Given) -> str:
        what = quantity(name)
        reads = [called(each) for each in self.cell.uses(what)]
        return (
            f"It is made from {listed(reads)}, and from nothing else.",
            self.cell.note,
            f"Said aloud: {sim.words(self.cell, what)}",
            "Put in numbers that are easy: with every gate at 1 or at 0, what should be left?",
        )[number - 1]
