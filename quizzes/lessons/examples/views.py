"""Worked examples: the address is the whole state, so the same address gives the same bytes to everybody.

The form sends its fields one by one together with `was`, which says how to read them. Without a script the answer is a
redirect to the canonical address; htmx gets what changed (the step, or the whole bench where its fields are others now)
and the canonical address in a header. `go` is a step, `see` a unit asked for by a button: a new entry in the history.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from quizzes.errors import Refused, StudyError
from quizzes.http import public
from quizzes.lessons import queries
from quizzes.lessons.examples import address
from quizzes.lessons.examples.bench import bench
from quizzes.lessons.examples.presets import Preset, presets_of
from quizzes.lessons.examples.usual import FAMILIES, TITLES, family_of, heading, kin_of
from quizzes.lessons.examples.worked import diagram, noted, run, step


@require_safe
@public
def examples(request: HttpRequest) -> HttpResponse:
    groups = [
        {"title": title, "diagram": diagram(cell), "presets": [_entry(each) for each in presets_of(cell)]}
        for cell, title in TITLES.items()
    ]
    return render(request, "examples/examples.html", {"section": "practice", "groups": groups})


@require_safe
@vary_on_headers("HX-Request")
@public
def example(request: HttpRequest, cell: str) -> HttpResponse:
    is_fragment = bool(request.headers.get("HX-Request"))
    try:
        shown = _asked(cell, request.GET)
        worked = step(shown, run(shown))
    except Refused as error:
        return _refusal(request, cell, error, is_fragment)
    if is_fragment:
        return _fragment(request, shown, {"example": shown, "step": worked})
    if "was" in request.GET:
        return redirect(href(shown))
    return render(request, "examples/example.html", {**_page(shown), "step": worked})


def href(example: address.Example) -> str:
    return f"{reverse('example', args=[example.cell])}?{address.query(example)}"


def _asked(cell: str, sent: QueryDict) -> address.Example:
    query = dict(sent.lists())
    query |= {name: query[button] for name, button in (("step", "go"), ("unit", "see")) if query.get(button)}
    return address.read(cell, query)


def _fragment(request: HttpRequest, shown: address.Example, context: dict[str, Any]) -> HttpResponse:
    """The step alone; the whole bench where its fields are no longer the same."""
    before = request.GET.get("was", "")
    resized = bool(before) and before != address.form_of(shown)
    if resized:
        response = render(request, "examples/example.html#bench", {**_page(shown), **context, "fragment": True})
        response["HX-Retarget"], response["HX-Reswap"] = "#bench", "outerHTML"
    else:
        response = render(request, "examples/example.html#step", {**context, **_steps(shown), "fragment": True})
    goes = resized or "go" in request.GET or "see" in request.GET
    response["HX-Push-Url" if goes else "HX-Replace-Url"] = href(shown)
    return response


def _refusal(request: HttpRequest, cell: str, error: Refused, is_fragment: bool) -> HttpResponse:
    """One sentence. The numbers stay what they were: htmx leaves them alone, a form gets its last good page again."""
    if is_fragment:
        response = render(request, "examples/_refusal.html", {"error": error}, status=error.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#refusal", "innerHTML"
    elif last := _last_good(request, cell):
        context = {**_page(last), "step": step(last, run(last)), "error": error}
        response = render(request, "examples/example.html", context, status=error.status)
    else:
        context = {"section": "practice", "error": error, "title": TITLES[cell], "usual": address.usual(cell)}
        response = render(request, "examples/refused.html", context, status=error.status)
    patch_cache_control(response, no_store=True)
    return response


def _last_good(request: HttpRequest, cell: str) -> address.Example | None:
    """The example on whose page the form was sent, as the browser names that page."""
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
        if came_from.path != request.path or len(came_from.query) > address.LONGEST:
            return None
        last = address.read(cell, parse_qs(came_from.query))
        run(last)
    except (StudyError, ValueError):
        return None
    return last


def _page(shown: address.Example) -> dict[str, Any]:
    return {
        "section": "practice",
        "heading": heading(shown.cell),
        "example": shown,
        "was": address.form_of(shown),
        "bench": bench(shown),
        "families": FAMILIES,
        "family": family_of(shown.cell),
        "kin": kin_of(shown.cell),
        "exercise": queries.exercise_on(shown.cell),
        **_steps(shown),
    }


def _steps(shown: address.Example) -> dict[str, Any]:
    return {"steps": range(1, shown.T + 1), "units": range(1, shown.H + 1), "note": noted(shown.declared.note)}


def _entry(preset: Preset) -> dict[str, str]:
    return {"title": preset.title, "sentence": preset.sentence, "href": href(preset.example())}
