"""Many variants at once: made piece by piece by workers, watched and cancelled by a person."""

from __future__ import annotations

from django.db import transaction

import sim
from quizzes.accounts.models import User
from quizzes.errors import Refused, Unavailable
from quizzes.items.generators import QUEUE
from quizzes.items.making import PIECE, fair_certificates, lock, store
from quizzes.items.models import Generator, GeneratorVersion, Variant
from quizzes.jobs.models import Job
from quizzes.jobs.services import UNOWED, Work, advance_job, end_job, enqueue, start_job

MOST_AT_ONCE = 100_000
GENERATE = "quizzes.items.tasks.generate_piece"


@transaction.atomic
def generate_variants(*, generator: Generator, count: int, requested_by: User | None) -> Job:
    """Start making so many variants in pieces; the job shows how far it is, and can be cancelled."""
    if generator.current is None:
        raise Refused("no_version", "This generator has no version yet.", "Save its specification first.")
    if not 1 <= count <= MOST_AT_ONCE:
        raise Refused("bad_count", f"{count} variants were asked for, needs 1 to {MOST_AT_ONCE}.")
    title = f"{count} variants of {generator.title}"[:200]
    job = start_job(kind="variants", title=title, total=count, requested_by=requested_by)
    _order_piece(job, generator.current, count)
    return job


def generate_piece(*, job_id: str, version_id: int, remaining: int, work: Work = UNOWED) -> None:
    """One piece of a generation. It, the mark that it is done, and the order of the next are committed together."""
    if Job.objects.get(pk=job_id).is_over:
        return
    version = GeneratorVersion.objects.select_related("generator").get(pk=version_id)
    try:
        found = fair_certificates(version, min(remaining, PIECE), work)
    except Unavailable as error:
        end_job(job_id=job_id, state=Job.State.FAILED, message=error.message)
        return
    _store_piece(job_id, version, remaining, found, work)


@transaction.atomic
def _store_piece(
    job_id: str, version: GeneratorVersion, remaining: int, found: list[sim.Certificate], work: Work
) -> None:
    work.finish()
    if Job.objects.select_for_update().get(pk=job_id).is_over:  # cancelled meanwhile
        return
    lock(version)
    made = len(store(version, found, Variant.State.POOL))
    job = advance_job(job_id=job_id, done=made)
    if not job.is_over:
        _order_piece(job, version, remaining - made)


def _order_piece(job: Job, version: GeneratorVersion, remaining: int) -> None:
    arguments = {"job_id": str(job.pk), "version_id": version.pk, "remaining": remaining}
    enqueue(task=GENERATE, arguments=arguments, queue=QUEUE)
