"""Every component in every state on one page: for tests and for our own eyes, never on a public site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from quizzes.errors import TooMany, Unavailable
from quizzes.formats.markup import mathml, render_inline

ERRORS = ["400", "403", "404", "429", "csrf", "broker_away"]


class SampleForm(forms.Form):
    name = forms.CharField(label="Name of the class", help_text="At most 120 characters.")
    address = forms.EmailField(label="E-mail address", required=False)
    cell = forms.ChoiceField(label="Cell", choices=[("lstm", "LSTM"), ("gru", "GRU")])
    kept = forms.BooleanField(label="Keep the numbers", required=False)

    def clean(self) -> None:
        raise forms.ValidationError("A class of this name is already there.")


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    _only_for_us()
    return render(request, "gallery.html", _samples() | {"section": "practice"})


@require_safe
def error_page(request: HttpRequest, name: str) -> HttpResponse:
    """Each error page, with status 200, as a browser test wants to look at it."""
    _only_for_us()
    if name not in [*ERRORS, "500"]:
        raise Http404
    return render(request, f"errors/{name}.html")


@require_safe
def fragment(request: HttpRequest, kind: str) -> HttpResponse:
    """What a swap may bring: a new card (heading), a check (stays), a refusal in place (422), a fault (500, page)."""
    _only_for_us()
    if kind in {"500", "page"}:
        body = "<!doctype html><html><body>some proxy's own page</body></html>" if kind == "page" else ""
        return HttpResponse(body, status=502)
    if kind == "503":
        raise Unavailable("worker_away", "Nobody makes new numbers just now.", "Take another exercise meanwhile.")
    if kind == "429":
        raise TooMany("too_many", "Please wait a little.", "Ten checks a minute are enough for anybody.")
    return render(request, "gallery_fragment.html", {"kind": kind}, status=422 if kind == "422" else 200)


def _only_for_us() -> None:
    if not getattr(settings, "GALLERY", settings.DEBUG):
        raise Http404


def _samples() -> dict[str, Any]:
    return {
        "errors": ERRORS,
        "kinds": ["heading", "field", "stay", "422", "429", "500", "page"],
        "steps": _steps(),
        "options": _options(),
        "form": SampleForm({"name": "", "address": "nobody", "cell": "lstm"}),
        "rows": _rows(),
        "ratings": _ratings(),
        "entries": _entries(),
        "lines": _lines(),
        "columns": [{"label": "symbol"}, {"label": "name"}, {"label": "value", "numeric": True}],
        "values": [("a_f", "sum of the forget gate", -0.4), ("f", "forget gate", 0.4013), ("g", "candidate", 0.7857)],
        "equation": mark_safe(mathml(r"c = f \odot c_{\text{prev}} + i \odot g", block=True)),  # noqa: S308 (our own)
        "numbers_in": mark_safe(mathml(r"0.8165 = 0.4013 \cdot 1.3 + 0.3752 \cdot 0.7857", block=True)),  # noqa: S308
        "names": ["f", "i", "g", "o", "c", "h", "r", "z", "n", "x", "a_f", "c_prev", "tanh_c", "h@2", "a_o@3", "W_f"],
    }


def _step(name: str, label: str, state: str, value: str = "", why: str = "", **more: Any) -> dict[str, Any]:
    key = f"{name}-{state}"
    return {
        "name": name,
        "label": label,
        "field": key,
        "state": state,
        "value": value,
        "why": mark_safe(render_inline(why)),  # noqa: S308
        **more,
    }


def _steps() -> list[dict[str, Any]]:
    choices = [{"value": "F01", "label": "f and i swapped"}, {"value": "F05", "label": "1 − f in place of f"}]
    swapped = {
        "title": "i and f are swapped",
        "why": "You weighed the old cell with [[i]]. [[f]] goes with the old cell, [[i]] with the candidate.",
        "evaluated": mark_safe(mathml(r"0.8030 = 0.3752 \cdot 1.3 + 0.4013 \cdot 0.7857")),  # noqa: S308 (our own)
    }
    return [
        _step("x", "input", "empty"),
        _step("f", "forget gate", "right", "0.4013", "The sum is negative, so the gate keeps less than half."),
        _step("c", "cell state", "slip", "0.8030", **swapped),
        _step("h", "hidden state", "right_with_yours", "0.4867", "Full credit.", title="right with your c"),
        _step("g", "candidate", "rounded_early", "0.79", "0.79 is tanh of 1.06 kept to two decimals."),
        _step(
            "z",
            "update gate",
            "convention",
            "0.3100",
            "[[z]] keeps the old state here; in Cho 2014 it lets in the new.",
        ),
        _step("c_prev", "old cell state", "alias", "0.5987", "Two formulas give this number.", choices=choices),
        _step("r", "reset gate", "pair", "0.2211", "Two slips at once would give this.", choices=choices[:1]),
        _step("o", "output gate", "unrecognised", "7.5", "This number matches none of the slips we know here."),
        _step("i", "input gate", "invalid", "0,3,7", "Write one number, such as 0.37."),
        _step("n", "candidate", "revealed", "0.4410", "Shown, so it does not count.", readonly=True),
    ]


def _options() -> list[dict[str, Any]]:
    texts = ["It is forgotten entirely.", "All of it is kept.", "It is squashed once more.", "It is replaced."]
    states = ["wrong", "right", "", ""]
    why = ["f is the share that is KEPT, so 1 keeps everything.", "c = 1·c_prev + i·g.", "", ""]
    return [
        {"name": "answer", "value": n, "text": text, "closed": True, "chosen": n == 0, "state": state, "why": reason}
        for n, (text, state, reason) in enumerate(zip(texts, states, why, strict=True))
    ]


def _rows() -> list[dict[str, Any]]:
    return [
        {"title": "Review", "reason": "14 cards are due, 6 of them new", "time": "about 6 min", "href": "/cards/",
         "action": "Start", "said": "Start: Review", "key": "r", "primary": True},
        {"title": "Repair", "reason": "i and f swapped, twice this week", "time": "about 2 min", "href": "/exercises/",
         "action": "Practise", "said": "Practise: Repair", "key": "p"},
        {"title": "Read on", "reason": "The LSTM, second part: the forget gate", "time": "about 8 min",
         "href": "/lessons/", "action": "Continue", "said": "Continue: Read on", "key": "n"},
    ]  # fmt: skip


def _ratings() -> list[dict[str, Any]]:
    words = [("Forgot", "10 min"), ("Hard", "2 days"), ("Good", "4 days"), ("Easy", "9 days")]
    return [
        {"value": n, "label": word, "wait": wait, "key": str(n), "primary": n == 3}
        for n, (word, wait) in enumerate(words, start=1)
    ]


def _entries() -> list[dict[str, Any]]:
    states = ["right", "wrong", "answered", "unanswered", "flagged"]
    return [
        {"number": n, "href": f"?question={n}", "state": state, "current": n == 4}
        for n, state in enumerate(states, start=1)
    ]


def _lines() -> list[dict[str, str]]:
    return [
        {"speaker": "Student", "role": "student", "html": "So a forget gate of 1 forgets everything?"},
        {"speaker": "Teacher", "role": "teacher", "html": "It keeps everything. With 0.4, 40 of 100 remain."},
    ]
