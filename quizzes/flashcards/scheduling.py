"""When a card comes back: FSRS without its random fuzz, so that the interval on a button is the interval stored.

Pure: no database, no clock. FSRS counts the time between two reviews in whole days, and short steps in minutes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

from fsrs import Card, Rating, Scheduler, State

# The steps are chosen so that each of the four buttons, "hard" included, shows a whole number of minutes.
SCHEDULER = Scheduler(
    desired_retention=0.9,
    learning_steps=(timedelta(minutes=2), timedelta(minutes=10)),
    relearning_steps=(timedelta(minutes=10),),
    maximum_interval=365,
    enable_fuzzing=False,
)
NEW = "new"


class Phase(IntEnum):
    """FSRS's three states; a card never met has none."""

    LEARNING = 1
    REVIEW = 2
    RELEARNING = 3


@dataclass(frozen=True, slots=True)
class Schedule:
    """Where a learner stands with a card. Stability in days; difficulty from 1 to 10; times in UTC."""

    state: int
    step: int | None
    stability: float | None
    difficulty: float | None
    due: datetime
    last_review: datetime | None
    lapses: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain values that come back exactly: floats as they are, times to the microsecond."""
        return asdict(self) | {"due": _text(self.due), "last_review": _text(self.last_review)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Schedule:
        return cls(**stored | {"due": _time(stored["due"]), "last_review": _time(stored["last_review"])})


def rate(schedule: Schedule | None, rating: int, now: datetime) -> Schedule:
    """The schedule after a rating (1 forgot, 2 hard, 3 good, 4 easy) at `now`; None stands for a card never met.

    Raises: ValueError for another rating, or a time without a zone.
    """
    if now.tzinfo is None:
        raise ValueError(f"{now} has no time zone; a review needs a time in UTC")
    card, _ = SCHEDULER.review_card(_fsrs_card(schedule), Rating(rating), now.astimezone(UTC))
    lapses = schedule.lapses if schedule else 0
    has_lapsed = schedule is not None and schedule.state == Phase.REVIEW and rating == Rating.Again
    return Schedule(
        state=int(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last_review=card.last_review,
        lapses=lapses + has_lapsed,
    )


def intervals(schedule: Schedule | None, now: datetime) -> dict[int, timedelta]:
    """What each rating at `now` would store: rating → time until the card is due again."""
    return {int(rating): rate(schedule, rating, now).due - now for rating in Rating}


def fingerprint(schedule: Schedule | None, now: datetime) -> str:
    """Names the schedule a page showed, and the day it was reckoned on: a rating counts only while it still holds.

    It holds the last review, which changes with every rating and comes back with every undoing, and the whole days
    since then, which are all that FSRS reads of the present.
    """
    if schedule is None or schedule.last_review is None:
        return NEW
    since = now - schedule.last_review
    return f"{round(schedule.last_review.timestamp() * 1_000_000)}.{max(0, since.days)}"


def interval_text(interval: timedelta) -> str:
    """An interval in words that hide nothing: "10 min", "1 h 30 min", "4 days", "2 days 3 h"."""
    minutes, seconds = divmod(round(interval.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    named = [(days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    return " ".join(f"{amount}\N{NO-BREAK SPACE}{unit}" for amount, unit in named if amount) or "now"


def _fsrs_card(schedule: Schedule | None) -> Card:
    """The id says nothing here; without one the library would wait a millisecond to make one up."""
    if schedule is None:
        return Card(card_id=0, due=datetime.min.replace(tzinfo=UTC))
    return Card(
        card_id=0,
        state=State(schedule.state),
        step=schedule.step,
        stability=schedule.stability,
        difficulty=schedule.difficulty,
        due=schedule.due,
        last_review=schedule.last_review,
    )


def _text(time: datetime | None) -> str | None:
    return time.astimezone(UTC).isoformat() if time else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
