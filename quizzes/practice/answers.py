"""The answer path: one transaction that locks the attempt, and stores the event with what follows from it.

A response is marked under the lock, or ahead of it where that takes long: then only what was found is taken over.

Nothing that a learner was told is saved exists anywhere but in the rows committed here. What is to follow later (a
statistic, a message) is owed by an outbox row written in the same transaction; nothing of that kind exists yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from quizzes.accounts.models import User
from quizzes.catalog.models import Misconception
from quizzes.errors import Conflict, NotFound
from quizzes.practice.models import AnswerEvent, Attempt, SlipRecord

GRACE = timedelta(seconds=10)


@dataclass(frozen=True)
class Marked:
    """What marking says: the result to store and show, and the misconceptions it showed as (place, catalogue id).

    `known` gives the primary keys of misconceptions that marking has at hand, by catalogue id: it saves a query.
    """

    result: dict[str, Any]
    slips: list[tuple[str, str]] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)


Mark = Callable[[Attempt], Marked]


def record_answer(
    *,
    user: User,
    attempt_id: UUID,
    submission_id: UUID,
    seq: int,
    response: Any,
    now: datetime,
    mark: Mark,
    place: str = "",
) -> AnswerEvent:
    """Mark and store a response; the event returned is committed. The same submission again returns the stored one.

    `mark` runs under the attempt's lock and may change the attempt and its places; it is saved with the event. What
    takes long is marked ahead: an attempt whose `last_seq` is the same has the same events.
    Raises NotFound (another's attempt), Conflict (a used id with another body, a seq out of turn, a closed attempt).
    """
    try:
        with transaction.atomic(durable=True):
            attempt = locked_attempt(user, attempt_id)
            stored = stored_event(attempt, submission_id, place, response, seq)
            return stored or _store(attempt, submission_id, seq, place, response, now, mark)
    except IntegrityError as error:  # the same id at the same moment, for another attempt; any other fault is ours
        if AnswerEvent.objects.filter(submission_id=submission_id).exists():
            raise submission_reused() from error
        raise


def locked_attempt(user: User, attempt_id: UUID) -> Attempt:
    """The learner's own attempt, locked until the transaction ends (on SQLite the write lock does it)."""
    attempt = Attempt.objects.select_for_update().filter(user=user, pk=attempt_id).first()
    if attempt is None:
        raise NotFound("attempt_unknown", "There is no such attempt of yours.", "Start again from the list.")
    return attempt


def stored_event(
    attempt: Attempt, submission_id: UUID, place: str, response: Any, seq: int | None = None
) -> AnswerEvent | None:
    """The event this submission made before, if it did. Raises Conflict where its body was another."""
    event = AnswerEvent.objects.filter(submission_id=submission_id).order_by("pk").first()
    if event is None:
        return None
    is_same = (event.attempt_id, event.place, event.response) == (attempt.pk, place, response)
    if not is_same or seq not in (None, event.seq):
        raise submission_reused()
    return event


def submission_reused() -> Conflict:
    return Conflict(
        "submission_reused",
        "This submission id was used before, with another answer.",
        "Send a new answer under a new submission id.",
    )


def check_open(attempt: Attempt, now: datetime) -> None:
    """Raises Conflict when the attempt is finished, or its deadline (with the same grace for all) has passed."""
    if not attempt.is_open:
        raise Conflict("attempt_finished", "This attempt is finished; answers are closed.", "Start another one.")
    if attempt.deadline and now > attempt.deadline + GRACE:
        raise Conflict(
            "deadline_passed",
            f"The time for this attempt ended at {attempt.deadline:%H:%M} UTC.",
            "What you saved before that counts. Open the results.",
        )


def check_seq(attempt: Attempt, seq: int) -> None:
    needed = attempt.last_seq + 1
    if seq != needed:
        raise Conflict(
            "seq_out_of_order",
            f"This answer has number {seq}; number {needed} comes next.",
            "Something was answered elsewhere, perhaps in another tab. Load the page again.",
        )


def _store(
    attempt: Attempt, submission_id: UUID, seq: int, place: str, response: Any, now: datetime, mark: Mark
) -> AnswerEvent:
    check_open(attempt, now)
    check_seq(attempt, seq)
    return append_event(attempt, submission_id, place, response, mark(attempt), now)


def append_event(
    attempt: Attempt, submission_id: UUID, place: str, response: Any, marked: Marked, now: datetime
) -> AnswerEvent:
    """The next event of a locked attempt, which is saved with it, and the slips that it showed."""
    attempt.last_seq += 1
    event = AnswerEvent.objects.create(
        attempt=attempt,
        submission_id=submission_id,
        seq=attempt.last_seq,
        place=place,
        response=response,
        result=marked.result,
        at=now,
    )
    attempt.save()
    _record_slips(attempt, event, marked)
    return event


def _record_slips(attempt: Attempt, event: AnswerEvent, marked: Marked) -> None:
    """Ids that the catalogue does not hold are left out: the event keeps them."""
    ids = marked.known | _ids_of({slug for _, slug in marked.slips} - marked.known.keys())
    SlipRecord.objects.bulk_create(
        SlipRecord(user_id=attempt.user_id, misconception_id=ids[slug], event=event, place=place, at=event.at)
        for place, slug in marked.slips
        if slug in ids
    )


def _ids_of(slugs: set[str]) -> dict[str, int]:
    return dict(Misconception.objects.filter(slug__in=slugs).values_list("slug", "pk")) if slugs else {}
