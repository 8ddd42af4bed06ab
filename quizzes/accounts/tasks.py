from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from quizzes.accounts import services


@shared_task(name="quizzes.accounts.tasks.forget_idle_guests")
def forget_idle_guests() -> None:
    services.forget_idle_guests(before=timezone.now() - timedelta(days=2))
