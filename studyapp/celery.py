"""The Celery application. A task is only a hint: the outbox in the database is the work list."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyapp.settings")

app = Celery("studyapp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()  # quizzes/tasks.py is the index of the features' tasks


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Celery would bring its own handlers; ours are set up with Django."""
