"""Putting a line of a worked example on a card of one's own, and taking the card away."""

from __future__ import annotations

from hashlib import blake2b

from django.db import transaction
from django.template.loader import render_to_string

from quizzes.accounts.models import User
from quizzes.errors import Refused
from quizzes.flashcards.models import Card
from quizzes.flashcards.own.lines import Given, Line

MOST_OWN = 100
MINUS = "\N{MINUS SIGN}"


@transaction.atomic
def put_card(*, user: User, line: Line) -> tuple[Card, bool]:
    """The card of this line among the learner's own, and whether it was put there now.

    The same line of the same address is one card; taken away before, it comes back with its schedule. Raises Refused
    where the learner has MOST_OWN.
    """
    _lock(user)
    card = Card.objects.filter(slug=_slug(user, line)).first() or Card(slug=_slug(user, line), owner=user)
    if card.pk and card.is_published:
        return card, False
    _check_room(user)
    written(card, line).save()
    return card, True


@transaction.atomic
def take_card_away(*, user: User, card: Card) -> None:
    """The card is met no more. It can be put back; the one taken away before it goes for good if it was never met."""
    _lock(user)
    own = Card.objects.filter(owner=user)
    own.filter(is_published=False, reviews=None).exclude(pk=card.pk).delete()
    own.filter(pk=card.pk).update(is_published=False)


def written(card: Card, line: Line) -> Card:
    """The card with the line on it, not saved: so a preview shows what would be stored."""
    card.kind, card.example, card.is_published = Card.Kind.OWN, line.place, True
    card.front, card.back = _question(line), f"{line.quantity} = {line.substituted_text}"
    card.front_html = render_to_string("flashcards/own/_front.html", {"line": line})
    card.back_html = render_to_string("flashcards/own/_back.html", {"line": line})
    return card


def _lock(user: User) -> None:
    """Two tabs at once make one card, and none too many; and what one puts back, the other doesn't delete."""
    User.objects.select_for_update().get(pk=user.pk)


def _slug(user: User, line: Line) -> str:
    """One name for a learner and a line: the database keeps it unique."""
    return f"own-{blake2b(f'{user.pk} {line.place}'.encode(), digest_size=12).hexdigest()}"


def _check_room(user: User) -> None:
    if Card.objects.filter(owner=user, is_published=True).count() >= MOST_OWN:
        raise Refused(
            "too_many_cards",
            f"You have {MOST_OWN} cards of your own, and no more are kept.",
            "Take one away first.",
        )


def _question(line: Line) -> str:
    """The front as plain text: the question in its first line, then the equation and what is given."""
    unit = f" of unit {line.unit}" if line.unit else ""
    given = [f"{_named(each)} = {', '.join(each.digits)}".replace("-", MINUS) for each in line.given]
    return "\n".join([f"{line.where}: what is the {line.name}{unit}?", line.text, *given])


def _named(given: Given) -> str:
    return f"{given.name} ({given.part})" if given.part else given.name
