"""A guess asked for before the number is shown, and what is said to it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from quizzes.items.reading import echo, read_number


@dataclass(frozen=True)
class Told:
    """What the page says once a guess came, or was skipped."""

    guess: str  # as it was typed
    verdict: str
    is_close: bool = False
    fault: str = ""


def tell(typed: str, answer: float, tolerance: float) -> Told:
    """A blank guess is a skipped one: the number is shown all the same."""
    reading = read_number(typed)
    if reading.fault:
        return Told(typed[:40], "", fault=reading.fault)
    if reading.value is None:
        return Told("", f"It is {echo(answer)}.")
    gap = abs(reading.value - answer)
    close = gap <= tolerance
    if gap == 0:
        return Told(typed, f"{echo(reading.value)}, exactly.", True)
    opening = "Close" if close else "Not quite"
    return Told(typed, f"{opening}: you said {echo(reading.value)}, it is {echo(answer)}.", close)
