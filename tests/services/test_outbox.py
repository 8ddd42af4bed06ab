"""What a committed change owes is published, worked once, and parked when it can't be done."""

from datetime import timedelta
from threading import Event
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.utils import timezone

from quizzes.jobs import relay
from quizzes.jobs.models import Heartbeat, Job, Outbox
from quizzes.jobs.services import (
    TakenOver,
    advance_job,
    cancel_job,
    claimed,
    due_rows,
    enqueue,
    enqueue_once,
    forget_done,
    start_job,
)

pytestmark = pytest.mark.django_db


def owe(**arguments):
    return enqueue(task="quizzes.test", arguments=arguments)


def test_a_row_written_in_a_rolled_back_transaction_is_never_published():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        owe()
        _ = 1 / 0
    assert due_rows(timezone.now()) == []


def test_the_relay_publishes_each_due_row_once_a_minute():
    row = owe()
    sent = []
    relay.publish_due(sent.append)
    relay.publish_due(sent.append)
    assert sent == [row]
    Outbox.objects.update(published_at=timezone.now() - timedelta(seconds=61))
    relay.publish_due(sent.append)
    assert sent == [row, row]


def test_a_row_that_is_not_yet_due_waits():
    enqueue(task="quizzes.test", arguments={}, due_at=timezone.now() + timedelta(hours=1))
    assert due_rows(timezone.now()) == []


def test_a_broker_that_is_away_delays_a_row_and_loses_nothing():
    def refuse(row):
        raise ConnectionError("away")

    row = owe()
    with pytest.raises(ConnectionError):
        relay.publish_due(refuse)
    row.refresh_from_db()
    assert row.published_at is None and due_rows(timezone.now()) == [row]


def test_what_was_published_before_the_broker_went_away_is_marked():
    first, second = owe(n=1), owe(n=2)

    def break_at_second(row):
        if row == second:
            raise ConnectionError("away")

    with pytest.raises(ConnectionError):
        relay.publish_due(break_at_second)
    assert due_rows(timezone.now()) == [second]
    first.refresh_from_db()
    assert first.published_at is not None


def test_a_claimed_row_is_done_after_its_work_and_not_claimed_again():
    row = owe()
    with claimed(row.pk) as claim:
        assert claim.row == row
    with claimed(row.pk) as again:
        assert again is None
    row.refresh_from_db()
    assert row.done_at is not None


def test_a_row_under_a_lease_is_neither_published_nor_claimed_by_another():
    row = owe()
    Outbox.objects.update(lease_until=timezone.now() + timedelta(seconds=30))
    assert due_rows(timezone.now()) == []
    with claimed(row.pk) as other:
        assert other is None


def test_a_fault_undoes_the_piece_frees_the_lease_and_after_three_parks_the_row():
    row = owe()
    for _ in range(3):
        with pytest.raises(ValueError), claimed(row.pk) as claim, transaction.atomic():
            claim.finish()
            Job.objects.create(kind="half", title="half-made")
            raise ValueError("broken")
    row.refresh_from_db()
    assert row.parked_at is not None and "broken" in row.fault
    assert not Job.objects.filter(kind="half").exists()
    assert due_rows(timezone.now() + timedelta(hours=1)) == []


def take_over(row):
    """What happens when a handler is silent for longer than its lease: another takes the row up."""
    Outbox.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    return claimed(row.pk)


def test_a_handler_whose_row_was_taken_over_stores_nothing_and_leaves_the_other_alone():
    row = owe()
    with claimed(row.pk) as late, take_over(row) as other:
        with pytest.raises(TakenOver), transaction.atomic():
            Job.objects.create(kind="twice", title="made twice")
            late.finish()
        with pytest.raises(TakenOver):
            late.renew()
        late.count_fault(ValueError("broken"))
        row.refresh_from_db()
        assert (row.done_at, row.fault, row.attempts) == (None, "", 2) and row.lease_until > timezone.now()
        other.finish()
        late.is_finished = True
    row.refresh_from_db()
    assert row.done_at is not None
    assert not Job.objects.filter(kind="twice").exists()


