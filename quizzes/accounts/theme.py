"""Light, dark or as the system has it, and single-key shortcuts on or off: two cookies and one small page.

No page varies with the theme. Every page links the same `/theme.css`, and only that sheet answers by cookie.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from quizzes.http import private

THEME_COOKIE = "theme"
KEYS_COOKIE = "keys"  # read by static/carousel/page.js, so it is not HttpOnly
YEAR = 365 * 24 * 3600
SCHEMES = {"system": "light dark", "light": "light", "dark": "dark"}
CHOICES = [("system", "As my device has it"), ("light", "Light"), ("dark", "Dark")]


@require_safe
def stylesheet(request: HttpRequest) -> HttpResponse:
    """The tokens, with the colour scheme fixed or left open. A browser asks each time and mostly gets a 304."""
    scheme = SCHEMES[chosen_theme(request)]
    context = {"scheme": scheme, "font_version": font_version()}
    response = render(request, "theme.css", context, content_type="text/css")
    etag = f'"{blake2b(response.content, digest_size=8).hexdigest()}"'
    response.headers["Cache-Control"], response.headers["ETag"] = "private, no-cache", etag
    patch_vary_headers(response, ["Cookie"])
    return get_conditional_response(request, etag=etag, response=response) or response


@cache
def font_version() -> str:
    """Names the math font in its address, so that it may be kept for ever; empty while there is none."""
    path = _font_path()
    return blake2b(path.read_bytes(), digest_size=4).hexdigest() if path.exists() else ""


@require_safe
def math_font(request: HttpRequest) -> HttpResponseBase:
    """The small math font; browsers ask for it late, on pages with formulas, and only if their system has none."""
    if not font_version():
        raise Http404
    response = FileResponse(_font_path().open("rb"), content_type="font/woff")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _font_path() -> Path:
    return Path(settings.VAR_DIR) / "math.woff"


@private
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _keep(request)
    context = {"choices": CHOICES, "theme": chosen_theme(request), "single_keys": single_keys_on(request)}
    return render(request, "theme.html", context)


def chosen_theme(request: HttpRequest) -> str:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in SCHEMES else "system"


def single_keys_on(request: HttpRequest) -> bool:
    return request.COOKIES.get(KEYS_COOKIE) != "off"


def remember_keys(response: HttpResponse, *, on: bool, secure: bool) -> None:
    response.set_cookie(KEYS_COOKIE, "on" if on else "off", max_age=YEAR, samesite="Lax", secure=secure)


def _keep(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme", "")
    keys_on = request.POST.get("single_keys") == "on"
    response = redirect("theme")
    remember_keys(response, on=keys_on, secure=request.is_secure())
    if theme in SCHEMES:
        is_secure = request.is_secure()
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", httponly=True, secure=is_secure)
    messages.success(request, "Saved for this browser.")
    return response
