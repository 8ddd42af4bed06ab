"""The working behind the steps of a cell: what `sim` gives on the learner's own numbers, with a slip, rounded early."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from typing import Any

import sim
from quizzes.items.carrying import Limits
from quizzes.items.kinds.base import Given, Had, Live, Tellable, named
from quizzes.items.kinds.known import Known, dependence
from quizzes.items.kinds.limits import limits_of
from quizzes.items.marking import Own, Values, near_any
from quizzes.items.specification import Specification, quantity, step_number

MARKS = re.compile(r' (?:data-q="\w+"|stretchy="false")')  # for worked examples and tall formulas; here they only weigh
MOST_PAIRED = 3  # of a learner's slips are tried together with another
TOO_EARLY = "C20"  # the row of a value rounded too early, which is no mistake: marking has a state of its own for it
LOSSES = ("dh", "dh_last", "dc_last")


class StepsWorking(Tellable):
    """One variant's numbers, asked step by step. Nothing is computed before it is asked for."""

    def __init__(self, specification: Specification, given: Given, live: Live) -> None:
        self.specification = specification
        self.given = given
        self.live = live

    @cached_property
    def layer(self) -> sim.Layer:
        cell = self.specification.declared()
        return sim.layer(cell, {name: self.given[name] for name in cell.parameters})

    @property
    def note(self) -> str:
        return self.layer.cell.note

    @property
    def inputs(self) -> tuple[Any, Any, Any]:
        return self.given["x"], self.given.get("h0"), self.given.get("c0")

    @property
    def losses(self) -> dict[str, Any]:
        return {name: self.given[name] for name in LOSSES if name in self.given}

    def yours(self, name: str, own: Own) -> Iterator[Values]:
        yield self.value(name, own, decimals=self.specification.decimals)
        yield self.value(name, own, decimals=None)

    def slips(self, name: str, own: Own) -> Iterator[tuple[str, Values]]:
        asked = self._asked(name, own)
        for slip in self._named(name):
            yield slip, asked.entries(slip)

    def alike(self, name: str, own: Own) -> Iterator[Values]:
        may_be_named, asked = self._named(name), self._asked(name, own)
        for slip in self.specification.claimed(name):
            if slip not in may_be_named:
                yield asked.entries(slip)

    def others(self, name: str, own: Own) -> Iterator[tuple[str, Values]]:
        may_be_named, asked = self._named(name), self._asked(name, own)
        for slip in _that_fit(self.layer.cell, quantity(name), self.layer.D, self.layer.H):
            if slip.id not in may_be_named and slip.id != TOO_EARLY:
                yield slip.id, asked.entries(slip)

    def limits(self, name: str) -> Limits:
        return limits_of(self.layer.cell, quantity(name))

    def _named(self, name: str) -> list[str]:
        return named(self.live, name, sim.slips_for(self.layer.cell, name))

    def pairs(self, name: str, own: Own, made: Iterable[str]) -> Iterator[tuple[tuple[str, str], Values]]:
        """Only those that give another number than either slip alone: else there are no two slips to be seen."""
        claimed, asked = list(self.specification.claimed(name)), self._asked(name, own)
        cell, what, mine = self.layer.cell, quantity(name), set(made)
        before = [slip for slip in claimed if slip in mine][:MOST_PAIRED]
        alone = {slip: asked.entries(slip) for slip in claimed} if before else {}
        for first in before:
            for second in claimed:
                if both := _pair(cell, what, first, second):
                    values = asked.entries(both)
                    if not near_any(values, (alone[first], alone[second]), self.specification.tolerance):
                        yield (min(first, second), max(first, second)), values

    def early(self, name: str, own: Own) -> Iterator[Values]:
        """The trace kept to fewer decimals or truncated; then this value alone rounded early, on the own numbers."""
        asked = self.specification.decimals
        yield from self.follower.early(name, asked)
        whole = self.value(name, own, decimals=asked)
        for decimals in range(asked - 1, 0, -1):
            yield tuple(half_up(number, decimals) for number in whole)

    def value(self, name: str, own: Own, *, slip: sim.Slip | str | None = None, decimals: int | None = None) -> Values:
        """One asked quantity when the earlier ones are the learner's own; with a slip, or without."""
        return self.follower.entries(own, name, slip=slip, decimals=decimals)

    def _asked(self, name: str, own: Own) -> sim.Asked:
        return self.follower.asked(own, name, self.specification.decimals)

    @cached_property
    def follower(self) -> sim.Follower:
        return sim.Follower(self.layer, *self.inputs, **self.losses)

    @cached_property
    def trace(self) -> sim.Trace:
        """What a careful learner writes down."""
        return sim.exact(self.layer, *self.inputs, decimals=self.specification.decimals)

    @cached_property
    def found(self) -> sim.Trace | sim.Gradients:
        """The same, with the way back where there is one."""
        return sim.backward(self.trace, **self.losses) if self.losses else self.trace

    def slip(self, name: str, slip: str) -> sim.Slip:
        return sim.slip_named(self.layer.cell, name, slip)

    def line(self, name: str, own: Own, slip: sim.Slip, had: Had) -> dict[str, Any]:
        """The slip's formula, and the same with the learner's numbers put in, a line for each unit."""
        shown = slip.asked if slip.asked in slip.changes else next(iter(slip.changes))
        earlier = {key: list(values) for key, values in own.items() if key != name}
        put_in = self._put_in(name, shown, earlier, slip) if self._may_show(name, shown, slip, had) else []
        return {**_said(slip), "put_in": put_in}

    def _may_show(self, name: str, shown: str, slip: sim.Slip, had: Had) -> bool:
        """Whether the learner has every number that the slip's formula reads, and gives."""
        said, cell, step = self.specification, self.layer.cell, step_number(name)
        found = dependence(cell, said.T, said.is_backward)
        read = found.read_by(slip.wrong, f"{shown}@{step}" if step else shown)
        same = [f"{other}@{step}" for other, right in cell.equations.items() if right == slip.changes[shown]]
        return Known(found, said.asked, had).all([*read, *same])

    def _put_in(self, name: str, shown: str, own: Mapping[str, Any], slip: sim.Slip) -> list[str]:
        """On the way back the learner's own gradients are not put in, so there the value alone stands."""
        step, decimals = step_number(name) or 1, self.specification.decimals
        if slip.of_gradient and own:
            return [written(self.value(name, own, slip=slip, decimals=decimals), decimals)]
        found: sim.Trace | sim.Gradients
        if slip.of_gradient:
            wrong = sim.evaluate_slip(
                slip, self.layer, *self.inputs, step=step_number(name), decimals=decimals, **self.losses
            )
            assert isinstance(wrong, sim.Gradients)
            found = wrong
        else:
            found = self.follower.trace(own, slip=slip, step=step, decimals=decimals)
        put_in = [turned(line) for line in sim.substituted_text(found, shown, step)]
        if shown != quantity(name):
            put_in.append(f"so {quantity(name)} = {written(value_at(found, name), decimals)}")
        return put_in

    def read_by(self, name: str, own: Own) -> list[str]:
        """Which of the learner's numbers this step itself reads, not those behind them."""
        read = self._asked(name, own).reads()
        return [each for each in own if each in read]


