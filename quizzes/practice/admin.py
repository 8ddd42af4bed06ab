"""Quizzes can be edited; attempts and answers can only be looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from quizzes.catalog.panel import ContentAdmin
from quizzes.jobs.panel import ReadOnlyAdmin, ReadOnlyInline
from quizzes.practice.models import AnswerEvent, Attempt, Quiz, QuizQuestion
from quizzes.practice.quizzes.results import results_csv
from quizzes.practice.quizzes.services import arrange_quiz, save_quiz


class PlaceInline(admin.TabularInline):
    model = QuizQuestion
    autocomplete_fields = ("question",)
    extra = 1


@admin.register(Quiz)
class QuizAdmin(ContentAdmin):
    list_display = ("title", "position", "feedback", "minutes", "is_published", "edited_at")
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}
    inlines = (PlaceInline,)
    actions = ("results_as_csv",)

    def store(self, request: HttpRequest, obj: Quiz, form: Any) -> None:
        save_quiz(quiz=obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The rows in the order of their numbers, which may repeat or leave gaps, are what the quiz asks."""
        formset.save(commit=False)  # for the history's sake: it tells what was added, changed and taken out
        rows = [row.instance for row in formset.forms if row not in formset.deleted_forms and row.instance.question_id]
        rows.sort(key=lambda row: row.position)
        arrange_quiz(quiz=form.instance, questions=[row.question for row in rows])

    @admin.action(description="Results as CSV", permissions=["view"])
    def results_as_csv(self, request: HttpRequest, quizzes: QuerySet[Quiz]) -> HttpResponse | None:
        if len(quizzes) != 1:
            self.message_user(request, "Choose one quiz: each has a file of its own.", "warning")
            return None
        response = HttpResponse(results_csv(quizzes[0]), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{quizzes[0].slug}-results.csv"'
        return response


class EventInline(ReadOnlyInline):
    model = AnswerEvent
    fields = ("seq", "at", "place", "response", "outcome")
    readonly_fields = fields
    verbose_name_plural = "what was sent, in order"

    @admin.display(description="marked as")
    def outcome(self, event: AnswerEvent) -> str:
        steps = event.result.get("steps")
        if steps is None:
            return str(event.result.get("state", ""))
        return "; ".join(" ".join([step["name"], step["state"], *step["slips"]]) for step in steps)


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "user", "what", "state", "score", "finished_at")
    list_filter = ("state", "quiz", "variant__version__generator", "user__classrooms")
    list_select_related = ("user", "quiz", "variant__version__generator")
    search_fields = ("user__username",)
    date_hierarchy = "started_at"
    fields = ("user", "what", "state", "started_at", "deadline", "finished_at", "score")
    readonly_fields = fields
    inlines = (EventInline,)

    @admin.display(description="quiz or exercise")
    def what(self, attempt: Attempt) -> str:
        if attempt.quiz:
            return attempt.quiz.title
        return attempt.variant.version.generator.title if attempt.variant else ""

    @admin.display(description="right", ordering="right")
    def score(self, attempt: Attempt) -> str:
        return f"{attempt.right} of {attempt.asked}"
