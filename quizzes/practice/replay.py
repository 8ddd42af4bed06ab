"""Scores, slips and hints of an attempt, worked out again from its answer events alone.

What stands in `Attempt.right`, `Attempt.hints` and `SlipRecord` is only kept for speed: this says what it must be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from quizzes.items.marking import FULL_CREDIT, catalogue_id, counted_states
from quizzes.practice.models import AnswerEvent, Attempt, SlipRecord

Slip = tuple[int, str, str]  # number of the event, place ("3", "c@1"), catalogue id


@dataclass(frozen=True)
class Standing:
    """How an attempt stands. `asked` is None where no event says it: in an open quiz, in exercises.

    `hints` are those taken before the last answer; one taken after it has helped with nothing yet.
    """

    right: int
    asked: int | None
    slips: frozenset[Slip]
    hints: Mapping[str, int] = field(default_factory=dict)


def recompute(events: Iterable[AnswerEvent]) -> Standing:
    """From the events of one attempt, whatever its rows say."""
    events = sorted(events, key=lambda event: event.seq)
    is_exercise = any("steps" in event.result for event in events)
    return _of_exercise(events) if is_exercise else _of_quiz(events)


def stored(attempt: Attempt) -> Standing:
    """What the rows of the attempt say."""
    slips = SlipRecord.objects.filter(event__attempt=attempt)
    return Standing(
        right=attempt.right,
        asked=attempt.asked if attempt.quiz_id and not attempt.is_open else None,
        slips=frozenset(slips.values_list("event__seq", "place", "misconception__slug")),
        hints=attempt.hints,
    )


def _of_quiz(events: list[AnswerEvent]) -> Standing:
    marks = [(event.seq, *mark) for event in events for mark in _marks(event)]
    asked = [event.result["asked"] for event in events if event.result["state"] == "finished"]
    return Standing(
        right=sum(mark["state"] == "right" for _, _, mark in marks),
        asked=asked[0] if asked else None,
        slips=frozenset((seq, place, mark["misconception"]) for seq, place, mark in marks if mark["misconception"]),
    )


def _marks(event: AnswerEvent) -> Iterator[tuple[str, dict[str, Any]]]:
    """The marks that an event told: of its own question, or, at the finish, of all that waited for it."""
    if event.result["state"] == "finished":
        yield from event.result["marks"].items()
    elif event.result["state"] in ("right", "wrong"):
        yield event.place, event.result


def _of_exercise(events: list[AnswerEvent]) -> Standing:
    counted = counted_states([event.result for event in events])
    right = sum(state in FULL_CREDIT for state in counted.values())
    return Standing(
        right=right, asked=None, slips=frozenset(_first_slips(events)), hints=events[-1].result.get("hints", {})
    )


def _first_slips(events: list[AnswerEvent]) -> Iterator[Slip]:
    """Each named slip of a step once: sending the same number again is no second mistake."""
    told = set()
    for event in events:
        for step in event.result["steps"]:
            named = [(step["name"], slip) for slip in step["slips"] if step["state"] == "slip"]
            yield from ((event.seq, name, catalogue_id(slip)) for name, slip in named if (name, slip) not in told)
            told.update(named)
