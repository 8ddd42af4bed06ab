"""Access tokens of the API: made here, shown once, stored as SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from quizzes.accounts.models import AccessToken, User
from quizzes.errors import Refused

MOST_TOKENS = 20
TOUCH_EVERY = timedelta(minutes=10)


def digest_of(key: str) -> str:
    """A token is 256 random bits, so a plain fast hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def make_token(*, user: User, name: str) -> tuple[AccessToken, str]:
    """A new token and its key. The key is returned here and nowhere else."""
    name = name.strip()
    if not name or len(name) > 80:
        raise Refused("token_name", "A token needs a name of 1 to 80 characters.", "Say what it is for.")
    if user.access_tokens.count() >= MOST_TOKENS:
        raise Refused("too_many_tokens", f"You have {MOST_TOKENS} tokens, the most allowed.", "Revoke one first.")
    key = secrets.token_urlsafe(32)
    token = AccessToken.objects.create(user=user, name=name, prefix=key[:6], digest=digest_of(key))
    return token, key


def revoke_token(*, user: User, token_id: int) -> None:
    AccessToken.objects.visible_to(user).filter(pk=token_id).delete()


def user_of_key(key: str) -> User | None:
    """Whose key it is, if anyone's; remembers the use, at most once in ten minutes."""
    token = AccessToken.objects.select_related("user").filter(digest=digest_of(key)).first()
    if token is None or not token.user.is_active:
        return None
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > TOUCH_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user
