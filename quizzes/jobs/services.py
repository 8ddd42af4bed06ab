"""The outbox and the jobs. A web request never publishes: it writes a row, and the relay does the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from quizzes.jobs.models import AuditEntry, Heartbeat, Job, Outbox

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
RETRY_AFTER = timedelta(seconds=60)
MOST_ATTEMPTS = 3


def enqueue(*, task: str, arguments: dict[str, Any], queue: str = "default", due_at: datetime | None = None) -> Outbox:
    """Owe a task. It is published after the surrounding transaction commits, at once or when it is due."""
    return Outbox.objects.create(task=task, arguments=arguments, queue=queue, due_at=due_at or timezone.now())


def enqueue_once(*, task: str, arguments: dict[str, Any], queue: str = "default") -> Outbox | None:
    """Owe a task unless the same one with the same arguments is already open."""
    is_open = Outbox.objects.filter(task=task, arguments=arguments, done_at=None, parked_at=None).exists()
    return None if is_open else enqueue(task=task, arguments=arguments, queue=queue)


class TakenOver(Exception):
    """The lease ran out and another handler has the row: whatever this one was about to store is rolled back."""


class Work:
    """A piece of work as its service sees it: renewed between its blocks, finished in the transaction that stores it.

    This one is for work that no outbox row owes: neither does anything.
    """

    def renew(self) -> None:
        """I am still at it."""

    def finish(self) -> None:
        """What the surrounding transaction stores is all there was to do."""


UNOWED = Work()


@dataclass
class Claim(Work):
    """An outbox row taken up. Whoever takes it up next counts one attempt more, by which this claim knows its end."""

    row: Outbox
    is_finished: bool = False

    @property
    def arguments(self) -> dict[str, Any]:
        return self.row.arguments

    def renew(self) -> None:
        self._update(lease_until=timezone.now() + LEASE)

    def finish(self) -> None:
        self._update(done_at=timezone.now(), lease_until=None, parked_at=None, fault="")
        self.is_finished = True

    def count_fault(self, error: Exception) -> None:
        is_last = self.row.attempts >= MOST_ATTEMPTS
        parked_at = timezone.now() if is_last else None
        self._mine().update(lease_until=None, fault=repr(error)[:2000], parked_at=parked_at)

    def _update(self, **fields: Any) -> None:
        if not self._mine().update(**fields):
            raise TakenOver(f"{self.row} was taken over by another handler")

    def _mine(self) -> QuerySet[Outbox]:
        return Outbox.objects.filter(pk=self.row.pk, attempts=self.row.attempts, done_at=None)


@contextmanager
def claimed(outbox_id: int) -> Iterator[Claim | None]:
    """The row, under a lease, for one piece of work; None if it is done or another handler holds it.

    No transaction is open around the work. Whoever stores calls `finish` in the transaction that stores, so that the
    work and the mark "done" commit together and a kill costs this piece and nothing else; what stores nothing is
    finished at the end. A fault frees the lease and is counted; after three attempts without success the row is parked.
    """
    claim = _claim(outbox_id, timezone.now())
    if claim is None:
        yield None
        return
    try:
        yield claim
        if not claim.is_finished:
            claim.finish()
    except TakenOver as error:
        log.warning("%s", error)
    except Exception as error:
        claim.count_fault(error)
        raise


def _claim(outbox_id: int, now: datetime) -> Claim | None:
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    open_rows = Outbox.objects.filter(free, pk=outbox_id, done_at=None, parked_at=None)
    if not open_rows.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    return Claim(Outbox.objects.get(pk=outbox_id))


def due_rows(now: datetime, limit: int = 100) -> list[Outbox]:
    """What to publish: due, not done, not parked, under no lease, and not published within the last minute.

    A row published three times whose handlers all died without a word is parked too: it kills its worker.
    """
    open_rows = Outbox.objects.filter(done_at=None, parked_at=None, due_at__lte=now)
    open_rows.filter(attempts__gte=MOST_ATTEMPTS, lease_until__lt=now).update(
        parked_at=now, fault="its handler died three times without a word"
    )
    waiting = Q(published_at=None) | Q(published_at__lt=now - RETRY_AFTER)
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return list(open_rows.filter(waiting, free).order_by("due_at", "pk")[:limit])


def mark_published(rows: list[Outbox], now: datetime) -> None:
    Outbox.objects.filter(pk__in=[row.pk for row in rows]).update(published_at=now)


def forget_done(before: datetime) -> int:
    """Delete finished rows older than `before`; parked ones stay until a person has looked."""
    return Outbox.objects.filter(done_at__lt=before).delete()[0]


def beat(name: str, now: datetime | None = None) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now or timezone.now()})


def start_job(*, kind: str, title: str, total: int, requested_by: AbstractBaseUser | None) -> Job:
    return Job.objects.create(
        kind=kind, title=title, total=total, requested_by_id=requested_by.pk if requested_by else None
    )


def advance_job(*, job_id: Any, done: int, message: str = "") -> Job:
    """Add to what is done; a job that has all of it is over. A cancelled job stays cancelled."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.is_over:
        return job
    job.done = min(job.total, job.done + done)
    job.state = Job.State.DONE if job.done >= job.total else Job.State.RUNNING
    job.ended_at = timezone.now() if job.is_over else None
    job.message = message or job.message
    job.save()
    return job


def end_job(*, job_id: Any, state: str, message: str = "") -> None:
    open_jobs = Job.objects.filter(pk=job_id, state__in=[Job.State.WAITING, Job.State.RUNNING])
    open_jobs.update(state=state, message=message, ended_at=timezone.now())


def cancel_job(*, job_id: Any) -> None:
    """No further piece is started; what was made stays."""
    end_job(job_id=job_id, state=Job.State.CANCELLED, message="cancelled")


def audit(
    *, actor: AbstractBaseUser | None, action: str, subject: str, detail: dict[str, Any] | None = None
) -> AuditEntry:
    return AuditEntry.objects.create(
        actor_id=actor.pk if actor else None, action=action, subject=subject[:120], detail=detail or {}
    )
