"""Generators and their jobs in the panel: a specification is tried before it is saved, and not everybody may cancel."""

import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

import sim
from quizzes.items import generators
from quizzes.items.models import Generator
from quizzes.jobs.models import Job
from tests.factories import make_user
from tests.samples import LSTM_STEP, make_course, make_generator

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel(client):
    instructor = make_user("prof", is_staff=True)
    instructor.groups.add(Group.objects.get(name="Instructor"))
    client.force_login(instructor)
    return client


@pytest.fixture
def trials(monkeypatch):
    """The stream of every block of trial draws."""
    streams = []

    def counted(exercise, seeds, certify=sim.certify):
        streams.append(exercise.stream)
        return certify(exercise, seeds)

    generators._tried.cache_clear()
    monkeypatch.setattr(sim, "certify", counted)
    return streams


def save(panel, generator=None, specification=LSTM_STEP, **changed):
    form = {"title": "One step", "summary": "", "position": 0, "level": 1, "low_water": 4, "is_published": "on"}
    form |= {"specification": json.dumps(specification)} | changed
    names = [generator.pk] if generator else []
    return panel.post(reverse(f"admin:quizzes_generator_{'change' if generator else 'add'}", args=names), form)


def test_a_changed_specification_is_tried_once_with_the_draws_that_learners_get(panel, trials):
    generator = make_generator()
    trials.clear()
    assert save(panel, generator, LSTM_STEP | {"decimals": 3}).status_code == 302
    assert trials == ["lstm-step/2"]
    generator.refresh_from_db()
    assert generator.current.number == 2


def test_a_new_generator_is_tried_once_under_its_own_name(panel, trials):
    make_course()
    assert save(panel, slug="my-step").status_code == 302
    assert trials == ["my-step/1"]
    assert Generator.objects.get().current.number == 1


def test_an_unchanged_specification_is_not_tried_again(panel, trials):
    generator = make_generator()
    trials.clear()
    assert save(panel, generator, title="Another title").status_code == 302
    assert trials == []
    assert generator.versions.count() == 1


C_IS_I_TIMES_G = LSTM_STEP["ranges"] | {"c0": {"low": 0.0, "high": 0.0, "step": 0.1}}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"ranges": []}, "“ranges” needs a range for each name."),
        ({"T": 21}, "“T” is 21, needs a whole number from 1 to 20."),
        ({"cell": "no such cell"}, "no such cell"),
        ({"must_show": {"c": ["C06"]}, "ranges": C_IS_I_TIMES_G}, "None of 200 candidates passed"),
    ],
)
def test_a_refused_specification_is_told_beside_its_field_and_nothing_is_saved(panel, changed, sentence):
    generator = make_generator()
    reply = save(panel, generator, LSTM_STEP | changed, title="Another title")
    assert reply.status_code == 200
    assert sentence in reply.context["adminform"].form.errors["specification"][0]
    generator.refresh_from_db()
    assert generator.title == "One LSTM step" and generator.versions.count() == 1


def test_who_may_look_at_a_job_but_not_order_one_cannot_cancel_it(client):
    looker = make_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_job"))
    client.force_login(looker)
    job = Job.objects.create(kind="variants", title="200 variants", total=200, state=Job.State.RUNNING)
    page = client.get(reverse("admin:quizzes_job_change", args=[job.pk]))
    assert page.status_code == 200 and "Cancel the rest" not in page.text
    assert client.post(reverse("admin:job-cancel", args=[job.pk])).status_code == 403
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING


def test_staff_without_any_right_sees_no_job(client):
    client.force_login(make_user("helper", is_staff=True))
    job = Job.objects.create(kind="variants", title="200 variants", total=200, state=Job.State.RUNNING)
    assert client.get(reverse("admin:job-progress", args=[job.pk])).status_code == 403


def test_an_instructor_cancels_what_he_ordered(panel):
    job = Job.objects.create(kind="variants", title="200 variants", total=200, state=Job.State.RUNNING)
    assert "Cancel the rest" in panel.get(reverse("admin:quizzes_job_change", args=[job.pk])).text
    panel.post(reverse("admin:job-cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
