"""Taking a variant, answering its steps, asking for its solution: the writes behind the pages and the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

import sim
from quizzes.accounts.models import User
from quizzes.errors import Conflict, Forbidden, NotFound, Refused
from quizzes.items.diagnosis import SimWorking, keys_of, rule_of
from quizzes.items.making import make_seed
from quizzes.items.marking import FULL_CREDIT, Step, counted_states, is_complete, mark, read_answers
from quizzes.items.models import Generator, Variant
from quizzes.items.pool import from_pool, made_inline, withdraw_variant
from quizzes.items.reading import MOST_KEPT, kept, printable
from quizzes.items.specification import Specification
from quizzes.items.telling import nothing_read, settled, tell
from quizzes.practice.answers import Marked, locked_attempt, record_answer
from quizzes.practice.exercises.queries import catalogue_id, corrections_of, taking_unknown
from quizzes.practice.models import AnswerEvent, Attempt

MOST_ENTRIES = 64  # of one quantity; what is asked has far fewer, so more are refused all the same


class NothingRead(Refused):
    """No step could be read: nothing was stored and no try used. `result` says what is wrong with each."""

    def __init__(self, steps: Sequence[Step], result: dict[str, Any]) -> None:
        super().__init__("nothing_read", *nothing_read(steps))
        self.result = result


def take(*, user: User, generator: Generator, now: datetime, seed: int | None = None) -> Attempt:
    """Give the learner numbers that nobody else gets. Only staff may name a seed.

    Raises Forbidden, Refused (the seed's candidate is not fair), Unavailable (no fair numbers were found).
    """
    if seed is not None:
        return _of_seed(user, generator, seed, now)
    with transaction.atomic():
        if variant := from_pool(generator=generator):
            return _start(user, generator, variant, now)
    return _start(user, generator, made_inline(generator=generator), now)


def _start(user: User, generator: Generator, variant: Variant, now: datetime) -> Attempt:
    return Attempt.objects.create(user=user, variant=variant, started_at=now, asked=_count_asked(generator))


def _count_asked(generator: Generator) -> int:
    return len(generator.current.specification["asked"]) if generator.current else 0


def _of_seed(user: User, generator: Generator, seed: int, now: datetime) -> Attempt:
    """The same seed again is the same taking: a variant is taken once a learner."""
    if not user.is_staff:
        raise Forbidden("staff_only", "Only staff may choose the seed.", "Leave the seed out.")
    if generator.current is None:
        raise NotFound("no_version", "This exercise has no numbers yet.", "Take another exercise.")
    variant = make_seed(version=generator.current, seed=seed)
    first = {"started_at": now, "asked": _count_asked(generator)}
    return Attempt.objects.get_or_create(user=user, variant=variant, defaults=first)[0]


def record(
    *,
    user: User,
    attempt_id: UUID,
    submission_id: UUID,
    seq: int,
    answers: Mapping[str, Any],
    now: datetime,
    meant: Mapping[str, str] | None = None,
) -> AnswerEvent:
    """Mark the steps and store the event; the same submission again returns the stored one.

    `answers` maps "c@1" to what was typed, one entry a unit; `meant` answers the question about a pair of slips.
    Raises NothingRead, Refused (unknown quantity, wrong shape), Conflict, NotFound.
    """
    answers = {printable(str(name)[:MOST_KEPT]): _kept(sent) for name, sent in answers.items()}
    response = {"answers": answers} | ({"meant": dict(meant)} if meant else {})
    try:
        return record_answer(
            user=user,
            attempt_id=attempt_id,
            submission_id=submission_id,
            seq=seq,
            response=response,
            now=now,
            mark=lambda attempt: _mark(attempt, answers, meant or {}),
        )
    except sim.SimError as error:
        raise _withdrawn(user, attempt_id, error) from error


def _kept(sent: Any) -> Any:
    return [kept(entry) for entry in sent[:MOST_ENTRIES]] if isinstance(sent, list | tuple) else kept(sent)


def _withdrawn(user: User, attempt_id: UUID, error: sim.SimError) -> Conflict:
    attempt = Attempt.objects.select_related("variant").get(pk=attempt_id, user=user)
    if attempt.variant:
        withdraw_variant(variant=attempt.variant, fault=f"{error.code}: {error.message}")
    return Conflict("variant_withdrawn", "These numbers turned out to be faulty and were withdrawn.", "Take others.")


def _mark(attempt: Attempt, answers: Mapping[str, Any], meant: Mapping[str, str]) -> Marked:
    marking = Marking.of(attempt)
    steps = settled(marking.mark(answers), meant)
    result = {"steps": _told(marking, steps), "complete": is_complete(steps)}
    if not any(step.is_read for step in steps):
        raise NothingRead(steps, result)
    earlier = list(attempt.events.order_by("seq").values_list("result", flat=True))
    counted = counted_states([*earlier, result])
    attempt.right = sum(state in FULL_CREDIT for state in counted.values())
    return Marked(result, _new_slips(steps, earlier))


def _told(marking: Marking, steps: Sequence[Step]) -> list[dict[str, Any]]:
    corrections = corrections_of(slip for step in steps for slip in step.slips)
    return tell(steps, marking.working, marking.specification, corrections, turn=marking.variant.seed)


def _new_slips(steps: Sequence[Step], earlier: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Each named slip once a taking: pressing Check again with the same number is no second mistake."""
    told = [step for result in earlier for step in result["steps"] if step["state"] == "slip"]
    known = {(step["name"], slip) for step in told for slip in step["slips"]}
    named = [(step.name, step.slips[0]) for step in steps if step.state == "slip"]
    return [(name, catalogue_id(slip)) for name, slip in named if (name, slip) not in known]


@dataclass(frozen=True)
class Marking:
    """A variant with its key, ready to mark. Lives for one request; never handed to a page."""

    variant: Variant
    specification: Specification
    working: SimWorking

    @classmethod
    def of(cls, attempt: Attempt) -> Marking:
        if attempt.variant_id is None:
            raise taking_unknown()
        variant = Variant.objects.select_related("key", "version__generator").get(pk=attempt.variant_id)
        attempt.variant = variant  # what shows the result need not read it again
        specification = Specification.from_json(variant.version.specification)
        return cls(variant, specification, SimWorking(specification, variant.given, variant.key.live))

    def mark(self, answers: Mapping[str, Any]) -> list[Step]:
        key = self.variant.key
        keys = keys_of(self.specification, key.exact, key.full)
        return mark(read_answers(answers, keys), keys, self.working, rule_of(self.specification, key.tolerance))


@transaction.atomic
def release_solution(*, user: User, attempt_id: UUID, now: datetime) -> Attempt:
    """End the taking, so that its key may be shown. Asking again changes nothing."""
    attempt = locked_attempt(user, attempt_id)
    if attempt.variant_id is None:
        raise taking_unknown()
    if attempt.is_open:
        attempt.state = Attempt.State.FINISHED
        attempt.finished_at = now
        attempt.save(update_fields=["state", "finished_at"])
    return attempt
