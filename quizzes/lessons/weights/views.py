"""Your own weights: read, computed with, thrown away. The server stores nothing of them.

The answer to a form may stay in the browser that sent it: without it, Back would lead nowhere and the text be lost.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from quizzes.errors import StudyError
from quizzes.formats.weight_files import LARGEST_FILE, check_size
from quizzes.formats.weight_files.arrays import MOST_NUMBERS
from quizzes.formats.weight_files.python_text import KERAS_LINE, TORCH_LINE
from quizzes.http import own_history
from quizzes.lessons.weights import layers, pages
from quizzes.lessons.weights.uploads import in_memory

LIMITS = {
    "units": layers.MOST_UNITS,
    "inputs": layers.MOST_INPUTS,
    "steps": layers.MOST_STEPS,
    "numbers": MOST_NUMBERS,
    "megabytes": LARGEST_FILE // 1_000_000,
}


@own_history
@require_http_methods(["GET", "HEAD", "POST"])
@in_memory
def own_weights(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _answer(request)
    form = dict.fromkeys(pages.FIELDS, "") | (pages.SAMPLE if "sample" in request.GET else {})
    return _page(request, {"form": form})


def _answer(request: HttpRequest) -> HttpResponse:
    form = {name: request.POST.get(name, "").replace("\x00", " ").strip() for name in pages.FIELDS}
    try:
        content = _content(request)
        sent = pages.read_sent(form, content)
        if request.POST.get("as") == "csv":
            return _csv(pages.csv_of(sent))
        context = pages.context_of(form, sent)
        return _page(request, {"form": pages.pasted(form, content), **context})
    except StudyError as error:
        return _page(request, {"form": form, "error": error}, status=error.status)


def _content(request: HttpRequest) -> bytes | None:
    """The file that was sent, if there is one. Raises: Refused for one that is too large."""
    file = request.FILES.get("file")
    if file is None:
        return None
    with pages.about("file"):
        check_size(file.size or 0)
    return file.read()


def _page(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    lines = {"torch_line": TORCH_LINE, "keras_line": KERAS_LINE}
    context = {"section": "practice", "limits": LIMITS, **lines, **context}
    return render(request, "weights/weights.html", context, status=status)


def _csv(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="trace.csv"'
    return response
