"""The card pages: front, answer, rating, undo and the finish, as forms and as fragments."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from quizzes.accounts.models import User
from quizzes.flashcards.models import Card, CardState, Review
from tests.cards import at_most, make_course, rated

pytestmark = pytest.mark.django_db
SWAP = {"HX-Request": "true"}


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def learner(client):
    user = User.objects.create_user("lena", password="correct horse battery")
    client.force_login(user)
    return user


def form_of(page):
    """The hidden fields of the rating form, as a browser would send them."""
    form = page.split('action="/cards/review/"')[1].split("</form>")[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def shown(client, **headers):
    """The next card with its answer, reached as a reader without scripting reaches it."""
    page = client.get("/cards/review/").content.decode()
    return client.get(
        re.search(r'href="(/cards/review/\?[^"]*)"', page)[1].replace("&amp;", "&"), **headers
    ).content.decode()


def rate(client, rating, **more):
    return client.post("/cards/review/", form_of(shown(client)) | {"rating": rating}, **more)


def test_the_front_comes_without_the_answer(client, course):
    page = client.get("/cards/review/").content.decode()
    assert "Term 1" in page and "Card 1" in page
    assert "Meaning 1" not in page


def test_show_answer_is_a_link_to_the_same_card_with_four_intervals(client, course):
    page = shown(client)
    assert "Meaning 1" in page
    waits = re.findall(r"<small>([^<]*)</small></button>", page)
    assert [wait.replace("\N{NO-BREAK SPACE}", " ") for wait in waits] == ["2 min", "6 min", "10 min", "8 days"]


def test_the_answer_of_a_card_that_is_not_next_is_not_shown(client, learner, course):
    card = Card.objects.get(slug="term-term-1")
    rated(learner, card, 3, timezone.now())
    page = client.get("/cards/review/?card=term-term-1&show=1").content.decode()
    assert "Meaning 1" not in page


def test_a_first_rating_makes_a_guest_who_goes_on(client, course):
    assert rate(client, 3).headers["Location"] == "/cards/review/"
    assert User.objects.get().is_guest
    page = client.get("/cards/review/").content.decode()
    assert "Card 2" in page and "Saying 1" in page


def test_looking_makes_no_guest(client, course):
    client.get("/cards/")
    shown(client)
    assert not User.objects.exists()


def test_a_double_submit_counts_once(client, course):
    fields = form_of(shown(client)) | {"rating": 3}
    client.post("/cards/review/", fields)
    assert client.post("/cards/review/", fields).status_code == 302
    assert Review.objects.count() == 1


def test_a_second_tab_is_refused_with_the_reason_and_shown_what_is_due(client, learner, course):
    fields = form_of(shown(client))
    client.post("/cards/review/", fields | {"rating": 3})
    answer = client.post("/cards/review/", fields | {"rating": 1, "submission_id": str(uuid4())})
    assert answer.status_code == 409
    assert "was rated elsewhere" in answer.content.decode() and "Card 2" in answer.content.decode()
    assert Review.objects.count() == 1


def test_a_swap_brings_the_next_card_alone_and_says_what_happened(client, learner, course):
    answer = rate(client, 3, headers=SWAP)
    part = answer.content.decode()
    assert part.strip().startswith('<div id="review"') and "<html" not in part
    assert "data-focus>Card 2</h1>" in part
    assert 'hx-swap-oob="innerHTML">Good: this card comes back in 10' in part


def test_a_refused_swap_goes_to_the_card_and_not_to_the_banner(client, learner, course):
    fields = form_of(shown(client))
    client.post("/cards/review/", fields | {"rating": 3})
    answer = client.post("/cards/review/", fields | {"rating": 1, "submission_id": str(uuid4())}, headers=SWAP)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#review")


def test_undo_leads_back_to_the_card_with_its_answer(client, course):
    rate(client, 1)
    answer = client.post("/cards/undo/", {"submission_id": str(uuid4())}, follow=True)
    assert "Meaning 1" in answer.content.decode()
    assert not CardState.objects.exists()


def test_the_finish_page_says_how_many_when_next_and_undoes_the_last(client, learner, course):
    for _ in range(Card.objects.count()):
        rate(client, 4)
    page = client.get("/cards/review/").content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "Done for now" in page and "You reviewed 5 cards" in page
    assert "The next card is due in 8 days" in page and "Tomorrow: no cards due" in page
    client.post("/cards/undo/", {"submission_id": str(uuid4())})
    assert CardState.objects.count() == 4
    assert "Card 5" in client.get("/cards/review/").content.decode()


def test_undoing_too_much_says_that_there_is_nothing(client, learner, course):
    answer = client.post("/cards/undo/", {"submission_id": str(uuid4())})
    assert answer.status_code == 409
    assert "There is nothing to undo." in answer.content.decode()


def test_a_stranger_has_nothing_to_undo(client, course):
    assert client.post("/cards/undo/", {"submission_id": str(uuid4())}).status_code == 404
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status"), [({"rating": "7"}, 422), ({"submission_id": "x"}, 422), ({"card": "nothing"}, 404)]
)
def test_a_form_that_was_bent_is_refused_in_words(client, learner, course, fields, status):
    sent = form_of(shown(client)) | {"rating": "3"} | fields
    assert client.post("/cards/review/", sent).status_code == status
    assert not Review.objects.exists()


def test_a_bent_form_makes_no_guest(client, course):
    client.post("/cards/review/", form_of(shown(client)) | {"rating": "9"})
    assert not User.objects.exists()


def test_the_cards_page_says_what_is_due_and_how_long_it_takes(client, learner, course):
    page = client.get("/cards/").content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "5 cards to review" in page and "about 2 min" in page


def test_with_nothing_due_the_cards_page_says_when_the_next_one_comes(client, learner, course):
    now = timezone.now() - timedelta(hours=2)
    for card in Card.objects.all():
        rated(learner, card, 4, now)
    page = client.get("/cards/").content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "No card is due" in page and "The next card is due in 8 days" in page


def test_without_cards_the_page_says_so(client):
    page = client.get("/cards/").content.decode()
    assert "No cards yet" in page
    assert "No card is due" in client.get("/cards/review/").content.decode()


def test_card_pages_are_kept_by_no_cache(client, course):
    for path in ("/cards/", "/cards/review/"):
        assert "no-store" in client.get(path).headers["Cache-Control"]


def test_no_card_page_asks_more_than_twelve_queries(client, learner, course):
    with at_most(12):
        client.get("/cards/")
    fields = form_of(shown(client)) | {"rating": 3}
    with at_most(12):
        client.get("/cards/review/?card=term-term-1&show=1")
    with at_most(12):
        client.post("/cards/review/", fields, headers=SWAP)
    with at_most(12):
        client.post("/cards/undo/", {"submission_id": str(uuid4())}, headers=SWAP)
