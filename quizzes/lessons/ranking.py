"""Which of the things found stands first, and which lines of it are shown. Pure: a few hundred short texts at most.

A whole word counts more than a part of one, the title more than the text, the beginning of a title most of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST = 80  # characters of a query that are looked at
SHOWN = 200  # characters of a text that are shown, the first hit among them
BEFORE = 60  # of which stand before it
ALIKE = 0.7  # from 0, nothing in common, to 1


@dataclass(frozen=True)
class Found:
    """One thing to rank: `title` and `text` are plain words, `rank` breaks ties between kinds (small first)."""

    kind: str
    title: str
    text: str
    href: str
    rank: int = 0


def words(query: str) -> list[str]:
    """The words looked for, each once, in lower case."""
    return list(dict.fromkeys(query[:LONGEST].casefold().split()))


def ranked(query: str, found: list[Found], limit: int = 40) -> list[Found]:
    """Best first; equally good ones by kind and by title, so that the same query gives the same page."""
    wanted = words(query)
    return sorted(found, key=lambda each: (-score(wanted, each), each.rank, each.title))[:limit]


def score(wanted: list[str], found: Found) -> int:
    title, text = found.title.casefold(), found.text.casefold()
    whole = " ".join(wanted)
    points = 30 if title == whole else 15 if title.startswith(whole) else 0
    for word in wanted:
        points += 8 * _is_word(word, title) + 4 * (word in title)
        points += 2 * _is_word(word, text) + min(text.count(word), 5)
    return points


def excerpt(query: str, text: str) -> list[tuple[str, bool]]:
    """The text around the first hit in pieces, each with whether it is one of the words looked for."""
    wanted = words(query)
    pattern = re.compile("|".join(map(re.escape, sorted(wanted, key=len, reverse=True))), re.IGNORECASE)
    first = pattern.search(text) if wanted else None
    middle = first.start() if first else 0
    begin = _word_start(text, middle - BEFORE)
    end = _word_start(text, begin + SHOWN) if begin + SHOWN < len(text) else len(text)
    shown = ("… " if begin else "") + text[begin:end].strip() + (" …" if end < len(text) else "")
    return _pieces(pattern, shown) if wanted else [(shown, False)]


def near(query: str, terms: Iterable[str], most: int = 4) -> list[str]:
    """The terms that a query with a slip of the pen may have meant, the nearest first: "forgat gate" → Forget gate."""
    whole = " ".join(words(query))
    likeness = {term: _likeness(whole, term.casefold()) for term in terms}
    return sorted((term for term in likeness if likeness[term] >= ALIKE), key=lambda term: (-likeness[term], term))[
        :most
    ]


def _likeness(query: str, term: str) -> float:
    """With the whole term, or with one of its words that is as good as all that was typed."""
    return max(SequenceMatcher(None, query, each).ratio() for each in (term, *term.split()))


def _pieces(pattern: re.Pattern[str], shown: str) -> list[tuple[str, bool]]:
    pieces, at = [], 0
    for hit in pattern.finditer(shown):
        pieces += [(shown[at : hit.start()], False), (hit[0], True)]
        at = hit.end()
    return [piece for piece in [*pieces, (shown[at:], False)] if piece[0]]


def _is_word(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _word_start(text: str, at: int) -> int:
    """The beginning of the first word at or after this place."""
    if at <= 0:
        return 0
    space = text.find(" ", at)
    return len(text) if space < 0 else space + 1
