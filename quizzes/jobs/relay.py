"""The relay: publishes what the outbox owes, as long as it runs. A dead broker delays it and loses nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from math import inf
from threading import Event
from time import monotonic

from django.db import close_old_connections
from django.utils import timezone

from quizzes.jobs.models import Outbox
from quizzes.jobs.services import beat, due_rows, mark_published

log = logging.getLogger(__name__)

PAUSE_S = 0.5
BEAT_EVERY_S = 5
Send = Callable[[Outbox], None]


class Pulse:
    """The heartbeat of the relay: written whenever it is due, as the clock and not the number of pauses says."""

    def __init__(self) -> None:
        self.last = -inf

    def __call__(self) -> None:
        if monotonic() - self.last >= BEAT_EVERY_S:
            beat("relay")
            self.last = monotonic()


def publish_due(send: Send, pulse: Callable[[], None] = lambda: None) -> int:
    """Publish every due row once; how many. A row is marked only after the broker took it."""
    now = timezone.now()
    rows = due_rows(now)
    sent: list[Outbox] = []
    try:
        for row in rows:
            pulse()
            send(row)
            sent.append(row)
    finally:
        if sent:
            mark_published(sent, now)
    return len(sent)


def run(stop: Event, send: Send) -> None:
    """Publish until told to stop. Faults of the broker or the database are waited out, and told once.

    The relay lives while it waits for a broker that is slow or away, and its heartbeat says so.
    """
    is_well, pulse = True, Pulse()
    while not stop.is_set():
        try:
            pulse()
            sent = publish_due(send, pulse)
            is_well = _told(is_well, True, "the relay publishes again")
        except Exception as error:  # whatever is away, the rows wait
            sent = 0
            is_well = _told(is_well, False, f"the relay waits: {error!r}")
            close_old_connections()
        if not sent:
            stop.wait(PAUSE_S)


def _told(was_well: bool, is_well: bool, message: str) -> bool:
    if was_well != is_well:
        log.warning(message)
    return is_well
