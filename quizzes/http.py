"""Cache headers in two kinds: public content is the same bytes for everybody, everything else is one person's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Any cache may keep it for a minute and then ask again by ETag. The view may not touch user, session or CSRF."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 200 or response.streaming:
            return response
        patch_cache_control(response, public=True, max_age=60)
        return _conditional(request, response)

    return wrapped


def private(view: View) -> View:
    """Kept by no cache: what it shows belongs to one person."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return wrapped


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    etag = f'"{blake2b(response.content, digest_size=16).hexdigest()}"'
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response
