"""Small numbers as words. Pure."""

from __future__ import annotations

WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def in_words(count: int) -> str:
    """3 → three; above twelve the figures are easier to read."""
    return WORDS[count] if 0 <= count < len(WORDS) else str(count)
