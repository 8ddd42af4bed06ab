"""The numbers of a cell's steps, forward and on the way back: `sim` computes them, on the learner's own numbers too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from typing import Any

import sim
from quizzes.items.kinds.base import NOTHING, Given, Kind, Live, Tellable, Worked, named
from quizzes.items.marking import Own, Values
from quizzes.items.specification import Specification, quantity, step_number

MARKS = re.compile(r' (?:data-q="\w+"|stretchy="false")')  # for worked examples and tall formulas; here they only weigh
MOST_PAIRED = 3  # of a learner's slips are tried together with another
LOSSES = ("dh", "dh_last", "dc_last")


class StepsKind(Kind):
    """Every asked quantity of one cell, or a single one of them."""

    @cached_property
    def cell(self) -> sim.Cell:
        return self.specification.declared()

    @cached_property
    def exercise(self) -> sim.Exercise:
        said = self.specification
        return sim.Exercise(
            stream=self.stream,
            cell=self.cell,
            D=said.D,
            H=said.H,
            T=said.T,
            asked=self.steps,
            claims={name: tuple(slips) for name, slips in said.claims.items()},
            must_show={name: tuple(slips) for name, slips in said.must_show.items()},
            ranges=said.drawn_from(),
            decimals=said.decimals,
        )

    @property
    def steps(self) -> tuple[str, ...]:
        """The quantities whose numbers are computed."""
        return self.specification.asked

    def check(self) -> None:
        self.exercise.check()

    def certify(self, seeds: Iterable[int]) -> list[sim.Certificate]:
        return sim.certify(self.exercise, seeds)

    def accepted(self, seeds: Iterable[int]) -> Iterator[sim.Certificate]:
        return sim.accepted(self.exercise, seeds)

    def survey(self, seeds: Iterable[int]) -> sim.Survey:
        return sim.survey(self.exercise, seeds)

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(self.cell.shape(name, self.specification.D, self.specification.H))

    def working(self, given: Given, live: Live = NOTHING, exact: Live = NOTHING) -> StepsWorking:
        return StepsWorking(self.specification, given, live)

    def worked(self, given: Given, exact: Mapping[str, Any]) -> list[Worked]:
        return list(worked_through(self.working(given)))

    def hint(self, name: str, number: int, given: Given) -> str:
        return self.working(given).hint(name, number)

    def computed_from(self, open_steps: Iterable[str], others: Iterable[str]) -> set[str]:
        """Those that read an open quantity of the same step, however indirectly; and all of a later step."""
        first = {quantity(name): step_number(name) or 1 for name in reversed(list(open_steps))}
        return {name for name in others if any(self._reads(name, what, step) for what, step in first.items())}

    def _reads(self, name: str, what: str, step: int) -> bool:
        own = step_number(name) or self.specification.T
        if own != step:
            return (own > step) != (name[0] == "d")
        return self._leads_to(quantity(name), what)

    def _leads_to(self, name: str, what: str) -> bool:
        return any(each == what or self._leads_to(each, what) for each in self.cell.reads(name) if each != name)


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
        for slip in named(self.specification, self.live, name):
            yield slip, self.value(name, own, slip=slip, decimals=self.specification.decimals)

    def alike(self, name: str, own: Own) -> Iterator[Values]:
        may_be_named = named(self.specification, self.live, name)
        for slip in self.specification.claimed(name):
            if slip not in may_be_named:
                yield self.value(name, own, slip=slip, decimals=self.specification.decimals)

    def pairs(self, name: str, own: Own, made: Iterable[str]) -> Iterator[tuple[tuple[str, str], Values]]:
        claimed = list(self.specification.claimed(name))
        mine = set(made)
        before = [slip for slip in claimed if slip in mine][:MOST_PAIRED]
        for first in before:
            for second in claimed:
                both = _pair(self.layer.cell, quantity(name), first, second)
                if both is not None:
                    value = self.value(name, own, slip=both, decimals=self.specification.decimals)
                    yield (min(first, second), max(first, second)), value

    def early(self, name: str, own: Own) -> Iterator[Values]:
        """The trace kept to fewer decimals or truncated; then this value alone rounded early, on the own numbers."""
        asked = self.specification.decimals
        for found in self._early_traces:
            yield _at(found, name)
        whole = self.value(name, own, decimals=asked)
        for decimals in range(asked - 1, 0, -1):
            yield tuple(half_up(number, decimals) for number in whole)

    def value(self, name: str, own: Own, *, slip: sim.Slip | str | None = None, decimals: int | None = None) -> Values:
        """One asked quantity when the earlier ones are the learner's own; with a slip, or without."""
        return _numbers(self.follower.value(own, name, slip=slip, decimals=decimals))

    @cached_property
    def follower(self) -> sim.Follower:
        return sim.Follower(self.layer, *self.inputs, **self.losses)

    @cached_property
    def _early_traces(self) -> list[sim.Trace | sim.Gradients]:
        asked = self.specification.decimals
        kept = [sim.kept_to(self.layer, *self.inputs, decimals=decimals) for decimals in range(asked - 1, 0, -1)]
        kept.append(sim.kept_to(self.layer, *self.inputs, decimals=asked, truncate=True))
        return [sim.backward(trace, **self.losses) for trace in kept] if self.losses else [*kept]

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

    def line(self, name: str, own: Own, slip: sim.Slip) -> dict[str, Any]:
        """The slip's formula, and the same with the learner's numbers put in, a line for each unit."""
        shown = slip.asked if slip.asked in slip.changes else next(iter(slip.changes))
        earlier = {key: list(values) for key, values in own.items() if key != name}
        formula = unescape_invisible(MARKS.sub("", sim.mathml(slip, block=False)))
        return {"text": sim.text(slip), "formula": formula, "put_in": self._put_in(name, shown, earlier, slip)}

    def _put_in(self, name: str, shown: str, own: Mapping[str, Any], slip: sim.Slip) -> list[str]:
        """On the way back the learner's own gradients are not put in, so there the value alone stands."""
        step, decimals = step_number(name) or 1, self.specification.decimals
        if slip.of_gradient and own:
            return [_written(self.value(name, own, slip=slip, decimals=decimals), decimals)]
        found: sim.Trace | sim.Gradients
        if slip.of_gradient:
            wrong = sim.evaluate_slip(
                slip, self.layer, *self.inputs, step=step_number(name), decimals=decimals, **self.losses
            )
            assert isinstance(wrong, sim.Gradients)
            found = wrong
        else:
            found = sim.trace_with(self.layer, *self.inputs, own=own, slip=slip, step=step, decimals=decimals)
        put_in = [turned(line) for line in sim.substituted_text(found, shown, step)]
        if shown != quantity(name):
            put_in.append(f"so {quantity(name)} = {_written(_at(found, name), decimals)}")
        return put_in

    def read_by(self, name: str, own: Own) -> list[str]:
        """Which of the learner's numbers this step itself reads: without them it would come out otherwise."""
        if not own:
            return []
        with_all = self.value(name, own)
        return [each for each in own if self.value(name, {key: own[key] for key in own if key != each}) != with_all]

    def hint(self, name: str, number: int) -> str:
        """Where, formula, numbers put in, what to expect."""
        if number == 1:
            return f"It is computed from {listed(self._read_by(quantity(name)))}."
        if number == 2:
            return "; ".join(f"`{sim.text(self.layer.cell, each)}`" for each in self._on_the_way(name))
        if number == 3:
            return self._with_numbers(name)
        values = _at(self.found, name)
        return f"It lies between {listed([_between(value) for value in values], 'and for the next unit')}."

    def _with_numbers(self, name: str) -> str:
        """The first line on the way with its numbers put in; where it reads what is asked, only the letters."""
        step, first = step_number(name), self._on_the_way(name)[0]
        if own := [each for each in self.layer.cell.uses(first) if self._is_asked(each, step)]:
            letters = listed([called(each).removeprefix("the ") for each in own])
            return " ".join([f"Put in your own {letters}.", *self._given_states(first, step or 1)])
        steps = range(1, self.specification.T + 1) if step is None else [step]
        put_in = [line for each in steps for line in sim.substituted_text(self.found, first, each)]
        return "; ".join(f"`{line.partition(' = ')[2] or line}`" for line in put_in)

    def _is_asked(self, leaf: str, step: int | None) -> bool:
        """Whether a name in an equation of that step is a value that is asked, there or a step before or after."""
        what, _, rest = leaf.partition("_")
        asked = self.specification.asked
        if rest in ("back", "next"):  # what the step after sends back is made of all that is asked there
            return any(name[0] == "d" and (step_number(name) or 0) > (step or 0) for name in asked)
        if rest == "prev":
            return any(quantity(name) == what and (step is None or step_number(name) == step - 1) for name in asked)
        return any(quantity(name) == leaf and step in (None, step_number(name)) for name in asked)

    def _given_states(self, name: str, step: int) -> list[str]:
        """The states before the first step that an equation reads, with their numbers: they are given."""
        states = [each for each in self.layer.cell.uses(name) if step == 1 and each.endswith("_prev")]
        shown = {each: ", ".join(f"{entry:g}" for entry in self.trace.at(each, 1)) for each in states}
        return [f"{called(each).capitalize()} is {said}.".replace("-", "−") for each, said in shown.items()]

    def _read_by(self, name: str) -> list[str]:
        """What an equation reads; a sum that is asked nowhere by what stands in it: input, old state, weights."""
        cell, asked = self.layer.cell, {quantity(each) for each in self.specification.asked}
        read = [
            leaf
            for each in cell.uses(name)
            for leaf in (cell.uses(each) if each[0] == "a" and each not in asked else [each])
        ]
        weights = [f"the weights of {_block(leaf)}" for leaf in read if leaf in cell.parameters]
        return list(dict.fromkeys([*(called(leaf) for leaf in read if leaf not in cell.parameters), *weights]))

    def _on_the_way(self, name: str) -> list[str]:
        """The quantity, and before it what it reads that is asked nowhere and needs a line of its own: sums, slopes."""
        cell, what = self.layer.cell, quantity(name)
        asked = {quantity(each) for each in self.specification.asked}
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


