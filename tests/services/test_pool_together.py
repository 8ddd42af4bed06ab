"""Many at once: learners drawing, and workers topping up. Runs on SQLite, and on PostgreSQL with DATABASE_URL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from quizzes.accounts.models import User
from quizzes.items import making, tasks
from quizzes.items.generation import generate_variants
from quizzes.items.making import make_seed, make_variants
from quizzes.items.models import Variant
from quizzes.items.pool import pool_target, top_up_pool
from quizzes.jobs.models import Job, Outbox
from quizzes.jobs.services import cancel_job
from quizzes.practice.exercises.taking import take
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


def while_computing(monkeypatch, act):
    """Do something once, in the midst of the next computation of certificates."""
    compute, waiting = making.passed, [act]

    def interrupted(version, seeds, most):
        if waiting:
            waiting.pop()()
        return compute(version, seeds, most)

    monkeypatch.setattr(making, "passed", interrupted)


def a_top_up(generator):
    return Outbox.objects.get(task="quizzes.items.tasks.top_up_pool"), tasks.top_up_pool


def a_piece(generator):
    generate_variants(generator=generator, count=300, requested_by=None)
    return Outbox.objects.get(task="quizzes.items.tasks.generate_piece"), tasks.generate_piece


@pytest.mark.parametrize("order", [a_top_up, a_piece])
def test_a_learner_is_served_while_a_worker_computes(order, monkeypatch):
    generator = make_generator()
    row, work = order(generator)
    user = User.objects.create(username="learner")
    served = []

    def draw():
        served.extend(together(lambda _: take(user=user, generator=generator, now=timezone.now()), [1]))

    while_computing(monkeypatch, draw)
    work(row.pk)
    row.refresh_from_db()
    assert len(served) == 1 and row.done_at is not None


@pytest.mark.parametrize("order", [a_top_up, a_piece])
def test_no_transaction_is_open_while_numbers_are_computed(order, monkeypatch):
    row, work = order(make_generator())
    is_open = []
    while_computing(monkeypatch, lambda: is_open.append(connection.in_atomic_block))
    work(row.pk)
    assert is_open == [False]


def test_a_worker_whose_piece_was_taken_over_stores_nothing_of_it(monkeypatch):
    generator = make_generator()
    row, work = a_piece(generator)

    def another_takes_over():
        Outbox.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        together(work, [row.pk])

    while_computing(monkeypatch, another_takes_over)
    work(row.pk)
    assert generator.current.variants.count() == Job.objects.get().done == 200
    assert Outbox.objects.filter(task=row.task, done_at=None).count() == 1  # the next piece, ordered once


def test_a_long_piece_renews_its_lease(monkeypatch):
    row, work = a_piece(make_generator())
    monkeypatch.setattr(making, "_block_size", lambda missing, tried: 100)
    left = []

    def passed(version, seeds, most, compute=making.passed):
        left.append(Outbox.objects.get(pk=row.pk).lease_until - timezone.now())
        Outbox.objects.filter(pk=row.pk).update(lease_until=timezone.now() + timedelta(seconds=1))
        return compute(version, seeds, most)

    monkeypatch.setattr(making, "passed", passed)
    work(row.pk)
    assert len(left) > 1 and min(left) > timedelta(seconds=30)


def test_a_generation_cancelled_while_a_piece_is_computed_stores_nothing_of_it(monkeypatch):
    generator = make_generator()
    row, work = a_piece(generator)
    while_computing(monkeypatch, lambda: cancel_job(job_id=Job.objects.get().pk))
    work(row.pk)
    row.refresh_from_db()
    assert row.done_at is not None and not generator.current.variants.exists()


def test_two_who_ask_the_same_seed_at_once_get_the_same_variant(monkeypatch):
    version = make_generator().current
    seed = next(each.seed for each in making.certificates(version, range(1, 50)) if not each.reasons)
    store, first = making.store, []

    def beaten_to_it(*given):
        first.extend(store(*given))
        return store(*given)

    monkeypatch.setattr(making, "store", beaten_to_it)
    assert [make_seed(version=version, seed=seed)] == first


def test_who_is_beaten_to_all_his_numbers_gets_others(monkeypatch):
    version = make_generator().current
    find, beaten = making.fair_certificates, []

    def stored_by_another(version, count):
        found = find(version, count)
        if not beaten:
            beaten.extend(making.store(version, found, Variant.State.TAKEN))
        return found

    monkeypatch.setattr(making, "fair_certificates", stored_by_another)
    (variant,) = make_variants(version=version, count=1)
    assert variant not in beaten
