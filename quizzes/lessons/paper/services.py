"""A PDF of sheets: ordered by staff, made by a worker, kept for a week."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from django.db import transaction
from django.utils import timezone

from quizzes.errors import Refused, Unavailable
from quizzes.jobs.models import Job
from quizzes.jobs.services import UNOWED, Work, advance_job, end_job, enqueue, start_job
from quizzes.lessons.paper import chromium
from quizzes.lessons.paper.documents import document
from quizzes.lessons.paper.models import PaperOrder
from quizzes.lessons.paper.wanted import Wanted, read

SIZES = {"a4": "A4", "letter": "Letter"}
KEPT = timedelta(days=7)
MOST_TAGGED = 10  # sheets whose PDF says what is a heading and what a table: with sixty it takes a minute
MAKE = "quizzes.lessons.paper.tasks.make_pdf"


@transaction.atomic
def order_pdf(*, asked: Wanted, size: str, requested_by: Any) -> PaperOrder:
    """Owe a PDF of these sheets. Raises: Refused for another size of paper, Unavailable without a browser."""
    if size not in SIZES:
        raise Refused("bad_size", f"The paper is “{size[:24]}”, needs one of: {', '.join(SIZES.values())}.")
    if chromium.found() is None:
        raise Unavailable("no_browser", chromium.MISSING, "Print the sheets from your browser.")
    first, count = asked.first, len(asked.examples)
    sheets = f"{count} sheets, seed {asked.seed}" if asked.is_drawn else "one example"
    title = f"{first.declared.title} on paper: {sheets}"
    job = start_job(kind="paper", title=title, total=1, requested_by=requested_by)
    order = PaperOrder.objects.create(job=job, cell=first.cell, query=asked.query(), size=size)
    enqueue(task=MAKE, arguments={"job_id": str(job.pk)})
    return order


def make_pdf(*, job_id: str, work: Work = UNOWED) -> None:
    """Print the sheets of an order into its row, with the mark that it is done in the same transaction."""
    order = PaperOrder.objects.select_related("job").defer("pdf").get(job_id=job_id)
    if order.job.is_over:
        return
    try:
        asked = read(order.cell, parse_qs(order.query))
        is_tagged = len(asked.examples) <= MOST_TAGGED
        pdf = chromium.printed(document(asked, SIZES[order.size]), is_tagged=is_tagged, still=work.renew)
    except (Refused, Unavailable) as error:
        end_job(job_id=job_id, state=Job.State.FAILED, message=error.message)
        return
    _store(order, pdf, work)


@transaction.atomic
def _store(order: PaperOrder, pdf: bytes, work: Work) -> None:
    work.finish()
    if Job.objects.select_for_update().get(pk=order.pk).is_over:  # cancelled meanwhile
        return
    PaperOrder.objects.filter(pk=order.pk).update(pdf=pdf)
    PaperOrder.objects.filter(job__ended_at__lt=timezone.now() - KEPT).update(pdf=None)
    advance_job(job_id=order.pk, done=1)