def listed(parts: list[str], last: str = "and") -> str:
    *others, end = parts
    return f"{', '.join(others)} {last} {end}" if others else end


def _between(value: float) -> str:
    """The tenths around a number: near enough to see a slip, too far to copy."""
    low = Decimal(repr(value)).quantize(Decimal("0.1"), "ROUND_FLOOR")
    return f"{low} and {low + Decimal('0.1')}".replace("-", "−")


@lru_cache(maxsize=4096)
def _pair(cell: sim.Cell, asked: str, first: str, second: str) -> sim.Slip | None:
    """Made once: `sim` keeps the programs of slips it has seen."""
    return sim.paired(sim.slip_named(cell, asked, first), sim.slip_named(cell, asked, second))


def worked_through(working: StepsWorking) -> Iterator[Worked]:
    """Every value in order of use: all steps forward, then, where gradients are asked, all steps back."""
    said, cell = working.specification, working.layer.cell
    for step in range(1, said.T + 1):
        for name in said.in_order_of_use():
            yield _line(working, working.trace, name, step)
    if isinstance(working.found, sim.Gradients):
        for step in range(said.T, 0, -1):
            for name in cell.gradients:
                if name not in ("dx", *(f"d{weight}" for weight in cell.parameters)):
                    yield _line(working, working.found, name, step)
        yield from (_sum(working, name) for name in said.asked if "@" not in name)


