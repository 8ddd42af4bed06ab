"""Questions, generators and variants in the panel."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from quizzes.catalog.panel import ContentAdmin, editor
from quizzes.catalog.rendering import stored_html
from quizzes.errors import StudyError
from quizzes.items.forms import NUMBERS, QuestionForm
from quizzes.items.generation import generate_variants
from quizzes.items.generators import check_specification, is_changed, next_number, save_generator, stream_of
from quizzes.items.models import Generator, Question, QuestionVersion, Variant
from quizzes.items.publishing import check_green
from quizzes.items.questions import save_question
from quizzes.items.specification import Specification
from quizzes.jobs.panel import ReadOnlyAdmin, ReadOnlyInline


class VersionInline(ReadOnlyInline):
    """The history of a question: what was asked, from when, and by whom it was changed."""

    model = QuestionVersion
    fields = ("number", "asked", "made_at", "made_by")
    readonly_fields = fields
    verbose_name_plural = "versions, the current one first"

    @admin.display(description="question")
    def asked(self, version: QuestionVersion) -> SafeString:
        return stored_html(version.stem_html)


@admin.register(Question)
class QuestionAdmin(ContentAdmin):
    form = QuestionForm
    feeds_cards = True
    list_display = ("slug", "text", "version", "is_published", "edited_at")
    list_filter = ("is_published", "components")
    list_select_related = ("current",)
    search_fields = ("slug", "current__stem")
    filter_horizontal = ("components", "sources")
    inlines = (VersionInline,)
    fieldsets = (
        (None, {"fields": (("slug", "is_published"), "stem")}),
        (
            "Options",
            {
                "fields": tuple((f"text_{n}", f"misconception_{n}") for n in NUMBERS),
                "description": "Exactly one option is right; every other names the misconception behind it.",
            },
        ),
        (None, {"fields": ("explanation", "components", "sources")}),
    )

    @admin.display(description="question")
    def text(self, question: Question) -> SafeString:
        return stored_html(question.current.stem_html if question.current else "")

    @admin.display(description="version")
    def version(self, question: Question) -> int | None:
        return question.current.number if question.current else None

    def store(self, request: HttpRequest, obj: Question, form: QuestionForm) -> None:
        """A changed wording becomes the next version; attempts keep the one they were asked."""
        save_question(question=obj, made_by=editor(request), **form.content())

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The declared fields of options are made in the form's __init__, so Django may not look for them."""
        kwargs["fields"] = [name for name in QuestionForm.Meta.fields if not (change and name == "slug")]
        return super().get_form(request, obj, change=change, **kwargs)


class ReadableJSON(forms.JSONField):
    """JSON as a person edits it: one entry a line."""

    def prepare_value(self, value: Any) -> Any:
        is_typed = isinstance(value, str)
        return super().prepare_value(value) if is_typed else json.dumps(value, indent=2, ensure_ascii=False)


