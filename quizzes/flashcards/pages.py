"""What the card pages show: counts, buttons with their intervals, and the sentences around them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from quizzes.accounts.models import User
from quizzes.flashcards.models import Card, Review
from quizzes.flashcards.queries import NEW_A_DAY, Deck, deck, deck_sizes, load_by_day, next_due
from quizzes.flashcards.replay import seconds_a_card
from quizzes.flashcards.scheduling import Schedule, fingerprint, interval_text, intervals

RATINGS = {1: "Forgot", 2: "Hard", 3: "Good", 4: "Easy"}
PROMPTS = {
    "term": "Glossary: say what it means",
    "mnemonic": "Mnemonic: say it",
    "question": "Question: answer it before you look",
    "own": "Say the answer",
}
LEARNERS_OWN = "A card of your own: work it out"


def deck_page(user: User | None, now: datetime) -> dict[str, Any]:
    """The page before a review: what is due, how long it takes, and when the next card comes if nothing is."""
    found = deck(user, now)
    sizes = deck_sizes(user)
    return {
        "section": "cards",
        "counts": found.counts,
        "new_a_day": NEW_A_DAY,
        "seconds": found.counts.total * seconds_a_card(found.session.reviews),
        "session": found.session,
        "sizes": sizes,
        "in_all": sum(sizes.values()),
        **_waiting(user, now, found),
    }


def review_page(
    user: User | None, now: datetime, *, wanted: str = "", is_shown: bool = False, said: str = ""
) -> dict[str, Any]:
    """One card, or the finish. The answer is left out until it is shown, and only of the card that was asked for."""
    found = deck(user, now, wanted=wanted)
    context = {
        "section": "cards",
        "counts": found.counts,
        "new_a_day": NEW_A_DAY,
        "number": len(found.session.reviews) + 1,
        "session": found.session,
        "said": said,
        **_waiting(user, now, found),
    }
    if found.card is None:
        return context
    is_shown = is_shown and found.card.slug == wanted
    is_own = found.card.owner_id is not None
    prompt = LEARNERS_OWN if is_own else PROMPTS[found.card.kind]
    context |= {"slug": found.card.slug, "front": found.card.front_html, "prompt": prompt, "is_own": is_own}
    return context | (_answer(found.card, found.schedule, now) if is_shown else {})


def said_of(review: Review) -> str:
    """What a rating did: "Good: this card comes back in 4 days."."""
    assert review.rating is not None and review.after is not None
    interval = Schedule.from_json(review.after).due - review.at
    return f"{RATINGS[review.rating]}: this card comes back in {interval_text(interval)}."


def said_of_undo() -> str:
    return "Undone: the card’s schedule is what it was before the rating."


def _answer(card: Card, schedule: Schedule | None, now: datetime) -> dict[str, Any]:
    waits = intervals(schedule, now)
    ratings = [
        {
            "value": value,
            "label": label,
            "wait": interval_text(waits[value]),
            "key": str(value),
            "keys": f"{value} Space" if value == 3 else str(value),
            "primary": value == 3,
        }
        for value, label in RATINGS.items()
    ]
    return {
        "back": card.back_html,
        "ratings": ratings,
        "seen": fingerprint(schedule, now),
    }


def _waiting(user: User | None, now: datetime, found: Deck) -> dict[str, Any]:
    """Asked only when nothing is due now: when the next card comes, and how many tomorrow."""
    if found.card is not None:
        return {}
    due = next_due(user, now)
    return {
        "next_due": due,
        "next_wait": due - now if due else None,
        "is_today": due is not None and due.date() == now.date(),
        "tomorrow": load_by_day(user, now, days=2)[1][1],
    }
