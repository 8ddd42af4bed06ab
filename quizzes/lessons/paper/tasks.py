from celery import shared_task

from quizzes.jobs.services import claimed
from quizzes.lessons.paper import services


@shared_task(name=services.MAKE)
def make_pdf(outbox_id: int) -> None:
    with claimed(outbox_id) as claim:
        if claim is not None:
            services.make_pdf(**claim.arguments, work=claim)
