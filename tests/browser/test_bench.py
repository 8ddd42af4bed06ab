"""The bench of a generator in a real browser: by keyboard, without scripting, on a phone, light and dark."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from quizzes.accounts.models import User
from quizzes.items.making import certificates
from quizzes.practice.models import Attempt
from quizzes.practice.quizzes.freezing import freeze_variant
from tests.factories import answer, make_attempt, make_misconception, make_quiz, make_user
from tests.samples import make_generator

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def prof(live_server):
    """The cookies of an instructor."""
    user = make_user("prof", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name="Instructor")[0])
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    return {"cookies": [{"name": "sessionid", "value": session, "url": live_server.url}], "origins": []}


def bench_of(generator):
    return reverse("admin:generator-bench", args=[generator.pk])


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_the_bench_has_no_fault_that_axe_knows_and_never_widens_the_page(open_page, prof, axe, width, dark):
    generator = make_generator(asked=["f@1", "c@1"], claims={"f": ["F02", "F15"], "c": ["F03"]})
    page = open_page(bench_of(generator), state=prof, width=width, dark=dark)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_seed_is_frozen_and_taken_by_keyboard_alone_without_scripting(open_page, prof):
    for slug in ("F02", "F03", "C01", "C02", "C06"):
        make_misconception(slug)
    generator, quiz = make_generator(), make_quiz(1)
    page = open_page(bench_of(generator), state=prof, scripts=False)
    page.get_by_label("Quiz:").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("cell")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("is question 2 of").wait_for()
    assert quiz.places.count() == 2
    page.locator("#take_seed").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/exercises/taken/*/")
    assert Attempt.objects.get().user.username == "prof"


GRU = {"cell": "gru", "D": 2, "H": 2, "asked": ["n@1"], "claims": {"n": ["G04", "G05", "G12"]}, "must_show": {}}


def test_a_frozen_question_of_two_units_fits_a_phone_with_its_explanation(open_page, prof):
    for slug in GRU["claims"]["n"]:
        make_misconception(slug)
    generator, user = make_generator(**GRU), User.objects.get(username="prof")
    made = certificates(generator.current, range(1, 20))
    seed = next(each.seed for each in made if len(each.live["n@1"]) == 3)
    quiz = make_quiz([])
    freeze_variant(quiz=quiz, generator=generator, name="n@1", seed=seed, made_by=user)
    attempt = make_attempt(quiz, user)
    answer(attempt, 1, "G04")
    page = open_page(f"/attempts/{attempt.pk}/1/", state=prof, width=360)
    page.get_by_text("The other numbers come from slips").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_frozen_formula_fits_a_phone_with_its_options_and_its_explanation(open_page, prof):
    claims = {"a_n": ["F05", "F07", "G04"]}
    for slug in claims["a_n"]:
        make_misconception(slug)
    picked = {"format": "pick_formula", "asked": ["a_n@1"], "claims": claims, "must_show": {}}
    generator, user = make_generator(**GRU | picked), User.objects.get(username="prof")
    quiz = make_quiz([])
    freeze_variant(quiz=quiz, generator=generator, name="a_n@1", seed=0, made_by=user)
    attempt = make_attempt(quiz, user)
    page = open_page(f"/attempts/{attempt.pk}/1/", state=prof, width=360)
    page.get_by_text("Which formula gives").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    answer(attempt, 1, "G04")
    page.goto(f"/attempts/{attempt.pk}/1/")
    page.get_by_text("The other formulas come from slips").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
