"""The working behind marking: what `sim` gives on the learner's own numbers, with a slip, or rounded early. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

import sim
from quizzes.items.marking import Key, Own, Rule, Values
from quizzes.items.specification import Specification, quantity, step_number

MARKS = re.compile(r' data-q="\w+"')  # they link the views of a worked example; here they would only weigh
Given = Mapping[str, Any]


class SimWorking:
    """One variant's numbers, asked step by step. Nothing is computed before it is asked for."""

    def __init__(self, specification: Specification, given: Given, live: Mapping[str, Sequence[str]]) -> None:
        self.specification = specification
        self.given = given
        self.live = live

    @cached_property
    def layer(self) -> sim.Layer:
        cell = self.specification.declared()
        return sim.layer(cell, {name: self.given[name] for name in cell.parameters})

    @property
    def inputs(self) -> tuple[Any, Any, Any]:
        return self.given["x"], self.given.get("h0"), self.given.get("c0")

    def yours(self, name: str, own: Own) -> Iterator[Values]:
        yield self.value(name, own, decimals=self.specification.decimals)
        yield self.value(name, own, decimals=None)

    def slips(self, name: str, own: Own) -> Iterator[tuple[str, Values]]:
        for slip in self.live.get(name, ()):
            yield slip, self.value(name, own, slip=slip, decimals=self.specification.decimals)

    def alike(self, name: str, own: Own) -> Iterator[Values]:
        """What the slips give that these numbers do not tell apart: known, but none of them is named."""
        for slip in self.specification.claimed(name):
            if slip not in self.live.get(name, ()):
                yield self.value(name, own, slip=slip, decimals=self.specification.decimals)

    def early(self, name: str, own: Own) -> Iterator[Values]:
        """The trace kept to fewer decimals or truncated; then this value alone rounded early, on the own numbers."""
        asked = self.specification.decimals
        for trace in self._early_traces:
            yield _numbers(trace.at(quantity(name), step_number(name) or 1))
        whole = self.value(name, own, decimals=asked)
        for decimals in range(asked - 1, 0, -1):
            yield tuple(half_up(number, decimals) for number in whole)

    def value(self, name: str, own: Own, *, slip: sim.Slip | str | None = None, decimals: int | None = None) -> Values:
        """One asked quantity when the earlier ones are the learner's own; with a slip, or without."""
        theirs = {key: list(values) for key, values in own.items()}
        return _numbers(
            sim.evaluate_with(self.layer, *self.inputs, own=theirs, asked=name, slip=slip, decimals=decimals)
        )

    @cached_property
    def _early_traces(self) -> list[sim.Trace]:
        asked = self.specification.decimals
        kept = [sim.kept_to(self.layer, *self.inputs, decimals=decimals) for decimals in range(asked - 1, 0, -1)]
        return [*kept, sim.kept_to(self.layer, *self.inputs, decimals=asked, truncate=True)]

    def slip(self, name: str, slip: str) -> sim.Slip:
        return sim.slip_named(self.layer.cell, name, slip)

    def line(self, name: str, own: Own, slip: sim.Slip) -> dict[str, Any]:
        """The slip's formula, as `text` and as MathML (`formula`), and the same with the learner's numbers put in.

        `put_in` has one line for each unit.
        """
        shown = slip.asked if slip.asked in slip.changes else next(iter(slip.changes))
        step = step_number(name) or 1
        earlier = {key: list(values) for key, values in own.items() if key != name}
        decimals = self.specification.decimals
        trace = sim.trace_with(self.layer, *self.inputs, own=earlier, slip=slip, step=step, decimals=decimals)
        put_in = [turned(line) for line in sim.substituted_text(trace, shown, step)]
        if shown != quantity(name):
            put_in.append(f"so {quantity(name)} = {_written(trace, quantity(name), step)}")
        formula = MARKS.sub("", sim.mathml(slip, block=False))
        return {"text": sim.text(slip), "formula": formula, "put_in": put_in}

    def read_by(self, name: str, own: Own) -> list[str]:
        """Which of the learner's numbers this step itself reads: without them it would come out otherwise."""
        if not own:
            return []
        with_all = self.value(name, own)
        return [each for each in own if self.value(name, {key: own[key] for key in own if key != each}) != with_all]


def turned(line: str) -> str:
    """ "0.8030 = 0.3752·1.3 + …" as one computes it: the value last."""
    value, _, computed = line.partition(" = ")
    return value if computed == value else f"{computed} = {value}"


def _written(trace: sim.Trace, name: str, step: int) -> str:
    entries = [f"{entry:.{trace.decimals}f}".replace("-", "−") for entry in trace.at(name, step)]
    return entries[0] if len(entries) == 1 else f"({', '.join(entries)})"


def _numbers(array: Any) -> Values:
    return tuple(array.tolist())


def half_up(number: float, decimals: int) -> float:
    """0.4921 at two decimals is 0.49; a tie goes away from zero."""
    return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def keys_of(
    specification: Specification, exact: Mapping[str, list[float]], full: Mapping[str, list[float]]
) -> dict[str, Key]:
    """The keys in order of use."""
    return {name: Key(tuple(exact[name]), tuple(full[name])) for name in specification.asked}


def rule_of(specification: Specification, tolerance: float) -> Rule:
    return Rule(unit=specification.unit, tolerance=tolerance)
