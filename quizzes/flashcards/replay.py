"""The log of reviews read again: which ratings stand, what schedule they make, what belongs to this session. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from quizzes.flashcards.scheduling import Schedule, rate

PAUSE = timedelta(minutes=30)  # a longer pause ends the session, and what can be undone with it
QUICK = 20.0  # seconds a card takes someone we know nothing of


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log: a rating, or (rating None) the undoing of the row `undoes`."""

    id: int
    card: int
    rating: int | None
    at: datetime
    undoes: int | None = None
    was_new: bool = False


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """The ratings that were not undone, in the order given."""
    rows = list(entries)
    undone = {row.undoes for row in rows}
    return [row for row in rows if row.rating is not None and row.id not in undone]


def schedules(entries: Iterable[Entry]) -> dict[int, Schedule]:
    """Card → the schedule that its standing ratings make, oldest first. A card whose ratings are all undone is new."""
    made: dict[int, Schedule] = {}
    for row in standing(entries):
        assert row.rating is not None
        made[row.card] = rate(made.get(row.card), row.rating, row.at)
    return made


@dataclass(frozen=True, slots=True)
class Session:
    """The ratings that stand since the last long pause, newest first."""

    reviews: Sequence[Entry] = ()

    @property
    def last(self) -> Entry | None:
        return self.reviews[0] if self.reviews else None

    @property
    def seconds(self) -> float:
        """From the first rating to the last, and as long as a card usually took for the first one itself."""
        if not self.reviews:
            return 0.0
        return (self.reviews[0].at - self.reviews[-1].at).total_seconds() + seconds_a_card(self.reviews)


def session_at(entries: Sequence[Entry], now: datetime) -> Session:
    """The session at `now`, from a log given newest first. Undoing keeps a session alive as rating does."""
    rows: list[Entry] = []
    later = now
    for row in entries:
        if later - row.at > PAUSE:
            break
        rows.append(row)
        later = row.at
    return Session(standing(rows))


def seconds_a_card(entries: Sequence[Entry]) -> float:
    """The learner's own median time from one rating to the next, pauses left out. Entries newest first."""
    gaps = [(later.at - earlier.at).total_seconds() for later, earlier in pairwise(entries)]
    short = [gap for gap in gaps if 0 < gap < 300]
    return median(short) if len(short) >= 5 else QUICK