def test_to_be_taken_over_is_no_fault_of_the_piece():
    row = owe()
    with claimed(row.pk) as late:
        with take_over(row):
            pass
        late.finish()
    row.refresh_from_db()
    assert row.done_at is not None and row.fault == ""


def test_no_transaction_is_open_around_the_work(transactional_db):
    with claimed(owe().pk):
        assert not connection.in_atomic_block


def test_a_handler_that_dies_without_a_word_three_times_is_parked():
    row = owe()
    Outbox.objects.update(attempts=3, lease_until=timezone.now() - timedelta(seconds=1))
    assert due_rows(timezone.now()) == []
    row.refresh_from_db()
    assert row.parked_at is not None


def test_the_same_work_is_owed_once_while_it_is_open():
    first = enqueue_once(task="quizzes.test", arguments={"generator_id": 1})
    assert enqueue_once(task="quizzes.test", arguments={"generator_id": 1}) is None
    assert enqueue_once(task="quizzes.test", arguments={"generator_id": 2}) is not None
    with claimed(first.pk):
        pass
    assert enqueue_once(task="quizzes.test", arguments={"generator_id": 1}) is not None


def test_only_finished_rows_are_forgotten():
    done, parked, waiting = owe(n=1), owe(n=2), owe(n=3)
    old = timezone.now() - timedelta(days=30)
    Outbox.objects.filter(pk=done.pk).update(done_at=old)
    Outbox.objects.filter(pk=parked.pk).update(parked_at=old)
    assert forget_done(timezone.now() - timedelta(days=7)) == 1
    assert set(Outbox.objects.all()) == {parked, waiting}


def test_a_running_relay_leaves_a_heartbeat_and_stops_when_told():
    stop = Event()
    owe()
    relay.run(stop, lambda row: stop.set())
    assert Heartbeat.objects.filter(name="relay").exists()


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only when a test says so, and when the relay said that it is alive."""
    clock = SimpleNamespace(now=0, beats=[])
    monkeypatch.setattr(relay, "monotonic", lambda: clock.now)
    monkeypatch.setattr(relay, "beat", lambda name: clock.beats.append(clock.now))
    return clock


def test_the_relay_is_heard_of_while_a_slow_broker_takes_a_long_backlog(clock):
    for n in range(30):
        owe(n=n)
    stop, sent = Event(), []

    def send_slowly(row):
        clock.now += 2
        sent.append(row)
        if len(sent) == 30:
            stop.set()

    relay.run(stop, send_slowly)
    assert clock.beats == list(range(0, 60, 6))


def test_the_relay_is_heard_of_while_each_connection_to_the_broker_takes_long_to_fail(
    clock, monkeypatch, transactional_db
):
    monkeypatch.setattr(relay, "PAUSE_S", 0)
    owe()
    stop, tries = Event(), []

    def connect_in_vain(row):
        clock.now += 4
        tries.append(row)
        if len(tries) == 10:
            stop.set()
        raise ConnectionError("timed out")

    relay.run(stop, connect_in_vain)
    assert clock.beats == [0, 8, 16, 24, 32]


def test_a_job_is_done_when_all_of_it_is_done():
    job = start_job(kind="variants", title="Ten variants", total=10, requested_by=None)
    assert advance_job(job_id=job.pk, done=4).state == Job.State.RUNNING
    assert advance_job(job_id=job.pk, done=6).state == Job.State.DONE


def test_a_cancelled_job_stays_cancelled():
    job = start_job(kind="variants", title="Ten variants", total=10, requested_by=None)
    cancel_job(job_id=job.pk)
    assert advance_job(job_id=job.pk, done=10).state == Job.State.CANCELLED
