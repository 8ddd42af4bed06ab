"""Rating and undoing cards: exact, once, and never behind the learner's back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.accounts.services import make_guest
from quizzes.errors import Conflict, Refused
from quizzes.flashcards.models import Card, CardState, Review
from quizzes.flashcards.queries import (
    NEW_A_DAY,
    counts,
    deck,
    due_cards,
    load_by_day,
    log_of,
    next_due,
    schedule_of,
)
from quizzes.flashcards.replay import schedules
from quizzes.flashcards.scheduling import fingerprint, intervals
from quizzes.flashcards.services import rate_card, sync_cards, undo_review
from quizzes.practice.models import Attempt, AttemptQuestion, Quiz
from tests.cards import make_course, make_term, rated

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, 0, 123457, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def learner():
    return make_guest()


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def card(course):
    return Card.objects.first()


def everything(user):
    """The learner's whole schedule as it is stored, to the byte."""
    return {state.card_id: schedule_of(state).to_json() for state in CardState.objects.filter(user=user)}


# --- rating ---


def test_what_the_button_showed_is_what_is_stored(learner, card):
    for rating in (3, 3, 1, 3, 4):
        now = NOON if (state := CardState.objects.filter(user=learner).first()) is None else state.due
        shown = intervals(schedule_of(state), now)
        rated(learner, card, rating, now)
        assert CardState.objects.get(user=learner).due == now + shown[rating]


def test_a_rating_keeps_the_state_before_and_after(learner, card):
    first = rated(learner, card, 3, NOON)
    assert first.before is None
    second = rated(learner, card, 3, NOON + timedelta(minutes=10))
    assert second.before == first.after
    assert everything(learner) == {card.pk: second.after}


def test_the_same_submission_again_gives_the_stored_review_and_changes_nothing(learner, card):
    submission = {"user": learner, "card": card, "submission_id": uuid4(), "rating": 3}
    first = rate_card(**submission, now=NOON)
    before = everything(learner)
    assert rate_card(**submission, now=NOON + A_MINUTE) == first
    assert everything(learner) == before
    assert Review.objects.count() == 1


def test_a_submission_id_used_for_another_rating_is_refused(learner, card):
    submission_id = uuid4()
    rate_card(user=learner, card=card, submission_id=submission_id, rating=3, now=NOON)
    with pytest.raises(Conflict) as refusal:
        rate_card(user=learner, card=card, submission_id=submission_id, rating=1, now=NOON)
    assert refusal.value.code == "submission_reused"


def test_a_submission_id_of_somebody_else_tells_nothing(learner, card):
    submission_id = uuid4()
    rate_card(user=learner, card=card, submission_id=submission_id, rating=3, now=NOON)
    with pytest.raises(Conflict) as refusal:
        rate_card(user=make_guest(), card=card, submission_id=submission_id, rating=3, now=NOON)
    assert refusal.value.code == "submission_reused"


def test_a_second_tab_can_not_rate_a_card_that_has_moved_on(learner, card):
    seen = fingerprint(None, NOON)
    rated(learner, card, 3, NOON, seen=seen)
    with pytest.raises(Conflict) as refusal:
        rated(learner, card, 1, NOON + timedelta(minutes=11), seen=seen)
    assert refusal.value.code == "card_moved_on"
    assert Review.objects.count() == 1


def test_a_second_tab_may_rate_after_the_first_has_undone(learner, card):
    seen = fingerprint(None, NOON)
    rated(learner, card, 3, NOON, seen=seen)
    undo_review(user=learner, now=NOON)
    rated(learner, card, 1, NOON, seen=seen)
    assert Review.objects.filter(rating=1).exists()


def test_a_card_opened_yesterday_is_shown_again_with_todays_intervals(learner, card):
    rated(learner, card, 4, NOON)
    due = CardState.objects.get().due
    seen = fingerprint(schedule_of(CardState.objects.get()), due)
    with pytest.raises(Conflict):
        rated(learner, card, 3, due + timedelta(days=1), seen=seen)


def test_a_card_that_is_not_due_is_not_rated(learner, card):
    rated(learner, card, 3, NOON)
    with pytest.raises(Conflict) as refusal:
        rated(learner, card, 3, NOON + A_MINUTE)
    assert refusal.value.code == "card_not_due"


@pytest.mark.parametrize("rating", [0, 5, -1])
def test_there_are_four_ratings(learner, card, rating):
    with pytest.raises(Refused):
        rated(learner, card, rating, NOON)


