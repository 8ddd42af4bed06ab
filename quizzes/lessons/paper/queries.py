from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q

from quizzes.errors import NotFound
from quizzes.lessons.paper.models import PaperOrder, PaperOrderQuerySet

LATEST = 10


def latest_orders(user: Any) -> PaperOrderQuerySet:
    """The last orders with their jobs, the files left in the database; `is_there` says whether one can be fetched."""
    is_there = ExpressionWrapper(Q(pdf__isnull=False), output_field=BooleanField())
    orders = PaperOrder.objects.visible_to(user).select_related("job").defer("pdf")
    return orders.annotate(is_there=is_there)[:LATEST]


def printed(user: Any, job_id: UUID) -> PaperOrder:
    """An order whose file is there. Raises: NotFound."""
    order = PaperOrder.objects.visible_to(user).select_related("job").filter(pk=job_id, pdf__isnull=False).first()
    if order is None:
        raise NotFound("no_pdf", "There is no such PDF, or it is no longer kept.", "Order it again.")
    return order
