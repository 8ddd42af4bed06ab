"""A program takes a quiz, reviews cards and edits a question, by token."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group

from tests.factories import make_question, make_quiz, make_user
from tests.program import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(client):
    return Program(client, make_user())


def answer(attempt, choice, **changes):
    return {"submission_id": str(uuid4()), "seq": 1, "position": 1, "choice": choice, **changes}


def choice_reading(attempt, text):
    options = attempt["questions"][0]["choices"]
    return next(option["choice"] for option in options if text in option["html"])


PRIVATE = [
    ("post", "/api/v1/quizzes/quiz/attempts/"),
    ("get", f"/api/v1/attempts/{uuid4()}/"),
    ("post", f"/api/v1/attempts/{uuid4()}/answers/"),
    ("post", f"/api/v1/attempts/{uuid4()}/finish/"),
    ("post", "/api/v1/exercises/lstm-step/variants/"),
    ("post", f"/api/v1/variants/{uuid4()}/answers/"),
    ("post", f"/api/v1/variants/{uuid4()}/solution/"),
    ("get", "/api/v1/cards/due/"),
    ("post", "/api/v1/cards/term-gate/reviews/"),
    ("post", "/api/v1/cards/undo/"),
    ("get", "/api/v1/questions/question-1/"),
]


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_what_is_not_public_answers_401_to_a_stranger(client, method, path):
    reply = getattr(client, method)(path, content_type="application/json")
    assert reply.status_code == 401 and reply.json()["code"] == "not_authenticated"


def test_a_quiz_is_taken_and_its_feedback_names_the_misconception(program):
    quiz = make_quiz(1)
    attempt = program.post(f"/quizzes/{quiz.slug}/attempts/").json()
    assert attempt["questions"][0]["feedback"] is None
    sent = answer(attempt, choice_reading(attempt, "as in F02"))
    told = program.post(f"/attempts/{attempt['id']}/answers/", sent).json()
    assert told["state"] == "wrong" and told["question"]["feedback"]["misconception"] == "F02"
    results = program.post(f"/attempts/{attempt['id']}/finish/").json()
    assert results["right"] == 0 and results["causes"][0]["misconception"] == "F02"


def test_no_key_and_no_explanation_comes_before_the_answer(program):
    quiz = make_quiz(2)
    reply = program.post(f"/quizzes/{quiz.slug}/attempts/")
    assert "WHY" not in reply.text and "misconception" not in reply.text.replace('"feedback":null', "")


def test_the_same_submission_again_returns_the_stored_event(program):
    quiz = make_quiz(1)
    attempt = program.post(f"/quizzes/{quiz.slug}/attempts/").json()
    sent = answer(attempt, 1)
    first = program.post(f"/attempts/{attempt['id']}/answers/", sent)
    again = program.post(f"/attempts/{attempt['id']}/answers/", sent)
    assert first.status_code == again.status_code == 200 and first.json()["event"] == again.json()["event"]
    other = program.post(f"/attempts/{attempt['id']}/answers/", sent | {"choice": 2})
    assert other.status_code == 409 and other.json()["code"] == "submission_reused"


def test_anothers_attempt_is_not_there(program, client):
    quiz = make_quiz(1)
    attempt = program.post(f"/quizzes/{quiz.slug}/attempts/").json()
    stranger = Program(client, make_user())
    assert stranger.get(f"/attempts/{attempt['id']}/").status_code == 404
    assert stranger.post(f"/attempts/{attempt['id']}/answers/", answer(attempt, 1)).status_code == 404


def test_going_on_with_an_open_attempt_is_no_second_one(program):
    quiz = make_quiz(1)
    first = program.post(f"/quizzes/{quiz.slug}/attempts/")
    second = program.post(f"/quizzes/{quiz.slug}/attempts/")
    assert (first.status_code, second.status_code) == (201, 200) and first.json()["id"] == second.json()["id"]


@pytest.mark.parametrize("fault", [{"seq": "x"}, {"submission_id": "1"}, {"choice": 99}, {"seq": 7}, {"position": 50}])
def test_a_faulty_answer_is_refused_and_not_stored(program, fault):
    quiz = make_quiz(1)
    attempt = program.post(f"/quizzes/{quiz.slug}/attempts/").json()
    reply = program.post(f"/attempts/{attempt['id']}/answers/", answer(attempt, 1) | fault)
    assert reply.status_code in (404, 409, 422) and set(reply.json()) == {"code", "message", "hint"}
    assert program.get(f"/attempts/{attempt['id']}/").json()["next_seq"] == 1


def test_an_instructor_edits_a_question_and_a_learner_may_not(program, client):
    make_question(1)
    assert program.get("/questions/question-1/").status_code == 403
    prof = make_user("prof", is_staff=True)
    prof.groups.add(Group.objects.get(name="Instructor"))
    author = Program(client, prof)
    question = author.get("/questions/question-1/").json()
    edited = author.put("/questions/question-1/", question | {"stem": "Edited by a program?"})
    assert edited.status_code == 200 and edited.json()["version"] == 2
    faulty = author.put("/questions/question-1/", question | {"choices": question["choices"][:1]})
    assert faulty.status_code == 422 and author.get("/questions/question-1/").json()["version"] == 2


@pytest.mark.parametrize("feedback", ["at_once", "at_end"])
def test_no_request_of_a_quiz_takes_more_than_twelve_queries(program, feedback, django_assert_max_num_queries):
    quiz = make_quiz(15, feedback=feedback)

    def cheap(ask):
        with django_assert_max_num_queries(14):  # twelve, and BEGIN and COMMIT, here the savepoint
            return ask().json()

    attempt = cheap(lambda: program.post(f"/quizzes/{quiz.slug}/attempts/"))
    wrong = choice_reading(attempt, "F02")
    cheap(lambda: program.post(f"/attempts/{attempt['id']}/answers/", answer(attempt, wrong)))
    cheap(lambda: program.get(f"/attempts/{attempt['id']}/"))
    cheap(lambda: program.post(f"/attempts/{attempt['id']}/finish/"))
