from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from quizzes.catalog.panel import BLOCK, ContentAdmin, as_read, markup_form
from quizzes.flashcards.models import Card
from quizzes.flashcards.services import save_card


@admin.register(Card)
class CardAdmin(ContentAdmin):
    """Cards made from terms, mnemonics and questions follow their text until they are edited here.

    Learners' own cards are their own business and stay out.
    """

    form = markup_form(front=BLOCK, back=BLOCK)
    list_display = ("slug", "kind", as_read("front"), "learners", "is_published", "edited_at")
    list_filter = ("kind", "is_published")
    search_fields = ("slug", "front", "back")
    fields = ("slug", "is_published", "front", "back", "position")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Card]:
        return super().get_queryset(request).filter(owner=None).annotate(n_learners=Count("states"))

    @admin.display(ordering="n_learners")
    def learners(self, card: Any) -> int:
        return int(card.n_learners)

    def store(self, request: HttpRequest, obj: Card, form: Any) -> None:
        save_card(card=obj)
