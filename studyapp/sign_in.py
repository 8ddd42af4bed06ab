"""What the log-in brake (axes) counts by."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def login_name(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str | None:
    """The name somebody tried: our form calls it `login`, Django's admin `username`, and an e-mail address will do."""
    given = credentials or {}
    posted = request.POST if request is not None else {}
    for source in (given, posted):
        for field in ("login", "username", "email"):
            if value := source.get(field):
                return str(value).strip().lower()
    return None


def client_address(request: HttpRequest) -> str:
    """Where a request comes from: what the outermost of our own proxies wrote down, else the other end itself."""
    heard = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies = settings.NUM_PROXIES
    if proxies and len(heard) >= proxies:
        return str(heard[-proxies])
    return str(request.META.get("REMOTE_ADDR", ""))
