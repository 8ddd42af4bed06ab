from celery import shared_task
from django.utils import timezone

from quizzes.practice.quizzes import services


@shared_task(name="quizzes.practice.tasks.finish_overdue")
def finish_overdue() -> None:
    services.finish_overdue(now=timezone.now())
