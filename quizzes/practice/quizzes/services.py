"""Quizzes are taken here: start, answer, flag, finish. Also: which questions a quiz asks, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import SystemRandom
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F

from quizzes.accounts.models import User
from quizzes.errors import Conflict, NotFound, Refused
from quizzes.items.models import Option, Question
from quizzes.practice.answers import GRACE, Marked, append_event, locked_attempt, record_answer
from quizzes.practice.models import AnswerEvent, Attempt, AttemptQuestion, Quiz, QuizQuestion

FINISH = "finish"  # the place of the event that ends an attempt; questions have their position

Shuffle = Callable[[list[int]], None]
shuffle_well: Shuffle = SystemRandom().shuffle


@dataclass(frozen=True)
class Mark:
    """How one chosen option is judged. Stored in the event's result as it stands."""

    option: int
    is_right: bool
    misconception: str  # the catalogue's id; empty for the right option
    misconception_pk: int | None = None

    @property
    def result(self) -> dict[str, Any]:
        state = "right" if self.is_right else "wrong"
        return {"state": state, "option": self.option, "misconception": self.misconception}


@transaction.atomic
def save_quiz(*, quiz: Quiz, questions: Sequence[Question] | None = None) -> Quiz:
    """Save a new or changed quiz. `questions` is what it asks from now on; None leaves that as it is."""
    quiz.save()
    if questions is not None:
        arrange_quiz(quiz=quiz, questions=questions)
    return quiz


@transaction.atomic
def arrange_quiz(*, quiz: Quiz, questions: Sequence[Question]) -> None:
    """The quiz asks exactly these questions, in this order. Attempts that were started keep what they were given."""
    quiz.places.all().delete()
    QuizQuestion.objects.bulk_create(
        QuizQuestion(quiz=quiz, question=question, position=position)
        for position, question in enumerate(questions, start=1)
    )


def start_attempt(
    *, user: User, quiz: Quiz, now: datetime, missed_of: UUID | None = None, shuffle: Shuffle = shuffle_well
) -> Attempt:
    """A new attempt, or the open one: nobody has two at the same quiz. `missed_of` asks what was missed there again."""
    try:
        with transaction.atomic():
            return _open_attempt(user, quiz, now) or _new_attempt(user, quiz, now, missed_of, shuffle)
    except IntegrityError:  # two tabs at once: the other one was first
        return Attempt.objects.get(user=user, quiz=quiz, state=Attempt.State.OPEN)


def answer_question(
    *, user: User, attempt_id: UUID, position: int, choice: int, submission_id: UUID, seq: int, now: datetime
) -> AnswerEvent:
    """Store an answer. `choice` counts from 1 in this attempt's own order of the options.

    With feedback at once the event tells the mark and the question is closed; otherwise it says that the answer is
    stored, nobody has looked at the key, and it may be changed until the finish.
    """

    def mark(attempt: Attempt) -> Marked:
        return _answer(attempt, position, choice)

    return record_answer(
        user=user,
        attempt_id=attempt_id,
        submission_id=submission_id,
        seq=seq,
        response={"choice": choice},
        now=now,
        mark=mark,
        place=str(position),
    )


def flag_question(*, user: User, attempt_id: UUID, position: int, is_flagged: bool) -> None:
    """A note of the learner's to himself; it counts for nothing."""
    places = AttemptQuestion.objects.filter(attempt_id=attempt_id, attempt__user=user, position=position)
    if not places.filter(attempt__state=Attempt.State.OPEN).update(is_flagged=is_flagged):
        raise question_unknown()


@transaction.atomic
def finish_attempt(*, user: User, attempt_id: UUID, now: datetime) -> Attempt:
    """Close the attempt and mark what was not marked yet. Doing it again changes nothing."""
    attempt = locked_attempt(user, attempt_id)
    if attempt.quiz_id is None:
        raise NotFound("attempt_unknown", "This is not an attempt at a quiz.", "Open it among the exercises.")
    return _finish(attempt, now) if attempt.is_open else attempt


def finish_overdue(*, now: datetime, most: int = 200) -> int:
    """Close the attempts whose time is over, with the deadline as their finish time; how many.

    Each in its own transaction, and only after the grace in which an answer may still be on its way.
    """
    overdue = Attempt.objects.filter(quiz__isnull=False, state=Attempt.State.OPEN, deadline__lt=now - GRACE)
    found = list(overdue.select_related("user").order_by("deadline")[:most])
    for attempt in found:
        finish_attempt(user=attempt.user, attempt_id=attempt.pk, now=now)
    return len(found)


def is_over(attempt: Attempt, now: datetime) -> bool:
    """The time given for it has passed (the grace is only for answers on their way)."""
    return attempt.deadline is not None and now > attempt.deadline


def question_unknown() -> NotFound:
    return NotFound("question_unknown", "There is no such open question of yours.", "Open the attempt from its quiz.")


def _open_attempt(user: User, quiz: Quiz, now: datetime) -> Attempt | None:
    """The attempt to go on with. One whose time is over is finished on the way."""
    attempt = Attempt.objects.select_for_update().filter(user=user, quiz=quiz, state=Attempt.State.OPEN).first()
    if attempt is not None and is_over(attempt, now):
        _finish(attempt, now)
        return None
    return attempt


