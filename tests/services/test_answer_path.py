"""Nothing a learner was told is saved is lost, counted twice, or told before its time.

The tests with threads use real transactions on the configured database: SQLite or PostgreSQL.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from quizzes.errors import Conflict, NotFound, Refused, StudyError
from quizzes.practice.models import AnswerEvent, Attempt, SlipRecord
from quizzes.practice.quizzes.services import (
    answer_question,
    finish_attempt,
    finish_overdue,
    flag_question,
    start_attempt,
)
from quizzes.practice.replay import recompute, stored
from tests.factories import answer, choice_of, make_attempt, make_question, make_quiz, make_user

pytestmark = pytest.mark.django_db


def rows_of(attempt):
    """Everything that an answer may change."""
    attempt.refresh_from_db()
    places = list(attempt.places.values_list("position", "chosen", "is_right"))
    return attempt.state, attempt.last_seq, attempt.right, places, attempt.events.count(), SlipRecord.objects.count()


# --- once, and in order -----------------------------------------------------------------------------------------------


def test_an_answer_is_stored_with_its_mark():
    attempt = make_attempt()
    event = answer(attempt, 1, "F03")
    attempt.refresh_from_db()
    assert (event.seq, event.place, event.result["state"], event.result["misconception"]) == (1, "1", "wrong", "F03")
    assert (attempt.last_seq, attempt.right, attempt.asked) == (1, 0, 3)
    assert SlipRecord.objects.get().misconception.slug == "F03"


def test_the_same_submission_again_returns_the_stored_event_and_counts_once():
    attempt, submission = make_attempt(), uuid4()
    first = answer(attempt, 1, submission_id=submission)
    before = rows_of(attempt)
    again = answer(attempt, 1, submission_id=submission, seq=1)
    assert again == first and again.result == first.result
    assert rows_of(attempt) == before and attempt.right == 1


def test_the_same_submission_again_returns_the_stored_event_even_when_the_attempt_is_finished():
    attempt, submission = make_attempt(), uuid4()
    first = answer(attempt, 1, submission_id=submission)
    finish_attempt(user=attempt.user, attempt_id=attempt.pk, now=timezone.now())
    assert answer(attempt, 1, submission_id=submission, seq=1) == first


@pytest.mark.parametrize("feedback", ["at_once", "at_end"])
def test_the_same_id_with_another_answer_is_a_conflict_and_changes_nothing(feedback):
    attempt, submission = make_attempt(feedback=feedback), uuid4()
    answer(attempt, 1, submission_id=submission)
    before = rows_of(attempt)
    for position, slip in ((1, "F02"), (2, "")):
        with pytest.raises(Conflict) as caught:
            answer(attempt, position, slip, submission_id=submission)
        assert caught.value.code == "submission_reused"
    assert rows_of(attempt) == before


def test_an_id_used_in_another_attempt_is_a_conflict_that_tells_nothing():
    submission = uuid4()
    answer(make_attempt(), 1, submission_id=submission)
    with pytest.raises(Conflict) as caught:
        answer(make_attempt(), 1, submission_id=submission)
    assert caught.value.code == "submission_reused"


@pytest.mark.parametrize("seq", [0, 1, 3, 99])
def test_a_used_or_skipped_number_is_refused(seq):
    attempt = make_attempt()
    answer(attempt, 1)
    before = rows_of(attempt)
    with pytest.raises(Conflict) as caught:
        answer_question(
            user=attempt.user,
            attempt_id=attempt.pk,
            position=2,
            choice=1,
            submission_id=uuid4(),
            seq=seq,
            now=timezone.now(),
        )
    assert caught.value.code == "seq_out_of_order" and rows_of(attempt) == before


@pytest.mark.parametrize("choice", [0, 4, -1, True, "1", None, 1.5, [1], 10**9])
def test_what_is_none_of_the_options_is_refused_and_nothing_is_stored(choice):
    attempt = make_attempt()
    before = rows_of(attempt)
    with pytest.raises(Refused):
        answer_question(
            user=attempt.user,
            attempt_id=attempt.pk,
            position=1,
            choice=choice,
            submission_id=uuid4(),
            seq=1,
            now=timezone.now(),
        )
    assert rows_of(attempt) == before


def test_a_question_whose_answer_was_shown_takes_no_other():
    attempt = make_attempt()
    answer(attempt, 1, "F02")
    with pytest.raises(Conflict) as caught:
        answer(attempt, 1)
    attempt.refresh_from_db()
    assert caught.value.code == "question_answered" and attempt.right == 0


def test_storing_a_wrong_answer_takes_eight_statements_in_one_transaction(django_assert_num_queries):
    attempt = make_attempt()
    choice = choice_of(attempt, 1, "F02")
    with django_assert_num_queries(10):  # two of them are the savepoint, outside of tests BEGIN and COMMIT
        answer_question(
            user=attempt.user,
            attempt_id=attempt.pk,
            position=1,
            choice=choice,
            submission_id=uuid4(),
            seq=1,
            now=timezone.now(),
        )


# --- whose, and until when --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stranger", [{}, {"is_staff": True}], ids=["another learner", "staff"])
def test_nobody_answers_flags_or_finishes_for_another(stranger):
    attempt, other = make_attempt(), make_user(**stranger)
    before = rows_of(attempt)
    for attack in (
        lambda: answer(attempt, 1, user=other),
        lambda: flag_question(user=other, attempt_id=attempt.pk, position=1, is_flagged=True),
        lambda: finish_attempt(user=other, attempt_id=attempt.pk, now=timezone.now()),
    ):
        with pytest.raises(NotFound):
            attack()
    assert rows_of(attempt) == before


def test_a_finished_attempt_takes_no_answer():
    attempt = make_attempt()
    finish_attempt(user=attempt.user, attempt_id=attempt.pk, now=timezone.now())
    before = rows_of(attempt)
    with pytest.raises(Conflict) as caught:
        answer(attempt, 1)
    assert caught.value.code == "attempt_finished" and rows_of(attempt) == before


def test_the_deadline_is_the_servers_with_ten_seconds_of_grace():
    start = timezone.now()
    attempt = make_attempt(now=start, time_limit_minutes=10)
    assert attempt.deadline == start + timedelta(minutes=10)
    answer(attempt, 1, now=attempt.deadline + timedelta(seconds=10))
    with pytest.raises(Conflict) as caught:
        answer(attempt, 2, now=attempt.deadline + timedelta(seconds=10, microseconds=1))
    attempt.refresh_from_db()
    assert caught.value.code == "deadline_passed" and attempt.last_seq == 1


def test_an_attempt_closed_late_ends_at_its_deadline():
    attempt = make_attempt(time_limit_minutes=10)
    finished = finish_attempt(user=attempt.user, attempt_id=attempt.pk, now=attempt.deadline + timedelta(hours=3))
    assert finished.finished_at == attempt.deadline


def test_an_attempt_nobody_comes_back_to_is_closed_once_its_grace_is_over():
    attempt, timeless = make_attempt(time_limit_minutes=10), make_attempt()
    answer(attempt, 1, now=attempt.started_at)
    assert finish_overdue(now=attempt.deadline + timedelta(seconds=10)) == 0
    assert finish_overdue(now=attempt.deadline + timedelta(seconds=11)) == 1
    attempt.refresh_from_db()
    timeless.refresh_from_db()
    assert attempt.finished_at == attempt.deadline and timeless.is_open
    assert finish_overdue(now=attempt.deadline + timedelta(hours=1)) == 0


def test_a_new_start_after_the_deadline_closes_the_old_attempt():
    attempt = make_attempt(time_limit_minutes=10)
    answer(attempt, 1)
    new = start_attempt(user=attempt.user, quiz=attempt.quiz, now=attempt.deadline + timedelta(seconds=1))
    attempt.refresh_from_db()
    assert new != attempt and not attempt.is_open and attempt.right == 1


# --- told only when it may be -----------------------------------------------------------------------------------------


def test_where_feedback_waits_nothing_stored_tells_the_mark_before_the_finish():
    attempt = make_attempt(feedback="at_end")
    events = [answer(attempt, 1), answer(attempt, 2, "F02")]
    attempt.refresh_from_db()
    assert [event.result for event in events] == [{"state": "answered"}] * 2
    assert attempt.right == 0 and not SlipRecord.objects.exists()
    assert set(attempt.places.values_list("is_right", flat=True)) == {None}


def test_where_feedback_waits_an_answer_can_be_changed_and_the_last_one_counts():
    attempt = make_attempt(feedback="at_end")
    answer(attempt, 1, "F02")
    answer(attempt, 1, "F03")
    answer(attempt, 2, "F02")
    answer(attempt, 2)
    finished = finish_attempt(user=attempt.user, attempt_id=attempt.pk, now=timezone.now())
    assert (finished.right, finished.asked) == (1, 3)
    assert [slip.misconception.slug for slip in SlipRecord.objects.all()] == ["F03"]
    assert list(attempt.places.values_list("is_right", flat=True)) == [False, True, None]


def test_where_feedback_waits_no_key_is_read_before_the_finish(django_assert_max_num_queries):
    attempt = make_attempt(feedback="at_end")
    choice = choice_of(attempt, 1)
    with django_assert_max_num_queries(12) as seen:
        answer_question(
            user=attempt.user,
            attempt_id=attempt.pk,
            position=1,
            choice=choice,
            submission_id=uuid4(),
            seq=1,
            now=timezone.now(),
        )
    read = " ".join(query["sql"] for query in seen.captured_queries).lower()
    assert "questionkey" not in read and "distractor" not in read


def test_finishing_twice_changes_nothing():
    attempt = make_attempt(feedback="at_end")
    answer(attempt, 1, "F02")
    finish_attempt(user=attempt.user, attempt_id=attempt.pk, now=timezone.now())
    before = rows_of(attempt)
    finish_attempt(user=attempt.user, attempt_id=attempt.pk, now=timezone.now())
    assert rows_of(attempt) == before


def test_a_fault_while_marking_leaves_no_trace(monkeypatch):
    attempt = make_attempt()
    before = rows_of(attempt)

    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("quizzes.practice.answers._record_slips", fail)
    with pytest.raises(ZeroDivisionError):
        answer(attempt, 1)
    assert rows_of(attempt) == before


# --- two at once ------------------------------------------------------------------------------------------------------


def at_once(work, times=2):
    """Run it in so many threads, each with its own connection; what each returned or raised."""
    barrier = Barrier(times)

    def run(number):
        try:
            barrier.wait(timeout=60)
            return work(number)
        except StudyError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("feedback", ["at_once", "at_end"])
def test_one_submission_sent_twice_at_the_same_moment_counts_once(feedback):
    attempt, submission = make_attempt(feedback=feedback), uuid4()
    choice = choice_of(attempt, 1)

    def send(_):
        return answer_question(
            user=attempt.user,
            attempt_id=attempt.pk,
            position=1,
            choice=choice,
            submission_id=submission,
            seq=1,
            now=timezone.now(),
        )

    events = at_once(send, 4)
    attempt.refresh_from_db()
    assert {event.pk for event in events} == {AnswerEvent.objects.get().pk}
    assert attempt.last_seq == 1 and attempt.right == (feedback == "at_once")


@pytest.mark.django_db(transaction=True)
def test_of_two_different_answers_at_the_same_moment_one_counts_and_the_other_hears_why():
    attempt = make_attempt()
    choice = choice_of(attempt, 1)

    def send(number):
        return answer_question(
            user=attempt.user,
            attempt_id=attempt.pk,
            position=1,
            choice=choice,
            submission_id=uuid4(),
            seq=1,
            now=timezone.now(),
        )

    said = at_once(send)
    attempt.refresh_from_db()
    assert sum(isinstance(each, AnswerEvent) for each in said) == 1 and "seq_out_of_order" in said
    assert (attempt.right, attempt.last_seq) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_the_finish_at_the_same_moment_leave_a_legal_attempt():
    attempt = make_attempt(feedback="at_end")
    choice = choice_of(attempt, 1)

    def act(number):
        if number:
            return finish_attempt(user=attempt.user, attempt_id=attempt.pk, now=timezone.now())
        return answer_question(
            user=attempt.user,
            attempt_id=attempt.pk,
            position=1,
            choice=choice,
            submission_id=uuid4(),
            seq=1,
            now=timezone.now(),
        )

    answered, finished = at_once(act)
    attempt.refresh_from_db()
    assert not attempt.is_open and finished.pk == attempt.pk
    assert attempt.right == (1 if isinstance(answered, AnswerEvent) else 0)
    assert answered == "attempt_finished" or isinstance(answered, AnswerEvent)
    assert recompute(attempt.events.all()) == stored(attempt)


@pytest.mark.django_db(transaction=True)
def test_starting_twice_at_the_same_moment_makes_one_attempt():
    quiz, user = make_quiz([make_question()]), make_user()
    attempts = at_once(lambda _: start_attempt(user=user, quiz=quiz, now=timezone.now()), 3)
    assert {attempt.pk for attempt in attempts} == {Attempt.objects.get().pk}
