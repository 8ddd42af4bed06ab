"""Public pages are the same for everybody: they set no cookie and hang on none, whatever cookies a request brings."""

import pytest

from tests.factories import make_lesson, make_user

pytestmark = pytest.mark.django_db

BROKEN = [
    {"csrftoken": "abc"},
    {"csrftoken": "é" * 40},
    {"csrftoken": "x" * 32},
    {"sessionid": "abc"},
    {"sessionid": "x" * 32},
    {"sessionid": "", "csrftoken": ""},
    {"sessionid": "abc", "csrftoken": "abc", "guest": "broken", "messages": "broken", "theme": "broken"},
]
PLACES = ["/examples/", "/examples/lstm/", "/examples/lstm/take/trace.csv", "/exercises/", "/glossary/", "/help/"]
NOT_CACHED = ["/examples/lstm/?x=zz", "/examples/lstm/?was=1.1.2.pytorch", "/examples/none/", "/exercises/none/"]


@pytest.fixture(autouse=True)
def lesson():
    make_lesson()


def answered(client, place, cookies):
    for name, value in cookies.items():
        client.cookies[name] = value
    return client.get(place)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("cookies", BROKEN, ids=str)
def test_a_broken_cookie_changes_nothing_in_a_public_page(client, place, cookies):
    plain = client.get(place)
    reply = answered(client, place, cookies)
    assert reply.status_code == 200 and reply.content == plain.content
    assert not reply.cookies
    assert reply["Cache-Control"] == plain["Cache-Control"] and "public" in reply["Cache-Control"]
    assert reply["Vary"] == plain["Vary"] and "Cookie" not in reply["Vary"]
    assert not answered(client, place, cookies | {"x": "1"}).cookies


@pytest.mark.parametrize("place", NOT_CACHED)
@pytest.mark.parametrize("cookies", BROKEN[:4], ids=str)
def test_nor_in_what_such_a_page_refuses_or_sends_on(client, place, cookies):
    assert not answered(client, place, cookies).cookies


def test_a_stranger_with_a_broken_session_gets_the_public_front_page_and_no_cookie(client):
    reply = answered(client, "/", {"sessionid": "abc", "csrftoken": "abc"})
    assert "public" in reply["Cache-Control"] and not reply.cookies
    assert "Cookie" in reply["Vary"]  # one address, two pages: a learner's is his own


def test_a_visit_that_is_signed_in_is_left_alone(client):
    client.force_login(make_user())
    assert not client.get("/examples/lstm/").cookies
    assert client.get("/account/").status_code == 200


def test_a_private_page_still_puts_a_broken_cookie_right(client):
    assert "sessionid" in answered(client, "/account/login/", {"sessionid": "abc"}).cookies
