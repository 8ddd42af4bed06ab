"""Hints that no author wrote: where to look, the formula, what to put in, what to expect. None tells an asked value."""

from __future__ import annotations

from decimal import Decimal

import sim
from quizzes.items.kinds.working import StepsWorking, value_at
from quizzes.items.quantities import listed
from quizzes.items.specification import quantity, step_number


class StepHints:
    """The four hints of one variant's steps: `StepHints(working)("c@1", 3)`."""

    def __init__(self, working: StepsWorking) -> None:
        self.working = working

    def __call__(self, name: str, number: int) -> str:
        """Where, formula, numbers put in, what to expect."""
        if number == 1:
            return f"It is computed from {listed(self._read_by(quantity(name)))}."
        if number == 2:
            return "; ".join(f"`{sim.text(self.working.layer.cell, each)}`" for each in self._on_the_way(name))
        if number == 3:
            return self._with_numbers(name)
        values = value_at(self.working.found, name)
        return f"It lies between {listed([_between(value) for value in values], 'and for the next unit')}."

    def _with_numbers(self, name: str) -> str:
        """The first line on the way with its numbers put in; where it reads what is asked, only the letters."""
        step, first = step_number(name), self._on_the_way(name)[0]
        if own := [each for each in self.working.layer.cell.uses(first) if self._is_asked(each, step)]:
            letters = listed([called(each).removeprefix("the ") for each in own])
            return " ".join([f"Put in your own {letters}.", *self._given_states(first, step or 1)])
        steps = range(1, self.working.specification.T + 1) if step is None else [step]
        put_in = [line for each in steps for line in sim.substituted_text(self.working.found, first, each)]
        return "; ".join(f"`{line.partition(' = ')[2] or line}`" for line in put_in)

    def _is_asked(self, leaf: str, step: int | None) -> bool:
        """Whether a name in an equation of that step is a value that is asked, there or a step before or after."""
        what, _, rest = leaf.partition("_")
        asked = self.working.specification.asked
        if rest in ("back", "next"):  # what the step after sends back is made of all that is asked there
            return any(name[0] == "d" and (step_number(name) or 0) > (step or 0) for name in asked)
        if rest == "prev":
            return any(quantity(name) == what and (step is None or step_number(name) == step - 1) for name in asked)
        return any(quantity(name) == leaf and step in (None, step_number(name)) for name in asked)

    def _given_states(self, name: str, step: int) -> list[str]:
        """The states before the first step that an equation reads, with their numbers: they are given."""
        states = [each for each in self.working.layer.cell.uses(name) if step == 1 and each.endswith("_prev")]
        shown = {each: ", ".join(f"{entry:g}" for entry in self.working.trace.at(each, 1)) for each in states}
        return [f"{called(each).capitalize()} is {said}.".replace("-", "−") for each, said in shown.items()]

    def _read_by(self, name: str) -> list[str]:
        """What an equation reads; a sum that is asked nowhere by what stands in it: input, old state, weights."""
        cell, asked = self.working.layer.cell, {quantity(each) for each in self.working.specification.asked}
        read = [
            leaf
            for each in cell.uses(name)
            for leaf in (cell.uses(each) if each[0] == "a" and each not in asked else [each])
        ]
        weights = [f"the weights of {_block(leaf)}" for leaf in read if leaf in cell.parameters]
        return list(dict.fromkeys([*(called(leaf) for leaf in read if leaf not in cell.parameters), *weights]))

    def _on_the_way(self, name: str) -> list[str]:
        """The quantity, and before it what it reads that is asked nowhere and needs a line of its own: sums, slopes."""
        cell, what = self.working.layer.cell, quantity(name)
        asked = {quantity(each) for each in self.working.specification.asked}
        unasked = [each for each in cell.reads(what) if each not in asked and (each[0] in "ad" or each == "tanh_c")]
        return [*unasked, what]


def _block(weight: str) -> str:
    return weight.partition("_")[2].replace("in", "n").replace("hn", "n") or "h"


def called(name: str) -> str:
    """ "h_prev" → "the old h", "tanh_c" → "tanh c", "dc_back" → "what comes back through c"."""
    what, _, rest = name.partition("_")
    if rest == "prev":
        return f"the old {what}"
    if rest in ("back", "next", "last", "loss"):
        return f"the gradient of {what[1:]} from {'the loss' if rest == 'loss' else 'the step after'}"
    if what[0] == "d" and len(name) > 1:
        return f"the gradient of {called(name[1:])}"
    return f"tanh {rest}" if what == "tanh" else f"the sum of {rest}" if what == "a" and rest else name


def _between(value: float) -> str:
    """The tenths around a number: near enough to see a slip, too far to copy."""
    low = Decimal(repr(value)).quantize(Decimal("0.1"), "ROUND_FLOOR")
    return f"{low} and {low + Decimal('0.1')}".replace("-", "−")
