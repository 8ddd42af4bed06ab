from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from quizzes.catalog.models import Erratum, KnowledgeComponent, Misconception, Source


class ContentAdmin(admin.ModelAdmin):
    """Content made in the panel belongs to the one course, and is kept when the course pack is loaded again."""

    list_filter: Any = ("is_published",)
    exclude = ("course",)

    def mark_edited(self, obj: Any) -> None:
        obj.edited_at = timezone.now()


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ("authors", "year", "title", "venue")
    search_fields = ("authors", "title")


@admin.register(KnowledgeComponent)
class KnowledgeComponentAdmin(admin.ModelAdmin):
    list_display = ("slug", "title")
    search_fields = ("slug", "title")
    filter_horizontal = ("prerequisites",)


@admin.register(Misconception)
class MisconceptionAdmin(admin.ModelAdmin):
    list_display = ("slug", "title", "kind", "evaluates")
    list_filter = ("kind",)
    search_fields = ("slug", "title", "correction")


@admin.register(Erratum)
class ErratumAdmin(admin.ModelAdmin):
    list_display = ("number", "page", "severity", "claim", "correction")
    list_filter = ("severity", "page")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
