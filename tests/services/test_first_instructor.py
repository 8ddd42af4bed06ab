"""The first sign-in of a fresh site: a link that serves once, and the rights of an instructor."""

from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command

from quizzes.accounts.first import create_first_instructor
from quizzes.accounts.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "constant error carousel"


def choose_password(client, link):
    """Follow the link as a browser does, and choose; the last answer."""
    page = client.get(link, follow=True)
    form = {"password1": PASSWORD, "password2": PASSWORD}
    return client.post(page.request["PATH_INFO"], form, follow=True)


def test_the_link_lets_choose_a_password_and_signs_in(client):
    link = create_first_instructor()
    choose_password(client, link)
    user = User.objects.get(username="instructor")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.check_password(PASSWORD)
    assert client.get("/admin/").status_code == 200


def test_the_link_serves_once(client):
    link = create_first_instructor()
    choose_password(client, link)
    client.logout()
    again = client.get(link, follow=True)
    assert "password1" not in again.content.decode()


def test_nobody_can_sign_in_before_the_link_was_used(client):
    create_first_instructor()
    client.post("/account/login/", {"login": "instructor", "password": ""})
    assert "_auth_user_id" not in client.session
    assert not User.objects.get(username="instructor").has_usable_password()


def test_the_first_instructor_is_one_and_no_superuser():
    assert create_first_instructor()
    assert create_first_instructor() is None
    user = User.objects.get(username="instructor")
    assert (user.is_staff, user.is_superuser) == (True, False)
    assert [group.name for group in user.groups.all()] == ["Instructor"]


def test_a_site_with_staff_gets_no_further_instructor():
    User.objects.create_user("somebody", is_staff=True)
    assert create_first_instructor() is None


def test_a_lost_link_can_be_printed_anew(client, capsys):
    create_first_instructor()
    call_command("sign_in_link", "instructor")
    choose_password(client, capsys.readouterr().out.strip())
    assert User.objects.get(username="instructor").check_password(PASSWORD)
    with pytest.raises(CommandError, match="no user called 'nobody'"):
        call_command("sign_in_link", "nobody")


def test_the_link_has_the_address_of_the_site_where_it_is_known(capsys, settings):
    create_first_instructor()
    settings.PUBLIC_URL = urlsplit("https://study.example/")
    call_command("sign_in_link", "instructor")
    assert capsys.readouterr().out.startswith("https://study.example/account/")
