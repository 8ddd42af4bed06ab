"""The bench in the panel: what it shows, what only green generators may, and what can be done with a seed."""

import json
import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from quizzes.items.making import certificates
from quizzes.items.models import Generator, Question
from quizzes.jobs.models import AuditEntry, Outbox
from quizzes.practice.models import Attempt
from tests.factories import make_course, make_misconception, make_quiz, make_user
from tests.generators import COUNT, FORMULA, RARE, RETENTION
from tests.samples import LSTM_STEP, generator_of, make_generator
from tests.tiers import thorough

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel(client):
    for slug in ("F02", "F03", "C01", "C02", "C06"):
        make_misconception(slug)
    instructor = make_user("prof", is_staff=True)
    instructor.groups.add(Group.objects.get(name="Instructor"))
    client.force_login(instructor)
    return client


def address(generator, what="bench"):
    return reverse(f"admin:generator-{what}", args=[generator.pk])


def unpublished(**changed):
    generator = make_generator(**changed)
    Generator.objects.filter(pk=generator.pk).update(is_published=False)
    return generator


def said(reply):
    """What the page that follows tells in its messages."""
    return " ".join(re.findall(r'<li class="(?:error|success)">(.*?)</li>', reply.text, re.S))


# --- looking


def test_the_bench_gives_its_verdict_its_figures_and_each_candidate(panel):
    generator = make_generator()
    page = panel.get(address(generator)).text
    assert ">Green<" in page and "of 1000 candidates" in page
    assert "<b>F03</b> i and f are swapped <em>must show</em>" in page
    rows = re.findall(r'<th scope="row" class="num">(?:<a [^>]+>)?(\d+)', page)
    assert rows == [str(seed) for seed in range(1, 201)]


def test_each_claimed_slip_has_a_strip_and_the_same_in_figures(panel):
    page = panel.get(address(make_generator())).text
    claimed = sum(len(slips) for slips in LSTM_STEP["claims"].values())
    assert page.count('class="strip"') == claimed
    assert len(re.findall(r"<b>[A-Z]\d\d</b>", page)) == claimed


def test_the_page_shows_the_reason_beside_each_candidate_that_was_refused(panel):
    generator = make_generator(must_show={"h": ["C11"]})
    refused = sum(bool(each.reasons) for each in certificates(generator.current, range(1, 201)))
    page = panel.get(address(generator)).text
    assert page.count("<td>no: ") == refused > 0
    assert "<td>no: C11 cannot be told apart in h</td>" in page


@pytest.mark.parametrize("changed", [COUNT, FORMULA, RETENTION], ids=["count", "formula", "retention"])
def test_every_kind_of_exercise_has_a_bench(panel, changed):
    reply = panel.get(address(make_generator(**changed)))
    assert reply.status_code == 200 and ">Green<" in reply.text


def test_slips_that_are_one_are_told_in_words(panel):
    page = panel.get(address(make_generator(claims={"f": ["F02", "F15"]}, must_show={}))).text
    assert "<b>F02</b> f is read as the share forgotten, and <b>F15</b>" in page


def test_a_generator_without_a_version_says_so(panel):
    generator = Generator.objects.create(course=make_course(), slug="empty", title="Empty")
    assert "There is no version yet" in panel.get(address(generator)).text


def test_list_and_change_page_lead_to_the_bench(panel):
    generator = make_generator()
    for page in ("changelist", "change"):
        arguments = [generator.pk] if page == "change" else []
        assert address(generator) in panel.get(reverse(f"admin:quizzes_generator_{page}", args=arguments)).text


# --- who may


@pytest.mark.parametrize("what", ["bench", "publish", "take", "freeze"])
def test_who_may_not_change_generators_has_no_bench(client, what):
    looker = make_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_generator"))
    generator, open_page = unpublished(), client.get if what == "bench" else client.post
    assert open_page(address(generator, what)).status_code == 302  # to sign in
    client.force_login(make_user())
    assert open_page(address(generator, what)).status_code == 403
    client.force_login(looker)
    assert open_page(address(generator, what)).status_code == 403
    assert not Attempt.objects.exists() and not Generator.objects.get().is_published


