"""The cards: what is due, one card after another, and undoing. Each view fetches, calls a service and shows."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes.accounts.middleware import find_learner
from quizzes.accounts.services import learner_of
from quizzes.errors import Conflict, NotFound, Refused
from quizzes.flashcards.pages import deck_page, review_page, said_of, said_of_undo
from quizzes.flashcards.queries import cards_of
from quizzes.flashcards.services import rate_card, undo_review
from quizzes.http import private, text_of, uuid_of

PAGE = "flashcards/review.html"


@private
@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    return render(request, "flashcards/cards.html", deck_page(find_learner(request), timezone.now()))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """GET: the next card, its answer only with `show`. POST: a rating, then the next card."""
    if request.method == "POST":
        return _rated(request)
    return _page(request, wanted=text_of(request.GET, "card"), is_shown="show" in request.GET)


@private
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Back to the card whose rating is taken back, its answer shown, as it was when it was rated."""
    user = find_learner(request)
    try:
        if user is None:
            raise NotFound("nothing_to_undo", "There is nothing to undo.", "Rate a card first.")
        undone = undo_review(user=user, now=timezone.now(), submission_id=uuid_of(request.POST, "submission_id"))
    except Conflict as error:
        return _page(request, refusal=error)
    slug = undone.card.slug
    if not _is_swap(request):
        return redirect(f"{reverse('card-review')}?card={slug}&show=1")
    return _page(request, wanted=slug, is_shown=True, said=said_of_undo())


def _rated(request: HttpRequest) -> HttpResponse:
    rating, submission_id = _rating(request), uuid_of(request.POST, "submission_id")
    card = get_object_or_404(cards_of(find_learner(request)), slug=text_of(request.POST, "card"))
    user = learner_of(request)
    try:
        review = rate_card(
            user=user,
            card=card,
            submission_id=submission_id,
            rating=rating,
            now=timezone.now(),
            seen=request.POST.get("seen"),
        )
    except Conflict as error:
        return _page(request, refusal=error)
    return _page(request, said=said_of(review)) if _is_swap(request) else redirect("card-review")


def _page(request: HttpRequest, *, refusal: Conflict | None = None, **shown: Any) -> HttpResponse:
    """The whole page, or for htmx its part. A refusal is told on the page itself, above the card that is due now."""
    context = review_page(find_learner(request), timezone.now(), **shown)
    context |= {"refusal": refusal, "submission_id": uuid4(), "undo_id": uuid4(), "is_swap": _is_swap(request)}
    template = f"{PAGE}#review" if _is_swap(request) else PAGE
    response = render(request, template, context, status=refusal.status if refusal else 200)
    if refusal and _is_swap(request):
        response["HX-Retarget"], response["HX-Reswap"] = "#review", "outerHTML"
    return response


def _is_swap(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _rating(request: HttpRequest) -> int:
    text = request.POST.get("rating", "")
    if text not in {"1", "2", "3", "4"}:
        raise Refused("rating_unknown", f"“{text[:20]}” is not a rating.", "Choose forgot, hard, good or easy.")
    return int(text)
