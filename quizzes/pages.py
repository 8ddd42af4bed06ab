"""Pages that belong to no feature."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from quizzes.http import public


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "help.html")
