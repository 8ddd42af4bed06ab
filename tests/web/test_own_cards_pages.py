"""From a worked example to a card of one's own: the link, the preview, the form, the list, and taking away."""

import html
import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from quizzes.accounts.models import User
from quizzes.flashcards.models import Card
from quizzes.flashcards.own import services
from quizzes.flashcards.own.services import put_card
from tests.cards import at_most, line, make_course, rated
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NEW = "/cards/own/new/lstm/?line=c"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def learner(client):
    user = make_user("lena")
    client.force_login(user)
    return user


def text(reply):
    return reply.content.decode()


def words(reply):
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text(reply).partition("<main")[2]).split()))


def link(page, to):
    return html.unescape(re.search(rf'href="({to}[^"]*)"', page)[1])


def put(client, address=NEW):
    return client.post(address, follow=True)


# --- the way there ---


def test_the_example_links_to_a_card_of_its_numbers_and_of_the_line_in_turn(client):
    page = text(client.get("/examples/lstm/?x=0.5;1&step=2&line=h"))
    there = link(page, "/cards/own/new/lstm/")
    assert "x=0.5;1" in there and "step=2" in there and there.endswith("line=h")
    assert "LSTM, step 2: what is the hidden state h ?" in words(client.get(there))


@pytest.mark.parametrize("view", ["step", "time", "whatif", "gradient", "compare", "code"])
def test_a_fragment_brings_the_link_of_its_own_numbers_along(client, view):
    part = text(client.get(f"/examples/gru/?H=1&D=1&x=0.25;1&h0=0.75&view={view}", headers=HTMX))
    assert part.count('id="card-link"') == 1 and 'hx-swap-oob="true"' in part
    assert "h0=0.75" in link(part, "/cards/own/new/gru/")


def test_the_example_page_stays_free_of_forms_that_write_and_of_who_asks(client, learner):
    strange = client.__class__().get("/examples/lstm/?line=c")
    known = client.get("/examples/lstm/?line=c")
    assert strange.content == known.content and not known.cookies
    assert "csrf" not in text(known) and "lena" not in text(known)


def test_without_a_line_one_is_chosen_by_a_form_that_keeps_the_numbers(client):
    page = text(client.get("/cards/own/new/gru/?convention=keras&step=2&h0=0.5"))
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert (kept["h0"], kept["step"]) == ("0.5", "2")
    lines = re.findall(r'name="line" value="(\w+)"', page)
    assert lines == ["a_r", "r", "a_z", "z", "a_n", "n", "h"]
    chosen = client.get("/cards/own/new/gru/", kept | {"line": "h"})
    assert "GRU as in Keras, step 2: what is the hidden state h ?" in words(chosen)


def test_the_preview_shows_both_sides_and_stores_nothing(client):
    page = client.get(NEW)
    assert "what is the cell state c ?" in words(page) and "0.8165 equals 0.4013 times 1.3" in words(page)
    assert "<math" in text(page) and "csrfmiddlewaretoken" in text(page)
    assert not Card.objects.exists() and not User.objects.exists()


# --- putting it ---


def test_a_stranger_who_puts_a_card_becomes_a_guest_and_meets_it_in_his_review(client):
    make_course()
    assert "Put on a card: LSTM, step 1: what is the cell state?" in words(put(client))
    assert User.objects.get().is_guest and Card.objects.get(owner__isnull=False).owner == User.objects.get()
    front = client.get("/cards/review/")
    assert "A card of your own" in words(front) and "0.8165" not in text(front)
    back = client.get(link(text(front), r"/cards/review/\?card="))
    assert "c = 0.8165" in words(back)
    example = client.get(link(text(back), "/examples/lstm/"))
    assert re.search(r'data-q="c" aria-current="step"', text(example))


def test_put_twice_there_is_one_and_it_is_said(client, learner):
    put(client)
    assert "You had this card already: LSTM, step 1" in words(put(client))
    assert "You have this card already." in words(client.get(NEW))
    assert Card.objects.count() == 1


def test_too_many_are_refused_beside_the_card_with_the_way_out(client, learner, monkeypatch):
    monkeypatch.setattr(services, "MOST_OWN", 1)
    put(client)
    reply = put(client, "/cards/own/new/lstm/?line=h")
    assert reply.status_code == 422
    assert "You have 1 cards of your own, and no more are kept. Take one away first." in words(reply)
    assert 'href="/cards/own/"' in text(reply) and Card.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/cards/own/new/lstm/?line=c&x=one", 422, "“one” is not a number"),
        ("/cards/own/new/lstm/?line=c&H=1000000", 422, "H is “1000000”; it needs a whole number from 1 to 8"),
        ("/cards/own/new/lstm/?line=c&x=" + "9" * 9000, 422, "more than 8000 characters"),
        ("/cards/own/new/transformer/?line=c", 404, "There is no worked example of “transformer”."),
        ("/cards/own/new/rnn_relu/?line=h&T=50&U=100", 422, "beyond a thousand million"),
    ],
)
def test_an_address_the_example_refuses_is_refused_in_its_words_and_makes_no_guest(client, address, status, said):
    for reply in (client.get(address), client.post(address)):
        assert reply.status_code == status and said in words(reply)
    assert not User.objects.exists() and not Card.objects.exists()


