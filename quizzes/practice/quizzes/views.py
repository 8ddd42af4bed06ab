"""Pages of quizzes: the list, what a quiz is, one question a page, the summary before finishing, the results.

Every step is a plain form; a request by htmx gets the same question without the frame around it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes.accounts.middleware import find_learner
from quizzes.accounts.models import User
from quizzes.accounts.services import learner_of
from quizzes.errors import StudyError
from quizzes.http import private, public, uuid_of
from quizzes.practice.models import AnswerEvent, Attempt, AttemptQuestion
from quizzes.practice.quizzes import queries, services
from quizzes.practice.quizzes.results import quiz_of, results_of


@public
@require_safe
def quiz_list(request: HttpRequest) -> HttpResponse:
    return render(request, "quizzes/list.html", {"section": "practice", "quizzes": queries.quizzes()})


@private
@require_safe
def quiz_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens here, a form to start, and what this learner did before."""
    learner = find_learner(request)
    quiz = queries.quiz(slug, learner)
    attempts = queries.attempts_at(quiz, learner)
    context = {
        "section": "practice",
        "quiz": quiz,
        "open_attempt": next((attempt for attempt in attempts if attempt.is_open), None),
        "finished": [attempt for attempt in attempts if not attempt.is_open],
    }
    return render(request, "quizzes/quiz.html", context)


@private
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    quiz = queries.quiz(slug, find_learner(request))
    missed_of = uuid_of(request.POST, "missed_of") if request.POST.get("missed_of") else None
    attempt = services.start_attempt(user=learner_of(request), quiz=quiz, now=timezone.now(), missed_of=missed_of)
    return redirect("attempt-question", attempt.pk, _first_open(queries.places_of(attempt)))


