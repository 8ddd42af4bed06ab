"""Who may do what: every address, by hand. An address that is not in the table fails here.

Each row: what GET and what an empty POST answer to a stranger, to another learner, to the learner whose things they
are, and to an instructor. "-" stands for a method that the address does not take (405).
"""

import re
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from quizzes.accounts.models import AccessToken
from quizzes.accounts.tokens import make_token
from quizzes.flashcards.models import Card, Review
from quizzes.flashcards.own.lines import line_of, read_line
from quizzes.flashcards.own.services import put_card
from quizzes.flashcards.services import sync_cards
from quizzes.lessons.models import GlossaryTerm
from quizzes.practice.exercises.taking import take
from quizzes.practice.quizzes.services import finish_attempt
from tests.factories import make_attempt, make_lesson, make_question, make_quiz, make_user
from tests.samples import make_course, make_generator

pytestmark = pytest.mark.django_db

PEOPLE = ("stranger", "other", "owner", "instructor")
SKIPPED = re.compile(r"^(admin/|gallery/|__)")  # the panel has its own tests; the gallery exists in tests alone
PUBLIC = [
    "",
    "account/",
    "account/confirm-email/",
    "account/inactive/",
    "account/password/reset/done/",
    "account/password/reset/key/done/",
    "api/v1/docs/",
    "api/v1/exercises/",
    "api/v1/glossary/",
    "api/v1/glossary/<slug:slug>/",
    "api/v1/lessons/",
    "api/v1/lessons/<slug:slug>/",
    "api/v1/mnemonics/",
    "api/v1/quizzes/",
    "api/v1/quizzes/<slug:slug>/",
    "api/v1/schema/",
    "cards/",
    "examples/",
    "examples/<slug:cell>/",
    "examples/<slug:cell>/take/<str:name>",
    "exercises/",
    "exercises/<slug:slug>/",
    "glossary/",
    "healthz",
    "help/",
    "lessons/",
    "lessons/<slug:slug>/",
    "mnemonics/",
    "paper/",
    "paper/<slug:cell>/",
    "progress/",
    "quizzes/",
    "quizzes/<slug:slug>/",
    "search/",
    "sources/",
    "theme.css",
]
ROWS = {
    **dict.fromkeys(PUBLIC, ("200 200 200 200", "- - - -")),
    "readyz": ("503 503 503 503", "- - - -"),  # no worker runs in these tests
    "math.woff": ("404 404 404 404", "- - - -"),  # made at set-up, which these tests do without
    r"account/^confirm-email/(?P<key>[-:\w]+)/$": ("200 200 200 200", "404 404 404 404"),
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": ("200 200 200 200", "200 200 200 200"),
    "account/email/": ("302 200 200 200", "302 302 302 302"),
    "account/erase/": ("- - - -", "302 422 422 422"),
    "account/everything.json": ("302 200 200 200", "- - - -"),
    "account/login/": ("200 302 302 302", "200 302 302 302"),
    "account/login/code/confirm/": ("302 302 302 302", "302 302 302 302"),
    "account/logout/": ("302 200 200 200", "302 302 302 302"),
    "account/password/change/": ("302 200 200 200", "302 200 200 200"),
    "account/password/reset/": ("200 200 200 200", "200 200 200 200"),
    "account/password/set/": ("302 302 302 302", "302 302 302 302"),
    "account/reauthenticate/": ("302 200 200 200", "302 200 200 200"),
    "account/signup/": ("200 302 302 302", "200 302 302 302"),
    "account/tokens/": ("302 - - -", "302 422 422 422"),
    "account/tokens/<int:token_id>/revoke/": ("302 - - -", "302 302 302 302"),
    "api/v1/^.*$": ("404 404 404 404", "404 404 404 404"),
    "api/v1/attempts/<any_uuid:attempt_id>/": ("401 404 200 404", "401 - - -"),
    "api/v1/attempts/<any_uuid:attempt_id>/answers/": ("401 - - -", "401 422 422 422"),
    "api/v1/attempts/<any_uuid:attempt_id>/finish/": ("401 - - -", "401 404 200 404"),
    "api/v1/cards/<slug:slug>/reviews/": ("401 - - -", "401 422 422 422"),
    "api/v1/cards/due/": ("401 200 200 200", "401 - - -"),
    "api/v1/cards/undo/": ("401 - - -", "401 422 422 422"),
    "api/v1/examples/": ("- - - -", "422 422 422 422"),
    "api/v1/exercises/<slug:slug>/variants/": ("401 - - -", "401 201 201 201"),
    "api/v1/questions/<slug:slug>/": ("401 403 403 200", "401 403 403 -"),
    "api/v1/quizzes/<slug:slug>/attempts/": ("401 - - -", "401 201 200 201"),
    "api/v1/variants/<any_uuid:attempt_id>/": ("401 404 200 200", "401 - - -"),
    "api/v1/variants/<any_uuid:attempt_id>/answers/": ("401 - - -", "401 422 422 422"),
    "api/v1/variants/<any_uuid:attempt_id>/solution/": ("401 - - -", "401 404 200 404"),
    "attempts/<uuid:attempt_id>/": ("404 404 200 404", "- - - -"),
    "attempts/<uuid:attempt_id>/<int:position>/": ("404 404 200 404", "404 404 422 404"),
    "attempts/<uuid:attempt_id>/<int:position>/flag/": ("- - - -", "404 404 302 404"),
    "attempts/<uuid:attempt_id>/finish/": ("- - - -", "404 404 302 404"),
    "attempts/<uuid:attempt_id>/results/": ("404 404 200 200", "- - - -"),
    "cards/own/": ("200 200 200 200", "- - - -"),
    "cards/own/<slug:slug>/away/": ("- - - -", "404 404 302 404"),
    "cards/own/new/<slug:cell>/": ("200 200 200 200", "422 422 422 422"),
    "cards/review/": ("200 200 200 200", "422 422 422 422"),
    "cards/undo/": ("- - - -", "404 422 422 422"),
    "exercises/<slug:slug>/take/": ("200 200 200 200", "302 302 302 302"),
    "exercises/repair/<slug:slug>/": ("404 404 404 404", "404 404 404 404"),  # of a slip made: nobody here has made one
    "exercises/taken/<uuid:attempt_id>/": ("404 404 200 200", "- - - -"),
    "exercises/taken/<uuid:attempt_id>/again/": ("- - - -", "404 404 302 404"),
    "exercises/taken/<uuid:attempt_id>/check/": ("404 404 302 302", "404 422 422 422"),
    "exercises/taken/<uuid:attempt_id>/solution/": ("404 404 200 200", "404 404 302 404"),
    "paper/<slug:cell>/pdf/": ("302 403 403 200", "302 403 403 422"),
    "paper/files/<uuid:job_id>/": ("302 403 403 404", "- - - -"),
    "quizzes/<slug:slug>/start/": ("- - - -", "302 302 302 302"),
    "theme/": ("200 200 200 200", "302 302 302 302"),
    "weights/": ("200 200 200 200", "422 422 422 422"),
}