def test_a_form_without_a_line_is_told_which_there_are(client):
    reply = client.post("/cards/own/new/lstm/")
    assert reply.status_code == 422 and "Choose one of a_i, i, a_f, f" in words(reply)
    assert not User.objects.exists()


def test_the_form_needs_its_token(client):
    strict = client.__class__(enforce_csrf_checks=True)
    assert strict.post(NEW).status_code == 403
    assert not Card.objects.exists()


# --- the list, and taking away ---


def test_the_list_shows_each_with_where_it_stands_and_a_link_to_its_numbers(client, learner):
    put(client)
    page = client.get("/cards/own/")
    assert "1 card of 100 at most" in words(page).replace("\N{NO-BREAK SPACE}", " ") and "new Take away" in words(page)
    assert client.get(link(text(page), "/examples/lstm/")).status_code == 200


def test_the_list_says_of_each_when_it_is_due(client, learner):
    now = timezone.now()
    for name, rated_at in (("c", None), ("h", now), ("f", now - timedelta(days=30))):
        card, _ = put_card(user=learner, line=line(name))
        if rated_at:
            rated(learner, card, 4, rated_at)
    said = words(client.get("/cards/own/")).replace("\N{NO-BREAK SPACE}", " ")
    assert "forget gate? due now Take away" in said
    assert "hidden state? due in 8 days Take away" in said
    assert "cell state? new Take away" in said


def test_taken_away_it_is_gone_from_list_and_review_and_can_be_put_back(client, learner):
    put(client)
    away = f"/cards/own/{Card.objects.get().slug}/away/"
    page = client.post(away, follow=True)
    assert "Taken away: LSTM, step 1: what is the cell state? Put it back" in words(page)
    assert "You have none yet." in words(page) and "Card 1" not in words(client.get("/cards/review/"))
    assert client.post(away).status_code == 302
    taken_away = f"/cards/own/?away={Card.objects.get().slug}"
    back = html.unescape(re.search(r'action="(/cards/own/new/[^"]*)"', text(page))[1])
    put(client, back)
    assert Card.objects.get().is_published
    assert "Taken away" not in words(client.get(taken_away))  # the page before, loaded anew


def test_a_stranger_has_none_and_is_shown_the_way(client):
    page = client.get("/cards/own/")
    assert "You have none yet." in words(page) and 'href="/examples/"' in text(page)


def test_the_cards_page_counts_ones_own_apart_from_the_courses(client, learner):
    make_course()
    assert "Any line of a worked example" in words(client.get("/cards/"))
    put(client)
    said = words(client.get("/cards/")).replace("\N{NO-BREAK SPACE}", " ")
    assert "The course has 5 cards" in said and "You have 1 card of your own" in said and "6 cards to review" in said


def test_the_pages_are_kept_by_no_cache_and_ask_few_queries(client, learner):
    for name in ("c", "h", "f"):
        put_card(user=learner, line=line(name))
    for path in ("/cards/own/", NEW, "/cards/own/new/lstm/"):
        with at_most(8):
            assert "no-store" in client.get(path).headers["Cache-Control"]
    with at_most(12):
        client.post("/cards/own/new/lstm/?line=o")


def test_the_takeout_holds_them(client, learner):
    put(client)
    taken = json.loads(client.get("/account/everything.json").content)
    assert taken["own_cards"][0]["back"].startswith("c = 0.8165")


# --- elsewhere ---


def test_the_api_gives_it_to_its_owner_takes_his_rating_and_gives_it_to_nobody_else(client, learner):
    make_course()
    put(client)
    card = client.get("/api/v1/cards/due/").json()["card"]
    assert card["slug"].startswith("own-") and "0.8165" in card["back_html"]
    sent = {"submission_id": str(uuid4()), "rating": 3, "seen": card["seen"]}
    answer = client.post(f"/api/v1/cards/{card['slug']}/reviews/", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["card"]) == (200, card["slug"])
    other = client.__class__()
    other.force_login(make_user("otto"))
    assert other.get("/api/v1/cards/due/").json()["card"]["slug"] == "term-term-1"


def test_the_panel_lists_the_courses_cards_alone(client, learner):
    make_course()
    put(client)
    client.force_login(make_user("prof", is_staff=True, is_superuser=True))
    page = text(client.get("/admin/quizzes/card/"))
    assert "term-term-1" in page and "own-" not in page
    own = Card.objects.get(owner=learner)
    assert client.get(f"/admin/quizzes/card/{own.pk}/change/").status_code == 302
