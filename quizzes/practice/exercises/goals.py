"""When an exercise is learned: three of the last five takings right without a hint, on two days or more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F

from quizzes.accounts.models import User
from quizzes.items.models import Generator
from quizzes.practice.models import AnswerEvent, Attempt

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
    """Counted are whole takings that were answered: no repair, none with steps shown worked.

    Of each variant only the very first taking: whoever has seen its solution could copy it.
    """
    if user is None:
        return Goal(())
    takings = Attempt.objects.filter(user=user, variant__version__generator=generator).order_by("started_at", "pk")
    firsts: dict[int | None, Attempt] = {}
    for taking in takings:
        firsts.setdefault(taking.variant_id, taking)
    counted = [it for it in firsts.values() if it.last_seq and not it.shown and it.repairs_id is None]
    latest = counted[::-1][:OF_LAST]
    hints = _hints_by_the_last_answer(latest)
    return Goal([it.started_at.date() for it in latest if it.right == it.asked and not hints[it.pk]])


def _hints_by_the_last_answer(takings: Sequence[Attempt]) -> dict[UUID, Any]:
    """As the events tell; an event from before they told it leaves it to the taking."""
    events = AnswerEvent.objects.filter(attempt__in=takings, seq=F("attempt__last_seq")).order_by()
    told = dict(events.values_list("attempt_id", "result__hints"))
    return {it.pk: it.hints if told.get(it.pk) is None else told[it.pk] for it in takings}
