from celery import shared_task
from django.db import transaction

from quizzes.catalog.models import Course
from quizzes.flashcards import services
from quizzes.jobs.services import claimed


@shared_task(name="quizzes.flashcards.tasks.sync_cards")
def sync_cards(outbox_id: int) -> None:
    with claimed(outbox_id) as claim:
        if claim is not None:
            with transaction.atomic():
                claim.finish()
                services.sync_cards(Course.objects.get(pk=claim.arguments["course_id"]))
