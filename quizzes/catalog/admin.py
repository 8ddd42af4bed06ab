"""The catalogue's pages of the panel."""

from __future__ import annotations

from django.contrib import admin

from quizzes.catalog.models import Erratum, KnowledgeComponent, Misconception, Source
from quizzes.jobs.panel import ReadOnlyAdmin


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
class ErratumAdmin(ReadOnlyAdmin):
    list_display = ("number", "page", "severity", "claim", "correction")
    list_filter = ("severity", "page")