def at_once(*calls):
    """Run the calls in threads of their own; what each returned or raised."""

    def run(call):
        try:
            return call()
        except Conflict as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_of_two_first_ratings_at_the_same_moment_one_counts():
    card, learner = make_course().cards.first(), make_guest()
    done = at_once(*(lambda rating=rating: rated(learner, card, rating, NOON, seen="new").rating for rating in (1, 4)))
    assert sorted(map(str, done)) in (["1", "card_moved_on"], ["4", "card_moved_on"])
    assert (Review.objects.count(), CardState.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_submission_sent_twice_at_the_same_moment_gives_one_review_to_both():
    card, learner, submission_id = make_course().cards.first(), make_guest(), uuid4()
    submission = {"user": learner, "card": card, "submission_id": submission_id, "rating": 3, "now": NOON}
    first, second = at_once(*[lambda: rate_card(**submission).pk] * 2)
    assert first == second == Review.objects.get().pk


@pytest.mark.django_db(transaction=True)
def test_two_undoings_at_the_same_moment_take_back_one_rating_each():
    course, learner = make_course(), make_guest()
    for card in course.cards.all()[:2]:
        rated(learner, card, 3, NOON)
    done = at_once(*[lambda: undo_review(user=learner, now=NOON).undoes_id] * 2)
    undone = [it for it in done if it != "nothing_to_undo"]
    assert len(set(undone)) == len(undone) == 2 - CardState.objects.count()
    assert undone


# --- undoing ---


def test_undoing_the_first_rating_makes_the_card_new_again(learner, card):
    rated(learner, card, 1, NOON)
    undo_review(user=learner, now=NOON + A_MINUTE)
    assert everything(learner) == {}
    assert counts(learner, NOON).new == 5


def test_undoing_goes_back_through_the_whole_session(learner, course):
    stages = [everything(learner)]
    now = NOON
    for card in Card.objects.all():
        rated(learner, card, 3, now)
        stages.append(everything(learner))
        now += A_MINUTE
    while stages[:-1]:
        assert everything(learner) == stages.pop()
        undo_review(user=learner, now=now)
    assert everything(learner) == stages[0] == {}
    with pytest.raises(Conflict) as refusal:
        undo_review(user=learner, now=now)
    assert refusal.value.code == "nothing_to_undo"


def test_after_half_an_hour_of_silence_nothing_can_be_undone(learner, card):
    rated(learner, card, 3, NOON)
    with pytest.raises(Conflict):
        undo_review(user=learner, now=NOON + timedelta(minutes=31))


def test_the_same_undo_again_takes_back_nothing_more(learner, course):
    for card in Card.objects.all()[:2]:
        rated(learner, card, 3, NOON)
    submission_id = uuid4()
    first = undo_review(user=learner, now=NOON, submission_id=submission_id)
    assert undo_review(user=learner, now=NOON, submission_id=submission_id) == first
    assert CardState.objects.count() == 1


def test_undoing_adds_a_row_and_takes_none_away(learner, card):
    rating = rated(learner, card, 3, NOON)
    undo = undo_review(user=learner, now=NOON)
    assert Review.objects.count() == 2
    assert (undo.undoes, undo.before, undo.after) == (rating, rating.after, None)


def test_nobody_undoes_for_another(learner, card):
    rated(learner, card, 3, NOON)
    with pytest.raises(Conflict):
        undo_review(user=make_guest(), now=NOON)


actions = st.lists(
    st.tuples(st.sampled_from(["rate", "rate", "undo", "wait"]), st.integers(1, 4), st.integers(1, 60_000_000)),
    max_size=25,
)


def each_schedule_is_restored_and_replays_to_the_same(actions):
    learner, now, stages = make_guest(), NOON, []
    for action, rating, microseconds in actions:
        now += timedelta(microseconds=microseconds)
        card = deck(learner, now).card
        if action == "rate" and card:
            stages.append(everything(learner))
            rated(learner, card, rating, now)
        elif action == "undo" and stages:
            undo_review(user=learner, now=now)
            assert everything(learner) == stages.pop()
        elif action == "wait":
            now += timedelta(days=rating)
            stages = []
        assert everything(learner) == {pk: made.to_json() for pk, made in schedules(log_of(learner)).items()}


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions)
def test_a_sequence_of_ratings_and_undoings_restores_each_schedule_and_replays_to_the_same(course, actions):
    each_schedule_is_restored_and_replays_to_the_same(actions)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions)
def test_any_sequence_of_ratings_and_undoings_restores_each_schedule_and_replays_to_the_same(course, actions):
    each_schedule_is_restored_and_replays_to_the_same(actions)


# --- what is due ---


def test_short_steps_come_before_reviews_and_reviews_before_new_cards(learner, course):
    term, saying, question = (
        Card.objects.get(slug=slug) for slug in ("term-term-1", "mnemonic-saying-1", "question-question-1")
    )
    rated(learner, term, 4, NOON)
    later = NOON + timedelta(days=8)
    rated(learner, saying, 1, later - A_MINUTE * 2)
    assert [state.card for state in due_cards(learner, later)] == [saying, term]
    assert deck(learner, later).card == saying
    found = counts(learner, later)
    assert (found.new, found.again, found.due) == (3, 1, 1)
    assert deck(make_guest(), later).card == term
    assert question.kind == "question"


