"""Guests, and what becomes of them."""

from __future__ import annotations

import secrets
from datetime import datetime

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest

from quizzes.accounts.middleware import find_learner
from quizzes.accounts.models import User
from quizzes.errors import Refused, TooMany
from quizzes.http import client_address

HOUR_S = 3600
MOST_GUESTS_AN_HOUR = 1000


def learner_of(request: HttpRequest) -> User:
    """Who learns. In a POST a stranger becomes a guest, whose signed cookie goes out with the reply."""
    learner = find_learner(request)
    if learner is None:
        if request.method != "POST":
            raise ValueError("only a POST may make a guest")
        brake_guests(client_address(request))
        learner = make_guest()
        request._learner = request._new_guest = learner  # type: ignore[attr-defined]
    return learner


def brake_guests(address: str) -> None:
    """A lecture hall behind one address may come at once; a script without cookies may not go on for ever."""
    key = f"guests-{address}"
    cache.add(key, 0, timeout=HOUR_S)
    if cache.incr(key) > MOST_GUESTS_AN_HOUR:
        raise TooMany("too_many_guests", "Too many new visitors came from this address.", "Try again in an hour.")


def forget_idle_guests(*, before: datetime) -> int:
    """Delete guests from before then who have left no work; how many."""
    idle = User.objects.filter(is_guest=True, date_joined__lt=before, attempts=None, reviews=None, own_cards=None)
    return idle.delete()[1].get("quizzes.User", 0)


def make_guest() -> User:
    guest = User(username=f"guest-{secrets.token_hex(8)}", is_guest=True)
    guest.set_unusable_password()
    guest.save()
    return guest


@transaction.atomic
def erase_user(*, user: User, confirmation: str) -> None:
    """Erase the account and everything it did. Raises Refused unless the username is typed as confirmation."""
    if confirmation.strip() != user.username:
        raise Refused("not_confirmed", "The username typed does not match.", "Type your username exactly to erase.")
    if user.is_superuser and User.objects.filter(is_superuser=True, is_active=True).count() == 1:
        raise Refused("last_superuser", "This is the only administrator.", "Make another administrator first.")
    for trail in (AccessAttempt, AccessFailureLog, AccessLog):
        trail.objects.filter(username__in={user.username.lower(), user.email.lower()} - {""}).delete()
    user.delete()