def _line(working: StepsWorking, found: sim.Trace | sim.Gradients, name: str, step: int) -> Worked:
    cell, key = working.layer.cell, f"{name}@{step}"
    return Worked(
        name=key,
        formula=sim.text(cell, name),
        values=found.at(name, step).tolist(),
        asked=key in working.specification.asked,
        put_in=tuple(turned(line) for line in sim.substituted_text(found, name, step)),
        mathml=sim.mathml(cell, name, block=False),
        words=sim.words(cell, name),
    )


def _sum(working: StepsWorking, name: str) -> Worked:
    """The gradient of a shared weight: what each step adds, added."""
    found, decimals = working.found, working.specification.decimals
    assert isinstance(found, sim.Gradients)
    parts = [_written(_numbers(found.at(name, step)), decimals) for step in range(1, working.specification.T + 1)]
    total = found[name[1:]]
    return Worked(
        name=name,
        formula=sim.text(working.layer.cell, name),
        values=total.tolist(),
        asked=True,
        put_in=(f"{' + '.join(parts)} = {_written(_numbers(total), decimals)}",),
        mathml=sim.mathml(working.layer.cell, name, block=False),
        words="The contributions of all steps are added.",
    )


def unescape_invisible(mathml: str) -> str:
    """Invisible signs as they are: three bytes in place of eight."""
    return mathml.replace("&#x2061;", "\u2061").replace("&#x2062;", "\u2062")


def turned(line: str) -> str:
    """ "0.8030 = 0.3752·1.3 + …" as one computes it: the value last."""
    value, _, computed = line.partition(" = ")
    return value if computed == value else f"{computed} = {value}"


def _at(found: sim.Trace | sim.Gradients, name: str) -> Values:
    step = step_number(name)
    return _numbers(found[name[1:]] if step is None else found.at(quantity(name), step))


def _written(values: Values, decimals: int) -> str:
    entries = [f"{entry:.{decimals}f}".replace("-", "−") for entry in values]
    return entries[0] if len(entries) == 1 else f"({', '.join(entries)})"


def _numbers(array: Any) -> Values:
    return tuple(array.ravel().tolist())


def half_up(number: float, decimals: int) -> float:
    """0.4921 at two decimals is 0.49; a tie goes away from zero."""
    return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
