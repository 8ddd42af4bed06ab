"""The API's own documentation page, and its 404."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.csp import CSP
from django.utils.decorators import method_decorator
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from quizzes.api.errors import HINTS

# The documentation bundle writes inline styles and draws its icons from data addresses; no script is inline.
DOCS_CSP: dict[str, Any] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}


@method_decorator(csp_override(DOCS_CSP), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    permission_classes = (AllowAny,)


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    body = {"code": "not_found", "message": "There is nothing at this address.", "hint": HINTS["not_found"]}
    return JsonResponse(body, status=404)
