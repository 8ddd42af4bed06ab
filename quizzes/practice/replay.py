"""Scores and slips of a quiz attempt, worked out again from its answer events alone.

What stands in `Attempt.right`, `AttemptQuestion.is_right` and `SlipRecord` is only kept for speed: this says what it
must be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from quizzes.practice.models import AnswerEvent, Attempt, SlipRecord


@dataclass(frozen=True)
class Standing:
    """Where an attempt stands: how many right, of how many (None: the events do not say yet), with which slips.

    A slip is (number of the event, position of the question, catalogue id).
    """

    right: int
    asked: int | None
    slips: frozenset[tuple[int, str, str]]


def recompute(events: Iterable[AnswerEvent]) -> Standing:
    """From the events of one attempt at a quiz, whatever its rows say."""
    events = list(events)
    marks = [(event.seq, *mark) for event in events for mark in _marks(event)]
    asked = [event.result["asked"] for event in events if event.result["state"] == "finished"]
    return Standing(
        right=sum(mark["state"] == "right" for _, _, mark in marks),
        asked=asked[0] if asked else None,
        slips=frozenset((seq, place, mark["misconception"]) for seq, place, mark in marks if mark["misconception"]),
    )


def stored(attempt: Attempt) -> Standing:
    """What the rows of the attempt say."""
    slips = SlipRecord.objects.filter(event__attempt=attempt)
    return Standing(
        right=attempt.right,
        asked=None if attempt.is_open else attempt.asked,
        slips=frozenset(slips.values_list("event__seq", "place", "misconception__slug")),
    )


def _marks(event: AnswerEvent) -> Iterator[tuple[str, dict[str, Any]]]:
    """The marks that an event told: of its own question, or, at the finish, of all that waited for it."""
    if event.result["state"] == "finished":
        yield from event.result["marks"].items()
    elif event.result["state"] in ("right", "wrong"):
        yield event.place, event.result