@pytest.fixture
def world():
    """One learner's things of every kind, and four people who try to reach them."""
    owner, other = make_user("owner"), make_user("other")
    prof = make_user("prof", is_staff=True)
    prof.groups.add(Group.objects.get(name="Instructor"))
    course = make_course()
    make_lesson("the-lstm")
    question = make_question()
    GlossaryTerm.objects.create(course=course, slug="gate", term="Gate", definition="A fraction.")
    sync_cards(course)
    quiz = make_quiz(2, slug="quiz")
    generator = make_generator()
    finished = make_attempt(make_quiz(1, slug="past"), owner)
    finish_attempt(user=owner, attempt_id=finished.pk, now=timezone.now())
    return {
        "people": {"stranger": None, "other": other, "owner": owner, "instructor": prof},
        "attempt_id": make_attempt(quiz, owner).pk,
        "taken": take(user=owner, generator=generator, now=timezone.now()).pk,
        "finished": finished.pk,
        "question": question.slug,
        "own_card": put_card(user=owner, line=line_of(read_line("lstm", {"line": ["c"]})))[0].slug,
        "token_id": make_token(user=owner, name="notebook")[0].pk,
    }


def routes():
    return sorted(route for route in _walk(get_resolver().url_patterns) if not SKIPPED.match(route))


