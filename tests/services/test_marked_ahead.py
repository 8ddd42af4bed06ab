"""An exercise is marked before its attempt is locked; what was found holds only if nothing came in between."""

from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from quizzes.errors import Conflict
from quizzes.practice.exercises import services
from quizzes.practice.exercises.services import record, release_solution, take_hint
from quizzes.practice.exercises.taking import take
from quizzes.practice.models import AnswerEvent, Attempt
from quizzes.practice.replay import recompute, stored
from tests.factories import make_user
from tests.samples import make_generator

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt():
    return take(user=make_user(), generator=make_generator(), now=timezone.now())


def send(attempt, answers, seq=1):
    moment = {"submission_id": uuid4(), "now": timezone.now()}
    return record(user=attempt.user, attempt_id=attempt.pk, seq=seq, answers=answers, **moment)


def meanwhile(monkeypatch, act):
    """Do something once, while the next answer is being marked."""
    mark, waiting = services.mark, [act]

    def mark_later(*arguments):
        if waiting:
            waiting.pop()()
        return mark(*arguments)

    monkeypatch.setattr(services, "mark", mark_later)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_an_answer_is_marked(attempt, monkeypatch):
    locked = []
    meanwhile(monkeypatch, lambda: locked.append(connection.in_atomic_block))
    send(attempt, {"f@1": [7.5]})
    assert locked == [False]


def test_of_two_answers_with_one_number_the_second_is_refused_though_it_was_marked_first(attempt, monkeypatch):
    meanwhile(monkeypatch, lambda: send(attempt, attempt.variant.key.exact))
    with pytest.raises(Conflict) as caught:
        send(attempt, {"f@1": [7.5]})
    attempt.refresh_from_db()
    assert caught.value.code == "seq_out_of_order"
    assert (attempt.last_seq, attempt.right) == (1, 6)
    assert AnswerEvent.objects.get().result["complete"] is True


def test_an_answer_that_was_marked_before_the_solution_was_asked_for_is_not_taken_after(attempt, monkeypatch):
    meanwhile(monkeypatch, lambda: release_solution(user=attempt.user, attempt_id=attempt.pk, now=timezone.now()))
    with pytest.raises(Conflict) as caught:
        send(attempt, attempt.variant.key.exact)
    assert caught.value.code == "attempt_finished"
    assert not AnswerEvent.objects.exists()
    assert Attempt.objects.get().right == 0


def test_a_hint_taken_while_an_answer_is_marked_is_not_forgotten(attempt, monkeypatch):
    meanwhile(monkeypatch, lambda: take_hint(user=attempt.user, attempt_id=attempt.pk, name="c@1"))
    send(attempt, attempt.variant.key.exact)
    attempt.refresh_from_db()
    assert (attempt.hints, attempt.right) == ({"c@1": 1}, 6)


def test_an_answer_that_was_out_of_turn_until_it_was_locked_is_marked_then(attempt, monkeypatch):
    """The one before it was stored after this one was looked at, and before it had the lock."""
    found = services._marked_ahead

    def late(*arguments):
        mark = found(*arguments)
        monkeypatch.setattr(services, "_marked_ahead", found)
        send(attempt, {"f@1": [7.5]})
        return mark

    monkeypatch.setattr(services, "_marked_ahead", late)
    event = send(attempt, attempt.variant.key.exact, seq=2)
    attempt.refresh_from_db()
    assert event.result["complete"] is True
    assert attempt.right == 5
    assert recompute(attempt.events.all()) == stored(attempt)


@pytest.mark.parametrize("seq", [-(10**30), 10**30])
def test_a_number_beyond_all_counting_is_out_of_turn(attempt, seq):
    with pytest.raises(Conflict) as caught:
        send(attempt, {"f@1": [7.5]}, seq=seq)
    assert caught.value.code == "seq_out_of_order"
