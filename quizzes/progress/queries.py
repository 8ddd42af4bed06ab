"""What a learner has done, read from attempts, answer events and the log of reviews. Nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse

from quizzes.accounts.models import User
from quizzes.flashcards.models import Review
from quizzes.flashcards.scheduling import Phase
from quizzes.items.marking import FULL_CREDIT, counted_states
from quizzes.practice.models import AnswerEvent, Attempt, AttemptQuestion, SlipRecord
from quizzes.progress.mistakes import Mistake, Right, Slip, Spot, mistakes

MOST_ATTEMPTS = 300
MOST_SLIPS = 200
MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt, as lists of work show it: a quiz or a taking of an exercise."""

    id: UUID
    state: str
    started_at: datetime
    finished_at: datetime | None
    deadline: datetime | None
    right: int
    asked: int
    last_seq: int
    quiz: str | None
    quiz_title: str | None
    quiz_minutes: int | None
    generator: str | None
    generator_title: str | None

    @property
    def is_open(self) -> bool:
        return self.state == Attempt.State.OPEN

    @property
    def is_answered(self) -> bool:
        return self.last_seq > 0


def work_of(user: User) -> list[Work]:
    """The learner's attempts, newest first."""
    names = ("id", "state", "started_at", "finished_at", "deadline", "right", "asked", "last_seq")
    quiz = ("quiz__slug", "quiz__title", "quiz__minutes")
    generator = ("variant__version__generator__slug", "variant__version__generator__title")
    rows = Attempt.objects.filter(user=user).order_by("-started_at")
    return [Work(*row) for row in rows.values_list(*names, *quiz, *generator)[:MOST_ATTEMPTS]]


def mistakes_of(user: User) -> list[Mistake]:
    """The learner's mistakes, open ones first. One query when there are none, three else."""
    related = ("misconception", "event__attempt__quiz", "event__attempt__variant__version__generator")
    records = list(SlipRecord.objects.filter(user=user).select_related(*related)[:MOST_SLIPS])
    if not records:
        return []
    places = _quiz_places(user)
    slips = [_slip(record, places) for record in records]
    rights = _right_questions(places) + _right_steps(user, since=min(record.at for record in records))
    return mistakes(slips, rights)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Ratings that stand, in all; and of the last thirty days' reviews, how many cards were remembered."""

    ratings: int
    asked: int
    remembered: int


def reviewed_by(user: User, now: datetime) -> Reviewed:
    """Only a card that had left its first steps tells of memory: minutes after meeting it, anybody knows it."""
    ratings = Review.objects.filter(user=user, rating__isnull=False, undone_by__isnull=True)
    asked = Q(at__gte=now - timedelta(days=30), before__state=int(Phase.REVIEW))
    return Reviewed(
        **ratings.aggregate(
            ratings=Count("pk"),
            asked=Count("pk", filter=asked),
            remembered=Count("pk", filter=asked & Q(rating__gt=1)),
        )
    )


# --- from stored rows to slips and right answers ---


def _quiz_places(user: User) -> dict[tuple[UUID, str], dict[str, Any]]:
    """(attempt, position) → what was asked there and whether it was right; only where that may be told."""
    names = (
        "attempt_id",
        "position",
        "version__question_id",
        "is_right",
        "attempt__finished_at",
        "attempt__started_at",
    )
    rows = AttemptQuestion.objects.filter(attempt__user=user, is_right__isnull=False).order_by("-attempt__started_at")
    return {(row["attempt_id"], str(row["position"])): row for row in rows.values(*names)[: 10 * MOST_SLIPS]}


def _slip(record: SlipRecord, places: dict[tuple[UUID, str], dict[str, Any]]) -> Slip:
    attempt, misconception = record.event.attempt, record.misconception
    if attempt.variant is not None:
        generator = attempt.variant.version.generator
        spot = _step_spot(record.place, generator.pk)
        where, href = generator.title, reverse("repair", args=[misconception.slug])
    else:
        assert attempt.quiz is not None
        place = places.get((attempt.pk, record.place))
        spot = ("question", place["version__question_id"] if place else None)
        where, href = attempt.quiz.title, reverse("quiz", args=[attempt.quiz.slug])
    return Slip(
        misconception=misconception.slug,
        title=misconception.title,
        correction=misconception.correction,
        spot=spot,
        attempt=attempt.pk,
        at=record.at,
        where=where,
        href=href,
    )


def _step_spot(name: str, generator_id: int) -> Spot:
    """ "c@2" is the same spot as "c@1": the same formula, a step later."""
    return f"exercise {name.partition('@')[0]}", generator_id


def _right_questions(places: dict[tuple[UUID, str], dict[str, Any]]) -> list[Right]:
    rows = [row for row in places.values() if row["is_right"]]
    return [
        Right(
            ("question", row["version__question_id"]),
            row["attempt_id"],
            row["attempt__finished_at"] or row["attempt__started_at"],
        )
        for row in rows
    ]


def _right_steps(user: User, since: datetime) -> list[Right]:
    """Steps that were right at the first readable answer of a taking."""
    names = ("attempt_id", "attempt__variant__version__generator_id", "at", "result")
    events = AnswerEvent.objects.filter(attempt__user=user, attempt__variant__isnull=False, at__gte=since)
    takings: dict[tuple[UUID, int], list[dict[str, Any]]] = {}
    for row in events.order_by("-at").values(*names)[:MOST_EVENTS]:
        key = (row["attempt_id"], row["attempt__variant__version__generator_id"])
        takings.setdefault(key, []).insert(0, row)
    return [
        Right(_step_spot(name, generator), attempt, rows[-1]["at"])
        for (attempt, generator), rows in takings.items()
        for name, state in counted_states(row["result"] for row in rows).items()
        if state in FULL_CREDIT
    ]
