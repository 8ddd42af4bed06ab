"""Which mistakes are still open: each slip, and what was answered right since in the same spot. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

GONE_AFTER = 3  # right answers at other takings, each on a day of its own, after the last slip
REPAIR_FROM = 2  # a slip made once may be chance; made twice it is worth a repair

Spot = tuple[str, Hashable]  # ("exercise c", generator) or ("question", question): where it could happen again


@dataclass(frozen=True, slots=True)
class Slip:
    """A misconception that an answer showed; `attempt` is the taking, `where` and `href` lead back to the place."""

    misconception: str
    title: str
    correction: str
    spot: Spot
    attempt: Hashable
    at: datetime
    where: str
    href: str


@dataclass(frozen=True, slots=True)
class Right:
    """A right answer at a spot, the first one of its taking."""

    spot: Spot
    attempt: Hashable
    at: datetime


@dataclass(frozen=True, slots=True)
class Mistake:
    """All slips of one misconception (newest first) and on how many days it went right since the last one."""

    slips: Sequence[Slip]
    right_since: int
    last_right: date | None = None

    @property
    def last(self) -> Slip:
        return self.slips[0]

    @property
    def times(self) -> int:
        return len(self.slips)

    def rests(self, today: date) -> bool:
        """Whether it went right today already: the next time it counts is another day."""
        return self.last_right == today

    @property
    def is_gone(self) -> bool:
        return self.right_since >= GONE_AFTER

    @property
    def needs_repair(self) -> bool:
        return not self.is_gone and self.times >= REPAIR_FROM


def mistakes(slips: Iterable[Slip], rights: Sequence[Right]) -> list[Mistake]:
    """One entry a misconception: open ones first, those made most often first, then the latest."""
    grouped: dict[str, list[Slip]] = {}
    for slip in sorted(slips, key=lambda slip: slip.at, reverse=True):
        grouped.setdefault(slip.misconception, []).append(slip)
    found = [_mistake(group, rights) for group in grouped.values()]
    return sorted(found, key=lambda it: (it.is_gone, -it.times, -it.last.at.timestamp()))


def _mistake(slips: Sequence[Slip], rights: Sequence[Right]) -> Mistake:
    """With the days after the last slip on which a spot of it went right. Correcting the same taking is no proof."""
    last = slips[0].at
    spots = {slip.spot for slip in slips}
    slipped = {slip.attempt for slip in slips}
    days = {it.at.date() for it in rights if it.at > last and it.spot in spots and it.attempt not in slipped}
    return Mistake(slips, len(days), max(days, default=None))
