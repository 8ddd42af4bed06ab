"""Guests, accounts and tokens: a first answer makes a guest, signing up keeps the work, erasing leaves nothing."""

import json
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from quizzes.accounts.middleware import GUEST_COOKIE, LearnerMiddleware, find_learner
from quizzes.accounts.models import AccessToken, User
from quizzes.accounts.services import (
    MOST_GUESTS_AN_HOUR,
    brake_guests,
    erase_user,
    forget_idle_guests,
    learner_of,
    make_guest,
)
from quizzes.accounts.tokens import make_token, user_of_key
from quizzes.errors import Refused, TooMany
from tests.factories import make_attempt

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


def sign(client, guest):
    """Give a browser the cookie that the guest's first POST would have given it."""
    request = RequestFactory().post("/")
    request.user = User()  # never asked: the guest is there already

    def reply(request):
        request._new_guest = guest
        return HttpResponse()

    client.cookies[GUEST_COOKIE] = LearnerMiddleware(reply)(request).cookies[GUEST_COOKIE].value
    return client


@pytest.fixture
def guest():
    return make_guest()


def test_a_get_never_makes_a_guest(rf):
    from django.contrib.auth.models import AnonymousUser

    request = rf.get("/")
    request.user = AnonymousUser()
    assert find_learner(request) is None
    with pytest.raises(ValueError):
        learner_of(request)
    assert not User.objects.exists()


def test_a_forged_guest_cookie_is_nobody(client, guest):
    client.cookies[GUEST_COOKIE] = f"{guest.pk}:forged"
    assert b"no account" in client.get("/account/").content


def test_a_guest_is_known_by_his_cookie(client, guest):
    assert b"You study as a guest" in sign(client, guest).get("/account/").content


def test_signing_up_turns_the_guest_into_the_account(client, guest):
    form = {"username": "ada", "email": "ada@example.org", "password1": PASSWORD}
    reply = sign(client, guest).post("/account/signup/", form)
    assert reply.status_code == 302, reply.content.decode()[:2000]
    ada = User.objects.get(username="ada")
    assert ada.pk == guest.pk and not ada.is_guest and ada.check_password(PASSWORD)


def test_a_guests_cookie_opens_nothing_once_he_has_an_account(client, guest):
    sign(client, guest)
    User.objects.filter(pk=guest.pk).update(is_guest=False)
    assert b"no account" in client.get("/account/").content


def test_the_database_refuses_a_guest_with_staff_rights(guest):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=guest.pk).update(is_staff=True)


def test_a_token_is_shown_once_and_stored_hashed(client):
    ada = User.objects.create_user("ada", password=PASSWORD)
    client.force_login(ada)
    page = client.post("/account/tokens/", {"name": "notebook"})
    key = page.context["new_key"]
    assert key.encode() in page.content
    assert key.encode() not in client.get("/account/").content
    assert key not in json.dumps(list(AccessToken.objects.values("name", "prefix", "digest")))
    assert user_of_key(key) == ada


def test_a_revoked_token_and_a_token_of_a_disabled_account_open_nothing():
    ada = User.objects.create_user("ada", password=PASSWORD)
    token, key = make_token(user=ada, name="a")
    User.objects.update(is_active=False)
    assert user_of_key(key) is None
    User.objects.update(is_active=True)
    token.delete()
    assert user_of_key(key) is None


def test_nobody_revokes_anothers_token(client):
    ada, bob = (User.objects.create_user(name, password=PASSWORD) for name in ("ada", "bob"))
    token, _ = make_token(user=ada, name="a")
    client.force_login(bob)
    client.post(f"/account/tokens/{token.pk}/revoke/")
    assert AccessToken.objects.filter(pk=token.pk).exists()


def test_a_nameless_token_is_refused_with_one_sentence(client):
    client.force_login(User.objects.create_user("ada", password=PASSWORD))
    page = client.post("/account/tokens/", {"name": "  "})
    assert page.status_code == 422 and b"A token needs a name" in page.content


def test_everything_of_a_user_can_be_taken_out(client):
    ada = User.objects.create_user("ada", email="ada@example.org", password=PASSWORD)
    _, key = make_token(user=ada, name="notebook")
    client.force_login(ada)
    reply = client.get("/account/everything.json")
    everything = reply.json()
    assert everything["profile"]["email"] == "ada@example.org"
    assert everything["access_tokens"][0]["name"] == "notebook"
    assert key not in reply.text and ada.password not in reply.text


def test_erasing_needs_the_name_typed_and_then_leaves_nothing(client):
    ada = User.objects.create_user("ada", password=PASSWORD)
    client.force_login(ada)
    assert client.post("/account/erase/", {"confirmation": "eda"}).status_code == 422
    assert User.objects.filter(pk=ada.pk).exists()
    assert client.post("/account/erase/", {"confirmation": "ada"}).status_code == 200
    assert not User.objects.filter(pk=ada.pk).exists()


def test_the_last_administrator_cannot_erase_himself():
    root = User.objects.create_superuser("root", password=PASSWORD)
    with pytest.raises(Refused):
        erase_user(user=root, confirmation="root")


def test_the_instructor_group_can_edit_content_and_touch_no_rights():
    rights = set(Group.objects.get(name="Instructor").permissions.values_list("codename", flat=True))
    assert {"change_lesson", "add_question", "view_attempt", "change_user"} <= rights
    assert not {name for name in rights if "accesstoken" in name or "key" in name or "permission" in name}
    assert not {"change_attempt", "delete_user", "change_answerevent", "delete_question"} & rights


def test_password_reset_sends_a_link_that_works(client, mailoutbox):
    ada = User.objects.create_user("ada", email="ada@example.org", password=PASSWORD)
    assert client.post("/account/password/reset/", {"email": "ada@example.org"}).status_code == 302
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    path = link.split("//", 1)[1].split("/", 1)[1]
    form = Client()
    page = form.get(f"/{path}", follow=True)
    form.post(page.redirect_chain[-1][0], {"password1": "another good one", "password2": "another good one"})
    ada.refresh_from_db()
    assert ada.check_password("another good one")


def test_an_old_number_in_a_guests_cookie_opens_nothing(client, guest):
    other = make_guest()
    other.username = str(guest.pk)  # as a cookie of a time before names would have it
    assert b"no account" in sign(client, other).get("/account/").content


def test_guests_from_one_address_are_braked_in_the_end(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "brake"}}
    for _ in range(MOST_GUESTS_AN_HOUR):
        brake_guests("192.0.2.7")
    with pytest.raises(TooMany):
        brake_guests("192.0.2.7")
    brake_guests("192.0.2.8")


def test_guests_without_work_are_forgotten_and_others_are_not(guest):
    worked, account = make_guest(), User.objects.create_user("ada", password=PASSWORD)
    make_attempt(user=worked)
    later = timezone.now() + timedelta(days=1)
    assert forget_idle_guests(before=later) == 1
    assert set(User.objects.all()) == {worked, account}


def test_a_nul_in_a_form_breaks_nothing(client):
    client.force_login(User.objects.create_user("ada", password=PASSWORD))
    assert client.post("/account/tokens/", {"name": "a\x00b"}).status_code == 200
    assert client.get("/cards/review/?card=%00").status_code == 200


def test_erasing_takes_the_trail_of_signing_in_along(client):
    ada = User.objects.create_user("ada", email="ada@example.org", password=PASSWORD)
    client.post("/account/login/", {"login": "ada", "password": "wrong"})
    assert AccessAttempt.objects.filter(username="ada").exists()
    erase_user(user=ada, confirmation="ada")
    assert not AccessAttempt.objects.filter(username="ada").exists()
