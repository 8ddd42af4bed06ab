from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from quizzes.catalog.panel import BLOCK, INLINE, ContentAdmin, as_read, markup_form
from quizzes.lessons import services
from quizzes.lessons.models import Bet, DialogueLine, GlossaryTerm, Lesson, Mnemonic, Section


class SectionInline(admin.StackedInline):
    model = Section
    form = markup_form(text=BLOCK)
    fields = (("depth", "anchor", "position"), "title", "text")
    extra = 0


class BetInline(admin.StackedInline):
    model = Bet
    form = markup_form(prompt=INLINE, reveal=BLOCK)
    fields = (("anchor", "answer", "tolerance"), "prompt", "reveal")
    extra = 0


class DialogueInline(admin.TabularInline):
    model = DialogueLine
    form = markup_form(text=BLOCK)
    fields = ("position", "speaker", "text")
    extra = 0


@admin.register(Lesson)
class LessonAdmin(ContentAdmin):
    list_display = ("title", "position", "minutes", "is_published", "edited_at")
    list_filter = ("is_published",)
    search_fields = ("title", "summary", "sections__text")
    prepopulated_fields = {"slug": ("title",)}
    filter_horizontal = ("components",)
    inlines = (SectionInline, BetInline, DialogueInline)

    def store(self, request: HttpRequest, obj: Lesson, form: Any) -> None:
        services.save_lesson(lesson=obj, components=form.cleaned_data["components"])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Sections, bets and lines go through the services, which render them."""
        now = timezone.now()
        for row in formset.save(commit=False):
            if isinstance(row, Section):
                services.save_section(section=row, edited_at=now)
            elif isinstance(row, Bet):
                services.save_bet(bet=row, edited_at=now)
            else:
                services.save_line(line=row, edited_at=now)
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(ContentAdmin):
    form = markup_form(definition=INLINE, note=BLOCK)
    feeds_cards = True
    list_display = ("term", "letter", as_read("definition"), "is_published", "edited_at")
    list_filter = ("is_published",)
    search_fields = ("term", "definition", "note")
    prepopulated_fields = {"slug": ("term",)}
    filter_horizontal = ("sources",)

    def store(self, request: HttpRequest, obj: GlossaryTerm, form: Any) -> None:
        services.save_term(term=obj, sources=form.cleaned_data["sources"])


@admin.register(Mnemonic)
class MnemonicAdmin(ContentAdmin):
    form = markup_form(text=BLOCK, meaning=BLOCK)
    feeds_cards = True
    list_display = ("title", "kind", as_read("text"), "is_published", "edited_at")
    list_filter = ("kind", "is_published")
    search_fields = ("title", "text", "meaning")
    prepopulated_fields = {"slug": ("title",)}
    filter_horizontal = ("components",)

    def store(self, request: HttpRequest, obj: Mnemonic, form: Any) -> None:
        services.save_mnemonic(mnemonic=obj, components=form.cleaned_data["components"])
