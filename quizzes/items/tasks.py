"""Celery's way into the pool. Each task is one piece of work, claimed by its outbox row."""

from celery import shared_task

from quizzes.items import generation, pool
from quizzes.jobs.services import claimed


@shared_task(name="quizzes.items.tasks.top_up_pool")
def top_up_pool(outbox_id: int) -> None:
    with claimed(outbox_id) as claim:
        if claim is not None:
            pool.top_up_pool(**claim.arguments, work=claim)


@shared_task(name="quizzes.items.tasks.top_up_pools")
def top_up_pools() -> None:
    pool.order_low_pools()


@shared_task(name="quizzes.items.tasks.generate_piece")
def generate_piece(outbox_id: int) -> None:
    with claimed(outbox_id) as claim:
        if claim is not None:
            generation.generate_piece(**claim.arguments, work=claim)
