"""The pages that are read: the same bytes for everybody, so none of them looks at who asks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from quizzes.catalog.rendering import stored_html
from quizzes.errors import NotFound
from quizzes.http import public, text_of
from quizzes.lessons import queries
from quizzes.lessons.bets import tell
from quizzes.lessons.models import Bet, Depth, Lesson, Mnemonic
from quizzes.lessons.ranking import LONGEST
from quizzes.lessons.search import search, suggestions

USUAL_DEPTH = Depth.STANDARD.value


@require_safe
@public
def lessons(request: HttpRequest) -> HttpResponse:
    found = list(queries.lessons())
    minutes = queries.minutes_by_depth(found)
    rows = [{"lesson": each, "time": _span(list(minutes[each.pk].values()))} for each in found]
    return render(request, "lessons/lessons.html", {"section": "lessons", "rows": rows})


def _span(minutes: list[int]) -> str:
    """From the shortest depth to the longest: "5 to 12"; nothing for a lesson without text."""
    if not minutes:
        return ""
    low, high = min(minutes), max(minutes)
    return str(low) if low == high else f"{low} to {high}"


@require_safe
@vary_on_headers("HX-Request")
@public
def lesson(request: HttpRequest, slug: str) -> HttpResponse:
    """A lesson at one depth. `?bet=<anchor>&guess=0.5` is a guess made: htmx gets the bet's box alone."""
    found = queries.lesson(slug)
    depth = _depth(request)
    parts = [_shown(part, request) for part in queries.lesson_parts(found, depth)]
    context = {"section": "lessons", "lesson": found, "depth": depth}
    asked = next((part for part in parts if part["bet"] and part["anchor"] == request.GET.get("bet")), None)
    if request.headers.get("HX-Request") and asked:
        return render(request, "lessons/lesson.html#bet", {**context, "part": asked})
    minutes = queries.minutes_by_depth([found])[found.pk]
    context |= {"minutes": minutes, "minutes_here": minutes.get(depth)}
    return render(request, "lessons/lesson.html", {**context, "parts": parts, **_around(found)})


def _depth(request: HttpRequest) -> str:
    depth = request.GET.get("depth", USUAL_DEPTH)
    if depth not in queries.DEPTHS:
        raise NotFound("no_depth", f"There is no depth “{depth[:20]}”.", "Choose basic, standard or detailed.")
    return depth


def _shown(part: queries.Part, request: HttpRequest) -> dict[str, object]:
    told = None
    if part.bet and request.GET.get("bet") == part.anchor:
        told = tell(request.GET.get("guess", ""), part.bet.answer, part.bet.tolerance)
    return {
        "anchor": part.anchor,
        "title": part.title,
        "html": part.html,
        "deeper": part.deeper,
        "sources": part.sources,
        "also": part.also,
        "bet": _bet(part.bet) if part.bet else None,
        "told": told,
    }


def _bet(bet: Bet) -> dict[str, object]:
    return {"prompt": stored_html(bet.prompt_html), "reveal": stored_html(bet.reveal_html)}


def _around(found: Lesson) -> dict[str, object]:
    """What stands at the end: the dialogue, and what to do next."""
    return {
        "dialogue": queries.dialogue_lines(found),
        "example": example_cell(found.slug),
        "quizzes": [{"slug": slug, "title": quiz_title(slug, found)} for slug in found.quizzes],
        "exercises": queries.exercises_of(found),
        "following": queries.lesson_after(found),
    }


def quiz_title(slug: str, lesson: Lesson) -> str:
    """A quiz is known here by its slug alone: quizzes are built on lessons, not lessons on quizzes."""
    return "what stayed of this lesson" if slug == lesson.slug else slug.replace("-", " ")


def example_cell(slug: str) -> str:
    """The worked example that goes with a lesson: the cell its name speaks of, else the plain network."""
    return next((cell for cell in ("lstm", "gru") if cell in slug), "rnn")


@require_safe
@vary_on_headers("HX-Request")
@public
def glossary(request: HttpRequest) -> HttpResponse:
    """Filtered by a form, or while typing: htmx gets the list alone."""
    text = text_of(request.GET, "q", LONGEST)
    context = {"section": "lessons", "query": text, "terms": list(queries.glossary(text))}
    is_fragment = bool(request.headers.get("HX-Request"))
    return render(request, "lessons/glossary.html#terms" if is_fragment else "lessons/glossary.html", context)


@require_safe
@public
def mnemonics(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    if kind and kind not in Mnemonic.Kind.values:
        kinds = ", ".join(Mnemonic.Kind.values)
        raise NotFound("no_kind", f"There is no kind of mnemonic “{kind[:20]}”.", f"There are: {kinds}.")
    context = {"kind": kind, "kinds": queries.mnemonic_kinds(), "mnemonics": queries.mnemonics(kind)}
    return render(request, "lessons/mnemonics.html", {"section": "lessons", **context})


@require_safe
@public
def sources(request: HttpRequest) -> HttpResponse:
    return render(request, "lessons/sources.html", {"section": "lessons", "sources": queries.sources()})


@require_safe
@vary_on_headers("HX-Request")
@public
def search_page(request: HttpRequest) -> HttpResponse:
    text = text_of(request.GET, "q", LONGEST)
    hits = search(text)
    near = suggestions(text) if text and not hits else []
    context = {"section": "lessons", "query": text, "hits": hits, "near": near}
    is_fragment = bool(request.headers.get("HX-Request"))
    return render(request, "lessons/search.html#hits" if is_fragment else "lessons/search.html", context)
