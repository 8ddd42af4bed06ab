"""Questions for authors: read one with its key, and edit it. Instructors only."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes.api.base import LearnerView, learner, read
from quizzes.errors import Forbidden, NotFound
from quizzes.items.models import Question
from quizzes.items.questions import Choice, Wording, edit_question, wording_of


class AuthoredChoiceSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="Markdown.")
    misconception = serializers.CharField(allow_blank=True, default="", help_text="Empty for the right option.")


class WordingSerializer(serializers.Serializer[Any]):
    stem = serializers.CharField(help_text="Markdown.")
    choices = AuthoredChoiceSerializer(many=True)
    explanation = serializers.CharField(help_text="Markdown.")


class AuthoredQuestionSerializer(WordingSerializer):
    slug = serializers.SlugField()
    version = serializers.IntegerField()


class AuthoredQuestion(LearnerView):
    permission_classes = (IsAdminUser,)

    @extend_schema(responses=AuthoredQuestionSerializer)
    def get(self, request: Request, slug: str) -> Response:
        _may(request, "quizzes.view_question")
        return Response(_authored(_question(slug)))

    @extend_schema(request=WordingSerializer, responses=AuthoredQuestionSerializer)
    def put(self, request: Request, slug: str) -> Response:
        """A changed wording becomes the next version; attempts keep the one they were asked."""
        _may(request, "quizzes.change_question")
        sent = read(request, WordingSerializer)
        choices = tuple(Choice(**choice) for choice in sent["choices"])
        wording = Wording(sent["stem"], choices, sent["explanation"])
        question = _question(slug)
        edit_question(question=question, wording=wording, edited_at=timezone.now(), made_by=learner(request))
        return Response(_authored(_question(slug)))


def _may(request: Request, right: str) -> None:
    if not learner(request).has_perm(right):
        raise Forbidden("permission_denied", "You may not do this.", "This needs an instructor's account.")


def _question(slug: str) -> Question:
    question = Question.objects.select_related("current").filter(slug=slug, current__isnull=False).first()
    if question is None:
        raise NotFound("question_unknown", f"There is no question {slug!r}.", "The panel lists all questions.")
    return question


def _authored(question: Question) -> dict[str, Any]:
    assert question.current is not None
    wording = wording_of(question.current)
    choices = [{"text": choice.text, "misconception": choice.misconception} for choice in wording.choices]
    return {
        "slug": question.slug,
        "version": question.current.number,
        "stem": wording.stem,
        "choices": choices,
        "explanation": wording.explanation,
    }
