"""Marks the steps of an exercise, in the order that docs/exercises.md gives. Pure: numbers in, states out.

Distances are in the answer's own numbers, and a vector is as far off as its farthest entry. The working (what a
step gives with the learner's own earlier numbers, what a slip gives, what early rounding gives) is asked for only
where it is needed: a right answer costs two comparisons.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import sub
from typing import Any, Protocol

from quizzes.errors import Refused
from quizzes.items.carrying import Limits, Numbers
from quizzes.items.reading import Reading, printable, read_number, read_option, read_shape, read_whole
from quizzes.items.shapes import Shape, entries_of

Values = tuple[float, ...]
Own = Mapping[str, Values]

FULL_CREDIT = ("right", "right_with_yours")
NAMED = ("slip", "alias", "convention")
UNREAD = ("empty", "invalid")
CONVENTIONS = frozenset({"G01", "G02", "G07", "F20", "P01", "P09", "B21v"})  # rows that `sim` marks as right elsewhere
FLOAT_SLACK = 1e-9  # 0.4016 is 3 units from 0.4013, though its float is not


class Working(Protocol):
    """What one variant gives, asked for by marking: `sim` behind it, or numbers from paper in a test."""

    def yours(self, name: str, own: Own) -> Iterable[Values]:
        """The step's right values on the learner's own earlier numbers: rounded as on paper, and in full."""

    def slips(self, name: str, own: Own) -> Iterable[tuple[str, Values]]:
        """Each live slip of the step, by its catalogue id, evaluated on the same numbers."""

    def others(self, name: str, own: Own) -> Iterable[tuple[str, Values]]:
        """Every other slip that the catalogue has for the step, claimed or not, on the same numbers."""

    def early(self, name: str, own: Own) -> Iterable[Values]:
        """The step in traces kept to fewer decimals, or truncated."""

    def pairs(self, name: str, own: Own, made: Iterable[str]) -> Iterable[tuple[tuple[str, str], Values]]:
        """Two slips at once, one of them `made` by this learner before."""

    def limits(self, name: str) -> Limits:
        """The least and the most that the step's value can be, whatever the numbers: 0 and 1 for a gate."""


@dataclass(frozen=True)
class Rule:
    """How near is near: `unit` is the last decimal asked; `tolerance` 3 units, or 0 for whole numbers."""

    unit: float
    tolerance: float

    @property
    def slip(self) -> float:
        return min(2 * self.unit, self.tolerance)

    @property
    def early(self) -> float:
        return min(self.unit, self.tolerance)


@dataclass(frozen=True)
class Key:
    """What is right in one step: as a careful learner writes it down, and at full precision.

    `form` is how it is answered: "numbers", one an entry; "count", a whole number; "shape", a row of whole numbers in
    one text; "option", the id of one of `options`, whose value is its place among them. `shape` is how its numbers are
    sent; left out, one after another.
    """

    exact: Values
    full: Values
    form: str = "numbers"
    options: tuple[str, ...] = ()
    shape: Shape = ()


@dataclass(frozen=True)
class Step:
    """One step, marked.

    `own` are the learner's earlier numbers it was judged with, where they are not the key's; `held` those that do not
    carry, so that it was not. `meant` is the one of two slips at once that the learner says he found.
    """

    name: str
    state: str
    readings: tuple[Reading, ...]
    slips: tuple[str, ...] = ()
    own: Own = field(default_factory=dict)
    held: Own = field(default_factory=dict)
    meant: str = ""

    @cached_property
    def values(self) -> Values:
        return tuple(reading.value for reading in self.readings if reading.value is not None)

    @property
    def is_right(self) -> bool:
        return self.state in FULL_CREDIT

    @property
    def is_read(self) -> bool:
        return self.state not in UNREAD


Readings = Mapping[str, tuple[Reading, ...]]
READ_BY_ENTRY = {"numbers": read_number, "count": read_whole}


def read_answers(sent: Mapping[str, Any], keys: Mapping[str, Key], *, in_a_row: bool = False) -> Readings:
    """Every asked step, read. `in_a_row`: sent as the fields of a page are, one entry after another.

    Raises Refused for a quantity that is not asked, and for a wrong shape.
    """
    if unknown := [name for name in sent if name not in keys]:
        said = printable(", ".join(sorted(map(str, unknown)))[:120])
        raise Refused("unknown_quantity", f"Not asked here: {said}.", f"Asked are: {', '.join(keys)}.")
    return {name: _readings(name, sent.get(name), key, in_a_row) for name, key in keys.items()}


def _readings(name: str, sent: Any, key: Key, in_a_row: bool) -> tuple[Reading, ...]:
    if read := READ_BY_ENTRY.get(key.form):
        in_order = (len(key.exact),)
        return tuple(read(each) for each in entries_of(name, sent, in_order if in_a_row else key.shape or in_order))
    if key.form == "shape" and isinstance(sent, list | tuple) and len(sent) > 1:
        entries_of(name, sent, (len(sent),))
        sent = ", ".join(map(str, sent))  # a program may send its sizes one by one
    (entry,) = entries_of(name, sent, (1,))
    return read_shape(entry) if key.form == "shape" else (read_option(entry, key.options),)


