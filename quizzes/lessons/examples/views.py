"""Worked examples: the address is the whole state, so the same address gives the same bytes to everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from quizzes.http import public
from quizzes.lessons.examples import address
from quizzes.lessons.examples.presets import PRESETS
from quizzes.lessons.examples.usual import TITLES


@require_safe
@public
def examples(request: HttpRequest) -> HttpResponse:
    groups = [
        {"cell": cell, "title": title, "presets": [each for each in PRESETS if each.cell == cell]}
        for cell, title in TITLES.items()
    ]
    return render(request, "examples/examples.html", {"section": "practice", "groups": groups})


@require_safe
@public
def example(request: HttpRequest, cell: str) -> HttpResponse:
    shown = address.read(cell, dict(request.GET.lists()))
    return render(request, "examples/example.html", {"section": "practice", "example": shown})
