"""What every page needs of HTTP: who may keep it, what was typed, and where a request comes from.

Cache headers come in two kinds: public content is the same bytes for everybody, everything else is one person's, and
no cache keeps it but, where he would lose what he typed, his own browser.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from gzip import compress
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

from quizzes.errors import Refused

MOST_REMEMBERED = 100_000  # bytes of a page whose packed form is kept: sixty sheets of paper would fill the memory
View = Callable[..., Any]  # a page, or the dispatch of a class of the API


def public(view: View) -> View:
    """Any cache may keep it for a minute and then ask again by ETag. The view may not touch user, session or CSRF."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _forget_cookies(request)
        response = view(request, *args, **kwargs)
        if response.status_code != 200 or response.streaming:
            return response
        patch_cache_control(response, public=True, max_age=60)
        return _packed(request, _conditional(request, response))

    return wrapped


def _forget_cookies(request: HttpRequest) -> None:
    """Or what stands around the view would put a broken one right: set it anew, and have the page vary by it."""
    request.COOKIES = {}
    request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)


def private(view: View) -> View:
    """Kept by no cache: what it shows belongs to one person."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return wrapped


def own_history(view: View) -> View:
    """One person's too, but of what he sent himself: his browser keeps it, so that Back finds it; nobody else does."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, max_age=0)
        return response

    return wrapped


def text_of(sent: QueryDict, name: str, longest: int = 200) -> str:
    """A short text field as it may be looked up in any database: no NUL, cut at its length."""
    return sent.get(name, "").replace("\x00", " ")[:longest].strip()


def uuid_of(sent: QueryDict, name: str) -> UUID:
    """The number of a form, or of what it refers to. Raises Refused where it is missing or no such number."""
    try:
        return UUID(sent.get(name, ""))
    except ValueError as error:
        raise Refused("form_broken", "The form came back without its number.", "Load the page again.") from error


def client_address(request: HttpRequest) -> str:
    """Where a request comes from: what the outermost of our own proxies wrote down, else the other end itself."""
    heard = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies = settings.NUM_PROXIES
    if proxies and len(heard) >= proxies:
        return str(heard[-proxies])
    return str(request.META.get("REMOTE_ADDR", ""))


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    etag = f'"{blake2b(response.content, digest_size=16).hexdigest()}"'
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _packed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Gzip is safe here: the page holds no secret and nothing of its reader's that could be guessed by its length."""
    patch_vary_headers(response, ["Accept-Encoding"])
    worth_it = response.status_code == 200 and len(response.content) > 1000
    if worth_it and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = (_gzip if len(response.content) <= MOST_REMEMBERED else _compressed)(response.content)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["ETag"] = f"W/{response.headers['ETag']}"
    return response


def _compressed(content: bytes) -> bytes:
    return compress(content, compresslevel=6, mtime=0)


_gzip = lru_cache(maxsize=64)(_compressed)