class GeneratorForm(forms.ModelForm):
    specification = ReadableJSON(
        widget=forms.Textarea(attrs={"rows": 32, "cols": 90, "spellcheck": "false"}),
        help_text="What is drawn, given, asked (quantity@step) and claimed (catalogue ids, by quantity); must_show are "
        "the slips that every variant must be able to name. A change makes the next version, after 200 trial draws.",
    )

    class Meta:
        model = Generator
        fields = ("slug", "title", "summary", "position", "level", "low_water", "components", "is_published")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial["is_published"] = False  # first its bench, then its learners
        if self.instance.pk and self.instance.current:
            self.initial["specification"] = self.instance.current.specification

    def clean_specification(self) -> Any:
        specification = self.cleaned_data["specification"]
        if not is_changed(self.instance, specification):
            return specification
        try:
            check_specification(specification, self._stream(specification))
        except StudyError as error:
            raise forms.ValidationError(f"{error.message} {error.hint}") from error
        return specification

    def clean(self) -> dict[str, Any]:
        """Only what is green is published; what can't be read at all is told beside the specification."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("is_published") and "specification" in cleaned:
            try:
                check_green(cleaned["specification"], self._stream(cleaned["specification"]))
            except StudyError as error:
                self.add_error("is_published", f"{error.message} {error.hint}")
        return cleaned

    def _stream(self, specification: Any) -> str:
        """Of the version that this form will save, or of the one it leaves as it is."""
        slug, current = self.cleaned_data.get("slug") or self.instance.slug, self.instance.current
        is_next = current is None or is_changed(self.instance, specification)
        return stream_of(slug, next_number(self.instance) if current is None or is_next else current.number)


@admin.register(Generator)
class GeneratorAdmin(ContentAdmin):
    form = GeneratorForm
    change_form_template = "panel/bench_change_form.html"
    list_display = ("title", "level", "version", "in_pool", "taken", "withdrawn", "is_published", "bench")
    list_select_related = ("current",)
    filter_horizontal = ("components",)
    search_fields = ("slug", "title")
    actions = ("generate_200", "generate_1000", "generate_10000")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Generator]:
        states = {
            f"n_{state}": Count("current__variants", filter=Q(current__variants__state=state))
            for state in Variant.State.values
        }
        return super().get_queryset(request).annotate(**states)

    @admin.display(description="version")
    def version(self, generator: Generator) -> int | None:
        return generator.current.number if generator.current else None

    @admin.display(description="in the pool")
    def in_pool(self, generator: Any) -> int:
        return int(generator.n_pool)

    @admin.display(description="taken")
    def taken(self, generator: Any) -> int:
        return int(generator.n_taken)

    @admin.display(description="withdrawn")
    def withdrawn(self, generator: Any) -> int:
        return int(generator.n_withdrawn)

    def store(self, request: HttpRequest, obj: Generator, form: GeneratorForm) -> None:
        save_generator(
            generator=obj,
            specification=form.cleaned_data["specification"],
            components=form.cleaned_data["components"],
            made_by=editor(request),
        )

    @admin.display(description="bench")
    def bench(self, generator: Generator) -> SafeString:
        return _bench_link(generator, format_html('Bench<span class="hidden-words"> of {}</span>', generator))

    def response_add(self, request: HttpRequest, obj: Generator, post_url_continue: Any = None) -> HttpResponse:
        self._point_to_bench(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Generator) -> HttpResponse:
        self._point_to_bench(request, obj)
        return super().response_change(request, obj)

    def _point_to_bench(self, request: HttpRequest, generator: Generator) -> None:
        """Where to look at what was just written."""
        said = format_html("Saved. {}", _bench_link(generator, f"Look at the bench of “{generator}”"))
        self.message_user(request, said, messages.SUCCESS)

    @admin.action(description="Generate 200 variants", permissions=["change"])
    def generate_200(self, request: HttpRequest, generators: QuerySet[Generator]) -> HttpResponse:
        return self._generate(request, generators, 200)

    @admin.action(description="Generate 1 000 variants", permissions=["change"])
    def generate_1000(self, request: HttpRequest, generators: QuerySet[Generator]) -> HttpResponse:
        return self._generate(request, generators, 1000)

    @admin.action(description="Generate 10 000 variants", permissions=["change"])
    def generate_10000(self, request: HttpRequest, generators: QuerySet[Generator]) -> HttpResponse:
        return self._generate(request, generators, 10_000)

    def _generate(self, request: HttpRequest, generators: QuerySet[Generator], count: int) -> HttpResponse:
        """Celery does the work; the page that follows shows how far it is."""
        jobs = [generate_variants(generator=each, count=count, requested_by=editor(request)) for each in generators]
        self.message_user(request, f"Started: {count} variants each of {len(jobs)} generator(s).", messages.SUCCESS)
        if len(jobs) == 1:
            return redirect("admin:quizzes_job_change", jobs[0].pk)
        return redirect("admin:quizzes_job_changelist")


def _bench_link(generator: Generator, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:generator-bench", args=[generator.pk]), text)


@admin.register(Variant)
class VariantAdmin(ReadOnlyAdmin):
    list_display = ("generator", "version_number", "seed", "state", "made_at")
    list_filter = ("state", "version__generator")
    list_select_related = ("version__generator",)
    fields = ("version", "seed", "state", "made_at", "as_a_learner", "given", "right_values", "live_slips")
    readonly_fields = fields

    @admin.display(ordering="version__generator__title")
    def generator(self, variant: Variant) -> str:
        return variant.version.generator.title

    @admin.display(description="version", ordering="version__number")
    def version_number(self, variant: Variant) -> int:
        return variant.version.number

    @admin.display(description="preview")
    def as_a_learner(self, variant: Variant) -> SafeString:
        specification = Specification.from_json(variant.version.specification)
        return render_to_string("panel/_variant.html", {"variant": variant, "specification": specification})

    @admin.display(description="right values")
    def right_values(self, variant: Variant) -> SafeString:
        return render_to_string("panel/_key.html", {"key": variant.key})

    @admin.display(description="slips it can name")
    def live_slips(self, variant: Variant) -> str:
        return "; ".join(f"{asked}: {', '.join(slips) or 'none'}" for asked, slips in variant.key.live.items())
