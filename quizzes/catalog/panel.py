"""What the pages of the panel share: content is edited through the services, and its Markdown is tried first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from quizzes.accounts.models import User
from quizzes.catalog.models import Course
from quizzes.catalog.rendering import rendered, source_labels, stored_html
from quizzes.errors import Refused
from quizzes.formats import markup
from quizzes.jobs.services import audit, enqueue_once

INLINE = markup.render_inline
BLOCK = markup.render


class MarkupForm(forms.ModelForm):
    """Refuses Markdown that can't be shown, beside its field, before anything is saved."""

    markup_fields: ClassVar[Mapping[str, Callable[..., str]]] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        labels = source_labels()
        for name, render in self.markup_fields.items():
            try:
                rendered(name, cleaned.get(name) or "", labels, render)
            except Refused as error:
                self.add_error(name, error.message)
        return cleaned


def markup_form(**fields: Callable[..., str]) -> type[MarkupForm]:
    return type("Form", (MarkupForm,), {"markup_fields": fields})


def as_read(field: str) -> Callable[[Any], SafeString]:
    """A column for lists: this text as a reader sees it, not as it is written."""

    @admin.display(description=field, ordering=field)
    def column(row: Any) -> SafeString:
        return stored_html(getattr(row, f"{field}_html"))

    return column


def editor(request: HttpRequest) -> User:
    """Who edits: the panel lets nobody in who is not signed in."""
    assert isinstance(request.user, User)
    return request.user


class ContentAdmin(admin.ModelAdmin):
    """Content edited here is kept when the course pack is loaded again, and cards made from it follow.

    A page says how its object is stored by `store`, which hands the feature's service all that the form yields.
    """

    exclude: ClassVar[Any] = ("course",)
    feeds_cards = False

    def store(self, request: HttpRequest, obj: Any, form: Any) -> None:
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if obj.course_id is None:
            obj.course = Course.objects.order_by("pk").first()
        obj.edited_at = timezone.now()
        self.store(request, obj, form)
        audit(
            actor=editor(request), action="edited" if change else "made", subject=f"{obj._meta.verbose_name} {obj.slug}"
        )
        if self.feeds_cards:
            enqueue_once(task="quizzes.flashcards.tasks.sync_cards", arguments={"course_id": obj.course_id})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The rows below only: `store` stored the form whole, and `form.save_m2m` would undo what the service added."""
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else dict(super().get_prepopulated_fields(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The stable id is chosen once."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "slug") if obj else fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Content is unpublished, never deleted: attempts and cards refer to it."""
        return False
