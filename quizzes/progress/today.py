"""What to do next: at most three rows, each with its reason and the time it takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice

from django.urls import reverse

from quizzes.accounts.models import User
from quizzes.flashcards.queries import Queue, queue
from quizzes.flashcards.replay import seconds_a_card
from quizzes.items.models import Generator
from quizzes.lessons.models import Lesson
from quizzes.progress.mistakes import Mistake
from quizzes.progress.queries import Work, mistakes_of, work_of

ROWS = 3
REPAIR_MINUTES = 2
EXERCISE_MINUTES = 5
EXAMPLE_MINUTES = 5
FIRST_LESSON = "the-lstm"
NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Row:
    """A thing to do, as the row component shows it."""

    title: str
    reason: str
    time: str
    href: str
    action: str
    key: str = ""
    primary: bool = False

    @property
    def said(self) -> str:
        """The name of its button for who hears it alone: "Start: Review 5 cards", and no verb twice."""
        return self.title if self.title.startswith(self.action) else f"{self.action}: {self.title}"


def rows_for_a_stranger() -> list[Row]:
    """Read, look, try: the same three for everybody who has done nothing yet."""
    rows = [*_first_lesson_row(), _example_row(), _exercise_row()]
    return _first_is_primary(rows)


def rows_for(user: User, now: datetime) -> list[Row]:
    """Due reviews, repairs, a quiz left open, and then what comes next in the course."""
    return _first_is_primary(list(islice(Chooser(user, now).rows(), ROWS)))


class Chooser:
    """Reads only as far as rows are needed: whoever has three things waiting is not asked what comes after them."""

    def __init__(self, user: User, now: datetime) -> None:
        self.user = user
        self.now = now

    def rows(self) -> Iterator[Row]:
        has_due = self.queue.counts.again + self.queue.counts.due > 0
        if has_due:
            yield self._review_row()
        yield from self._repair_rows()
        yield from self._open_quiz_rows()
        yield from self._next_rows()
        if self.queue.counts.new and not has_due:
            yield self._review_row()
        yield from self._weakest_exercise_rows()

    @cached_property
    def queue(self) -> Queue:
        return queue(self.user, self.now)

    @cached_property
    def mistakes(self) -> list[Mistake]:
        return mistakes_of(self.user)

    @cached_property
    def work(self) -> list[Work]:
        return work_of(self.user)

    def _review_row(self) -> Row:
        counts = self.queue.counts
        parts = [(counts.due, "due"), (counts.again, "to see again"), (counts.new, "new")]
        reason = ", ".join(f"{number} {word}" for number, word in parts if number)
        minutes = counts.total * seconds_a_card(self.queue.log) / 60
        title = f"Review {counts.total} card{'s' if counts.total > 1 else ''}"
        return Row(title, f"{reason}.", about(minutes), reverse("card-review"), "Start", "r")

    def _repair_rows(self) -> Iterator[Row]:
        """One at a time: the mistake made most often."""
        for mistake in [it for it in self.mistakes if it.needs_repair and not it.rests(self.now.date())][:1]:
            yield Row(
                f"Repair: {mistake.last.title}",
                f"{_times(mistake)}, last on {mistake.last.at:%-d %b}. {mistake.last.correction}",
                about(REPAIR_MINUTES),
                mistake.last.href,
                "Repair",
                "p",
            )

    def _open_quiz_rows(self) -> Iterator[Row]:
        for work in [it for it in self.work if it.quiz and it.is_open and not _is_over(it, self.now)][:1]:
            reason = f"Begun on {work.started_at:%-d %b}, not finished."
            if work.deadline:
                reason = f"Its time ends at {work.deadline:%H:%M} UTC."
            time = about(work.quiz_minutes or REPAIR_MINUTES)
            href = reverse("attempt", args=[work.id])
            yield Row(f"Go on with the quiz “{work.quiz_title}”", reason, time, href, "Continue", "q")

    def _next_rows(self) -> Iterator[Row]:
        lesson = next_lesson(list(Lesson.objects.visible_to(self.user).filter(is_published=True)), self.work)
        if lesson:
            reason = f"Next in the course. {lesson.summary}"
            yield Row(f"Read: {lesson.title}", reason, about(lesson.minutes), _lesson_href(lesson), "Read", "n")

    def _weakest_exercise_rows(self) -> Iterator[Row]:
        generators = Generator.objects.visible_to(self.user).filter(is_published=True, current__isnull=False)
        for generator in weakest(list(generators), self.work)[:1]:
            taken = [it for it in self.work if it.generator == generator.slug and it.is_answered]
            reason = (
                f"Last time {taken[0].right} of {taken[0].asked} steps were right at once."
                if taken
                else "Not tried yet."
            )
            href = reverse("exercise", args=[generator.slug])
            yield Row(
                f"Exercise: {generator.title}",
                f"{reason} The numbers are fresh.",
                about(EXERCISE_MINUTES),
                href,
                "Begin",
                "e",
            )


def next_lesson(lessons: Sequence[Lesson], work: Sequence[Work]) -> Lesson | None:
    """The first lesson none of whose quizzes was finished and none of whose exercises was answered."""
    finished = {it.quiz for it in work if it.quiz and not it.is_open}
    answered = {it.generator for it in work if it.generator and it.is_answered}
    return next((it for it in lessons if not (finished & {*it.quizzes} or answered & {*it.generators})), None)


def weakest(generators: Sequence[Generator], work: Sequence[Work]) -> list[Generator]:
    """Exercises never answered first, then those with the smallest share right in the last five takings."""

    def share(generator: Generator) -> float:
        taken = [it for it in work if it.generator == generator.slug and it.is_answered][:5]
        asked = sum(it.asked for it in taken)
        return sum(it.right for it in taken) / asked if asked else -1.0

    return sorted(generators, key=share)


def about(minutes: float) -> str:
    return f"about {max(1, round(minutes))}{NO_BREAK}min"


def _first_is_primary(rows: list[Row]) -> list[Row]:
    """One primary action a page; the others stand by."""
    return [replace(row, primary=place == 0) for place, row in enumerate(rows)]


def _times(mistake: Mistake) -> str:
    return "Made twice" if mistake.times == 2 else f"Made {mistake.times} times"


def _is_over(work: Work, now: datetime) -> bool:
    return work.deadline is not None and work.deadline < now


def _lesson_href(lesson: Lesson) -> str:
    return reverse("lesson", args=[lesson.slug])


def _first_lesson_row() -> list[Row]:
    lessons = list(Lesson.objects.filter(is_published=True))
    chosen = next((it for it in lessons if it.slug == FIRST_LESSON), lessons[0] if lessons else None)
    if chosen is None:
        return []
    return [Row(f"Read: {chosen.title}", chosen.summary, about(chosen.minutes), _lesson_href(chosen), "Read")]


def _example_row() -> Row:
    reason = "Every step of an LSTM or GRU with its numbers put in. Change a number and see what moves."
    return Row("Look at a worked example", reason, about(EXAMPLE_MINUTES), reverse("examples"), "Open")


def _exercise_row() -> Row:
    reason = "Compute one step with fresh numbers. If one comes out wrong, you are told which slip gives it."
    return Row("Take an exercise", reason, about(EXERCISE_MINUTES), reverse("exercises"), "Choose")
