from datetime import timedelta

from celery import current_app, shared_task
from django.utils import timezone

from quizzes.jobs.models import Outbox
from quizzes.jobs.services import forget_done


def send(row: Outbox) -> None:
    """Publish one outbox row. No retry here: the relay comes back to it."""
    current_app.send_task(row.task, args=[row.pk], queue=row.queue, retry=False)


@shared_task(name="quizzes.jobs.tasks.sweep")
def sweep() -> None:
    forget_done(timezone.now() - timedelta(days=7))