def _new_attempt(user: User, quiz: Quiz, now: datetime, missed_of: UUID | None, shuffle: Shuffle) -> Attempt:
    versions = _versions_to_ask(user, quiz, missed_of)
    if not versions:
        raise Refused("nothing_to_ask", "There is no question left to ask here.", "Choose another quiz.")
    limit = quiz.time_limit
    attempt = Attempt.objects.create(
        user=user, quiz=quiz, started_at=now, deadline=now + limit if limit else None, asked=len(versions)
    )
    orders = _option_orders(versions, shuffle)
    AttemptQuestion.objects.bulk_create(
        AttemptQuestion(attempt=attempt, position=position, version_id=version, option_order=orders[version])
        for position, version in enumerate(versions, start=1)
    )
    return attempt


def _versions_to_ask(user: User, quiz: Quiz, missed_of: UUID | None) -> list[int]:
    asked = quiz.places.filter(question__is_published=True, question__current__isnull=False)
    if missed_of is not None:
        before = AttemptQuestion.objects.filter(attempt_id=missed_of, attempt__user=user, attempt__state="finished")
        missed = before.exclude(is_right=True).values("version__question")
        asked = asked.filter(question__in=missed)
    return list(asked.order_by("position").values_list("question__current", flat=True))


def _option_orders(versions: Iterable[int], shuffle: Shuffle) -> dict[int, list[int]]:
    """Each version's option ids in an order of this attempt's own, so that a place tells nothing."""
    orders: dict[int, list[int]] = {version: [] for version in versions}
    for version, option in Option.objects.filter(version__in=orders).order_by("pk").values_list("version_id", "pk"):
        orders[version].append(option)
    for order in orders.values():
        shuffle(order)
    return orders


def _answer(attempt: Attempt, position: int, choice: int) -> Marked:
    places = attempt.places.filter(position=position).annotate(feedback=F("attempt__quiz__feedback"))
    place = places.order_by("pk").first()
    if place is None:
        raise question_unknown()
    if place.is_right is not None:
        raise Conflict(
            "question_answered", "This question is answered, and its answer was shown.", "Go on to the next one."
        )
    place.chosen_id = _chosen_option(place, choice)
    if place.feedback == Quiz.Feedback.AT_END:
        place.save(update_fields=["chosen"])
        return Marked({"state": "answered"})
    return _mark_now(attempt, place)


def _chosen_option(place: AttemptQuestion, choice: int) -> int:
    options: list[int] = place.option_order
    if isinstance(choice, bool) or not isinstance(choice, int) or not 1 <= choice <= len(options):
        raise Refused("no_choice", "No option was chosen.", f"Choose one of the {len(options)} options.")
    return options[choice - 1]


def _mark_now(attempt: Attempt, place: AttemptQuestion) -> Marked:
    mark = _marks([place])[place.position]
    place.is_right = mark.is_right
    place.save(update_fields=["chosen", "is_right"])
    attempt.right += mark.is_right
    return _marked(mark.result, {place.position: mark})


def _marks(places: Iterable[AttemptQuestion]) -> dict[int, Mark]:
    """The mark of what was chosen at each place, by position: one query however many there are."""
    chosen = {place.chosen_id: place.position for place in places if place.chosen_id}
    rows = (
        Option.objects.filter(pk__in=chosen)
        .order_by("pk")
        .values_list("pk", "version__key__option", "distractor__misconception__slug", "distractor__misconception")
    )
    return {chosen[pk]: Mark(pk, pk == right, slug or "", slip) for pk, right, slug, slip in rows}


def _marked(result: dict[str, Any], marks: dict[int, Mark]) -> Marked:
    """The result, and the misconceptions behind these marks."""
    wrong = {position: mark for position, mark in marks.items() if mark.misconception_pk is not None}
    return Marked(
        result,
        slips=[(str(position), mark.misconception) for position, mark in wrong.items()],
        known={mark.misconception: mark.misconception_pk for mark in wrong.values() if mark.misconception_pk},
    )


def _finish(attempt: Attempt, now: datetime) -> Attempt:
    places = list(attempt.places.order_by("position"))
    marks = _marks(place for place in places if place.is_right is None)
    for place in places:
        if place.position in marks:
            place.is_right = marks[place.position].is_right
    AttemptQuestion.objects.bulk_update([place for place in places if place.position in marks], ["is_right"])
    attempt.right += sum(mark.is_right for mark in marks.values())
    attempt.state = Attempt.State.FINISHED
    attempt.finished_at = min(now, attempt.deadline) if attempt.deadline else now
    append_event(attempt, uuid4(), FINISH, {}, _finished(attempt, marks), now)
    return attempt


def _finished(attempt: Attempt, marks: dict[int, Mark]) -> Marked:
    result = {
        "state": "finished",
        "asked": attempt.asked,
        "marks": {str(position): mark.result for position, mark in marks.items()},
    }
    return _marked(result, marks)
