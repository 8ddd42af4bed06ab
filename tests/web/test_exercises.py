"""The pages of exercises, as a browser without scripting uses them, and the fragment that htmx asks for."""

import re
from math import tanh
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizzes.accounts.models import User
from quizzes.catalog.models import Misconception
from quizzes.items.models import Variant
from quizzes.practice.models import AnswerEvent, Attempt, SlipRecord
from tests.factories import make_lesson
from tests.samples import make_generator

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def taken(client):
    """One taking by a guest, through the page: the attempt."""
    make_generator()
    client.post("/exercises/lstm-step/take/")
    return Attempt.objects.get()


def key_of(attempt):
    return attempt.variant.key.exact


def swapped(attempt):
    """c with i and f swapped, worked out here from the key and the given c′."""
    key, given = key_of(attempt), attempt.variant.given
    return f"{key['i@1'][0] * given['c0'][0] + key['f@1'][0] * key['g@1'][0]:.4f}"


def form(attempt, submission_id=None, **typed):
    attempt.refresh_from_db()
    hidden = {"submission_id": submission_id or uuid4(), "seq": attempt.last_seq + 1}
    return hidden | {f"{name}-1": value for name, value in typed.items()}


def all_right(attempt):
    return {name[0]: f"{values[0]:.4f}" for name, values in key_of(attempt).items()}


def check(client, attempt, **typed):
    return client.post(reverse("taken-check", args=[attempt.pk]), form(attempt, **typed))


def page(client, attempt):
    return client.get(reverse("taken", args=[attempt.pk])).content.decode()


def step_html(html, name):
    return re.search(rf'<li class="step" id="step-{name}-1".*?</li>', html, re.DOTALL)[0]


def state_of(html, name):
    return re.search(r'data-state="(\w*)"', step_html(html, name))[1]


def test_the_list_and_the_introduction_are_the_same_bytes_for_everybody(client, django_user_model):
    make_generator()
    other = Client()
    other.force_login(django_user_model.objects.create_user("ada"))
    for address in ("/exercises/", "/exercises/lstm-step/"):
        reply = client.get(address)
        assert reply.status_code == 200
        assert reply.content == other.get(address).content
        assert b"csrf" not in reply.content
        assert "public" in reply["Cache-Control"]


def test_an_unknown_or_unpublished_exercise_is_not_found(client):
    generator = make_generator()
    assert client.get("/exercises/nothing/").status_code == 404
    generator.is_published = False
    generator.save()
    assert client.get("/exercises/lstm-step/").status_code == 404
    assert client.post("/exercises/lstm-step/take/").status_code == 404
    assert not User.objects.exists()


def test_looking_makes_no_guest_and_taking_does(client):
    make_generator()
    for address in ("/exercises/", "/exercises/lstm-step/", "/exercises/lstm-step/take/"):
        client.get(address)
    assert not User.objects.exists()
    client.post("/exercises/lstm-step/take/")
    assert User.objects.get().is_guest


def test_the_page_gives_numbers_and_no_key(client, taken):
    html = page(client, taken)
    assert "PyTorch" in html
    assert "±0.0003" in html
    assert html.count('inputmode="decimal"') == 6
    for name, values in key_of(taken).items():
        assert f"{abs(values[0]):.4f}" not in html, name


def test_the_lesson_that_leads_to_an_exercise_is_one_link_away_and_leaves_the_typed_numbers_alone(client, taken):
    assert "How a step is computed" not in page(client, taken)
    lesson = make_lesson("the-lstm")
    lesson.generators = ["lstm-step"]
    lesson.save()
    link = r'<a href="/lessons/the-lstm/#gates"( target="_blank")?>How a step is computed'
    assert re.search(link, page(client, taken))[1]
    assert not re.search(link, client.get("/exercises/lstm-step/").content.decode())[1]


