"""The Celery application. A task is only a hint: the outbox in the database is the work list."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging, worker_process_init
from django.conf import settings

from studyapp.launcher import kernel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyapp.settings")

app = Celery("studyapp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()  # quizzes/tasks.py is the index of the features' tasks


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Celery would bring its own handlers; ours are set up with Django."""


@celeryd_init.connect
def refuse_unsafe_servers(**kwargs: Any) -> None:
    from studyapp.checks import refuse_unsafe

    if settings.DEPLOYED:
        refuse_unsafe()


@worker_process_init.connect
def die_with_the_worker(**kwargs: Any) -> None:
    """A worker killed with -9 must not leave pool processes behind that hold connections and half-done work."""
    kernel.die_with_parent()


def some_worker_answers(timeout: float = 1.0) -> bool:
    """Whether at least one worker replies to a ping. Raises when the broker can't be reached."""
    with app.connection_for_write(
        transport_options={"socket_connect_timeout": timeout, "socket_timeout": timeout + 1}
    ) as connection:
        connection.ensure_connection(max_retries=1, timeout=1)
        return bool(app.control.ping(timeout=timeout, limit=1, connection=connection))
