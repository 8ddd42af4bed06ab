"""Guests, and what becomes of them."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.http import HttpRequest

from quizzes.accounts.middleware import find_learner
from quizzes.accounts.models import User
from quizzes.errors import Refused


def learner_of(request: HttpRequest) -> User:
    """Who learns. In a POST a stranger becomes a guest, whose signed cookie goes out with the reply."""
    learner = find_learner(request)
    if learner is None:
        if request.method != "POST":
            raise ValueError("only a POST may make a guest")
        learner = make_guest()
        request._learner = request._new_guest = learner  # type: ignore[attr-defined]
    return learner


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
    user.delete()
