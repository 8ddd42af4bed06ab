"""Answering the steps of a taking, asking for a hint or for its solution."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

import sim
from quizzes.accounts.models import User
from quizzes.errors import Conflict, Refused, StudyError
from quizzes.items.kinds.base import NOTHING, Kind, Tellable, numbers
from quizzes.items.making import kind_of_version
from quizzes.items.marking import (
    FULL_CREDIT,
    UNREAD,
    Rule,
    Step,
    catalogue_id,
    counted_states,
    is_complete,
    mark,
    read_answers,
)
from quizzes.items.models import Variant
from quizzes.items.pool import withdraw_variant
from quizzes.items.reading import MOST_ENTRIES, MOST_KEPT, kept, printable
from quizzes.items.shapes import standing
from quizzes.items.telling import Before, nothing_read, settled, tell
from quizzes.practice.answers import Mark, Marked, locked_attempt, record_answer
from quizzes.practice.exercises.queries import (
    MOST_HINTS,
    asked_of,
    corrections_of,
    shown_worked,
    taking_unknown,
)
from quizzes.practice.models import AnswerEvent, Attempt, SlipRecord

logger = logging.getLogger(__name__)

Result = Mapping[str, Any]  # of a stored event
DEEPEST = 3  # lists within lists that are kept: one more than any quantity has


class NothingRead(Refused):
    """No step could be read: nothing was stored and no try used. `result` says what is wrong with each."""

    def __init__(self, steps: Sequence[Step], result: dict[str, Any], form: str) -> None:
        super().__init__("nothing_read", *nothing_read(steps, form))
        self.result = result


@dataclass(frozen=True)
class Sent:
    """One submission, as `record` takes it."""

    answers: Mapping[str, Any]
    meant: Mapping[str, str]
    in_a_row: bool = False

    def left_out(self, names: Iterable[str]) -> set[str]:
        return {name for name in names if self.answers.get(name) is None}


def record(
    *,
    user: User,
    attempt_id: UUID,
    submission_id: UUID,
    seq: int,
    answers: Mapping[str, Any],
    now: datetime,
    meant: Mapping[str, str] | None = None,
    in_a_row: bool = False,
) -> AnswerEvent:
    """Mark the steps and store the event; the same submission again returns the stored one.

    `answers` maps "c@1" to what was typed, in the shape of the step, or `in_a_row` one entry after another as a page
    sends its fields; `meant` answers a question about slips. Of a step left out, what was sent before still counts.
    Raises NothingRead, Refused (unknown quantity, wrong shape), Conflict, NotFound.
    """
    answers = {printable(str(name)[:MOST_KEPT]): _kept(sent) for name, sent in answers.items()}
    meant = {_short(name): _short(slip) for name, slip in list((meant or {}).items())[:MOST_ENTRIES]}
    sent = Sent(answers, meant, in_a_row)
    try:
        return record_answer(
            user=user,
            attempt_id=attempt_id,
            submission_id=submission_id,
            seq=seq,
            response={"answers": answers} | ({"meant": meant} if meant else {}),
            now=now,
            mark=_marked_ahead(user, attempt_id, seq, sent),
        )
    except sim.SimError as error:
        raise _faulty(user, attempt_id, error) from error


def _short(text: object) -> str:
    return printable(str(text)[:MOST_KEPT])


def _kept(sent: Any, depth: int = DEEPEST) -> Any:
    """What was sent, entry by entry; a matrix by its rows."""
    if not depth or not isinstance(sent, list | tuple):
        return kept(sent)
    return [_kept(each, depth - 1) for each in sent[:MOST_ENTRIES]]


def _faulty(user: User, attempt_id: UUID, error: sim.SimError) -> StudyError:
    """A variant that breaks by itself is withdrawn; where only these answers break, they are refused."""
    attempt = Attempt.objects.select_related("variant__key", "variant__version").get(pk=attempt_id, user=user)
    if attempt.variant is None or _is_sound(attempt):
        logger.error("Answers that cannot be marked, in the attempt %s: %s", attempt_id, error)
        return Refused("cannot_be_marked", "These answers can't be marked.", "Send other numbers, or take another one.")
    withdraw_variant(variant=attempt.variant, fault=f"{error.code}: {error.message}")
    attempt.finish(timezone.now())
    return Conflict("variant_withdrawn", "These numbers turned out to be faulty and were withdrawn.", "Take others.")


def _is_sound(attempt: Attempt) -> bool:
    """Whether a variant gives all that marking asks of it alone."""
    try:
        marking = Marking.of(attempt)
        for name in marking.kind.asked:
            deque(chain(marking.working.slips(name, {}), marking.working.early(name, {})), maxlen=0)
    except sim.SimError:
        return False
    return True


def _marked_ahead(user: User, attempt_id: UUID, seq: int, sent: Sent) -> Mark:
    """Marks before anything is locked: what an answer is worth hangs on the events before it, and `seq` counts those.

    What can't be marked, or is out of turn, is looked at again under the lock, where it is said what is wrong with it.
    """

    def mark(attempt: Attempt) -> Marked:
        return _with_hints(attempt, _mark(attempt, sent))

    takings = Attempt.objects.select_related("variant__key", "variant__version__generator")
    now_open = takings.filter(user=user, pk=attempt_id, variant__isnull=False, state=Attempt.State.OPEN)
    taking = now_open.filter(last_seq=seq - 1).first()
    if taking is None:
        return mark
    try:
        marked = _mark(taking, sent)
    except (Refused, sim.SimError):
        return mark
    return lambda attempt: _taken_over(attempt, taking, marked)


def _taken_over(attempt: Attempt, ahead: Attempt, marked: Marked) -> Marked:
    """What was found ahead, for the same attempt now that it is locked."""
    attempt.right, attempt.variant = ahead.right, ahead.variant
    return _with_hints(attempt, marked)


def _with_hints(attempt: Attempt, marked: Marked) -> Marked:
    """The event tells which hints had been taken by then: the goal asks for answers without one."""
    return replace(marked, result=marked.result | {"hints": dict(attempt.hints)})


def _mark(attempt: Attempt, sent: Sent) -> Marked:
    marking = Marking.of(attempt)
    marking.check_meant(sent.meant)
    rows = list(attempt.events.order_by("seq").values_list("response", "result"))
    results, before = [result for _, result in rows], [response.get("answers", {}) for response, _ in rows]
    steps = settled(marking.mark(sent, standing(before)), sent.meant)
    left_out = sent.left_out(step.name for step in steps)
    result = {"steps": marking.told(steps, results, left_out), "complete": is_complete(steps)}
    steps = [step for step in steps if step.name not in left_out]
    if not any(step.is_read for step in steps):
        raise NothingRead(steps, result, marking.kind.form)
    counted = counted_states([*results, result])
    attempt.right = sum(state in FULL_CREDIT for state in counted.values())
    return Marked(result, _new_slips(steps, results))


def _new_slips(steps: Sequence[Step], earlier: Sequence[Result]) -> list[tuple[str, str]]:
    """Each named slip once a taking: pressing Check again with the same number is no second mistake."""
    told = [step for result in earlier for step in result["steps"] if step["state"] == "slip"]
    known = {(step["name"], slip) for step in told for slip in step["slips"]}
    named = [(step.name, step.slips[0]) for step in steps if step.state == "slip"]
    return [(name, catalogue_id(slip)) for name, slip in named if (name, slip) not in known]


@dataclass(frozen=True)
class Marking:
    """A variant with its key, ready to mark. Lives for one request; never handed to a page."""

    attempt: Attempt
    variant: Variant
    kind: Kind
    working: Tellable

    @classmethod
    def of(cls, attempt: Attempt) -> Marking:
        if attempt.variant is None:
            raise taking_unknown()
        variant = attempt.variant
        kind = kind_of_version(variant.version)
        return cls(attempt, variant, kind, kind.working(variant.given, variant.key.live, variant.key.exact))

    @property
    def rule(self) -> Rule:
        return self.kind.rule(self.variant.key.tolerance)

    def mark(self, sent: Sent, before: Mapping[str, Any] = NOTHING) -> list[Step]:
        """The open steps, those shown worked being as right as given numbers; of those left out what stood `before`."""
        key = self.variant.key
        keys = self.kind.keys(self.variant.given, key.exact, key.full)
        asked = {name: keys[name] for name in asked_of(self.attempt, keys)}
        readings = read_answers(sent.answers, asked, in_a_row=sent.in_a_row)
        stood = {name: before[name] for name in asked if name in before and name in sent.left_out(asked)}
        stand = read_answers(stood, {name: asked[name] for name in stood}, in_a_row=True)
        shown = {name: numbers(values) for name, values in self.attempt.shown.items()}
        return mark({**readings, **stand}, asked, self.working, self.rule, lambda: self.made_before, shown)

    def check_meant(self, meant: Mapping[str, str]) -> None:
        """Raises Refused for an answer to a question that could not have been asked."""
        asked = asked_of(self.attempt, self.kind.asked)
        for name, slip in meant.items():
            if name not in asked:
                raise _not_asked(name, asked)
            told_apart = chain(self.working.slips(name, {}), self.working.others(name, {}))
            if all(slip != each for each, _ in told_apart):
                said = f"“meant” names {slip[:20] or 'nothing'} for {name}, which is no slip that is told apart there."
                raise Refused("unknown_slip", said, "Send one of the ids that the message of an alias lists.")

    @cached_property
    def made_before(self) -> set[str]:
        """Of the slips claimed here, those that this learner has made before, those of a row of several too."""
        made = SlipRecord.objects.filter(user_id=self.attempt.user_id).order_by()
        rows = set(made.values_list("misconception__slug", flat=True).distinct())
        claimed = {slip for slips in self.kind.specification.claims.values() for slip in slips}
        return {slip for slip in claimed if catalogue_id(slip) in rows}

    def told(self, steps: Sequence[Step], earlier: Sequence[Result], left_out: Collection[str]) -> list[dict[str, Any]]:
        said, corrections = self.kind.specification, corrections_of(slip for step in steps for slip in step.slips)
        before = replace(self.before(earlier), left_out=left_out)
        return tell(steps, self.working, said, self.rule, corrections, turn=self.variant.seed, before=before)

    def before(self, earlier: Sequence[Result]) -> Before:
        """What the learner has from before: steps he got right or sees worked. When all was right once, all of them."""
        states = [(step["name"], step["state"]) for result in earlier for step in result["steps"]]
        tried = {name for name, state in states if state not in UNREAD}
        if any(result["complete"] for result in earlier):
            return Before(self.kind.asked, tried)
        right = {name for name, state in states if state == "right"}
        return Before(right.union(shown_worked(self.attempt, self.kind, is_complete=False)), tried)


@transaction.atomic
def release_solution(*, user: User, attempt_id: UUID, now: datetime) -> Attempt:
    """End the taking, so that its key may be shown. Asking again changes nothing."""
    attempt = locked_attempt(user, attempt_id)
    if attempt.variant_id is None:
        raise taking_unknown()
    attempt.finish(now)
    return attempt


@transaction.atomic
def take_hint(*, user: User, attempt_id: UUID, name: str) -> Attempt:
    """One more hint for a step, four at most. An exercise with a hint does not count toward its goal.

    Raises NotFound, Conflict (a finished taking), Refused (a step that is not asked).
    """
    attempt = locked_attempt(user, attempt_id)
    if attempt.variant is None:
        raise taking_unknown()
    if not attempt.is_open:
        raise Conflict("attempt_finished", "This exercise is finished.", "Take another one.")
    asked = asked_of(attempt, kind_of_version(attempt.variant.version).asked)
    if name not in asked:
        raise _not_asked(name, asked)
    attempt.hints[name] = min(MOST_HINTS, attempt.hints.get(name, 0) + 1)
    attempt.save(update_fields=["hints"])
    return attempt


def _not_asked(name: str, asked: Sequence[str]) -> Refused:
    return Refused("unknown_quantity", f"Not asked here: {printable(name[:40])}.", f"Asked are: {', '.join(asked)}.")
