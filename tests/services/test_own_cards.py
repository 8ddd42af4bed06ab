"""A learner's own cards: a line of a worked example in his review, once, his alone, and to be taken away again."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from quizzes.accounts.models import User
from quizzes.accounts.services import erase_user, forget_idle_guests, make_guest
from quizzes.errors import Conflict, Refused
from quizzes.exchange.takeout import everything_of
from quizzes.flashcards.models import Card, CardState, Review
from quizzes.flashcards.own import services
from quizzes.flashcards.own.queries import own_card_on, own_cards
from quizzes.flashcards.own.services import put_card, take_card_away
from quizzes.flashcards.queries import cards_of, counts, deck, due_cards, log_of, new_cards, schedule_of
from quizzes.flashcards.replay import schedules
from quizzes.flashcards.services import sync_cards, undo_review
from tests.cards import TRANSACTIONS, line, make_course, rated
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def put(user, name="c", **asked):
    return put_card(user=user, line=line(name, **asked))[0]


def plain(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def learner():
    return make_guest()


@pytest.fixture
def course():
    return make_course()


# --- in the review ---


def test_a_new_one_is_met_first_and_rated_undone_and_replayed_like_any_other(learner, course):
    card = put(learner)
    assert deck(learner, NOON).card == card and counts(learner, NOON).new == 6
    assert plain(card.front_html).startswith("LSTM, step 1: what is the cell state c ?")
    assert "0.8165" not in card.front_html and plain(card.back_html).startswith("c = 0.8165")
    rated(learner, card, 3, NOON)
    undo_review(user=learner, now=NOON)
    assert not CardState.objects.exists()
    rated(learner, card, 3, NOON)
    later = NOON + timedelta(minutes=10)
    assert [state.card for state in due_cards(learner, later)] == [card]
    rated(learner, card, 1, later)
    kept = {state.card_id: schedule_of(state) for state in CardState.objects.filter(user=learner)}
    assert kept == schedules(log_of(learner))


def test_new_ones_are_met_in_the_order_in_which_they_were_put(learner, course):
    cards = [put(learner, name) for name in ("h", "a_f", "c", "f", "o")]
    assert list(new_cards(learner, NOON)) == [*cards, *course.cards.order_by("position")]


def test_the_same_line_of_the_same_address_is_one_card(learner):
    first, is_new = put_card(user=learner, line=line("c"))
    again, is_new_again = put_card(user=learner, line=line("c"))
    assert (is_new, is_new_again) == (True, False) and first == again
    assert Card.objects.count() == 1


def test_another_line_step_or_number_is_another_card_and_so_is_anothers(learner):
    cards = {put(learner, "c"), put(learner, "h"), put(learner, "c", step=2), put(learner, "c", x="0.8;-0.4")}
    assert len(cards | {put(make_guest(), "c")}) == 5


def test_nobody_else_has_it_in_his_review_staff_neither(learner, course):
    card = put(learner)
    for other in (None, AnonymousUser(), make_guest(), make_user(is_staff=True), make_user(is_superuser=True)):
        assert card not in Card.objects.visible_to(other)
    assert card in cards_of(learner)
    assert counts(make_guest(), NOON).new == 5


def test_the_course_is_loaded_anew_and_leaves_it_alone(learner, course):
    card = put(learner)
    made = sync_cards(course)
    assert (made.created, made.changed, made.unchanged) == (0, 0, 5)
    assert card not in course.cards.all() and card in own_cards(learner)


def test_a_hundred_are_kept_and_the_next_is_refused_in_one_sentence(learner, monkeypatch):
    assert services.MOST_OWN == 100
    monkeypatch.setattr(services, "MOST_OWN", 2)
    put(learner, "c")
    put(learner, "h")
    with pytest.raises(Refused) as refusal:
        put(learner, "f")
    assert refusal.value.message == "You have 2 cards of your own, and no more are kept."
    assert put_card(user=learner, line=line("c"))[1] is False
    take_card_away(user=learner, card=own_cards(learner).first())
    put(learner, "f")
    assert own_cards(learner).count() == 2


# --- taken away ---


def test_taken_away_it_is_met_no_more_and_put_back_it_has_the_schedule_it_had(learner):
    card = put(learner)
    review = rated(learner, card, 3, NOON)
    take_card_away(user=learner, card=card)
    later = NOON + timedelta(days=1)
    assert counts(learner, later).total == 0 and not own_cards(learner)
    assert list(Review.objects.all()) == [review]
    assert put_card(user=learner, line=line("c")) == (card, True)
    assert [schedule_of(state).to_json() for state in due_cards(learner, later)] == [review.after]


def test_one_that_was_never_met_can_be_put_back_until_the_next_is_taken_away(learner):
    first, second = put(learner, "c"), put(learner, "h")
    take_card_away(user=learner, card=first)
    assert put(learner, "c") == first
    take_card_away(user=learner, card=first)
    take_card_away(user=learner, card=second)
    assert list(Card.objects.all()) == [second]


def test_taken_away_twice_it_can_still_be_put_back(learner):
    card = put(learner)
    for _ in range(2):
        take_card_away(user=learner, card=card)
    assert put(learner) == card


def test_one_that_was_met_keeps_its_review_and_its_schedule_however_many_are_taken_away_after_it(learner):
    first, second, third = put(learner, "c"), put(learner, "h"), put(learner, "f")
    review = rated(learner, first, 3, NOON)
    for card in (first, second, third):
        take_card_away(user=learner, card=card)
    assert list(Review.objects.all()) == [review]
    assert CardState.objects.get().card == first
    assert set(Card.objects.all()) == {first, third}


def test_nobody_takes_away_another_learners_or_the_courses(learner, course):
    card, of_course = put(learner), course.cards.first()
    for each in (card, of_course):
        take_card_away(user=make_guest(), card=each)
    assert Card.objects.filter(is_published=True).count() == 6


# --- the learner's data ---


def test_it_is_in_the_takeout_with_its_address_and_its_text_and_in_nobody_elses(learner):
    card = put(learner)
    rated(learner, card, 3, NOON)
    taken = everything_of(learner)
    (row,) = taken["own_cards"]
    assert row == {
        "slug": card.slug,
        "example": line("c").place,
        "front": "LSTM, step 1: what is the cell state?\nc = f ⊙ c_prev + i ⊙ g\n"
        "f = 0.4013\nc_prev = 1.3\ni = 0.3752\ng = 0.7857",
        "back": "c = 0.8165 = 0.4013·1.3 + 0.3752·0.7857",
        "is_published": True,
    }
    assert [each["card__slug"] for each in (*taken["reviews"], *taken["card_states"])] == [card.slug] * 2
    assert everything_of(make_guest())["own_cards"] == []


def test_an_erased_account_leaves_none_behind_and_takes_no_other_along(learner, course):
    card, other = put(learner), put(make_guest())
    rated(learner, card, 3, NOON)
    erase_user(user=learner, confirmation=learner.username)
    assert set(Card.objects.filter(owner__isnull=False)) == {other}
    assert not Review.objects.exists() and course.cards.count() == 5


def test_a_guest_who_only_put_a_card_has_left_work(learner):
    idle = make_guest()
    put(learner)
    forget_idle_guests(before=idle.date_joined + timedelta(days=1))
    assert list(User.objects.all()) == [learner]


# --- the database ---


@pytest.mark.parametrize(
    "fields",
    [{"owner": None}, {"example": ""}, {"kind": "term"}, {"course": "the course"}, {"owner": None, "example": ""}],
)
def test_the_database_refuses_a_card_that_is_neither_a_courses_nor_a_learners(learner, course, fields):
    card = put(learner)
    fields = {name: course if value == "the course" else value for name, value in fields.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.filter(pk=card.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.filter(course=course).update(owner=learner)


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_at_once_one_puts_the_card_and_the_other_finds_it(monkeypatch):
    learner, first, second = make_guest(), line("c"), line("h")

    def run_in_its_own_connection(each):
        try:
            return put_card(user=learner, line=each)[1]
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run_in_its_own_connection, [first, first])) == [False, True]
    monkeypatch.setattr(services, "MOST_OWN", 2)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(run_in_its_own_connection, [second, line("f")]))
    assert sorted(map(str, done)) == ["True", "too_many_cards"]


@pytest.mark.django_db(transaction=True)
def test_what_one_tab_puts_back_the_other_does_not_delete_by_taking_the_next_away():
    learner = make_guest()
    first, second = put(learner, "c"), put(learner, "h")
    take_card_away(user=learner, card=first)

    def take_the_second_away():
        try:
            take_card_away(user=learner, card=second)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            put(learner, "c")
            other_tab = pool.submit(take_the_second_away)
            with pytest.raises(TimeoutError):
                other_tab.result(timeout=0.5)  # it waits
        other_tab.result(timeout=60)
    assert list(own_cards(learner)) == [first]
    assert set(Card.objects.all()) == {first, second}


def test_both_wait_at_the_owners_row_before_they_look_at_a_card(learner):
    card = put(learner)
    for act in (lambda: put(learner, "h"), lambda: take_card_away(user=learner, card=card)):
        with CaptureQueriesContext(connection) as captured:
            act()
        asked = [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTIONS)]
        assert f'FROM "{User._meta.db_table}"' in asked[0]
        assert asked[0].endswith("FOR UPDATE") or not connection.features.has_select_for_update


@pytest.mark.django_db(transaction=True)
def test_the_migration_goes_back_without_the_own_cards_and_forth_again():
    learner, course = make_guest(), make_course()
    rated(learner, put(learner), 3, NOON)
    rated(learner, course.cards.first(), 3, NOON)
    try:
        call_command("migrate", "quizzes", "0003", verbosity=0)
    finally:
        call_command("migrate", "quizzes", verbosity=0)
    assert (Card.objects.count(), Review.objects.count()) == (5, 1)
    put(learner)
    assert own_card_on(learner, line("c").place)


def test_a_rating_of_a_card_that_is_not_due_is_refused_as_everywhere(learner):
    card = put(learner)
    rated(learner, card, 4, NOON)
    with pytest.raises(Conflict):
        rated(learner, card, 4, NOON + timedelta(minutes=1))