def test_weights_and_solution_follow_the_order_in_which_the_steps_are_asked(client, taken):
    table = re.search(r"<tbody>.*?</tbody>", page(client, taken), re.DOTALL)[0]
    assert re.findall(r'<th scope="row">.*?>(\w)<', table) == ["f", "i", "g", "o"]
    html = client.post(reverse("taken-solution", args=[taken.pk]), follow=True).content.decode()
    asked = re.findall(r'class="letter">.*?>(\w)<', html)
    assert [name for name in asked if name in "figcoh"] == list("figcoh")


def test_all_right_answers_are_right_and_counted(client, taken):
    reply = check(client, taken, **all_right(taken))
    assert reply.status_code == 302
    html = page(client, taken)
    assert "All 6 steps are right." in html
    taken.refresh_from_db()
    assert (taken.right, taken.asked, taken.is_open) == (6, 6, True)


def test_a_planted_slip_is_named_in_one_action_and_costs_one_step(client, taken):
    Misconception.objects.create(slug="F03", kind="gates", title="swap", correction="f goes with the old cell.")
    answers = all_right(taken) | {"c": swapped(taken)}
    key = key_of(taken)
    answers["h"] = f"{key['o@1'][0] * tanh(float(answers['c'])):.4f}"
    reply = check(client, taken, **answers)
    assert reply["Location"].endswith("#step-c-1")
    html = page(client, taken)
    assert [state_of(html, name) for name in "figcoh"] == [
        "right", "right", "right", "slip", "right", "right_with_yours",
    ]  # fmt: skip
    assert "f goes with the old cell." in step_html(html, "c")
    assert "right with your c" in step_html(html, "h")
    assert SlipRecord.objects.get().misconception.slug == "F03"
    taken.refresh_from_db()
    assert taken.right == 5


def test_pressing_check_again_is_no_second_mistake(client, taken):
    Misconception.objects.create(slug="F03", kind="gates", title="swap", correction="f goes with the old cell.")
    check(client, taken, c=swapped(taken))
    check(client, taken, c=swapped(taken), f="0.5")
    assert SlipRecord.objects.count() == 1


def test_typed_answers_stay_and_are_echoed_as_read(client, taken):
    value = key_of(taken)["f@1"][0]
    typed = f"{value:.4f}".replace(".", ",")
    check(client, taken, f=typed, i="")
    html = page(client, taken)
    assert f'value="{typed}"' in step_html(html, "f")
    assert f"read as {value:g}" in step_html(html, "f")
    assert state_of(html, "f") == "right"
    assert state_of(html, "i") == "empty"


def test_the_first_readable_answer_counts(client, taken):
    check(client, taken, f="0.9999", i="=1+1")
    check(client, taken, **all_right(taken))
    taken.refresh_from_db()
    assert taken.right == 5


@pytest.mark.parametrize("noise", [{}, {"f": "=1+1"}, {"f": "<b>"}, {"f": "9" * 100_000}, {"f": "nan"}])
def test_nothing_readable_uses_no_try_and_keeps_what_was_typed(client, taken, noise):
    reply = check(client, taken, **noise)
    assert reply.status_code == 422
    assert "nothing was counted" in reply.content.decode()
    assert "<b>" not in re.sub(r'<b class="state', "", reply.content.decode())
    assert not AnswerEvent.objects.exists()


def test_more_entries_than_asked_are_refused(client, taken):
    body = form(taken) | {"f-1": ["1", "2"]}
    assert client.post(reverse("taken-check", args=[taken.pk]), body).status_code == 422


def test_a_double_submit_stores_one_event(client, taken):
    body = form(taken, f="0.5")
    for _ in range(2):
        assert client.post(reverse("taken-check", args=[taken.pk]), body).status_code == 302
    assert AnswerEvent.objects.count() == 1


