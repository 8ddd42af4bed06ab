"""What Today and the progress page show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quizzes.accounts.models import User
from quizzes.flashcards.queries import load_by_day, next_due
from quizzes.progress.queries import Work, mistakes_of, reviewed_by, work_of
from quizzes.progress.today import rows_for

LAST = 5
DAYS = 7


def today_page(user: User, now: datetime) -> dict[str, Any]:
    """The rows, and beneath them when the next cards come."""
    due = next_due(user, now)
    return {
        "section": "today",
        "now": now,
        "rows": rows_for(user, now),
        "later_today": due if due and due.date() == now.date() else None,
        "tomorrow": load_by_day(user, now, days=2)[1][1],
    }


def progress_page(user: User, now: datetime) -> dict[str, Any]:
    """Mistakes, quizzes, exercises and cards, each as a table or a sentence that says why there is none."""
    work = work_of(user)
    found = mistakes_of(user)
    days = load_by_day(user, now, DAYS)
    return {
        "section": "progress",
        "open_mistakes": [it for it in found if not it.is_gone],
        "gone_mistakes": [it for it in found if it.is_gone],
        "quizzes": [it for it in work if it.quiz],
        "exercises": _by_generator(work),
        "reviewed": reviewed_by(user, now),
        "days": days,
        "busiest_day": max(number for _, number in days),
        "due_in_all": sum(number for _, number in days),
    }


@dataclass(frozen=True, slots=True)
class Takings:
    """What came of one exercise: its last takings, the latest last."""

    slug: str
    title: str
    times: int
    latest: list[Work]


def _by_generator(work: list[Work]) -> list[Takings]:
    """Only takings with an answer count; the exercise practised last stands first."""
    grouped: dict[str, list[Work]] = {}
    for taking in work:
        if taking.generator and taking.is_answered:
            grouped.setdefault(taking.generator, []).append(taking)
    return [
        Takings(slug, taken[0].generator_title or slug, len(taken), taken[:LAST][::-1])
        for slug, taken in grouped.items()
    ]
