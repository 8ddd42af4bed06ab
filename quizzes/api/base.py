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
from quizzes.errors import Refused
from quizzes.http import private

MOST_BYTES = 64 * 1024


def learner(request: Request | HttpRequest) -> User:
    """Who learns: the account behind the token or the session. Views that call it require authentication."""
    assert isinstance(request.user, User)
    return request.user


def read[S: serializers.BaseSerializer[Any]](request: Request, serializer: type[S]) -> dict[str, Any]:
    """The body, checked. Raises Refused for one over 64 kB before anything is parsed, ValidationError for a fault."""
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if size > MOST_BYTES:
        raise Refused("body_too_large", f"The body has {size} bytes; at most {MOST_BYTES} are read.", "Send less.")
    try:
        checked = serializer(data=request.data)
    except RecursionError as error:
        raise Refused("too_deep", "The body is nested too deeply to be read.", "The schema shows its shape.") from error
    checked.is_valid(raise_exception=True)
    return dict(checked.validated_data)


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
