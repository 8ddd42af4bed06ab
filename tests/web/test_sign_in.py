"""The page to sign in on: one for everybody, in our words."""

import pytest

from quizzes.accounts.tokens import make_token
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_forgotten_password_is_asked_about_once(client):
    page = client.get("/account/login/").text
    assert page.count("/account/password/reset/") == 1 and "Forgotten your password?" in page


def test_the_present_password_is_asked_about_once(client):
    client.force_login(make_user())
    assert client.get("/account/password/change/").text.count("/account/password/reset/") <= 1


@pytest.mark.parametrize("login", ["ada", "ada@example.org", "nobody"])
def test_a_wrong_sign_in_is_told_in_the_words_of_its_label(client, login):
    make_user(username="ada", email="ada@example.org")
    page = client.post("/account/login/", {"login": login, "password": "not-this-one"}).text
    assert "User name or e-mail address" in page
    assert "No account has this name or e-mail address with this password." in page


def test_the_table_of_tokens_scrolls_by_itself_where_it_is_too_wide(client):
    user = make_user()
    make_token(user=user, name="notebook")
    client.force_login(user)
    before = client.get("/account/").text.split("<table>")[0]
    assert before.rstrip().endswith('aria-labelledby="tokens-caption">')
