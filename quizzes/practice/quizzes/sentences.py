"""What results say before they show a table: sentences made of numbers. Pure."""

from __future__ import annotations

from datetime import date

from quizzes.formats.numerals import in_words


def score_sentence(*, right: int, asked: int, unanswered: int, causes: int) -> str:
    """`11 of 15; the four misses have two causes.` Every miss has a cause: each wrong option names one."""
    missed = asked - right - unanswered
    parts = [f"{right} of {asked}"]
    if missed:
        parts.append(f"{_the_misses(missed)} {'has' if missed == 1 else 'have'} {_causes(causes)}")
    if unanswered:
        parts.append(f"{in_words(unanswered)} {'was' if unanswered == 1 else 'were'} not answered")
    if right == asked:
        parts.append("every answer is right")
    return "; ".join(parts) + "."


def comparison_sentence(*, right: int, asked: int, right_before: int, asked_before: int, on: date) -> str:
    """`Last time, on 3 November 2026, it was 8 of 15: three more now.`"""
    before = f"Last time, on {on.day} {on:%B %Y}, it was {right_before} of {asked_before}"
    return f"{before}: {_change(right - right_before)}." if asked == asked_before else f"{before}."


def place_list(positions: list[int]) -> str:
    """`question 3`, `questions 3, 7 and 12`."""
    figures = [str(position) for position in positions]
    if len(figures) == 1:
        return f"question {figures[0]}"
    return f"questions {', '.join(figures[:-1])} and {figures[-1]}"


def _the_misses(missed: int) -> str:
    return "the one miss" if missed == 1 else f"the {in_words(missed)} misses"


def _causes(causes: int) -> str:
    return f"{in_words(causes)} cause{'' if causes == 1 else 's'}"


def _change(more: int) -> str:
    if more == 0:
        return "the same as now"
    return f"{in_words(abs(more))} {'more' if more > 0 else 'fewer'} now"
