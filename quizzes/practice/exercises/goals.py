"""When an exercise is learned: three of the last five takings right without a hint, on two days or more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from quizzes.accounts.models import User
from quizzes.items.models import Generator
from quizzes.practice.models import Attempt

OF_LAST = 5
NEEDED = 3
DAYS = 2


@dataclass(frozen=True)
class Goal:
    """`right` are the days of those among the last five takings that count, the latest first."""

    right: Sequence[date]

    @property
    def is_reached(self) -> bool:
        return len(self.right) >= NEEDED and len(set(self.right)) >= DAYS

    @property
    def said(self) -> str:
        """How far it is, in one sentence."""
        if self.is_reached:
            return "You have reached the goal of this exercise."
        if len(self.right) >= NEEDED:
            return f"{len(self.right)} of your last {OF_LAST} were, all on one day. Come back on another."
        if not self.right:
            return ""
        return f"So far {len(self.right)} of your last {OF_LAST} {'was' if len(self.right) == 1 else 'were'}."


def goal_of(user: User | None, generator: Generator) -> Goal:
    """Counted are whole takings with fresh numbers that were answered: no repair, none with steps shown worked."""
    if user is None:
        return Goal(())
    takings = Attempt.objects.filter(user=user, variant__version__generator=generator, repairs=None, shown={})
    latest = takings.filter(last_seq__gt=0).order_by("-started_at")
    rows = list(latest.values_list("right", "asked", "hints", "started_at", "variant", "pk"))
    firsts = _first_on_its_numbers(rows)[:OF_LAST]
    return Goal([row[3].date() for row in firsts if row[0] == row[1] and not row[2]])


def _first_on_its_numbers(rows: list[tuple]) -> list[tuple]:  # type: ignore[type-arg]
    """Without those that went over the same numbers again."""
    first = {row[4]: row[5] for row in rows}  # the earliest is the last to be put in
    return [row for row in rows if first[row[4]] == row[5]]
