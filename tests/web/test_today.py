"""Today and progress: what to do next and why, what was done, and which mistakes are still open."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from quizzes.accounts.models import User
from quizzes.flashcards.models import Card
from quizzes.items.models import Variant
from quizzes.lessons.models import Lesson
from quizzes.practice.models import AnswerEvent, Attempt, AttemptQuestion, Quiz, SlipRecord
from quizzes.progress.welcome import known_slips
from tests.cards import at_most, make_course, make_misconception, rated
from tests.samples import make_generator

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner(client):
    user = User.objects.create_user("lena", password="correct horse battery")
    client.force_login(user)
    return user


@pytest.fixture
def course():
    return make_course()


def read(client, path="/"):
    return client.get(path).content.decode().replace("\N{NO-BREAK SPACE}", " ")


def titles(client):
    return re.findall(r'<span class="title">([^<]*)</span>', read(client))


def make_lesson(course, slug="the-lstm", **fields):
    said = {"title": "The LSTM", "summary": "Three gates.", "minutes": 12} | fields
    return Lesson.objects.create(course=course, slug=slug, **said)


def make_quiz(course, **fields):
    return Quiz.objects.create(course=course, slug="gates", title="Gates", **fields)


def attempt_at(quiz, user, days_ago=0, finished=True, right=0, asked=1):
    at = timezone.now() - timedelta(days=days_ago)
    state = {"state": "finished", "finished_at": at} if finished else {}
    return Attempt.objects.create(user=user, quiz=quiz, started_at=at, right=right, asked=asked, last_seq=1, **state)


def quiz_answer(attempt, question, is_right):
    """One question of an attempt answered, with the slip that its first option shows."""
    version = question.current
    options = list(version.options.order_by("position"))
    chosen = options[2] if is_right else options[0]
    AttemptQuestion.objects.create(
        attempt=attempt,
        position=1,
        version=version,
        option_order=[it.pk for it in options],
        chosen=chosen,
        is_right=is_right,
    )
    result = {"state": "right" if is_right else "wrong"}
    event_of(attempt, result, place="1", slip=None if is_right else "1")


def event_of(attempt, result, place="", slip=None):
    event = AnswerEvent.objects.create(
        attempt=attempt, submission_id=uuid4(), seq=1, place=place, response={}, result=result, at=attempt.started_at
    )
    if slip:
        SlipRecord.objects.create(
            user=attempt.user, misconception=make_misconception(), event=event, place=slip, at=event.at
        )


def taking(generator, user, days_ago, state, name="c@1"):
    """One answered taking of an exercise with one step."""
    seed = Variant.objects.count() + 1
    variant = Variant.objects.create(version=generator.current, seed=seed, digest=str(seed), given={}, state="taken")
    at = timezone.now() - timedelta(days=days_ago)
    is_right = state != "slip"
    attempt = Attempt.objects.create(user=user, variant=variant, started_at=at, right=is_right, asked=1, last_seq=1)
    step = {"name": name, "state": state, "slips": [] if is_right else ["F05"]}
    event_of(attempt, {"steps": [step], "complete": is_right}, slip=None if is_right else name)


# --- a stranger ---


def test_a_stranger_is_told_what_this_is_and_where_to_start(client, course):
    make_lesson(course)
    assert titles(client) == ["Read: The LSTM", "Look at a worked example", "Take an exercise"]
    assert "You need no account" in read(client)


def test_the_promise_counts_the_slips_that_are_known(client):
    assert 40 < known_slips() < 120  # the catalogue has 120 misconceptions, and not every one is a formula
    assert f"among the {known_slips()} slips it knows" in read(client)


def test_a_button_is_named_with_one_verb(client, course):
    make_lesson(course)
    page = client.get("/").content.decode()
    assert 'aria-label="Read: The LSTM"' in page and 'aria-label="Choose: Take an exercise"' in page


def test_the_strangers_page_is_public_and_kept_apart_by_cookie(client, course):
    response = client.get("/")
    assert "public" in response.headers["Cache-Control"] and "max-age=0" in response.headers["Cache-Control"]
    assert "Cookie" in response.headers["Vary"]
    assert client.get("/", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    assert "csrf" not in response.content.decode()


def test_a_learners_page_is_kept_by_no_cache(client, learner):
    for path in ("/", "/progress/"):
        assert "no-store" in client.get(path).headers["Cache-Control"]


def test_without_a_course_the_page_still_says_where_to_start(client):
    assert titles(client) == ["Look at a worked example", "Take an exercise"]


# --- today ---


def test_a_new_learner_reads_first_and_then_meets_cards(client, learner, course):
    make_lesson(course)
    assert titles(client) == ["Read: The LSTM", "Review 5 cards"]


def test_due_reviews_come_first_with_their_number_and_time(client, learner, course):
    make_lesson(course)
    now = timezone.now()
    rated(learner, Card.objects.first(), 3, now - timedelta(hours=1))
    page = read(client)
    assert titles(client)[0] == "Review 5 cards"
    assert "1 to see again, 4 new." in page and "about 2 min" in page


def test_a_slip_made_twice_becomes_a_repair_with_its_reason(client, learner, course):
    quiz, question = make_quiz(course), course.questions.get()
    for days in (3, 2):
        quiz_answer(attempt_at(quiz, learner, days), question, is_right=False)
    assert titles(client)[0] == "Repair: i and f swapped"
    page = read(client)
    assert "Made twice, last on" in page and 'href="/quizzes/gates/"' in page


def test_a_repair_goes_away_when_it_went_right_on_three_days(client, learner, course):
    quiz, question = make_quiz(course), course.questions.get()
    for days, is_right in ((5, False), (4, False), (3, True), (2, True), (1, True)):
        quiz_answer(attempt_at(quiz, learner, days, right=is_right), question, is_right)
    assert not any(title.startswith("Repair") for title in titles(client))


def test_a_quiz_left_open_is_offered_and_one_whose_time_is_over_is_not(client, learner, course):
    attempt = attempt_at(make_quiz(course), learner, finished=False)
    assert "Go on with the quiz “Gates”" in titles(client)
    Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() - timedelta(minutes=5))
    assert "Go on with the quiz “Gates”" not in titles(client)


def test_there_are_never_more_than_three_rows_and_one_of_them_is_primary(client, learner, course):
    make_lesson(course)
    quiz, question = make_quiz(course), course.questions.get()
    for days in (3, 2):
        quiz_answer(attempt_at(quiz, learner, days), question, is_right=False)
    attempt_at(quiz, learner, finished=False)
    rated(learner, Card.objects.first(), 3, timezone.now() - timedelta(hours=1))
    assert [title.split(":")[0] for title in titles(client)] == [
        "Review 5 cards",
        "Repair",
        "Go on with the quiz “Gates”",
    ]
    rows = read(client).split('<ol class="rows"')[1].split("</ol>")[0]
    assert rows.count('class="btn"') == 1


def test_a_practised_lesson_gives_way_to_the_next(client, learner, course):
    make_lesson(course, quizzes=["gates"])
    make_lesson(course, "the-gru", title="The GRU", position=2)
    attempt_at(make_quiz(course), learner)
    assert "Read: The GRU" in titles(client)


def test_with_nothing_left_the_page_says_so(client, learner):
    assert "Nothing is waiting for you." in read(client)


def test_a_draft_is_no_next_lesson_even_for_staff(client, learner, course):
    User.objects.filter(pk=learner.pk).update(is_staff=True)
    make_lesson(course, is_published=False)
    assert not any("LSTM" in title for title in titles(client))


# --- progress ---


def test_a_stranger_has_done_nothing_yet(client):
    assert "Nothing done yet" in read(client, "/progress/")


def test_an_empty_page_is_written_in_sentences(client, learner):
    page = read(client, "/progress/")
    assert all(
        sentence in page
        for sentence in (
            "No answer of yours has shown a mistake that has a name.",
            "You have not begun a quiz.",
            "You have not answered an exercise.",
            "You have not reviewed a card.",
        )
    )


def test_progress_shows_quizzes_exercises_cards_and_open_mistakes(client, learner, course):
    quiz, question, generator = make_quiz(course), course.questions.get(), make_generator()
    quiz_answer(attempt_at(quiz, learner, 3, asked=1), question, is_right=False)
    taking(generator, learner, 2, "slip")
    taking(generator, learner, 1, "right")
    rated(learner, Card.objects.first(), 3, timezone.now())
    page = read(client, "/progress/")
    assert "i and f swapped" in page and ">once<" in page
    assert "0 of 1</td>" in page and "/results/" in page
    assert re.search(r"0 of 1 · 1 of 1", page)
    assert "You have rated cards 1 time." in page and "1 card is due" in page
    assert page.count("<caption") == 4


def test_a_mistake_of_an_exercise_is_gone_after_right_takings_on_three_days(client, learner, course):
    generator = make_generator()
    for days, state in ((4, "slip"), (3, "right"), (2, "right_with_yours"), (1, "right")):
        taking(generator, learner, days, state)
    page = read(client, "/progress/")
    assert "None is open." in page and "Mistakes that are gone. “Right since” counts" in page and ">3 times<" in page


def test_nobody_sees_what_another_did(client, learner, course):
    other = User.objects.create_user("otto")
    quiz_answer(attempt_at(make_quiz(course), other), course.questions.get(), is_right=False)
    rated(other, Card.objects.first(), 3, timezone.now())
    page = read(client, "/progress/")
    assert "i and f swapped" not in page and "Gates" not in page and "You have not reviewed a card." in page


def test_neither_page_asks_more_than_twelve_queries(client, learner, course):
    make_lesson(course)
    quiz, question, generator = make_quiz(course), course.questions.get(), make_generator()
    for days in (5, 4):
        quiz_answer(attempt_at(quiz, learner, days), question, is_right=False)
    taking(generator, learner, 2, "slip")
    rated(learner, Card.objects.first(), 3, timezone.now() - timedelta(hours=1))
    with at_most(12):
        client.get("/")
    with at_most(12):
        client.get("/progress/")


def test_a_stranger_sees_a_wrong_number_and_what_it_is_told(client, db):
    page = client.get("/").text
    assert "0.8030" in page and "i and f are swapped" in page  # 0.3752 · 1.3 + 0.4013 · 0.7857
    assert "0.4921" in page  # h, in the picture
