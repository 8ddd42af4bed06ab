"""Lessons, glossary, mnemonics: public, read-only."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers

from quizzes.api.base import PublicDetail, PublicList
from quizzes.errors import NotFound
from quizzes.lessons.models import Depth, DialogueLine, GlossaryTerm, Lesson, Mnemonic, Section

DEPTH = OpenApiParameter("depth", str, enum=Depth.values, default=Depth.STANDARD)


class LessonSummarySerializer(serializers.ModelSerializer[Lesson]):
    class Meta:
        model = Lesson
        fields = ("slug", "title", "summary", "minutes", "position")


class SectionSerializer(serializers.ModelSerializer[Section]):
    sources = serializers.SlugRelatedField[Any](many=True, read_only=True, slug_field="slug")

    class Meta:
        model = Section
        fields = ("anchor", "title", "text", "html", "sources")


class DialogueLineSerializer(serializers.ModelSerializer[DialogueLine]):
    class Meta:
        model = DialogueLine
        fields = ("speaker", "text", "html")


class LessonSerializer(serializers.ModelSerializer[Lesson]):
    depth = serializers.SerializerMethodField()
    sections = serializers.SerializerMethodField()
    dialogue = DialogueLineSerializer(many=True, read_only=True)

    class Meta:
        model = Lesson
        fields = (
            "slug",
            "title",
            "summary",
            "minutes",
            "position",
            "depth",
            "sections",
            "dialogue",
            "generators",
            "quizzes",
        )

    def get_depth(self, lesson: Lesson) -> str:
        return str(self.context["depth"])

    @extend_schema_field(SectionSerializer(many=True))
    def get_sections(self, lesson: Lesson) -> Any:
        return SectionSerializer(self.context["sections"], many=True).data


class TermSerializer(serializers.ModelSerializer[GlossaryTerm]):
    sources = serializers.SlugRelatedField[Any](many=True, read_only=True, slug_field="slug")

    class Meta:
        model = GlossaryTerm
        fields = ("slug", "term", "letter", "definition", "definition_html", "note", "note_html", "sources")


class MnemonicSerializer(serializers.ModelSerializer[Mnemonic]):
    class Meta:
        model = Mnemonic
        fields = ("slug", "kind", "title", "text", "text_html", "meaning", "meaning_html")


class LessonList(PublicList):
    serializer_class = LessonSummarySerializer

    def get_queryset(self) -> QuerySet[Lesson]:
        return Lesson.objects.visible_to(self.request.user)


@extend_schema(parameters=[DEPTH])
class LessonDetail(PublicDetail):
    serializer_class = LessonSerializer

    def get_queryset(self) -> QuerySet[Lesson]:
        return Lesson.objects.visible_to(self.request.user).prefetch_related("dialogue")

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if getattr(self, "swagger_fake_view", False):
            return context
        depth = self.request.query_params.get("depth", Depth.STANDARD)
        if depth not in Depth.values:
            raise NotFound("depth_unknown", f"There is no depth {depth!r}.", "Ask for basic, standard or detailed.")
        sections = Section.objects.filter(lesson__slug=self.kwargs["slug"], depth=depth).prefetch_related("sources")
        return {**context, "depth": depth, "sections": sections}


class TermList(PublicList):
    serializer_class = TermSerializer

    def get_queryset(self) -> QuerySet[GlossaryTerm]:
        return GlossaryTerm.objects.visible_to(self.request.user).prefetch_related("sources")


class TermDetail(PublicDetail):
    serializer_class = TermSerializer

    def get_queryset(self) -> QuerySet[GlossaryTerm]:
        return GlossaryTerm.objects.visible_to(self.request.user).prefetch_related("sources")


class MnemonicList(PublicList):
    serializer_class = MnemonicSerializer

    def get_queryset(self) -> QuerySet[Mnemonic]:
        rows = Mnemonic.objects.visible_to(self.request.user)
        kind = self.request.query_params.get("kind")
        return rows.filter(kind=kind) if kind else rows
