"""What is told of a slip, in the API and on the page: numbers only where the learner has them from here or before."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from quizzes.practice.models import Attempt
from tests.factories import make_user
from tests.program import Program
from tests.samples import make_generator

pytestmark = pytest.mark.django_db

GATES = ("f@1", "i@1", "g@1")
FORMULA = "c = i ⊙ c_prev + f ⊙ g gives this number"


class Taken:
    """One taking through the API; `seq` goes by itself."""

    def __init__(self, client, must_show="F03", **sent):
        self.client, user = client, make_user(is_staff=True)
        client.force_login(user)
        make_generator(fading=True, must_show={"h" if must_show[0] == "C" else "c": [must_show]})
        self.program = Program(client, user)
        self.payload = self.program.post("/exercises/lstm-step/variants/", sent).json()
        self.attempt = Attempt.objects.get()
        key = self.attempt.variant.key.exact
        self.right = {name: key[name] for name in GATES}
        f, i, g = (key[name][0] for name in GATES)
        self.swapped = {"c@1": [round(i * self.payload["given"]["c0"][0] + f * g, 4)]}
        self.seq = 0

    def check(self, answers, name="c@1"):
        self.seq += 1
        sent = {"submission_id": str(uuid4()), "seq": self.seq, "answers": answers}
        reply = self.program.post(f"/variants/{self.attempt.pk}/answers/", sent)
        assert reply.status_code == 200
        return next(step["message"] for step in reply.json()["steps"] if step["name"] == name)

    def page(self):
        html = self.client.get(reverse("taken", args=[self.attempt.pk])).content.decode()
        return re.search(r'id="step-c-1".*?</li>', html, re.DOTALL)[0]


@pytest.fixture
def taken(client):
    return Taken(client)


def test_a_slip_sent_alone_is_told_as_a_formula_without_the_keys_of_open_steps(taken):
    message = taken.check(taken.swapped)
    assert f"{FORMULA}. " in message
    assert not [each for (each,) in taken.right.values() if f"{abs(each):.4f}" in message + taken.page()]
    assert "gives this number." in taken.page()


def test_gates_answered_in_the_same_check_are_put_in(taken):
    message = taken.check(taken.right | taken.swapped)
    assert f"{FORMULA}: {taken.right['i@1'][0]:.4f}·" in message
    assert f"{taken.right['i@1'][0]:.4f}·" in taken.page()


def test_gates_that_were_right_in_an_earlier_check_are_put_in(taken):
    taken.check(taken.right)
    assert f"{FORMULA}: {taken.right['i@1'][0]:.4f}·" in taken.check(taken.swapped)


def test_a_gate_that_was_wrong_in_an_earlier_check_is_not_told_by_the_next(taken):
    taken.check(taken.right | {"f@1": [0.7719]})
    assert f"{FORMULA}. " in taken.check(taken.swapped | {"f@1": [""]})


def test_an_own_gate_of_an_earlier_check_is_put_in_as_it_stands(taken):
    taken.check(taken.right | {"f@1": [0.7719]})
    i, g, old = taken.right["i@1"][0], taken.right["g@1"][0], taken.payload["given"]["c0"][0]
    assert f"{FORMULA}: {i:.4f}·" in (message := taken.check({"c@1": [round(i * old + 0.7719 * g, 4)]}))
    assert "0.7719·" in message


def test_when_all_has_been_right_once_every_number_may_be_shown(taken):
    taken.check(taken.attempt.variant.key.exact)
    assert f"{FORMULA}: " in taken.check(taken.swapped)


def test_gates_that_are_shown_worked_are_put_in(client):
    faded = Taken(client, fade=True)
    faded.attempt.shown = faded.right  # c open, and what is computed from it
    faded.attempt.save()
    assert f"{FORMULA}: {faded.right['i@1'][0]:.4f}·" in faded.check(faded.swapped)


@pytest.fixture
def faded(client):
    """f and h open, the others shown worked; c is computed from f, so it is not shown before all is right."""
    faded = Taken(client, must_show="C11", fade=True)
    key = faded.attempt.variant.key.exact
    faded.attempt.shown = {name: key[name] for name in ("i@1", "g@1", "c@1", "o@1")}
    faded.attempt.asked = 2
    faded.attempt.save()
    faded.opened = {name: key[name] for name in ("f@1", "h@1")}
    faded.untanhed = {"h@1": [round(key["o@1"][0] * key["c@1"][0], 4)]}
    return faded


def test_a_worked_step_that_is_hidden_for_an_open_one_is_not_told_by_a_slip(faded):
    message = faded.check(faded.untanhed, "h@1")
    assert "h = o ⊙ c gives this number. " in message


def test_once_all_open_steps_have_been_right_the_hidden_one_is_put_in(faded):
    faded.check(faded.opened, "h@1")
    message = faded.check(faded.untanhed, "h@1")
    assert "h = o ⊙ c gives this number: " in message
    assert f"{abs(faded.attempt.shown['c@1'][0]):.4f}" in message
