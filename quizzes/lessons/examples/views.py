"""Worked examples: the address is the whole state, so the same address gives the same bytes to everybody.

The form sends its fields one by one together with `was`, which says how to read them. Without a script the answer is a
redirect to the canonical address; htmx gets what changed (the view, or the whole bench where its fields are others now)
and the canonical address in a header. What a button asks for (`go` a step, `see` a unit, `to` an equation, `tab`
a view, `gate` weights to show, `draw` a seed) and a step chosen from the list are new entries in the history.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from quizzes.errors import NotFound, Refused
from quizzes.http import public
from quizzes.lessons import queries
from quizzes.lessons.examples import address
from quizzes.lessons.examples.bench import bench
from quizzes.lessons.examples.compare import compare
from quizzes.lessons.examples.conventions import diff
from quizzes.lessons.examples.diagrams import diagram
from quizzes.lessons.examples.gradient import gradient
from quizzes.lessons.examples.over_time import over_time
from quizzes.lessons.examples.practice import practice
from quizzes.lessons.examples.presets import PRESETS, Preset, presets_of
from quizzes.lessons.examples.quantities import sentences
from quizzes.lessons.examples.retyped import faults_of, laid_out, last_good, retyped
from quizzes.lessons.examples.stored import stored
from quizzes.lessons.examples.take_away import file_named, take_away
from quizzes.lessons.examples.usual import FAMILIES, TITLES, family_of, heading, kin_of
from quizzes.lessons.examples.what_if import what_if
from quizzes.lessons.examples.worked import noted, run, step

BUTTONS = {"go": "step", "see": "unit", "to": "line", "tab": "view", "gate": "open"}
MOST_BUTTONS = 8  # steps that have a button each
MOST_DRAWS = 20
KEPT_BY_A_DRAW = ("convention", "D", "H", "T", "view", "unit", "open")
WORKED = {
    "step": step,
    "time": over_time,
    "whatif": what_if,
    "gradient": gradient,
    "compare": compare,
    "code": take_away,
}


@require_safe
@public
def examples(request: HttpRequest) -> HttpResponse:
    groups = [
        {"title": title, "diagram": diagram(cell, prefix=cell), "presets": [_entry(each) for each in presets_of(cell)]}
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
        worked = _worked(shown)
    except Refused as error:
        return _refusal(request, cell, error, is_fragment)
    if is_fragment:
        return _fragment(request, shown, worked)
    if "was" in request.GET:
        return redirect(href(shown))
    return render(request, "examples/example.html", {**_page(shown), **worked})


@require_safe
@public
def taken(request: HttpRequest, cell: str, name: str) -> HttpResponse:
    """One file of an example: its numbers as a table, as a program, as LaTeX."""
    file = file_named(name)
    if file is None:
        raise NotFound("no_such_file", f"There is no “{name[:24]}” to take away.", "The page lists what there is.")
    shown = address.read(cell, dict(request.GET.lists()))
    response = HttpResponse(file.make(shown, run(shown)), content_type=file.type)
    response["Content-Disposition"] = f'attachment; filename="{cell}-{file.name}"'
    return response


def href(example: address.Example) -> str:
    return f"{reverse('example', args=[example.cell])}?{address.query(example)}"


def _asked(cell: str, sent: QueryDict) -> address.Example:
    query = dict(sent.lists())
    if query.get("draw"):
        return _drawn(cell, {name: query[name] for name in KEPT_BY_A_DRAW if name in query}, query["draw"])
    query |= {name: query[button] for button, name in BUTTONS.items() if query.get(button)}
    return address.read(cell, query)


def _drawn(cell: str, query: address.Query, seed: list[str]) -> address.Example:
    """The example of a seed, or of the next one whose numbers can be computed with: the button leads on in any case."""
    first = address.read(cell, {**query, "seed": seed})
    for number in range(first.seed, min(first.seed + MOST_DRAWS, address.LARGEST_SEED + 1)):
        example = address.read(cell, {**query, "seed": [str(number)]})
        with suppress(Refused):
            run(example)
            return example
    return first


def _worked(shown: address.Example) -> dict[str, Any]:
    """What the view looked at shows, and what all of them show of the step."""
    trace = run(shown)
    return {
        "worked": WORKED[shown.view](shown, trace),
        "diff": diff(shown, trace) if shown.view == "step" else None,
        "example": shown,
        "view_template": f"examples/view_{shown.view}.html",
        "query": address.query(shown),
        **_steps(shown),
    }


def _fragment(request: HttpRequest, shown: address.Example, worked: dict[str, Any]) -> HttpResponse:
    """The view alone; the whole bench where its fields are no longer the same."""
    before = request.GET.get("was", "")
    is_other = any(button in request.GET for button in ("tab", "gate", "draw"))
    resized = is_other or (bool(before) and before != address.form_of(shown))
    if resized:
        response = render(request, "examples/example.html#bench", {**_page(shown), **worked, "fragment": True})
        response["HX-Retarget"], response["HX-Reswap"] = "#bench", "outerHTML"
    else:
        response = render(request, "examples/example.html#view", {**worked, "fragment": True})
    goes = resized or any(button in request.GET for button in BUTTONS) or _is_led_to_a_step(request.GET)
    response["HX-Push-Url" if goes else "HX-Replace-Url"] = href(shown)
    return response


def _is_led_to_a_step(sent: QueryDict) -> bool:
    """Whether a step is chosen from the list: the form says before it which one was shown."""
    return len(set(sent.getlist("step"))) > 1


def _refusal(request: HttpRequest, cell: str, error: Refused, is_fragment: bool) -> HttpResponse:
    """One sentence. The numbers stay what they were: htmx leaves them alone, a form gets its last good page again."""
    if is_fragment:
        response = render(request, "examples/_refusal.html", {"error": error}, status=error.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#refusal", "innerHTML"
    elif again := _again(request, cell, error):
        response = render(request, "examples/example.html", again, status=error.status)
    else:
        context = {"section": "practice", "error": error, "title": TITLES[cell], "usual": address.usual(cell)}
        response = render(request, "examples/refused.html", context, status=error.status)
    patch_cache_control(response, no_store=True)
    return response


def _again(request: HttpRequest, cell: str, error: Refused) -> dict[str, Any] | None:
    """The form as it was typed, above the last good numbers; an address typed by hand has only where it came from."""
    query = dict(request.GET.lists())
    fields = laid_out(cell, query)
    found = last_good(cell, query, _came_from(request), fields)
    try:
        context = {**_page(found[0]), **_worked(found[0]), "error": error} if found else None
    except Refused:  # read, but not to be computed with
        return None
    if context and found and fields:
        typed = retyped(bench(fields), query, faults_of(error), last=address.query(found[0]))
        context |= {"bench": typed, "laid_out": fields, "was": address.form_of(fields), "shown_instead": found[1]}
    return context


def _came_from(request: HttpRequest) -> str:
    """The query of the page on which the form was sent, as the browser names it."""
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    return came_from.query if came_from.path == request.path else ""


def _page(shown: address.Example) -> dict[str, Any]:
    return {
        "section": "practice",
        "heading": heading(shown.cell),
        "example": shown,
        "was": address.form_of(shown),
        "bench": bench(shown),
        "views": address.VIEWS,
        "view_title": address.VIEWS[shown.view],
        "families": FAMILIES,
        "family": family_of(shown.cell),
        "kin": kin_of(shown.cell),
        "sentences": sentences(shown.declared),
        "presets": [_entry(each) for each in PRESETS if family_of(each.cell) == family_of(shown.cell)],
        "practice": practice(shown, queries.exercises_on(kin_of(shown.cell))),
    }


def _steps(shown: address.Example) -> dict[str, Any]:
    """What leads to the other steps and units; of many steps, three and a list, but over time all."""
    has_all = shown.T <= MOST_BUTTONS or shown.view == "time"
    near = range(1, shown.T + 1) if has_all else {1, shown.step, shown.T}
    return {
        "steps": sorted(near),
        "before": max(shown.step - 1, 1),
        "has_all_steps": has_all,
        "every_step": range(1, shown.T + 1),
        "after": min(shown.step + 1, shown.T),
        "units": range(1, shown.H + 1),
        "note": noted(shown.declared.note),
        "stored": noted(stored(shown.declared)),
        "made": address.MADE,
    }


def _entry(preset: Preset) -> dict[str, str]:
    return {"title": preset.title, "sentence": preset.sentence, "href": href(preset.example())}
