from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotFound as NoSuchPage
from rest_framework.pagination import PageNumberPagination

from quizzes.errors import NotFound


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except NoSuchPage as error:
            raise NotFound("page_unknown", "The list has no such page.", "Follow `next` from page 1.") from error
