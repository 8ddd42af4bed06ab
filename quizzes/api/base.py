"""What every view of the API stands on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.decorators import method_decorator
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from quizzes.accounts.models import User
from quizzes.errors import Refused, StudyError
from quizzes.http import private

MOST_BYTES = 64 * 1024


class NothingSerializer(serializers.Serializer[Any]):
    """For what takes no fields: an empty body or {} will do, and what can't be read is refused as everywhere."""


def learner(request: Request | HttpRequest) -> User:
    """Who learns: the account behind the token or the session. Views that call it require authentication."""
    assert isinstance(request.user, User)
    return request.user


def read[S: serializers.BaseSerializer[Any]](request: Request, serializer: type[S]) -> dict[str, Any]:
    """The body, checked. Raises StudyError for one whose size is too large or unknown before anything is parsed.

    Every address that is posted to calls it, also where nothing needs to be sent. Raises ValidationError for a fault.
    """
    _check_size(request)
    try:
        checked = serializer(data=request.data)
    except RecursionError as error:
        raise Refused("too_deep", "The body is nested too deeply to be read.", "The schema shows its shape.") from error
    checked.is_valid(raise_exception=True)
    return dict(checked.validated_data)


def _check_size(request: Request) -> None:
    if "HTTP_TRANSFER_ENCODING" in request.META:
        raise StudyError(
            "length_required",
            "The body came in chunks, without its length, and was not read.",
            "Send it in one piece with a Content-Length header.",
            status=411,
        )
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if size > MOST_BYTES:
        raise Refused("body_too_large", f"The body has {size} bytes; at most {MOST_BYTES} are read.", "Send less.")


@method_decorator(private, name="dispatch")
class LearnerView(APIView):
    """Needs a token or a session; what it answers is one person's."""


class PublicView(APIView):
    permission_classes = (AllowAny,)


class PublicList(generics.ListAPIView[Any]):
    permission_classes = (AllowAny,)


class PublicDetail(generics.RetrieveAPIView[Any]):
    permission_classes = (AllowAny,)
    lookup_field = "slug"