Made = Callable[[], Iterable[str]]
NONE: Mapping[str, Values] = {}


def mark(
    readings: Readings,
    keys: Mapping[str, Key],
    working: Working,
    rule: Rule,
    made: Made = tuple,
    shown: Mapping[str, Values] = NONE,
) -> list[Step]:
    """Every asked step in order of use; each is judged with the learner's own numbers of the steps before it.

    `made` gives the slips that this learner has made before; it is asked only where nothing else fits. `shown` are the
    values of steps that were worked for him.
    """
    judge, numbers = _Judge(working, rule, made), Numbers(rule.tolerance + FLOAT_SLACK, working.limits, shown)
    marked: list[Step] = []
    for name, key in keys.items():
        own = {step.name: step.values for step in marked if step.is_read and step.values != keys[step.name].exact}
        step = _mark_step(name, readings[name], key, own, numbers.held, judge)
        if step.is_read:
            numbers.add(name, step.values, is_sure=step.is_right or step.state in NAMED)
        marked.append(step)
    return marked


def _mark_step(
    name: str, readings: tuple[Reading, ...], key: Key, own: Own, withheld: Collection[str], judge: _Judge
) -> Step:
    if any(reading.fault for reading in readings):
        return Step(name, "invalid", readings)
    if any(reading.is_blank for reading in readings):
        return Step(name, "empty", readings)
    carried = {earlier: values for earlier, values in own.items() if earlier not in withheld}
    held = {earlier: values for earlier, values in own.items() if earlier in withheld}
    values = tuple(reading.value for reading in readings if reading.value is not None)
    state, slips = judge(name, values, key, carried, held)
    return Step(name, state, readings, slips, carried, held)


@dataclass(frozen=True)
class _Judge:
    working: Working
    rule: Rule
    made: Made

    def __call__(self, name: str, values: Values, key: Key, own: Own, held: Own) -> tuple[str, tuple[str, ...]]:
        working, rule = self.working, self.rule
        if near_any(values, (key.exact, key.full), rule.tolerance):
            return "right", ()
        if own and near_any(values, working.yours(name, own), rule.tolerance):
            return "right_with_yours", ()
        follows = held and near_any(
            values, working.yours(name, {**own, **held}), rule.tolerance
        )  # no slip of this step
        if not follows and (slips := _matching(values, working.slips(name, own), rule.slip)):
            return _named(self.with_others(name, values, own, slips))
        if near_any(values, working.early(name, own), rule.early):
            return "rounded_early", ()
        if not follows and (pair := self.pair(name, values, own)):
            return "pair", pair
        return "unrecognised", ()

    def with_others(self, name: str, values: Values, own: Own, slips: tuple[str, ...]) -> tuple[str, ...]:
        """All that give this number, also those that nobody claimed here; of one row of the catalogue only one."""
        rows = {catalogue_id(slip) for slip in slips}
        others = _matching(values, self.working.others(name, own), self.rule.slip)
        return (*slips, *(slip for slip in others if catalogue_id(slip) not in rows))

    def pair(self, name: str, values: Values, own: Own) -> tuple[str, ...]:
        """Two slips at once that give this number, where only one such two do: else there is nothing to ask."""
        pairs = self.working.pairs(name, own, self.made())
        found = {both for both, given in pairs if distance(values, given) <= self.rule.slip + FLOAT_SLACK}
        return found.pop() if len(found) == 1 else ()


def _named(slips: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """One match is a name, several are a question: never a guess."""
    if len(slips) > 1:
        return "alias", slips
    return ("convention" if slips[0] in CONVENTIONS else "slip"), slips


def distance(left: Values, right: Values) -> float:
    """How far two answers lie apart; those of different lengths, without end."""
    if len(left) != len(right):
        return float("inf")
    return max(map(abs, map(sub, left, right)), default=0.0)


def near_any(values: Values, candidates: Iterable[Values], within: float) -> bool:
    return any(distance(values, candidate) <= within + FLOAT_SLACK for candidate in candidates)


def _matching(values: Values, slips: Iterable[tuple[str, Values]], within: float) -> tuple[str, ...]:
    found = [slip for slip, candidate in slips if distance(values, candidate) <= within + FLOAT_SLACK]
    return tuple(dict.fromkeys(found))


def catalogue_id(slip: str) -> str:
    """The row that a slip stands in: "B06a" in B06."""
    return slip.rstrip("abcdefgh")


def is_complete(marked: Sequence[Step]) -> bool:
    return all(step.is_right for step in marked)


def counted_states(results: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The state that counts for each step over stored results, oldest first: that of its first readable answer.

    A first `convention` does not count: it gives one free retry, with the convention in force named.
    """
    counted: dict[str, str] = {}
    excused: set[str] = set()
    for step in (step for result in results for step in result["steps"]):
        name, state = step["name"], step["state"]
        if state in UNREAD or name in counted:
            continue
        is_elsewhere = state == "convention" or (state == "alias" and CONVENTIONS & {*step.get("slips", ())})
        if is_elsewhere and name not in excused:
            excused.add(name)
        else:
            counted[name] = state
    return counted
