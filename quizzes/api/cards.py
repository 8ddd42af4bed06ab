"""Flashcards: what is due, rate one, undo."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes.api.base import LearnerView, learner, read
from quizzes.api.fields import SubmissionId, WholeNumber
from quizzes.errors import NotFound
from quizzes.flashcards import queries, scheduling
from quizzes.flashcards.models import Card, Review
from quizzes.flashcards.services import rate_card, undo_review


class CardSerializer(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    kind = serializers.CharField()
    front_html = serializers.CharField()
    back_html = serializers.CharField()
    seen = serializers.CharField(help_text="Send it back with the rating: it names the schedule you were shown.")
    intervals = serializers.DictField(child=serializers.FloatField(), help_text="rating → seconds until it is due")


class DueSerializer(serializers.Serializer[Any]):
    new = serializers.IntegerField()
    again = serializers.IntegerField()
    due = serializers.IntegerField()
    next_due = serializers.DateTimeField(allow_null=True)
    card = CardSerializer(allow_null=True)


class RatingSerializer(serializers.Serializer[Any]):
    submission_id = SubmissionId()
    rating = WholeNumber(min_value=1, max_value=4, help_text="1 forgot, 2 hard, 3 good, 4 easy")
    seen = serializers.CharField(required=False)


class UndoSerializer(serializers.Serializer[Any]):
    submission_id = SubmissionId()


class ReviewSerializer(serializers.Serializer[Any]):
    review = serializers.IntegerField()
    card = serializers.SlugField()
    rating = serializers.IntegerField(allow_null=True)
    undoes = serializers.IntegerField(allow_null=True)
    state = serializers.DictField(allow_null=True, help_text="the schedule that holds now; null: the card is new")
    at = serializers.DateTimeField()


class Due(LearnerView):
    @extend_schema(responses=DueSerializer)
    def get(self, request: Request) -> Response:
        """How much is due, and the card to review next with what each rating would do."""
        user, now = learner(request), timezone.now()
        deck = queries.deck(user, now)
        counts = {"new": deck.counts.new, "again": deck.counts.again, "due": deck.counts.due}
        card = _card(deck.card, deck.schedule, now) if deck.card else None
        return Response({**counts, "next_due": queries.next_due(user, now), "card": card})


class Reviews(LearnerView):
    @extend_schema(request=RatingSerializer, responses=ReviewSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Rate a card; the review is stored before this reply."""
        user = learner(request)
        card = queries.cards_of(user).filter(slug=slug).first()
        if card is None:
            raise NotFound("card_unknown", "There is no such card.", "Ask for /api/v1/cards/due/.")
        return Response(_review(rate_card(user=user, card=card, now=timezone.now(), **read(request, RatingSerializer))))


class Undo(LearnerView):
    @extend_schema(request=UndoSerializer, responses=ReviewSerializer)
    def post(self, request: Request) -> Response:
        """Take back the last rating of this session."""
        return Response(
            _review(undo_review(user=learner(request), now=timezone.now(), **read(request, UndoSerializer)))
        )


def _card(card: Card, schedule: scheduling.Schedule | None, now: datetime) -> dict[str, Any]:
    intervals = scheduling.intervals(schedule, now)
    return {
        "slug": card.slug,
        "kind": card.kind,
        "front_html": card.front_html,
        "back_html": card.back_html,
        "seen": scheduling.fingerprint(schedule, now),
        "intervals": {str(rating): interval.total_seconds() for rating, interval in intervals.items()},
    }


def _review(review: Review) -> dict[str, Any]:
    return {
        "review": review.pk,
        "card": review.card.slug,
        "rating": review.rating,
        "undoes": review.undoes_id,
        "state": review.after,
        "at": review.at,
    }
