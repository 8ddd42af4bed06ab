"""Light, dark or as the system has it, and single-key shortcuts on or off: two cookies and one small page.

No page varies with the theme. Every page links the same `/theme.css`, and only that sheet answers by cookie.
"""

from __future__ import annotations

from hashlib import blake2b

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from quizzes.accounts.models import User
from quizzes.http import private

THEME_COOKIE = "theme"
KEYS_COOKIE = "keys"  # read by static/carousel/keys.js, so it is not HttpOnly
YEAR = 365 * 24 * 3600
SCHEMES = {"system": "light dark", "light": "light", "dark": "dark"}
CHOICES = [("system", "As my device has it"), ("light", "Light"), ("dark", "Dark")]


@require_safe
def stylesheet(request: HttpRequest) -> HttpResponse:
    """The tokens, with the colour scheme fixed or left open. A browser asks each time and mostly gets a 304."""
    scheme = SCHEMES[chosen_theme(request)]
    response = render(request, "theme.css", {"scheme": scheme}, content_type="text/css")
    etag = f'"{blake2b(response.content, digest_size=8).hexdigest()}"'
    response.headers["Cache-Control"], response.headers["ETag"] = "private, no-cache", etag
    patch_vary_headers(response, ["Cookie"])
    return get_conditional_response(request, etag=etag, response=response) or response


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
        cookie = {"max_age": YEAR, "samesite": "Lax", "httponly": True, "secure": request.is_secure()}
        response.set_cookie(THEME_COOKIE, theme, **cookie)
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(single_keys=keys_on)
    messages.success(request, "Saved for this browser.")
    return response
