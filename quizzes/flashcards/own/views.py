"""A learner's own cards: the list of them, putting a line of a worked example on one, and taking one away.

The example's page is public and writes nothing; it links to the page here, which shows the card first. The address says
what goes on the card, for GET and POST alike.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes.accounts.middleware import find_learner
from quizzes.accounts.services import learner_of
from quizzes.errors import Refused
from quizzes.flashcards.models import Card
from quizzes.flashcards.own import queries
from quizzes.flashcards.own.lines import Line, line_of, place_of, read_line, where
from quizzes.flashcards.own.services import MOST_OWN, put_card, take_card_away, written
from quizzes.flashcards.queries import NEW_A_DAY
from quizzes.http import private, text_of
from quizzes.lessons.examples.address import Example
from quizzes.lessons.examples.quantities import name_of

SECTION = {"section": "cards"}


@private
@require_safe
def own_cards(request: HttpRequest) -> HttpResponse:
    """All of them, each with where it stands. `away` names the one just taken away, which can be put back."""
    learner, now = find_learner(request), timezone.now()
    away = queries.all_own_cards(learner).filter(is_published=False, slug=text_of(request.GET, "away")).first()
    rows = [_row(card, now) for card in queries.own_cards(learner)]
    context = {"rows": rows, "most": MOST_OWN, "new_a_day": NEW_A_DAY, "away": away}
    return render(request, "flashcards/own/cards.html", SECTION | context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def own_card_new(request: HttpRequest, cell: str) -> HttpResponse:
    """GET: the card as it would be, or the lines to choose from. POST: puts it among the learner's own."""
    example = read_line(cell, dict(request.GET.lists()))
    if request.method != "POST" and not example.line:
        return _choice(request, example)
    line = line_of(example)
    return _put(request, line) if request.method == "POST" else _preview(request, line)


@private
@require_POST
def own_card_away(request: HttpRequest, slug: str) -> HttpResponse:
    learner = find_learner(request)
    card = get_object_or_404(queries.all_own_cards(learner), slug=slug)
    assert learner is not None  # a card was his
    take_card_away(user=learner, card=card)
    return redirect(f"{reverse('own-cards')}?away={card.slug}")


def _put(request: HttpRequest, line: Line) -> HttpResponse:
    try:
        card, is_new = put_card(user=learner_of(request), line=line)
    except Refused as error:
        return _preview(request, line, error)
    messages.success(request, f"{'Put on a card' if is_new else 'You had this card already'}: {card.title}")
    return redirect("own-cards")


def _preview(request: HttpRequest, line: Line, refusal: Refused | None = None) -> HttpResponse:
    had = queries.own_card_on(find_learner(request), line.place)
    context = {"place": line.place, "line": line, "card": written(Card(), line), "had": had, "refusal": refusal}
    status = refusal.status if refusal else 200
    return render(request, "flashcards/own/new.html", SECTION | context, status=status)


def _choice(request: HttpRequest, example: Example) -> HttpResponse:
    """The lines of the step, each a button of one form that carries the rest of the address."""
    place = place_of(example)
    pairs = parse_qsl(place.partition("?")[2])
    lines = [{"quantity": name, "name": name_of(name)} for name in example.declared.equations]
    context = {"where": where(example), "place": place, "pairs": pairs, "lines": lines}
    return render(request, "flashcards/own/choice.html", SECTION | context)


def _row(card: Card, now: datetime) -> dict[str, Any]:
    state = next(iter(card.states.all()), None)  # its owner's: nobody else can have rated it
    return {"card": card, "wait": state.due - now if state else None, "is_due": bool(state and state.due <= now)}
