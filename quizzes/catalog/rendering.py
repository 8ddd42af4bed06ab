"""Rendering content when it is saved: Markdown becomes safe HTML once, and a fault names its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.safestring import SafeString, mark_safe

from quizzes.catalog.models import Source
from quizzes.errors import Refused
from quizzes.formats import markup

Labels = Mapping[str, str]  # source id → how its mark reads: "Cho et al. 2014"


def source_labels() -> dict[str, str]:
    return {source.slug: str(source) for source in Source.objects.all()}


def rendered(field: str, text: str, labels: Labels, render: Callable[..., str] = markup.render) -> str:
    """The text as safe HTML. Raises Refused, naming the field and the line, where it can't be shown as written."""
    try:
        return render(text, labels)
    except markup.MarkupError as error:
        place = f"{field}, line {error.line}" if error.line else field
        raise Refused("markup", f"{place}: {error}.", "Nothing was saved; correct the text and save again.") from error


def stored_html(text: str) -> SafeString:
    """HTML that `rendered` made and cleaned when its text was saved: the one place that vouches for it."""
    return mark_safe(text)  # noqa: S308
