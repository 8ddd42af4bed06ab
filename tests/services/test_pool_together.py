"""Many at once: learners drawing, and workers topping up. Runs on SQLite, and on PostgreSQL with DATABASE_URL."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from quizzes.accounts.models import User
from quizzes.items.models import Variant
from quizzes.items.pool import make_variants, pool_target, top_up_pool
from quizzes.practice.exercises.services import take
from quizzes.practice.models import Attempt
from tests.samples import make_generator

pytestmark = pytest.mark.django_db(transaction=True)


def together(act, each):
    """Run `act` once for every item, eight at a time, each thread with a connection of its own."""

    def run(item):
        try:
            return act(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(run, each))


def test_fifty_learners_and_a_pool_of_ten_with_no_worker_are_all_served_and_none_twice():
    generator = make_generator()
    make_variants(version=generator.current, count=10)
    users = [User.objects.create(username=f"learner {k}") for k in range(50)]
    attempts = together(lambda user: take(user=user, generator=generator, now=timezone.now()), users)
    assert len({attempt.variant_id for attempt in attempts}) == 50
    assert Attempt.objects.count() == 50
    assert not Variant.objects.filter(state=Variant.State.POOL).exists()


def test_many_workers_neither_make_a_variant_twice_nor_overfill():
    generator = make_generator(low_water=30)
    together(lambda _: top_up_pool(generator_id=generator.pk), range(8))
    variants = generator.current.variants.all()
    assert variants.count() == pool_target(generator)
    assert len({variant.seed for variant in variants}) == len({variant.digest for variant in variants}) == 60