@lru_cache(maxsize=4096)
def _pair(cell: sim.Cell, asked: str, first: str, second: str) -> sim.Slip | None:
    """Made once: `sim` keeps how a slip is worked out by the slip itself, and would begin anew with its equal."""
    return sim.paired(sim.slip_named(cell, asked, first), sim.slip_named(cell, asked, second))


@lru_cache(maxsize=1024)
def _that_fit(cell: sim.Cell, asked: str, D: int, H: int) -> tuple[sim.Slip, ...]:
    """The slips that have a value with so many inputs and units: "x and h added" has none where they differ."""
    return tuple(slip for slip in sim.slips_for(cell, asked) if _fits(slip, cell, D, H))


def _fits(slip: sim.Slip, cell: sim.Cell, D: int, H: int) -> bool:
    try:
        slip.check(cell, D, H)
    except sim.SimError:
        return False
    return True


@lru_cache(maxsize=4096)
def _said(slip: sim.Slip) -> dict[str, str]:
    """A slip's formula as text and as MathML."""
    return {"text": sim.text(slip), "formula": unescape_invisible(MARKS.sub("", sim.mathml(slip, block=False)))}


def unescape_invisible(mathml: str) -> str:
    """Invisible signs as they are: three bytes in place of eight."""
    return mathml.replace("&#x2061;", "\u2061").replace("&#x2062;", "\u2062")


def turned(line: str) -> str:
    """ "0.8030 = 0.3752·1.3 + …" as one computes it: the value last."""
    value, _, computed = line.partition(" = ")
    return value if computed == value else f"{computed} = {value}"


def value_at(found: sim.Trace | sim.Gradients, name: str) -> Values:
    step = step_number(name)
    return entries(found[name[1:]] if step is None else found.at(quantity(name), step))


def written(values: Values, decimals: int) -> str:
    """ "0.4921", or "(0.4921, −0.3300)", with as many decimals as asked."""
    said = [f"{value:.{decimals}f}".replace("-", "−") for value in values]
    return said[0] if len(said) == 1 else f"({', '.join(said)})"


def entries(array: Any) -> Values:
    """Of a vector or a matrix, one after another."""
    return tuple(array.ravel().tolist())


def half_up(number: float, decimals: int) -> float:
    """0.4921 at two decimals is 0.49; a tie goes away from zero."""
    return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
