"""The API's own documentation page, and its 404."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.csp import CSP
from django.utils.decorators import method_decorator
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from quizzes.api.errors import HINTS

# As on every other page nothing is inline; but the bundle draws its icons from data addresses.
DOCS_CSP: dict[str, Any] = settings.SECURE_CSP | {"img-src": [CSP.SELF, "data:"]}


@method_decorator(csp_override(DOCS_CSP), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    permission_classes = (AllowAny,)
    template_name = "api/docs.html"  # with a way back, and without the inline style of the package's own


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    body = {"code": "not_found", "message": "There is nothing at this address.", "hint": HINTS["not_found"]}
    return JsonResponse(body, status=404)
