"""Says who learns: the signed-in user, or the guest behind the signed cookie."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from quizzes.accounts.models import User

GUEST_COOKIE = "guest"
YEAR = 365 * 24 * 3600


def find_learner(request: HttpRequest) -> User | None:
    """The signed-in user, else the guest whose signed cookie came along, else nobody. Reads no table for strangers."""
    if hasattr(request, "_learner"):
        return request._learner  # type: ignore[no-any-return]
    user = request.user if request.user.is_authenticated else _guest_of(request)
    request._learner = user  # type: ignore[attr-defined]
    return user  # type: ignore[return-value]


def _guest_of(request: HttpRequest) -> User | None:
    """By his random name, not by a number: after a restore numbers are given out again, names are not."""
    name = request.get_signed_cookie(GUEST_COOKIE, default=None, salt=GUEST_COOKIE, max_age=YEAR)
    return User.objects.filter(username=name, is_guest=True, is_active=True).first() if name else None


class LearnerMiddleware:
    """Sets `request.learner` (lazy) and hands a new guest his cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.learner = SimpleLazyObject(lambda: find_learner(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        guest = getattr(request, "_new_guest", None)
        if guest is not None:
            response.set_signed_cookie(
                GUEST_COOKIE,
                guest.username,
                salt=GUEST_COOKIE,
                max_age=YEAR,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response
