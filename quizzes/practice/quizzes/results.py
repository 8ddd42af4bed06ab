"""What an attempt came to: in a sentence, by cause, question by question; and the same over all learners of a quiz."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from quizzes.accounts.models import User
from quizzes.catalog.models import Misconception
from quizzes.formats.csv_text import Cell, csv_text
from quizzes.items.models import Generator
from quizzes.lessons.models import Lesson
from quizzes.practice.models import Attempt, AttemptQuestion, Quiz
from quizzes.practice.quizzes.queries import Shown, attempts_at, shown_questions
from quizzes.practice.quizzes.sentences import comparison_sentence, place_list, score_sentence

CSV_HEADER = [
    "learner",
    "attempt",
    "started",
    "finished",
    "right",
    "asked",
    "position",
    "question",
    "version",
    "answer",
    "state",
    "misconception",
]


@dataclass(frozen=True)
class Link:
    """Where something can be put right: a lesson or an exercise."""

    slug: str
    title: str


@dataclass(frozen=True)
class Cause:
    """A misconception behind one or more wrong answers."""

    misconception: Misconception
    positions: list[int]

    @property
    def count(self) -> int:
        return len(self.positions)

    @property
    def places(self) -> str:
        return place_list(self.positions)


@dataclass(frozen=True)
class Remedy:
    """Where to go about a cause."""

    cause: Cause
    lessons: list[Link]
    exercises: list[Link]


@dataclass(frozen=True)
class Results:
    """What one finished attempt came to. What takes a query more is read when it is asked for."""

    attempt: Attempt
    user: User
    questions: list[Shown]
    causes: list[Cause]

    @property
    def unanswered(self) -> list[int]:
        return [question.position for question in self.questions if question.chosen is None]

    @property
    def has_missed(self) -> bool:
        return self.attempt.right < self.attempt.asked

    @property
    def sentence(self) -> str:
        right, asked = self.attempt.right, self.attempt.asked
        return score_sentence(right=right, asked=asked, unanswered=len(self.unanswered), causes=len(self.causes))

    @cached_property
    def remedies(self) -> list[Remedy]:
        return remedies(self.causes, self.questions)

    @cached_property
    def _others(self) -> list[Attempt]:
        return attempts_at(quiz_of(self.attempt), self.user) if self.user.pk == self.attempt.user_id else []

    @property
    def comparison(self) -> str:
        return _comparison(self.attempt, self._others)

    @property
    def open_attempt(self) -> Attempt | None:
        return next((other for other in self._others if other.is_open), None)


def results_of(attempt: Attempt, user: User) -> Results:
    """Of a finished attempt. Its number of queries does not depend on how many questions it has."""
    questions = shown_questions(attempt)
    return Results(attempt, user, questions, causes(questions))


def quiz_of(attempt: Attempt) -> Quiz:
    assert attempt.quiz is not None, "an attempt at an exercise has results of its own"
    return attempt.quiz


def causes(questions: Iterable[Shown]) -> list[Cause]:
    """The misconceptions behind the wrong answers, the most frequent first."""
    found: dict[str, Misconception] = {}
    positions: dict[str, list[int]] = {}
    for question in questions:
        misconception = question.feedback.misconception if question.feedback else None
        if misconception:
            found[misconception.slug] = misconception
            positions.setdefault(misconception.slug, []).append(question.position)
    rows = [Cause(found[slug], places) for slug, places in positions.items()]
    return sorted(rows, key=lambda cause: (-cause.count, cause.positions[0]))


def remedies(causes: list[Cause], questions: Iterable[Shown]) -> list[Remedy]:
    """For each cause at most two lessons about its questions, and two exercises that can name it."""
    slugs = {question.position: question.slug for question in questions}
    lessons = _lessons_about(slugs[at] for cause in causes for at in cause.positions)
    exercises = _exercises_naming(cause.misconception.slug for cause in causes)
    return [
        Remedy(
            cause,
            _first_two(lessons, [slugs[at] for at in cause.positions]),
            exercises.get(cause.misconception.slug, [])[:2],
        )
        for cause in causes
    ]


def _lessons_about(question_slugs: Iterable[str]) -> dict[str, list[Link]]:
    """For each question the published lessons that share a knowledge component with it, in course order."""
    wanted = set(question_slugs)
    if not wanted:
        return {}
    rows = Lesson.objects.visible_to(None).filter(components__question__slug__in=wanted).order_by("position", "slug")
    found: dict[str, list[Link]] = {}
    for question, slug, title in rows.values_list("components__question__slug", "slug", "title").distinct():
        found.setdefault(question, []).append(Link(slug, title))
    return found


def _first_two(links: dict[str, list[Link]], question_slugs: list[str]) -> list[Link]:
    return list(dict.fromkeys(link for slug in question_slugs for link in links.get(slug, [])))[:2]


def _exercises_naming(slugs: Iterable[str]) -> dict[str, list[Link]]:
    """For each catalogue id the published exercises that can name it."""
    wanted = set(slugs)
    if not wanted:
        return {}
    found: dict[str, list[Link]] = {}
    rows = Generator.objects.visible_to(None).filter(current__isnull=False)
    for slug, title, specification in rows.values_list("slug", "title", "current__specification"):
        for named in wanted & _claimed(specification):
            found.setdefault(named, []).append(Link(slug, title))
    return found


def _claimed(specification: dict[str, Any]) -> set[str]:
    return {slip for slips in specification.get("claims", {}).values() for slip in slips}


def _comparison(attempt: Attempt, others: list[Attempt]) -> str:
    """With the latest attempt finished before this one was started; empty for the first."""
    before = [other for other in others if not other.is_open and other.started_at < attempt.started_at]
    if not before:
        return ""
    return comparison_sentence(
        right=attempt.right,
        asked=attempt.asked,
        right_before=before[0].right,
        asked_before=before[0].asked,
        on=before[0].started_at.date(),
    )


def results_csv(quiz: Quiz) -> str:
    """Every question of every finished attempt at the quiz as a row; for instructors: it holds what was right."""
    return csv_text(CSV_HEADER, _csv_rows(quiz))


def _csv_rows(quiz: Quiz) -> Iterator[list[Cell]]:
    finished = AttemptQuestion.objects.filter(attempt__quiz=quiz, attempt__state=Attempt.State.FINISHED)
    rows = finished.select_related("attempt__user", "version__question", "chosen__distractor__misconception").order_by(
        "attempt__started_at", "attempt_id", "position"
    )
    for place in rows.iterator(chunk_size=500):
        yield _csv_row(place)


def _csv_row(place: AttemptQuestion) -> list[Cell]:
    attempt, version = place.attempt, place.version
    assert attempt.finished_at is not None
    distractor = getattr(place.chosen, "distractor", None)
    state = "unanswered" if place.chosen is None else "right" if place.is_right else "wrong"
    return [
        attempt.user.username,
        str(attempt.pk),
        attempt.started_at.isoformat(timespec="seconds"),
        attempt.finished_at.isoformat(timespec="seconds"),
        attempt.right,
        attempt.asked,
        place.position,
        version.question.slug,
        version.number,
        place.chosen.text if place.chosen else "",
        state,
        distractor.misconception.slug if distractor else "",
    ]
