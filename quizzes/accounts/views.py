"""The account page: settings, access tokens, taking everything out, erasing everything."""

from __future__ import annotations

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from quizzes.accounts.middleware import GUEST_COOKIE, find_learner
from quizzes.accounts.models import AccessToken, User
from quizzes.accounts.services import erase_user
from quizzes.accounts.tokens import make_token, revoke_token
from quizzes.errors import StudyError
from quizzes.http import private, text_of


@private
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """For a signed-in user or a guest; a stranger is shown how to sign up."""
    return _page(request, find_learner(request))


@private
@login_required
@require_POST
def token_new(request: HttpRequest) -> HttpResponse:
    """Shows the key in this one reply; it is stored nowhere."""
    user = _signed_in(request)
    try:
        token, key = make_token(user=user, name=text_of(request.POST, "name", longest=81))
    except StudyError as error:
        return _page(request, user, token_error=error)
    return _page(request, user, new_token=token, new_key=key)


@private
@login_required
@require_POST
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    revoke_token(user=_signed_in(request), token_id=token_id)
    return redirect("account")


@private
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    learner = find_learner(request)
    if learner is None:
        return redirect("account")
    try:
        erase_user(user=learner, confirmation=text_of(request.POST, "confirmation"))
    except StudyError as error:
        return _page(request, learner, erase_error=error)
    logout(request)
    response = render(request, "accounts/erased.html")
    response.delete_cookie(GUEST_COOKIE)
    return response


def _signed_in(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _page(request: HttpRequest, learner: User | None, **extra: object) -> HttpResponse:
    errors = [extra.get("token_error"), extra.get("erase_error")]
    status = next((error.status for error in errors if isinstance(error, StudyError)), 200)
    tokens = AccessToken.objects.visible_to(learner) if learner and not learner.is_guest else []
    context = {"learner": learner, "tokens": tokens, "new_key": None, **extra}
    return render(request, "accounts/account.html", context, status=status)
