"""How an instructor writes a question: its text, up to six options, and why the right one is right."""

from __future__ import annotations

from typing import Any

from django import forms

from quizzes.catalog.models import Misconception
from quizzes.catalog.rendering import rendered, source_labels
from quizzes.errors import Refused
from quizzes.formats import markup
from quizzes.items import questions
from quizzes.items.models import Question
from quizzes.items.questions import Choice, Wording

MOST_OPTIONS = 6
NUMBERS = range(1, MOST_OPTIONS + 1)


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "cols": 60})


class QuestionForm(forms.ModelForm):
    stem = forms.CharField(label="Question", widget=_area(3), help_text="Markdown; $…$ for formulas.")
    explanation = forms.CharField(widget=_area(4), help_text="Shown after every answer, the right one too. Markdown.")

    class Meta:
        model = Question
        fields = ("slug", "is_published", "components", "sources")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        catalogue = list(Misconception.objects.order_by("slug"))
        choices = [("", "— nothing: it is right, or unused —"), *((row.slug, str(row)) for row in catalogue)]
        for number in NUMBERS:
            self.fields[f"text_{number}"] = forms.CharField(label=f"Option {number}", required=False, widget=_area(2))
            self.fields[f"misconception_{number}"] = forms.ChoiceField(
                label="is wrong because of", required=False, choices=choices
            )
        self._show_current()

    def _show_current(self) -> None:
        if self.instance.pk is None or self.instance.current is None:
            return
        wording = questions.wording_of(self.instance.current)
        self.initial.update({"stem": wording.stem, "explanation": wording.explanation})
        for number, choice in enumerate(wording.choices, start=1):
            self.initial.update({f"text_{number}": choice.text, f"misconception_{number}": choice.misconception})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for sentence in questions.faults(self.wording(cleaned)):
            self.add_error(None, sentence)
        self._check_markup(cleaned)
        return cleaned

    def _check_markup(self, cleaned: dict[str, Any]) -> None:
        labels = source_labels()
        options = {f"text_{number}": markup.render_inline for number in NUMBERS}
        for name, render in {"stem": markup.render, "explanation": markup.render, **options}.items():
            try:
                rendered(name, cleaned.get(name) or "", labels, render)
            except Refused as error:
                self.add_error(name, error.message)

    def content(self) -> dict[str, Any]:
        """What `save_question` takes, of a form found valid."""
        return {
            "wording": self.wording(self.cleaned_data),
            "components": [row.slug for row in self.cleaned_data["components"]],
            "sources": [row.slug for row in self.cleaned_data["sources"]],
        }

    def wording(self, cleaned: dict[str, Any]) -> Wording:
        pairs = [(cleaned.get(f"text_{n}", ""), cleaned.get(f"misconception_{n}", "")) for n in NUMBERS]
        choices = tuple(Choice(text, misconception) for text, misconception in pairs if text or misconception)
        return questions.tidy(Wording(cleaned.get("stem", ""), choices, cleaned.get("explanation", "")))
