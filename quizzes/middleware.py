"""Turns a StudyError raised by any view into a page, or into a fragment for htmx, with the same three fields."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from quizzes.errors import StudyError, Unavailable


class StudyErrorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, StudyError):
            return None
        return render(request, _template(request, exception), {"error": exception}, status=exception.status)


def _template(request: HttpRequest, error: StudyError) -> str:
    if getattr(request, "htmx", False):
        return "errors/_study_error.html"
    return "errors/broker_away.html" if error.status == Unavailable.status else "errors/study_error.html"