def test_a_late_tab_is_told_and_nothing_is_lost(client, taken):
    old = form(taken, f="0.5")
    check(client, taken, f="0.6")
    reply = client.post(reverse("taken-check", args=[taken.pk]), old, follow=True)
    assert "perhaps in another tab" in reply.content.decode()
    assert AnswerEvent.objects.count() == 1


def test_htmx_gets_a_small_fragment_with_the_focus_at_the_first_step_not_right(client, taken):
    reply = client.post(reverse("taken-check", args=[taken.pk]), form(taken, f="0.5", c="0.5"), headers=HTMX)
    html = reply.content.decode()
    assert reply.status_code == 200
    assert "<html" not in html
    assert html.count("data-focus") == 1
    assert "data-focus" in step_html(html, "f")
    assert 'id="live"' in html
    assert len(reply.content) <= 6 * 1024


def test_another_learners_taking_is_not_found(taken):
    stranger = Client()
    make_generator("other")
    stranger.post("/exercises/other/take/")
    for name in ("taken", "taken-solution"):
        assert stranger.get(reverse(name, args=[taken.pk])).status_code == 404
    for name in ("taken-check", "taken-solution"):
        assert stranger.post(reverse(name, args=[taken.pk]), form(taken, f="0.5")).status_code == 404
    assert not AnswerEvent.objects.exists()


def test_another_one_has_other_numbers(client, taken):
    client.post("/exercises/lstm-step/take/")
    first, second = Variant.objects.filter(attempts__isnull=False)
    assert first.digest != second.digest


def test_what_is_begun_can_be_gone_on_with_until_it_is_all_right(client, taken):
    assert str(taken.pk) in client.get("/exercises/lstm-step/take/").content.decode()
    check(client, taken, f="0.5")
    assert str(taken.pk) in client.get("/exercises/lstm-step/take/").content.decode()
    check(client, taken, **all_right(taken))
    assert str(taken.pk) not in client.get("/exercises/lstm-step/take/").content.decode()


def test_the_solution_has_a_price_told_before(client, taken):
    address = reverse("taken-solution", args=[taken.pk])
    asked = client.get(address).content.decode()
    assert "It ends this exercise" in asked
    taken.refresh_from_db()
    assert taken.is_open
    reply = client.post(address, follow=True)
    html = reply.content.decode()
    for values in key_of(taken).values():
        assert f"{abs(values[0]):.4f}" in html
    assert "/examples/lstm/?" in html
    assert check(client, taken, f="0.5").status_code == 302
    assert not AnswerEvent.objects.exists()


def test_a_variant_that_breaks_is_withdrawn_and_the_learner_gets_the_next(client, taken):
    variant = taken.variant
    variant.given = variant.given | {"x": [[float("1e300")]]}
    variant.save()
    reply = client.post(reverse("taken-check", args=[taken.pk]), form(taken, f="0.5"), follow=True)
    variant.refresh_from_db()
    assert variant.state == Variant.State.WITHDRAWN
    assert "withdrawn" in reply.content.decode()
    assert Attempt.objects.count() == 2
    assert not AnswerEvent.objects.exists()


def test_no_page_asks_more_than_twelve_queries(client, taken):
    check(client, taken, f="0.5", c=swapped(taken))
    requests = [
        lambda: client.get("/exercises/"),
        lambda: client.get("/exercises/lstm-step/"),
        lambda: client.get("/exercises/lstm-step/take/"),
        lambda: page(client, taken),
        lambda: client.post("/exercises/lstm-step/take/"),
        lambda: client.post("/exercises/lstm-step/take/"),
        lambda: client.post(reverse("taken-solution", args=[taken.pk])),
        lambda: client.get(reverse("taken-solution", args=[taken.pk])),
    ]
    body = form(taken, f="0.1234", c=swapped(taken))
    requests.insert(3, lambda: client.post(reverse("taken-check", args=[taken.pk]), body, headers=HTMX))
    for request in requests:
        with CaptureQueriesContext(connection) as asked:
            request()
        assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) <= 12
