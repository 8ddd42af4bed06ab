from celery import shared_task

from quizzes.catalog.models import Course
from quizzes.flashcards import services
from quizzes.jobs.services import claimed


@shared_task(name="quizzes.flashcards.tasks.sync_cards")
def sync_cards(outbox_id: int) -> None:
    with claimed(outbox_id) as row:
        if row is not None:
            services.sync_cards(Course.objects.get(pk=row.arguments["course_id"]))
