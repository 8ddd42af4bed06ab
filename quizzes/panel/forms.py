"""What an instructor fills in on a bench."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from quizzes.items.models import Generator
from quizzes.practice.models import Quiz

MOST_SEED = 2**62


class SeedForm(forms.Form):
    """Which numbers."""

    seed = forms.IntegerField(min_value=0, max_value=MOST_SEED)


class FreezeForm(SeedForm):
    """Which numbers, which of the quantities asked (by name, in words), and at the end of which quiz."""

    name = forms.ChoiceField(label="Asked quantity")
    quiz = forms.ModelChoiceField(queryset=Quiz.objects.none(), empty_label="— choose a quiz —")

    field_order = ("quiz", "name", "seed")

    def __init__(self, generator: Generator, asked: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices, quizzes = self.fields["name"], self.fields["quiz"]
        assert isinstance(choices, forms.ChoiceField) and isinstance(quizzes, forms.ModelChoiceField)
        choices.choices = list(asked.items())
        quizzes.queryset = Quiz.objects.filter(course=generator.course)


def said_wrong(form: forms.Form) -> str:
    """All faults of a form as one line of sentences, each with the field's label before it."""
    return " ".join(f"{form[name].label}: {fault}" for name, faults in form.errors.items() for fault in faults)
