"""Quizzes: list, start or go on, answer, finish, results. A key comes only with what may be told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes.api.base import LearnerView, NothingSerializer, PublicDetail, PublicList, learner, read
from quizzes.api.fields import LARGEST_SEQ, SubmissionId, WholeNumber
from quizzes.practice.models import AnswerEvent, Attempt, Quiz
from quizzes.practice.quizzes import queries, services
from quizzes.practice.quizzes.results import results_of


class QuizSerializer(serializers.ModelSerializer[Quiz]):
    question_count = serializers.IntegerField()

    class Meta:
        model = Quiz
        fields = ("slug", "title", "intro", "minutes", "time_limit_minutes", "feedback", "question_count")


class ChoiceSerializer(serializers.Serializer[Any]):
    choice = serializers.IntegerField(help_text="Counts from 1, in this attempt's own order.")
    html = serializers.CharField()


class FeedbackSerializer(serializers.Serializer[Any]):
    is_right = serializers.BooleanField()
    right_choice = serializers.IntegerField()
    explanation_html = serializers.CharField()
    misconception = serializers.CharField(allow_null=True, help_text="catalogue id")
    correction = serializers.CharField(allow_null=True)
    sources = serializers.ListField(child=serializers.CharField())


class PlaceSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    question = serializers.SlugField()
    stem_html = serializers.CharField()
    choices = ChoiceSerializer(many=True)
    chosen = serializers.IntegerField(allow_null=True)
    feedback = FeedbackSerializer(allow_null=True, help_text="null until it may be told")


class AttemptSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    quiz = serializers.SlugField()
    state = serializers.CharField()
    next_seq = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    deadline = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    asked = serializers.IntegerField()
    right = serializers.IntegerField(allow_null=True, help_text="null until the attempt is finished")
    questions = PlaceSerializer(many=True)


class AnswerSerializer(serializers.Serializer[Any]):
    submission_id = SubmissionId(help_text="Made by you; the same one again returns the stored event.")
    seq = WholeNumber(min_value=1, max_value=LARGEST_SEQ)
    position = WholeNumber(min_value=1, max_value=LARGEST_SEQ)
    choice = WholeNumber(min_value=1, max_value=LARGEST_SEQ)


class EventSerializer(serializers.Serializer[Any]):
    event = serializers.IntegerField()
    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    state = serializers.CharField(help_text="right, wrong, or answered where feedback waits for the end")
    question = PlaceSerializer()


class CauseSerializer(serializers.Serializer[Any]):
    misconception = serializers.CharField()
    title = serializers.CharField()
    correction = serializers.CharField()
    positions = serializers.ListField(child=serializers.IntegerField())


class ResultsSerializer(AttemptSerializer):
    sentence = serializers.CharField()
    causes = CauseSerializer(many=True)


class QuizList(PublicList):
    serializer_class = QuizSerializer

    def get_queryset(self) -> Any:
        return queries.quizzes().order_by("position", "slug")


class QuizDetail(PublicDetail):
    serializer_class = QuizSerializer

    def get_queryset(self) -> Any:
        return queries.quizzes()


class Attempts(LearnerView):
    @extend_schema(request=None, responses={201: AttemptSerializer, 200: AttemptSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Start an attempt, or go on with the open one."""
        user, now = learner(request), timezone.now()
        read(request, NothingSerializer)
        attempt = services.start_attempt(user=user, quiz=queries.quiz(slug, user), now=now)
        is_new = attempt.last_seq == 0 and attempt.started_at == now
        return Response(_attempt(attempt, slug), status=201 if is_new else 200)


class AttemptDetail(LearnerView):
    @extend_schema(responses=AttemptSerializer)
    def get(self, request: Request, attempt_id: UUID) -> Response:
        attempt = queries.own_attempt(learner(request), attempt_id)
        return Response(_attempt(attempt, _slug(attempt)))


class AttemptAnswers(LearnerView):
    @extend_schema(request=AnswerSerializer, responses=EventSerializer)
    def post(self, request: Request, attempt_id: UUID) -> Response:
        """Store an answer; the event is committed before this reply."""
        user = learner(request)
        sent = read(request, AnswerSerializer)
        event = services.answer_question(user=user, attempt_id=attempt_id, now=timezone.now(), **sent)
        return Response(_event(event))


class AttemptFinish(LearnerView):
    @extend_schema(request=None, responses=ResultsSerializer)
    def post(self, request: Request, attempt_id: UUID) -> Response:
        """Close the attempt and see the results, by cause. Doing it again changes nothing."""
        user = learner(request)
        read(request, NothingSerializer)
        attempt = services.finish_attempt(user=user, attempt_id=attempt_id, now=timezone.now())
        results = results_of(attempt, user)
        causes = [
            {
                "misconception": cause.misconception.slug,
                "title": cause.misconception.title,
                "correction": cause.misconception.correction,
                "positions": cause.positions,
            }
            for cause in results.causes
        ]
        told = _attempt(attempt, _slug(attempt), results.questions)
        return Response({**told, "sentence": results.sentence, "causes": causes})


def _slug(attempt: Attempt) -> str:
    assert attempt.quiz is not None
    return attempt.quiz.slug


def _attempt(attempt: Attempt, slug: str, shown: list[queries.Shown] | None = None) -> dict[str, Any]:
    shown = queries.shown_questions(attempt) if shown is None else shown
    return {
        "id": str(attempt.pk),
        "quiz": slug,
        "state": attempt.state,
        "next_seq": attempt.last_seq + 1,
        "started_at": attempt.started_at,
        "deadline": attempt.deadline,
        "finished_at": attempt.finished_at,
        "asked": attempt.asked,
        "right": None if attempt.is_open else attempt.right,
        "questions": [_place(question) for question in shown],
    }


def _place(shown: queries.Shown) -> dict[str, Any]:
    return {
        "position": shown.position,
        "question": shown.slug,
        "stem_html": shown.stem,
        "choices": [{"choice": choice.value, "html": choice.text} for choice in shown.choices],
        "chosen": shown.chosen,
        "feedback": _feedback(shown),
    }


def _feedback(shown: queries.Shown) -> dict[str, Any] | None:
    told = shown.feedback
    if told is None:
        return None
    return {
        "is_right": told.is_right,
        "right_choice": shown.right,
        "explanation_html": told.explanation_html,
        "misconception": told.misconception.slug if told.misconception else None,
        "correction": told.misconception.correction if told.misconception else None,
        "sources": [str(source) for source in told.sources],
    }


def _event(event: AnswerEvent) -> dict[str, Any]:
    return {
        "event": event.pk,
        "seq": event.seq,
        "at": event.at,
        "state": event.result["state"],
        "question": _place(queries.shown_answer(event)),
    }
