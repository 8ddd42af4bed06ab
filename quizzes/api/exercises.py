"""Exercises: list them, take a variant, send answers, ask for the solution."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes.accounts.models import User
from quizzes.api.base import LearnerView, NothingSerializer, PublicList, learner, read
from quizzes.api.fields import LARGEST_SEQ, AnswersJson, SubmissionId, WholeNumber
from quizzes.items.kinds.base import Kind, Worked
from quizzes.items.models import Generator
from quizzes.practice.exercises import queries
from quizzes.practice.exercises.services import record, release_solution
from quizzes.practice.exercises.taking import take
from quizzes.practice.models import AnswerEvent


class GeneratorSerializer(serializers.ModelSerializer[Generator]):
    cell = serializers.CharField(source="current.specification.cell")
    convention = serializers.CharField(source="current.specification.convention")
    format = serializers.SerializerMethodField()
    asked = serializers.SerializerMethodField()

    class Meta:
        model = Generator
        fields = ("slug", "title", "summary", "level", "cell", "convention", "format", "asked")

    def get_format(self, generator: Generator) -> str:
        specification = generator.current.specification if generator.current else {}
        return str(specification.get("format", "fill_all"))

    def get_asked(self, generator: Generator) -> list[str]:
        return list(queries.asked_by(generator))


class TakeSerializer(serializers.Serializer[Any]):
    seed = WholeNumber(min_value=0, max_value=2**62, required=False)
    fade = serializers.BooleanField(default=False, help_text="The first takings with all steps worked but one or two.")


class OptionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField()


class AskedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    step = serializers.IntegerField(allow_null=True)
    shape = serializers.ListField(child=serializers.IntegerField(), help_text="[] for an answer written as a whole")
    options = OptionSerializer(many=True, required=False, help_text="only where one chooses")


class TakingSerializer(serializers.Serializer[Any]):
    """What is given and asked. No key, no slip, no certificate."""

    id = serializers.UUIDField()
    generator = serializers.SlugField()
    version = serializers.IntegerField()
    seed = serializers.IntegerField()
    cell = serializers.CharField()
    convention = serializers.CharField()
    format = serializers.CharField()
    decimals = serializers.IntegerField()
    tolerance = serializers.FloatField()
    given = serializers.DictField(help_text="name → number, string or nested list")
    asked = AskedSerializer(many=True)


class AnswersSerializer(serializers.Serializer[Any]):
    submission_id = SubmissionId(help_text="Made by you; the same one again returns the stored event.")
    seq = WholeNumber(min_value=1, max_value=LARGEST_SEQ, help_text="1 for the first answer, then one more each time.")
    answers = serializers.DictField(
        help_text='"f@1" → numbers, strings as typed or option ids, in the shape asked; a single entry may be bare. '
        "Of a step left out, what was sent before still counts; one sent blank no longer does."
    )
    meant = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text='answers the question of an alias or a pair: "c@1" → the slip meant',
    )


class StepSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    state = serializers.CharField()
    slips = serializers.ListField(child=serializers.CharField())
    read_as = serializers.ListField(help_text="what was read, in the shape asked for")
    message = serializers.CharField()


class MarkedSerializer(serializers.Serializer[Any]):
    event = serializers.IntegerField()
    seq = serializers.IntegerField()
    steps = StepSerializer(many=True)
    complete = serializers.BooleanField(help_text="every asked step is right, those left out as they were sent before")


class SolutionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    exact = serializers.DictField(help_text='"f@1" → what a careful learner writes down')
    full = serializers.DictField(help_text='"f@1" → at full precision')
    steps = serializers.ListField(help_text="each step: name, formula, the formula with numbers put in, values")


class ExerciseList(PublicList):
    serializer_class = GeneratorSerializer

    def get_queryset(self) -> Any:
        return queries.generators_for(self.request.user if isinstance(self.request.user, User) else None)


class Variants(LearnerView):
    @extend_schema(request=TakeSerializer, responses={201: TakingSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Take a variant: numbers nobody else gets. `id` names this taking."""
        user = learner(request)
        generator = queries.generator_by_slug(user, slug)
        attempt = take(user=user, generator=generator, now=timezone.now(), **read(request, TakeSerializer))
        return Response(queries.payload(queries.taking(user, attempt.pk)), status=201)


class Taken(LearnerView):
    @extend_schema(responses=TakingSerializer)
    def get(self, request: Request, attempt_id: UUID) -> Response:
        return Response(queries.payload(queries.taking(learner(request), attempt_id)))


class Answers(LearnerView):
    parser_classes = (AnswersJson,)

    @extend_schema(request=AnswersSerializer, responses=MarkedSerializer)
    def post(self, request: Request, attempt_id: UUID) -> Response:
        """Mark the steps sent; the event is stored before this reply."""
        sent = read(request, AnswersSerializer)
        event = record(user=learner(request), attempt_id=attempt_id, now=timezone.now(), **sent)
        return Response(marked(event))


class Solution(LearnerView):
    @extend_schema(request=None, responses=SolutionSerializer)
    def post(self, request: Request, attempt_id: UUID) -> Response:
        """End the taking and see the key with its worked steps."""
        user = learner(request)
        read(request, NothingSerializer)
        release_solution(user=user, attempt_id=attempt_id, now=timezone.now())
        taking = queries.taking(user, attempt_id)
        key = queries.released_key(taking)
        steps = [worked_step(each) for each in queries.worked_steps(taking)]
        kind = taking.kind
        exact, full = ({name: kind.as_told(said[name]) for name in kind.asked} for said in (key.exact, key.full))
        return Response({"id": str(attempt_id), "exact": exact, "full": full, "steps": steps})


def worked_step(line: Worked) -> dict[str, Any]:
    names = ("name", "asked", "formula", "put_in", "values")
    return {name: getattr(line, name) for name in names}


def marked(event: AnswerEvent) -> dict[str, Any]:
    kind = queries.taking_of(event).kind
    steps = [_step(step, kind) for step in event.result["steps"]]
    return {"event": event.pk, "seq": event.seq, "steps": steps, "complete": event.result["complete"]}


def _step(step: dict[str, Any], kind: Kind) -> dict[str, Any]:
    told = {name: step[name] for name in ("name", "state", "slips", "read_as", "message")}
    return told | {"read_as": in_shape(kind.as_told(step["read_as"]), kind.shape(step["name"]))}


def in_shape(entries: list[Any], shape: tuple[int, ...]) -> list[Any]:
    """The entries of a matrix by its rows; a vector, and what is written as a whole, in a row."""
    if len(shape) < 2:
        return entries
    width = shape[1]
    return [entries[start : start + width] for start in range(0, len(entries), width)]
