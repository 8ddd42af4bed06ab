"""Signing up keeps a guest's work: the guest's own row becomes the account."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from quizzes.accounts.middleware import find_learner
from quizzes.accounts.models import User

NOT_SIGNED_IN = "No account has this name or e-mail address with this password."


class GuestKeepingAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": NOT_SIGNED_IN,
        "email_password_mismatch": NOT_SIGNED_IN,
    }

    def new_user(self, request: HttpRequest) -> User:
        learner = find_learner(request)
        return learner if learner is not None and learner.is_guest else User()

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.is_guest = False
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """An instructor signs in to work in the panel, a learner to study."""
        return reverse("admin:index") if request.user.is_staff else reverse("today")
