"""Today and the progress page. A stranger's Today is the same for everybody; all else here belongs to one person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from quizzes.accounts.middleware import find_learner
from quizzes.accounts.models import User
from quizzes.http import private, public
from quizzes.progress.pages import progress_page, today_page
from quizzes.progress.today import rows_for_a_stranger
from quizzes.progress.welcome import promise


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """One address, two pages: which one is told by the cookie, so a cache keeps them apart by it."""
    response = _public_today(request) if find_learner(request) is None else _own_today(request)
    patch_vary_headers(response, ["Cookie"])
    return response


@public
def _public_today(request: HttpRequest) -> HttpResponse:
    context = {"section": "today", "rows": rows_for_a_stranger(), "promise": promise()}
    response = render(request, "progress/welcome.html", context)
    patch_cache_control(response, max_age=0)  # whoever has just become a learner must not be shown this one again
    return response


@private
def _own_today(request: HttpRequest) -> HttpResponse:
    return render(request, "progress/today.html", today_page(_learner(request), timezone.now()))


@private
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    learner = find_learner(request)
    if learner is None:
        return render(request, "progress/nothing.html", {"section": "progress"})
    return render(request, "progress/progress.html", progress_page(learner, timezone.now()))


def _learner(request: HttpRequest) -> User:
    learner = find_learner(request)
    assert learner is not None
    return learner