def test_no_more_than_ten_new_cards_are_met_a_day(learner):
    make_course(terms=15)
    for minute in range(NEW_A_DAY):
        card = deck(learner, NOON).card
        rated(learner, card, 4, NOON + timedelta(seconds=minute))
    now = NOON + timedelta(hours=1)
    assert counts(learner, now).total == 0
    assert counts(learner, NOON + timedelta(days=1)).new == 7


def test_an_undone_meeting_does_not_count_towards_the_days_ten(learner):
    make_course(terms=15)
    rated(learner, deck(learner, NOON).card, 3, NOON)
    assert counts(learner, NOON).new == NEW_A_DAY - 1
    undo_review(user=learner, now=NOON)
    assert counts(learner, NOON).new == NEW_A_DAY


def test_a_stranger_may_meet_new_cards(course):
    assert counts(None, NOON).new == 5
    assert deck(None, NOON).card.slug == "term-term-1"


def test_a_withdrawn_card_is_neither_due_nor_new(learner, course):
    rated(learner, Card.objects.get(slug="term-term-1"), 3, NOON)
    Card.objects.update(is_published=False)
    now = NOON + timedelta(days=1)
    assert counts(learner, now).total == 0
    assert next_due(learner, NOON) is None


def test_the_load_of_each_day_counts_what_is_overdue_today(learner, course):
    cards = list(Card.objects.all())
    rated(learner, cards[0], 3, NOON)  # in ten minutes
    rated(learner, cards[1], 4, NOON)  # in eight days
    now = NOON + timedelta(days=2)
    assert [number for _, number in load_by_day(learner, now)] == [1, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("is_met", [False, True], ids=["a new card", "a due card"])
def test_the_card_of_a_question_that_an_open_quiz_still_asks_waits_until_it_is_answered(learner, course, is_met):
    card = Card.objects.get(slug="question-question-1")
    if is_met:
        rated(learner, card, 4, NOON)
    now = NOON + timedelta(days=9)
    held = counts(learner, now).total
    quiz = Quiz.objects.create(course=course, slug="gates", title="Gates")
    attempt = Attempt.objects.create(user=learner, quiz=quiz, started_at=now, asked=1)
    version = card.question.current
    place = AttemptQuestion.objects.create(attempt=attempt, position=1, version=version, option_order=[])
    assert counts(learner, now).total == held - 1
    assert counts(make_guest(), now).total == 5
    place.chosen, place.is_right = version.options.first(), False
    place.save()
    assert counts(learner, now).total == held


# --- cards made from the course ---


def test_the_course_makes_a_card_of_each_term_mnemonic_and_question_and_a_second_time_none():
    course = make_course(terms=3, mnemonics=2, questions=2, synced=False)
    made = sync_cards(course)
    assert (made.created, Card.objects.count()) == (7, 7)
    again = sync_cards(course)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 7)


def test_a_changed_term_changes_its_card_and_keeps_the_schedule(course, learner):
    card = Card.objects.get(slug="term-term-1")
    rated(learner, card, 3, NOON)
    card.term.definition = "Another meaning."
    card.term.save()
    made = sync_cards(course)
    card.refresh_from_db()
    assert (made.changed, made.unchanged) == (1, 4)
    assert "Another meaning." in card.back_html
    assert card.states.count() == 1


def test_a_card_that_a_person_edited_is_kept(course):
    card = Card.objects.get(slug="term-term-1")
    Card.objects.filter(pk=card.pk).update(back="Mine.", edited_at=NOON)
    card.term.definition = "Another meaning."
    card.term.save()
    assert sync_cards(course).kept == 1
    card.refresh_from_db()
    assert card.back == "Mine."


def test_an_unpublished_term_takes_its_card_away(course):
    card = Card.objects.get(slug="term-term-1")
    card.term.is_published = False
    card.term.save()
    sync_cards(course)
    assert not Card.objects.get(pk=card.pk).is_published


def test_a_question_card_holds_the_options_in_front_and_the_key_only_behind(course):
    card = Card.objects.get(slug="question-question-1")
    assert all(f"Answer {place} of 1" in card.front_html for place in range(1, 5))
    assert "Because." not in card.front_html
    assert "Answer 3 of 1" in card.back_html and "Because." in card.back_html


def test_the_letter_of_a_quantity_wears_its_colour_on_the_card(course):
    make_term(course, 9, term="forget gate", letter="f")
    sync_cards(course)
    assert 'class="q q-f"' in Card.objects.get(slug="term-term-9").front_html
