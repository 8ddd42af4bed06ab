"""Public content needs no account; everything else answers 401 in three plain fields."""

import pytest
from django.test import Client

from quizzes.catalog.models import Course
from quizzes.lessons.models import GlossaryTerm, Lesson, Section

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return Course.objects.create(slug="course", title="Course")


@pytest.fixture
def lesson(course):
    lesson = Lesson.objects.create(course=course, slug="lstm", title="The LSTM", summary="Gates.")
    for depth in ("basic", "standard"):
        Section.objects.create(
            lesson=lesson, depth=depth, anchor="cell", title="The cell", text=f"{depth} text", html=f"<p>{depth}</p>"
        )
    return lesson


def test_lessons_are_listed_to_anybody(client, lesson):
    reply = client.get("/api/v1/lessons/").json()
    assert [row["slug"] for row in reply["results"]] == ["lstm"]


def test_a_lesson_comes_at_the_depth_asked_for(client, lesson):
    assert client.get("/api/v1/lessons/lstm/?depth=basic").json()["sections"][0]["text"] == "basic text"
    assert client.get("/api/v1/lessons/lstm/").json()["sections"][0]["text"] == "standard text"


def test_an_unknown_depth_is_refused_in_three_fields(client, lesson):
    reply = client.get("/api/v1/lessons/lstm/?depth=abyss")
    assert reply.status_code == 404 and set(reply.json()) == {"code", "message", "hint"}


def test_unpublished_content_is_not_there(client, course):
    GlossaryTerm.objects.create(course=course, slug="draft", term="Draft", definition="…", is_published=False)
    assert client.get("/api/v1/glossary/").json()["count"] == 0
    assert client.get("/api/v1/glossary/draft/").status_code == 404


def test_an_unknown_address_says_so_as_json(client):
    reply = client.get("/api/v1/nowhere/")
    assert reply.status_code == 404 and reply.json()["code"] == "not_found"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_every_method_gets_json_at_an_unknown_address(method):
    strict = Client(enforce_csrf_checks=True)
    reply = getattr(strict, method)("/api/v1/exercises/lstm-step/take/", content_type="application/json")
    assert reply.status_code == 404 and reply.json()["code"] == "not_found"


def test_a_wrong_token_is_refused_even_where_none_is_needed(client):
    reply = client.get("/api/v1/lessons/", headers={"Authorization": "Token wrong"})
    assert reply.status_code == 401 and reply.json()["code"] == "authentication_failed"
    assert reply.headers["WWW-Authenticate"] == "Token"


def test_the_schema_and_its_page_are_public(client):
    assert client.get("/api/v1/schema/").status_code == 200
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200 and "cdn" not in page.text


def test_the_page_of_the_schema_leads_back_and_holds_nothing_inline(client):
    page = client.get("/api/v1/docs/")
    assert '<a href="/">Carousel</a>' in page.text
    assert "<style" not in page.text and page.text.count("<script") == page.text.count("<script src=")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "script-src 'self'" in policy and "style-src 'self'" in policy


def test_a_page_beyond_the_last_is_told_as_such(client):
    reply = client.get("/api/v1/glossary/?page=99")
    assert reply.status_code == 404 and reply.json()["code"] == "page_unknown"
