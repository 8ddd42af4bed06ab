"""What stands around every view: faults become pages, and no body is left on the line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RD, socket
from threading import Timer

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from quizzes.errors import StudyError, Unavailable

MOST_DRAINED = 1024 * 1024  # bytes; after a longer body the web server ends the connection (studyapp/web.py)
PIECE = 64 * 1024
MOST_SECONDS = 2.0


class UnreadBodyMiddleware:
    """Reads what nobody has read of a body, so that the connection lives on and the reply reaches who sent too much."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.META.get("CONTENT_LENGTH"):
            with suppress(OSError), _not_for_ever(request.META.get("gunicorn.socket")):  # who sent it may be gone
                _drain(request)
        return response


@contextmanager
def _not_for_ever(connection: socket | None) -> Iterator[None]:
    """Ends the reading of a body that comes byte by byte, or never: it shall hold no thread."""
    end = Timer(MOST_SECONDS, connection.shutdown, [SHUT_RD]) if connection else None
    if end:
        end.start()
    try:
        yield
    finally:
        if end:
            end.cancel()


def _drain(request: HttpRequest) -> None:
    for _ in range(MOST_DRAINED // PIECE):
        if not request.read(PIECE):
            return


class StudyErrorMiddleware:
    """Turns a StudyError raised by any view into a page, or into a fragment for htmx, with the same three fields."""

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