def _walk(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route


def path_of(world, route):
    attempt = world["attempt_id"]
    if "taken" in route or "variants/<" in route:
        attempt = world["taken"]
    elif route.endswith("results/"):
        attempt = world["finished"]
    slug = "lstm-step" if "exercises" in route else "quiz" if "quizzes" in route else "the-lstm"
    slug = {
        "cards/own/<slug:slug>": world["own_card"],
        "api/v1/cards": "term-gate",
        "api/v1/questions": world["question"],
        "api/v1/glossary": "gate",
    }.get("/".join(route.split("/")[:3]), slug)
    values = {
        "attempt_id": attempt,
        "slug": slug,
        "position": 1,
        "token_id": world["token_id"],
        "cell": "lstm",
        "name": "trace.csv",
    }
    values["job_id"] = uuid4()
    path = re.sub(r"<\w+:(\w+)>", lambda match: str(values[match[1]]), route)
    path = path.replace("^confirm-email/(?P<key>[-:\\w]+)/$", "confirm-email/abc/")
    path = path.replace("^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", "password/reset/key/1-abc/")
    return "/" + path.replace("^.*$", "nowhere")


def status(world, person, method, route):
    """What one request answers; whatever it changed is undone."""
    client, user = Client(), world["people"][person]
    kind = {"content_type": "application/json"} if route.startswith("api/") else {}
    with transaction.atomic():
        if user is not None:
            client.force_login(user)
        reply = getattr(client, method)(path_of(world, route), **kind)
        transaction.set_rollback(True)
    return "-" if reply.status_code == 405 else str(reply.status_code)


def answers(world, route, method):
    return " ".join(status(world, person, method, route) for person in PEOPLE)


def test_every_address_has_its_row_and_every_row_its_address():
    assert sorted(ROWS) == routes()


def test_everybody_gets_exactly_what_the_table_says(world):
    found = {route: (answers(world, route, "get"), answers(world, route, "post")) for route in routes()}
    assert found == ROWS


def test_a_guessed_id_answers_like_anothers(world):
    guessed = world | {"attempt_id": uuid4(), "taken": uuid4(), "finished": uuid4()}
    for route in routes():
        if "attempt_id" in route:
            assert status(world, "other", "get", route) == status(guessed, "other", "get", route), route


def test_no_cell_lets_another_learner_read_or_change_a_thing(world):
    """Whatever another learner may do with an id that is not his is refused: 401, 404, or unread as faulty (422)."""
    for route in routes():
        if "attempt_id" in route:
            for method in ("get", "post"):
                assert status(world, "other", method, route) in {"-", "404", "422"}, route


def test_another_learner_can_not_review_or_take_away_a_card_of_ones_own(world):
    own = world["own_card"]
    fields = {"card": own, "rating": "3", "submission_id": str(uuid4())}
    sent = [("/cards/review/", fields), (f"/api/v1/cards/{own}/reviews/", fields), (f"/cards/own/{own}/away/", {})]
    for person, expected in (("other", 404), ("instructor", 404)):
        client = Client()
        client.force_login(world["people"][person])
        assert [client.post(path, data).status_code for path, data in sent] == [expected] * 3
    assert not Review.objects.exists() and Card.objects.get(slug=own).is_published


def test_anothers_token_survives_being_revoked_by_a_stranger(world):
    client = Client()
    client.force_login(world["people"]["other"])
    client.post(f"/account/tokens/{world['token_id']}/revoke/")
    assert AccessToken.objects.filter(pk=world["token_id"]).exists()
