"""The pages of exercises: the list, an introduction, taking one, checking it, its worked solution."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes.accounts.middleware import find_learner
from quizzes.accounts.models import User
from quizzes.accounts.services import learner_of
from quizzes.errors import Conflict
from quizzes.http import private, public
from quizzes.practice.exercises import pages, queries
from quizzes.practice.exercises.fading import is_faded
from quizzes.practice.exercises.forms import CheckForm
from quizzes.practice.exercises.goals import goal_of
from quizzes.practice.exercises.queries import Taking
from quizzes.practice.exercises.repairs import repair_of, start_repair
from quizzes.practice.exercises.services import NothingRead, record, release_solution, take_hint
from quizzes.practice.exercises.solutions import worked_solution
from quizzes.practice.exercises.taking import take, take_again

PRACTICE = {"section": "practice"}


@require_safe
@public
def exercises(request: HttpRequest) -> HttpResponse:
    groups = pages.exercise_groups(queries.generators_for(None))
    return render(request, "exercises/list.html", PRACTICE | {"groups": groups})


@require_safe
@public
def exercise(request: HttpRequest, slug: str) -> HttpResponse:
    generator = queries.generator_by_slug(None, slug)
    return render(request, "exercises/intro.html", PRACTICE | pages.intro(generator))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def exercise_take(request: HttpRequest, slug: str) -> HttpResponse:
    """GET: the form that takes fresh numbers, how far the goal is, and what was begun before. POST: takes them."""
    learner = find_learner(request)
    generator = queries.generator_by_slug(learner, slug)
    if request.method == "POST":
        fade = "whole" not in request.POST
        attempt = take(user=learner_of(request), generator=generator, now=timezone.now(), fade=fade)
        return redirect("taken", attempt_id=attempt.pk)
    shown = {"begun": queries.open_takings(learner, generator), "goal": goal_of(learner, generator)}
    shown["is_faded"] = is_faded(learner, generator)
    return render(request, "exercises/take.html", PRACTICE | pages.intro(generator) | shown)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def repair(request: HttpRequest, slug: str) -> HttpResponse:
    """GET: what is to be mended, and how. POST: numbers for exactly that step."""
    learner = known_learner(request)
    found = repair_of(learner, slug)
    if request.method == "POST":
        attempt = start_repair(user=learner, repair=found, now=timezone.now())
        return redirect("taken", attempt_id=attempt.pk)
    return render(request, "exercises/repair.html", PRACTICE | {"repair": found})


@require_POST
@private
def again(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The same numbers once more, blank."""
    attempt = take_again(user=known_learner(request), attempt_id=attempt_id, now=timezone.now())
    return redirect("taken", attempt_id=attempt.pk)


@require_safe
@private
def taken(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    taking = queries.taking(find_learner(request), attempt_id)
    if not taking.attempt.is_open:
        return redirect("taken-solution", attempt_id=attempt_id)
    return _sheet(request, taking)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def check(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Mark every step in one action. With htmx the reply is the sheet, else a redirect to the first step not right.

    Sent by a button that asks for a hint, nothing is marked. Whoever loads a refused answer again is sent to the sheet.
    """
    if request.method != "POST":
        return redirect("taken", attempt_id=queries.taking(find_learner(request), attempt_id).attempt.pk)
    learner = known_learner(request)
    form = CheckForm(request.POST)
    if "hint" in request.POST:
        return _hint(request, learner, attempt_id, form)
    try:
        event = record(user=learner, attempt_id=attempt_id, now=timezone.now(), in_a_row=True, **form.sent())
    except NothingRead as refusal:
        taking = queries.taking(learner, attempt_id)
        return _sheet(request, taking, result=refusal.result, typed=form.answers, error=refusal, status=422)
    except Conflict as conflict:
        return _after_conflict(request, queries.taking(learner, attempt_id), conflict)
    taking = queries.taking_of(event)
    return _sheet(request, taking) if request.htmx else redirect(_address(taking))  # type: ignore[attr-defined]


def _hint(request: HttpRequest, learner: User, attempt_id: UUID, form: CheckForm) -> HttpResponse:
    """One more hint. What was typed meanwhile stays in its field, unchecked."""
    try:
        take_hint(user=learner, attempt_id=attempt_id, name=form.hint_for)
    except Conflict as conflict:
        return _after_conflict(request, queries.taking(learner, attempt_id), conflict)
    taking = queries.taking(learner, attempt_id)
    return _sheet(request, taking, typed=form.answers, hinted=form.hint_for)


def known_learner(request: HttpRequest) -> User:
    """A stranger has taken nothing, so there is nothing of his to check: no guest is made for him."""
    learner = find_learner(request)
    if learner is None:
        raise queries.taking_unknown()
    return learner


def _after_conflict(request: HttpRequest, taking: Taking, conflict: Conflict) -> HttpResponse:
    """Withdrawn numbers are replaced by others; of two tabs the later one learns what the first has done."""
    if conflict.code == "variant_withdrawn":
        attempt = take(user=learner_of(request), generator=taking.generator, now=timezone.now())
        messages.info(request, f"{conflict.message} Here are others; the staff see the report.")
        return _redirect(request, reverse("taken", args=[attempt.pk]))
    messages.warning(request, f"{conflict.message} {conflict.hint}")
    return _redirect(request, reverse("taken", args=[taking.attempt.pk]))


def _redirect(request: HttpRequest, address: str) -> HttpResponse:
    """For htmx the address in a header, so that the whole page follows."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _address(taking: Taking) -> str:
    """The page at the first step that is not right."""
    focus = next((step["field"] for step in pages.steps_of(taking) if step["focus"]), "")
    return reverse("taken", args=[taking.attempt.pk]) + (f"#step-{focus}" if focus else "#said")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def solution(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """GET: what asking costs, or the solution once it is released. POST: ends the taking and releases it."""
    if request.method == "POST":
        release_solution(user=known_learner(request), attempt_id=attempt_id, now=timezone.now())
        return redirect("taken-solution", attempt_id=attempt_id)
    taking = queries.taking(find_learner(request), attempt_id)
    if taking.attempt.is_open:
        return render(request, "exercises/price.html", PRACTICE | {"taking": taking, "count": len(taking.asked)})
    return render(request, "exercises/solution.html", PRACTICE | pages.head(taking) | worked_solution(taking))


def _sheet(
    request: HttpRequest,
    taking: Taking,
    *,
    result: dict[str, Any] | None = None,
    typed: dict[str, Any] | None = None,
    error: NothingRead | None = None,
    hinted: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a taking, or for htmx only the sheet that is filled in."""
    is_swap = bool(request.htmx)  # type: ignore[attr-defined]
    shown = ({} if is_swap else pages.head(taking)) | {
        "taking": taking,
        "steps": pages.steps_of(taking, result, typed),
        "summary": pages.summary(result or taking.result),
        "hinted": hinted.replace("@", "-"),
        "is_complete": taking.is_complete,
        "error": error,
        "submission_id": uuid4(),
        "seq": taking.attempt.last_seq + 1,
    }
    template = "exercises/taken.html#sheet" if is_swap else "exercises/taken.html"
    return render(request, template, PRACTICE | shown, status=status)