@private
@require_safe
def summary(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """What is answered and what is not, and the one confirmation before finishing."""
    attempt = queries.own_attempt(find_learner(request), attempt_id)
    if not attempt.is_open:
        return redirect("attempt-results", attempt.pk)
    places = queries.places_of(attempt)
    context = {
        **_frame(request, attempt, places),
        "unanswered": [place.position for place in places if place.chosen_id is None],
        "flagged": [place.position for place in places if place.is_flagged],
        "is_over": services.is_over(attempt, timezone.now()),
        "go_on": _first_open(places),
    }
    return render(request, "quizzes/summary.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, attempt_id: UUID, position: int) -> HttpResponse:
    if request.method == "POST":
        return _answer(request, attempt_id, position)
    attempt = queries.own_attempt(find_learner(request), attempt_id)
    if not attempt.is_open:
        return redirect(f"{reverse('attempt-results', args=[attempt.pk])}#q{position}")
    if services.is_over(attempt, timezone.now()):
        return redirect("attempt", attempt.pk)
    return _question_page(request, attempt, position)


@private
@require_POST
def flag(request: HttpRequest, attempt_id: UUID, position: int) -> HttpResponse:
    """Keeps what was chosen but not saved yet: it goes along to the page that follows."""
    services.flag_question(
        user=_learner(request),
        attempt_id=attempt_id,
        position=position,
        is_flagged=request.POST.get("flag") == "on",
    )
    chosen = request.POST.get("choice", "")
    query = f"?{urlencode({'choice': chosen})}" if chosen.isdecimal() else ""
    return redirect(reverse("attempt-question", args=[attempt_id, position]) + query)


@private
@require_POST
def finish(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    attempt = services.finish_attempt(user=_learner(request), attempt_id=attempt_id, now=timezone.now())
    return redirect("attempt-results", attempt.pk)


@private
@require_safe
def results(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    learner = find_learner(request)
    attempt = queries.quiz_attempt(learner, attempt_id)
    if attempt.is_open:
        return redirect("attempt", attempt.pk)
    assert learner is not None
    context: dict[str, object] = {"attempt": attempt, "quiz": attempt.quiz, "results": results_of(attempt, learner)}
    context |= {"section": "practice", "is_own": attempt.user_id == learner.pk}
    return render(request, "quizzes/results.html", context)


def _answer(request: HttpRequest, attempt_id: UUID, position: int) -> HttpResponse:
    learner = _learner(request)
    try:
        event = services.answer_question(
            user=learner,
            attempt_id=attempt_id,
            position=position,
            choice=_whole(request.POST.get("choice", "")),
            submission_id=uuid_of(request.POST, "submission_id"),
            seq=_whole(request.POST.get("seq", "")),
            now=timezone.now(),
        )
    except StudyError as error:
        return _say_why(request, attempt_id, position, error)
    return redirect(_after(event, attempt_id, position))


def _after(event: AnswerEvent, attempt_id: UUID, position: int) -> str:
    """Feedback on the same page; where it waits for the end, the next question, or after the last the summary."""
    if event.result["state"] != "answered":
        return reverse("attempt-question", args=[attempt_id, position]) + "#feedback"
    is_last = position >= event.attempt.asked
    next_page = reverse("attempt", args=[attempt_id])
    if not is_last:
        next_page = reverse("attempt-question", args=[attempt_id, position + 1])
    return f"{next_page}?saved={position}"


def _say_why(request: HttpRequest, attempt_id: UUID, position: int, error: StudyError) -> HttpResponse:
    """The question once more, what was chosen still chosen, with the reason why nothing was stored."""
    attempt = queries.own_attempt(find_learner(request), attempt_id)
    if not attempt.is_open or error.status == 404:
        raise error
    return _question_page(request, attempt, position, error=error)


def _question_page(
    request: HttpRequest, attempt: Attempt, position: int, *, error: StudyError | None = None
) -> HttpResponse:
    places = queries.places_of(attempt)
    shown = queries.shown_question(attempt, places, position)
    context = {
        **_frame(request, attempt, places, position),
        "shown": shown,
        "choices": shown.chosen_as(_whole_or_none(request)) if not shown.is_closed else shown.choices,
        "error": error,
        "submission_id": uuid4(),
        "seq": attempt.last_seq + 1,
        "previous": position - 1,
        "next": position + 1 if position < len(places) else None,
        "is_complete": all(place.chosen_id for place in places),
        "say": _aloud(shown),
    }
    htmx = bool(getattr(request, "htmx", False))
    template = "quizzes/question.html#question" if htmx else "quizzes/question.html"
    return render(request, template, context, status=_status(error, htmx))


def _status(error: StudyError | None, htmx: bool) -> int:
    """A fragment that says why belongs into the form: htmx swaps that in for 422 only."""
    if error is None:
        return 200
    return 422 if htmx else error.status


def _frame(
    request: HttpRequest, attempt: Attempt, places: list[AttemptQuestion], position: int | None = None
) -> dict[str, Any]:
    """What every page of an open attempt shows: the quiz, the map, the last thing saved."""
    answered = sum(place.chosen_id is not None for place in places)
    return {
        "section": "practice",
        "attempt": attempt,
        "quiz": quiz_of(attempt),
        "map": _map(attempt, places, position),
        "of": len(places),
        "answered": answered,
        "measure": f"{answered} of {len(places)} answered",
        "saved": queries.last_event(attempt) if "saved" in request.GET else None,
    }


def _aloud(shown: queries.Shown) -> str:
    """The feedback in one sentence, for who does not see the page change."""
    if shown.feedback is None:
        return ""
    misconception = shown.feedback.misconception
    return f"Not quite: {misconception.title}." if misconception else "Right."


def _map(attempt: Attempt, places: list[AttemptQuestion], position: int | None) -> list[dict[str, Any]]:
    return [
        {
            "number": entry.position,
            "href": reverse("attempt-question", args=[attempt.pk, entry.position]),
            "state": entry.state,
            "flagged": entry.is_flagged,
            "current": entry.position == position,
        }
        for entry in queries.entries(places)
    ]


def _learner(request: HttpRequest) -> User:
    """Who answers. A stranger has no attempt, so none is made of him here."""
    learner = find_learner(request)
    if learner is None:
        raise queries.attempt_unknown()
    return learner


def _first_open(places: list[AttemptQuestion]) -> int:
    return next((place.position for place in places if place.chosen_id is None), 1)


def _whole(text: str) -> int:
    """A small whole number; 0, which nothing accepts, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _whole_or_none(request: HttpRequest) -> int | None:
    return _whole(request.POST.get("choice", "") or request.GET.get("choice", "")) or None
