"""What every view of the API stands on."""

from __future__ import annotations

from typing import Any

from rest_framework import generics
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from quizzes.accounts.models import User


def learner(request: Request) -> User:
    """Who learns: the account behind the token or the session. Views that call it require authentication."""
    assert isinstance(request.user, User)
    return request.user


class PublicView(APIView):
    permission_classes = (AllowAny,)


class PublicList(generics.ListAPIView[Any]):
    permission_classes = (AllowAny,)


class PublicDetail(generics.RetrieveAPIView[Any]):
    permission_classes = (AllowAny,)
    lookup_field = "slug"


