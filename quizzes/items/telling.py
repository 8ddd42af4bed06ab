"""Says what marking found: a state, the names, one or two sentences, and the formula that was evaluated. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from quizzes.items.kinds.base import Had, Tellable
from quizzes.items.marking import CONVENTIONS, Rule, Step, near_any
from quizzes.items.quantities import letter, listed
from quizzes.items.reading import Reading
from quizzes.items.specification import Specification

Told = dict[str, Any]


@dataclass(frozen=True)
class Before:
    """What was before this check: the steps the learner `had`, right or shown worked, and those he had `tried`.

    `left_out` are those he did not send this time: what he sent of them before still counts.
    """

    had: Collection[str] = ()
    tried: Collection[str] = ()
    left_out: Collection[str] = ()


FIRST = Before()

STANDS = "Left out this time: what you sent before still counts."
NO_ERROR_KNOWN = "This {} matches none of the errors we know for this step."
FOLLOWS = "It follows from your {}, which is not carried on. Put that right first, then this one."
MANY_ERRORS = "With these numbers we can't tell which mistake gives your answer."
GIVES = "gives this number"  # after a formula: that it was used is likely, not known


def settled(steps: Sequence[Step], meant: Mapping[str, str]) -> list[Step]:
    """Where the learner said which of several slips it was, that one is the name; of two at once, the one he found."""
    return [_settle(step, meant.get(step.name, "")) for step in steps]


def _settle(step: Step, slip: str) -> Step:
    if slip not in step.slips or step.state not in ("alias", "pair"):
        return step
    if step.state == "pair":
        return replace(step, meant=slip)
    return replace(step, state="convention" if slip in CONVENTIONS else "slip", slips=(slip,))


def tell(
    steps: Sequence[Step],
    working: Tellable,
    specification: Specification,
    rule: Rule,
    corrections: Mapping[str, str],
    turn: int = 0,
    before: Before = FIRST,
) -> list[Told]:
    """The steps of a result, in the shape that the API sends and the event keeps; `shown` is for the page alone.

    `corrections` are the catalogue's own lines, by slip id, where an editor has made them better than `sim`'s.
    """
    teller = _Teller(steps, working, specification, rule, corrections, turn, before)
    return [teller.step(_blank(step) if step.name in before.left_out else step) for step in steps]


def _blank(step: Step) -> Step:
    return Step(step.name, "empty", (Reading(),) * len(step.readings))


class _Teller:
    """One method a state; each gives a title (it replaces the state's word), a text, and for a slip its formula."""

    def __init__(
        self,
        steps: Sequence[Step],
        working: Tellable,
        specification: Specification,
        rule: Rule,
        corrections: Mapping[str, str],
        turn: int,
        before: Before,
    ) -> None:
        self.by_name = {step.name: step for step in steps}
        self.working = working
        self.specification = specification
        self.rule = rule
        self.corrections = corrections
        self.turn = turn
        self.tried = before.tried
        self.right = frozenset(before.had).union(step.name for step in steps if step.state == "right")

    def step(self, step: Step) -> Told:
        told: Told = getattr(self, f"_{step.state}")(step)
        return {
            "name": step.name,
            "state": step.state,
            "slips": list(step.slips),
            "read_as": [reading.echoed or reading.value for reading in step.readings],
            "message": " ".join(filter(None, (_title(told), _evaluated(told), told.get("text", ""), _choices(told)))),
            "shown": told,
        }

    def _empty(self, step: Step) -> Told:
        blank = [position for position, reading in enumerate(step.readings, start=1) if reading.is_blank]
        if len(blank) == len(step.readings):
            return {"text": STANDS} if self.by_name[step.name].is_read else {}
        return {"text": f"Entry {blank[0]} is still blank; a vector is marked as a whole."}

    def _invalid(self, step: Step) -> Told:
        return {"text": next(reading.fault for reading in step.readings if reading.fault)}

    def _right(self, step: Step) -> Told:
        why = self.working.why_right(step.name) or self.specification.reason(step.name, self.turn)
        return {"text": why or "Right."}

    def _right_with_yours(self, step: Step) -> Told:
        theirs = self.working.read_by(step.name, step.own)
        letters = " and ".join(letter(name) for name in theirs)
        return {"title": f"right with your {letters or 'numbers'}", "text": "Full credit for this step."}

    def _slip(self, step: Step) -> Told:
        slip = self.working.slip(step.name, step.slips[0])
        text = self.corrections.get(slip.id) or slip.correction
        return self._with_line(step, slip, {"title": slip.title, "text": text})

    def _with_line(self, step: Step, slip: Any, told: Told) -> Told:
        line = self.working.line(step.name, step.own, slip, Had(self.right, frozenset(step.own)))
        return told | ({"line": line} if line else {})

    def _convention(self, step: Step) -> Told:
        slip = self.working.slip(step.name, step.slips[0])
        free = "Try again in this convention: the first time costs nothing."
        again = "Answer in this convention; no free try is left." if step.name in self.tried else free
        return self._with_line(step, slip, {"text": f"{self.working.note} {again}"})

    def _alias(self, step: Step) -> Told:
        text = "More than one way leads to this number. Say which was yours, and check again."
        note = self.working.note if CONVENTIONS.intersection(step.slips) else ""
        return {"text": f"{note} {text}".strip(), "choices": self._choices(step)}

    def _pair(self, step: Step) -> Told:
        """A question whatever is answered: that two slips give the number shows neither of them."""
        text = (
            "Two slips at once would give this number. Do you find one of them in your working? Say which, and check."
        )
        if step.meant:
            slip = self.working.slip(step.name, step.meant)
            said = self.corrections.get(slip.id) or slip.correction
            text = f"You found this one: {slip.title}. {said} Put it right, and look for the other one too."
        return {"text": text, "choices": self._choices(step)}

    def _choices(self, step: Step) -> list[dict[str, str]]:
        return [{"id": slip, "text": self.working.slip(step.name, slip).title} for slip in step.slips]

    def _rounded_early(self, step: Step) -> Told:
        kept = self.specification.decimals
        keep = f"keep {kept} decimals of every value on the way, and round half up, once a value."
        return {"text": f"It does not count as right yet. To correct it, {keep}"}

    def _unrecognised(self, step: Step) -> Told:
        if step.readings[0].echoed:
            return {"title": "not this one"}
        if follows := self._followed(step):
            return {"text": FOLLOWS.format(follows)}
        if elsewhere := self.working.elsewhere(step.values):
            return {"text": elsewhere}
        is_alike = self._is_alike(step)
        text = MANY_ERRORS if is_alike else NO_ERROR_KNOWN.format(self.working.noun)
        departed = [name for name in self.working.read_by(step.name, step.own) if not self.by_name[name].is_right]
        if departed:
            return {"text": f"{text} It was judged with your {letter(departed[0])}; look there first."}
        return {"text": text if is_alike else f"{text} {self.working.go_over}"}

    def _followed(self, step: Step) -> str:
        """The numbers that do not carry, where this one is worked out rightly from them."""
        own = {**step.own, **step.held}
        if not step.held or not near_any(step.values, self.working.yours(step.name, own), self.rule.tolerance):
            return ""
        read = [name for name in self.working.read_by(step.name, own) if name in step.held]
        return listed([letter(name) for name in read or step.held])

    def _is_alike(self, step: Step) -> bool:
        return near_any(step.values, self.working.alike(step.name, step.own), self.rule.slip)


AS_WHAT = {
    "numbers": ("a number", "numbers", "Write 0.4013, −0.38 or 1/3."),
    "count": ("a whole number", "whole numbers", "Write it in figures, such as 1024 or 1,024."),
    "shape": ("a shape", "shapes", "Write whole numbers with commas between them, like 32, 6, 8."),
    "option": ("one of the options", "options", "Send the id of one option."),
}


def nothing_read(steps: Sequence[Step], form: str = "numbers") -> tuple[str, str]:
    """Why no step could be marked, and what to do. `form` is how an answer is written."""
    one, several, needed = AS_WHAT[form]
    if unreadable := [letter(step.name) for step in steps if step.state == "invalid"]:
        as_what = several if len(unreadable) > 1 else one
        return f"{listed(unreadable)} cannot be read as {as_what}, so nothing was counted.", needed
    if begun := [letter(step.name) for step in steps if not all(reading.is_blank for reading in step.readings)]:
        blank = f"{listed(begun)} still {'have' if len(begun) > 1 else 'has'} a blank entry"
        return f"{blank}, so nothing was counted.", "A vector is marked as a whole: fill in every entry."
    return f"No step holds {one} yet, so nothing was counted.", "Fill in at least one."


def _title(told: Told) -> str:
    return f"{told['title']}." if told.get("title") else ""


def _choices(told: Told) -> str:
    """What a program may answer with as `meant`, by id."""
    said = "; ".join(f"{each['id']}: {each['text']}" for each in told.get("choices", []))
    return f"{said}." if said else ""


def _evaluated(told: Told) -> str:
    if "line" not in told:
        return ""
    put_in = "; ".join(told["line"]["put_in"])
    return f"{told['line']['text']} {GIVES}{f': {put_in}' if put_in else ''}."