@pytest.mark.parametrize("what", ["publish", "take", "freeze"])
def test_what_changes_something_needs_a_post_with_its_token(panel, what):
    generator = unpublished()
    assert panel.get(address(generator, what)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = panel.cookies
    assert strict.post(address(generator, what), {"seed": 1}).status_code == 403
    assert not Attempt.objects.exists()


def test_a_generator_that_is_not_there_is_not_found(panel):
    assert panel.get("/admin/quizzes/generator/987654/bench/").status_code == 404


# --- publishing


def save(panel, generator=None, specification=LSTM_STEP, **changed):
    form = {"title": "One step", "summary": "", "position": 0, "level": 1, "low_water": 4}
    names = [generator.pk] if generator else []
    form |= {"specification": json.dumps(specification)} | changed
    return panel.post(reverse(f"admin:quizzes_generator_{'change' if names else 'add'}", args=names), form, follow=True)


def test_what_is_not_green_is_saved_but_not_published(panel):
    generator = unpublished()
    reply = save(panel, generator, RARE, is_published="on")
    (sentence,) = reply.context["adminform"].form.errors["is_published"]
    assert re.match(r"It can't be published yet: only \d+ of 1000 candidates pass, and 20 % are needed\.", sentence)
    assert generator.versions.count() == 1
    assert "Look at the bench of" in said(save(panel, generator, RARE))
    generator.refresh_from_db()
    assert (generator.current.number, generator.is_published) == (2, False)


def test_a_published_generator_can_be_edited_no_further_while_it_is_not_green(panel):
    generator = make_generator(**RARE)  # as a course pack may bring it
    assert "is_published" in save(panel, generator, RARE, is_published="on").context["adminform"].form.errors
    save(panel, generator, RARE)
    generator.refresh_from_db()
    assert not generator.is_published


def test_a_new_generator_is_a_form_and_then_its_bench(panel):
    make_course()
    reply = save(panel, slug="my-step", is_published="on")
    generator = Generator.objects.get(slug="my-step")
    assert generator.is_published and address(generator) in said(reply)


def test_a_green_generator_is_published_from_its_bench_and_its_pool_is_ordered(panel):
    generator = unpublished()
    Outbox.objects.all().delete()
    assert "is published" in said(panel.post(address(generator, "publish"), follow=True))
    assert Generator.objects.get().is_published
    assert AuditEntry.objects.filter(action="published", subject="generator lstm-step", actor__username="prof").exists()
    assert Outbox.objects.get().arguments == {"generator_id": generator.pk}


def test_one_that_is_not_green_has_no_button_and_is_refused_without_it(panel):
    generator = unpublished(**RARE)
    page = panel.get(address(generator)).text
    assert "Not green yet" in page and address(generator, "publish") not in page
    assert "It can&#x27;t be published yet" in said(panel.post(address(generator, "publish"), follow=True))
    assert not Generator.objects.get().is_published


# --- using a seed


def fair_seed(generator):
    return next(each.seed for each in certificates(generator.current, range(1, 60)) if not each.reasons)


def test_a_seed_is_taken_as_a_learner_takes_it_even_before_it_is_published(panel):
    generator = unpublished()
    reply = panel.post(address(generator, "take"), {"seed": fair_seed(generator)}, follow=True)
    attempt = Attempt.objects.get()
    assert reply.redirect_chain == [(reverse("taken", args=[attempt.pk]), 302)]
    assert reply.status_code == 200
    assert (attempt.user.username, attempt.variant.seed) == ("prof", fair_seed(generator))


@pytest.mark.parametrize("seed", thorough(["", "-1", "one", str(2**63)], quick=["one"]))
def test_a_seed_that_is_none_is_told_and_kept_in_its_field(panel, seed):
    generator = make_generator()
    reply = panel.post(address(generator, "take"), {"seed": seed}, follow=True)
    assert said(reply).startswith("Seed: ")
    assert f'value="{seed}"' in reply.text
    assert not Attempt.objects.exists()


def test_a_seed_past_the_last_of_a_small_exercise_is_refused_in_a_sentence(panel):
    reply = panel.post(address(make_generator(**COUNT), "take"), {"seed": 448}, follow=True)
    assert "has 448 variants, so there is no seed 448" in said(reply)


def test_a_variant_is_frozen_into_the_chosen_quiz(panel):
    generator, quiz = make_generator(), make_quiz(2)
    form = {"quiz": quiz.pk, "name": "c@1", "seed": fair_seed(generator)}
    reply = panel.post(address(generator, "freeze"), form, follow=True)
    question = Question.objects.latest("pk")
    assert f'is question 3 of <a href="{reverse("admin:quizzes_quiz_change", args=[quiz.pk])}"' in said(reply)
    assert quiz.places.get(question=question).position == 3


def test_a_refused_freeze_keeps_what_was_chosen(panel):
    generator, quiz = make_generator(claims={"c": ["F03"], "f": ["F05"]}), make_quiz(1)
    form = {"quiz": quiz.pk, "name": "c@1", "seed": fair_seed(generator)}
    reply = panel.post(address(generator, "freeze"), form, follow=True)
    assert "fewer than two slips can be told apart in c" in said(reply)
    assert f'<option value="{quiz.pk}" selected>' in reply.text and '<option value="c@1" selected>' in reply.text
    assert quiz.places.count() == 1


def test_a_quiz_or_quantity_of_nowhere_is_told_beside_its_label(panel):
    reply = panel.post(address(make_generator(), "freeze"), {"quiz": 987, "name": "zz@1", "seed": 1}, follow=True)
    assert "Quiz: " in said(reply) and "Asked quantity: " in said(reply)


def test_who_may_not_write_quizzes_sees_no_form_to_freeze_and_can_send_none(client):
    helper = make_user("helper", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="change_generator"))
    client.force_login(helper)
    generator = make_generator()
    assert address(generator, "freeze") not in client.get(address(generator)).text
    assert client.post(address(generator, "freeze"), {"seed": 1}).status_code == 403


def test_picking_a_formula_has_the_form_to_freeze_and_a_direction_says_why_it_has_none(panel):
    assert "with the options of this seed" in panel.get(address(make_generator(**FORMULA))).text
    direction = panel.get(address(generator_of("direction"))).text
    assert "may be a mere guess" in direction
    assert address(Generator.objects.get(slug="direction"), "freeze") not in direction
