"""A learner's own cards: those on the deck, and those taken away."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from quizzes.accounts.models import User
from quizzes.flashcards.models import Card, CardState


def own_cards(user: User | None) -> QuerySet[Card]:
    """Newest first, each with where its owner stands with it."""
    stands = Prefetch("states", CardState.objects.visible_to(user))
    return all_own_cards(user).filter(is_published=True).order_by("-pk").prefetch_related(stands)


def all_own_cards(user: User | None) -> QuerySet[Card]:
    """Those that were taken away too: their reviews are kept, and they can be put back."""
    return Card.objects.visible_to(user).filter(owner__isnull=False)


def own_card_on(user: User | None, place: str) -> Card | None:
    return own_cards(user).filter(example=place).first()
