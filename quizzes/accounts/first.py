"""On a fresh site nobody can sign in: the first instructor gets a link, once, to choose a password behind it."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse

from quizzes.accounts.models import User

FIRST_NAME = "instructor"


@transaction.atomic
def create_first_instructor() -> str | None:
    """The path of the new instructor's one-time link; None when somebody who teaches is there already."""
    if User.objects.filter(is_staff=True).exists() or User.objects.filter(username=FIRST_NAME).exists():
        return None
    user = User.objects.create_user(username=FIRST_NAME, is_staff=True)  # without a password nobody can sign in
    user.groups.add(Group.objects.get_or_create(name="Instructor")[0])
    return sign_in_path(user)


def sign_in_path(user: User) -> str:
    """A page to choose a password on. It serves once: choosing changes what the key in the address was made from."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
