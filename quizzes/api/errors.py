"""Every refusal of the API has the same three fields: code, message, hint."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from quizzes.errors import StudyError

HINTS = {
    "not_authenticated": "Send Authorization: Token KEY; make a key on the account page.",
    "authentication_failed": "Check the key, or make a new one on the account page.",
    "permission_denied": "This needs an instructor's account.",
    "not_found": "Check the address; the schema at /api/v1/schema/ lists all of them.",
    "method_not_allowed": "The schema at /api/v1/schema/ lists what each address takes.",
    "parse_error": "Send JSON, as the schema at /api/v1/schema/ shows.",
    "unsupported_media_type": "Send Content-Type: application/json.",
    "throttled": "Wait as long as the Retry-After header says.",
}


def as_reply(error: Exception, context: dict[str, Any]) -> Response | None:
    """A Response for what a caller can act on; None (a plain 500) for what he can't."""
    if isinstance(error, StudyError):
        return Response(_body(error.code, error.message, error.hint), status=error.status)
    if isinstance(error, exceptions.ValidationError):
        return Response(_body("invalid", _faults(error.detail), "Correct these fields and send again."), status=422)
    reply = exception_handler(error, context)
    if reply is not None:
        code, message = _told(error)
        reply.data = _body(code, message, HINTS.get(code, ""))
    return reply


def _told(error: Exception) -> tuple[str, str]:
    if isinstance(error, Http404):
        return "not_found", "There is nothing at this address."
    if isinstance(error, PermissionDenied):
        return "permission_denied", "You may not do this."
    detail = getattr(error, "detail", "")
    return str(getattr(detail, "code", "error")), str(detail)


def _faults(detail: Any, path: str = "") -> str:
    """All faults in one line: "seq: A valid integer is required." """
    if isinstance(detail, dict):
        return " ".join(_faults(part, f"{path}.{name}" if path else str(name)) for name, part in detail.items())
    if isinstance(detail, list):
        return " ".join(_faults(part, path) for part in detail)
    return f"{path}: {detail}" if path and path != "non_field_errors" else str(detail)


def _body(code: str, message: str, hint: str) -> dict[str, str]:
    return {"code": code, "message": message, "hint": hint}
