"""A quiz is started, answered, finished; its results say what was behind the misses."""

import csv
import io
from collections import Counter
from datetime import timedelta
from random import Random, SystemRandom

import pytest
from django.utils import timezone

from quizzes.errors import NotFound, Refused
from quizzes.items.models import Generator, GeneratorVersion
from quizzes.items.questions import edit_question
from quizzes.practice.models import Attempt
from quizzes.practice.quizzes import queries
from quizzes.practice.quizzes.results import (
    CSV_HEADER,
    results_csv,
    results_of,
)
from quizzes.practice.quizzes.services import arrange_quiz, finish_attempt, shuffle_well, start_attempt
from tests.factories import (
    answer,
    make_attempt,
    make_course,
    make_lesson,
    make_question,
    make_quiz,
    make_user,
    wording,
)

pytestmark = pytest.mark.django_db


def finish(attempt, now=None):
    return finish_attempt(user=attempt.user, attempt_id=attempt.pk, now=now or timezone.now())


def taken(quiz, user, *slips, now=None):
    """A finished attempt: for each question "" (right), a slip, or None (left open)."""
    attempt = start_attempt(user=user, quiz=quiz, now=now or timezone.now())
    for position, slip in enumerate(slips, start=1):
        if slip is not None:
            answer(attempt, position, slip)
    return finish(attempt, now)


# --- starting ---------------------------------------------------------------------------------------------------------


def test_starting_asks_the_current_versions_in_the_quizs_order_with_options_in_an_order_of_its_own():
    quiz = make_quiz(3)
    attempt = start_attempt(user=make_user(), quiz=quiz, now=timezone.now(), shuffle=list.reverse)
    places = list(attempt.places.all())
    assert [place.version.question for place in places] == [place.question for place in quiz.places.all()]
    assert [place.version for place in places] == [place.version.question.current for place in places]
    for place in places:
        assert place.option_order == [option.pk for option in place.version.options.order_by("-position")]
    assert (attempt.asked, attempt.right, attempt.deadline) == (3, 0, None)


def test_the_right_option_stands_at_every_place_about_equally_often():
    attempt = start_attempt(user=make_user(), quiz=make_quiz(30), now=timezone.now(), shuffle=Random(7).shuffle)
    places = attempt.places.select_related("version__key")
    right = Counter(place.option_order.index(place.version.key.option_id) for place in places)
    assert right.keys() == {0, 1, 2} and min(right.values()) >= 5
    assert isinstance(shuffle_well.__self__, SystemRandom)  # otherwise nobody can foresee the order


def test_starting_again_goes_on_with_the_open_attempt():
    quiz, user = make_quiz(), make_user()
    assert start_attempt(user=user, quiz=quiz, now=timezone.now()) == make_attempt(quiz, user)


def test_an_edit_during_an_attempt_does_not_change_what_was_asked():
    question = make_question(7)
    attempt = make_attempt(make_quiz([question]))
    edit_question(question=question, wording=wording(8))
    answer(attempt, 1)
    assert finish(attempt).right == 1
    shown = queries.shown_questions(Attempt.objects.get())[0]
    assert "Stem 7?" in shown.stem and "WHY 7" in shown.explanation


def test_what_is_not_published_is_not_asked_and_an_empty_quiz_is_not_started():
    question = make_question()
    quiz = make_quiz([question])
    question.is_published = False
    question.save()
    with pytest.raises(Refused, match="no question left"):
        start_attempt(user=make_user(), quiz=quiz, now=timezone.now())
    assert queries.quiz(quiz.slug).question_count == 0 and not Attempt.objects.exists()


def test_the_missed_ones_again_asks_the_wrong_and_the_open_ones_only():
    quiz, user = make_quiz(4), make_user()
    before = taken(quiz, user, "", "F02", None, "")
    again = start_attempt(user=user, quiz=quiz, now=timezone.now(), missed_of=before.pk)
    missed = [place.version_id for place in before.places.filter(position__in=[2, 3])]
    assert [place.version_id for place in again.places.all()] == missed


def test_nobody_learns_of_anothers_misses():
    quiz = make_quiz()
    before = taken(quiz, make_user(), "", "F02", "")
    with pytest.raises(Refused):
        start_attempt(user=make_user(), quiz=quiz, now=timezone.now(), missed_of=before.pk)


def test_a_quiz_is_arranged_anew_without_touching_what_was_started():
    first, second, third = (make_question() for _ in range(3))
    quiz = make_quiz([first, second])
    attempt = make_attempt(quiz)
    arrange_quiz(quiz=quiz, questions=[third, first])
    assert [place.question for place in quiz.places.all()] == [third, first]
    assert [place.version.question for place in attempt.places.all()] == [first, second]


def test_a_quiz_that_is_not_published_is_seen_by_staff_only():
    quiz = make_quiz(is_published=False)
    with pytest.raises(NotFound):
        queries.quiz(quiz.slug, make_user())
    assert queries.quiz(quiz.slug, make_user(is_staff=True)) == quiz


# --- what may be told -------------------------------------------------------------------------------------------------


def test_feedback_is_told_of_answered_questions_only():
    attempt = make_attempt()
    answer(attempt, 1, "F02")
    told = queries.feedback(attempt, [1, 2, 3])
    assert set(told) == {1} and told[1].misconception.slug == "F02"
    assert [source.slug for source in told[1].sources] == ["gers2000"]


def test_where_it_waits_nothing_is_told_before_the_finish_and_everything_after():
    attempt = make_attempt(feedback="at_end")
    answer(attempt, 1, "F02")
    assert queries.feedback(attempt, [1, 2, 3]) == {}
    assert set(queries.feedback(finish(attempt), [1, 2, 3])) == {1, 2, 3}


def test_a_stranger_and_another_learner_find_no_attempt_and_staff_may_look():
    attempt = make_attempt()
    for user in (None, make_user()):
        with pytest.raises(NotFound):
            queries.quiz_attempt(user, attempt.pk)
    staff = make_user(is_staff=True)
    assert queries.quiz_attempt(staff, attempt.pk) == attempt
    with pytest.raises(NotFound):
        queries.own_attempt(staff, attempt.pk)


# --- results ----------------------------------------------------------------------------------------------------------


def test_results_begin_with_a_sentence_and_go_by_cause():
    quiz, user = make_quiz(5), make_user()
    attempt = taken(quiz, user, "F03", "F02", "", "F02", None)
    results = results_of(attempt, user)
    assert results.sentence == "1 of 5; the three misses have two causes; one was not answered."
    assert [(cause.misconception.slug, cause.positions) for cause in results.causes] == [("F02", [2, 4]), ("F03", [1])]
    assert results.unanswered == [5] and results.comparison == ""


def test_a_cause_names_the_lessons_on_its_questions_and_the_exercises_that_can_name_it():
    quiz, user = make_quiz([make_question(components=("forget-gate",))]), make_user()
    make_lesson("the-lstm", "The LSTM", components=["forget-gate"])
    make_lesson("the-gru", "The GRU", components=["reset-gate"])
    for slug, claims in (("one-step", {"c": ["F02", "F03"]}), ("gru-step", {"h": ["G01"]})):
        generator = Generator.objects.create(course=make_course(), slug=slug, title=slug)
        version = GeneratorVersion.objects.create(generator=generator, number=1, specification={"claims": claims})
        Generator.objects.filter(pk=generator.pk).update(current=version)
    remedy = results_of(taken(quiz, user, "F02"), user).remedies[0]
    assert [link.slug for link in remedy.lessons] == ["the-lstm"]
    assert [link.slug for link in remedy.exercises] == ["one-step"]


def test_results_are_compared_with_the_last_attempt_finished_before():
    quiz, user, start = make_quiz(3), make_user(), timezone.now()
    taken(quiz, user, "F02", "F02", "F02", now=start - timedelta(days=2))
    before = taken(quiz, user, "", "F02", "F02", now=start - timedelta(days=1))
    attempt = taken(quiz, user, "", "", "", now=start)
    day = before.started_at
    said = results_of(attempt, user).comparison
    assert said == f"Last time, on {day.day} {day:%B %Y}, it was 1 of 3: two more now."


def test_the_number_of_queries_of_results_does_not_depend_on_the_size_of_the_quiz(django_assert_num_queries):
    user = make_user()
    small = taken(make_quiz(2), user, "F02", "")
    large = taken(make_quiz(20), user, *["F02", "", "F03", None] * 5)
    for attempt in (small, large):
        attempt = queries.own_attempt(user, attempt.pk)
        with django_assert_num_queries(6):
            results = results_of(attempt, user)
            assert results.remedies and results.comparison is not None


def test_the_csv_has_a_row_for_each_question_of_each_finished_attempt():
    quiz, user = make_quiz(3), make_user("=cmd")
    taken(quiz, user, "", "F02", None)
    make_attempt(quiz)
    rows = list(csv.DictReader(io.StringIO(results_csv(quiz).removeprefix("\ufeff"))))
    assert list(rows[0]) == CSV_HEADER
    assert [row["state"] for row in rows] == ["right", "wrong", "unanswered"]
    assert {row["learner"] for row in rows} == {"'=cmd"} and {(row["right"], row["asked"]) for row in rows} == {
        ("1", "3")
    }
    assert [row["misconception"] for row in rows] == ["", "F02", ""]


def test_the_csv_takes_one_query_however_many_answers(django_assert_num_queries):
    quiz = make_quiz(3)
    for _ in range(4):
        taken(quiz, make_user(), "", "F02", None)
    with django_assert_num_queries(1):
        assert results_csv(quiz).count("\r\n") == 13
