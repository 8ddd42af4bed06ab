from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.flashcards.replay import PAUSE, Entry, schedules, seconds_a_card, session_at, standing
from quizzes.flashcards.scheduling import NEW, Phase, Schedule, fingerprint, interval_text, intervals, rate

NOON = datetime(2026, 11, 20, 12, 0, 0, 123457, tzinfo=UTC)
ratings = st.integers(1, 4)
waits = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))


def reviewed(*steps):
    """The schedule after (rating, wait before it) pairs, from a new card."""
    schedule, now = None, NOON
    for rating, wait in steps:
        now += wait
        schedule = rate(schedule, rating, now)
    return schedule


def test_a_new_card_rated_good_comes_back_in_ten_minutes_and_then_in_days():
    first = rate(None, 3, NOON)
    assert (first.state, first.due - NOON) == (Phase.LEARNING, timedelta(minutes=10))
    second = rate(first, 3, first.due)
    assert second.state == Phase.REVIEW
    assert second.due - first.due == timedelta(days=2)  # FSRS-6's first stability for good is 2.3065 days


def test_a_new_card_rated_easy_waits_as_many_days_as_fsrs_gives_it_stability():
    assert rate(None, 4, NOON).due - NOON == timedelta(days=8)  # stability 8.2956


def test_at_the_desired_retention_of_nine_tenths_the_interval_is_the_stability_in_whole_days():
    schedule = reviewed((3, timedelta(0)), (3, timedelta(minutes=10)), (3, timedelta(days=2)))
    assert schedule.due - schedule.last_review == timedelta(days=round(schedule.stability))


def test_forgetting_a_card_in_review_is_a_lapse_and_forgetting_one_being_learned_is_none():
    assert reviewed((3, timedelta(0)), (1, timedelta(minutes=10))).lapses == 0
    assert reviewed((4, timedelta(0)), (1, timedelta(days=8))).lapses == 1


@given(st.lists(st.tuples(ratings, waits), max_size=12))
def test_the_interval_on_each_button_is_the_interval_stored(steps):
    schedule = reviewed(*steps)
    now = (schedule.due if schedule else NOON) + timedelta(seconds=3)
    for rating, interval in intervals(schedule, now).items():
        assert rate(schedule, rating, now).due - now == interval


@given(st.lists(st.tuples(ratings, waits), max_size=12), ratings, st.timedeltas(timedelta(0), timedelta(hours=23)))
def test_the_interval_still_holds_later_on_while_the_fingerprint_does(steps, rating, pause):
    schedule = reviewed(*steps)
    now = schedule.due if schedule else NOON
    if fingerprint(schedule, now) == fingerprint(schedule, now + pause):
        assert intervals(schedule, now)[rating] == intervals(schedule, now + pause)[rating]


@given(st.lists(st.tuples(ratings, waits), min_size=1, max_size=12))
def test_a_schedule_stored_as_json_comes_back_exactly(steps):
    schedule = reviewed(*steps)
    assert Schedule.from_json(schedule.to_json()) == schedule


def test_every_interval_is_shown_in_words_that_give_it_exactly():
    assert [
        interval_text(timedelta(**span)) for span in ({"minutes": 2}, {"minutes": 90}, {"days": 1}, {"days": 46})
    ] == [
        "2\N{NO-BREAK SPACE}min",
        "1\N{NO-BREAK SPACE}h 30\N{NO-BREAK SPACE}min",
        "1\N{NO-BREAK SPACE}day",
        "46\N{NO-BREAK SPACE}days",
    ]


@given(st.lists(st.tuples(ratings, waits), max_size=12))
def test_no_button_shows_seconds(steps):
    schedule = reviewed(*steps)
    texts = [interval_text(wait) for wait in intervals(schedule, schedule.due if schedule else NOON).values()]
    assert not any(text.endswith("\N{NO-BREAK SPACE}s") or text == "now" for text in texts)


def test_the_fingerprint_changes_with_a_rating_and_with_a_day_and_with_nothing_else():
    schedule = rate(None, 4, NOON)
    assert fingerprint(None, NOON) == NEW
    assert fingerprint(schedule, NOON) == fingerprint(schedule, NOON + timedelta(hours=23))
    assert fingerprint(schedule, NOON) != fingerprint(schedule, NOON + timedelta(hours=25))
    assert fingerprint(schedule, schedule.due) != fingerprint(rate(schedule, 3, schedule.due), schedule.due)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        rate(None, 3, datetime(2026, 11, 20))


def test_a_fifth_rating_is_refused():
    with pytest.raises(ValueError):
        rate(None, 5, NOON)


# --- the log read again ---


def log_of(actions):
    """Oldest first. An action is a card to rate (1 to 3), or 0: undo the last rating that stands."""
    entries = []
    for place, (card, rating) in enumerate(actions, 1):
        at = NOON + timedelta(minutes=place)
        if card:
            entries.append(Entry(place, card, rating, at))
        elif left := standing(entries):
            entries.append(Entry(place, left[-1].card, None, at, undoes=left[-1].id))
    return entries


@given(st.lists(st.tuples(st.integers(0, 3), ratings), max_size=30))
def test_undoing_leaves_the_schedules_of_the_ratings_that_stand(actions):
    entries = log_of(actions)
    kept = standing(entries)
    assert schedules(entries) == schedules(kept)
    undoings = [entry for entry in entries if entry.rating is None]
    assert len(kept) == len(entries) - 2 * len(undoings)


@given(st.lists(st.tuples(st.integers(1, 3), ratings), max_size=20), st.tuples(st.integers(1, 3), ratings))
def test_a_rating_and_its_undoing_change_nothing(actions, extra):
    assert schedules(log_of([*actions, extra, (0, 1)])) == schedules(log_of(actions))


def test_a_session_ends_with_half_an_hour_of_silence():
    entries = [Entry(2, 1, 3, NOON), Entry(1, 1, 3, NOON - PAUSE - timedelta(seconds=1))]
    assert [row.id for row in session_at(entries, NOON + timedelta(minutes=5)).reviews] == [2]
    assert session_at(entries, NOON + PAUSE + timedelta(seconds=1)).last is None


def test_an_undone_rating_is_no_part_of_the_session():
    entries = [Entry(3, 2, None, NOON, undoes=2), Entry(2, 2, 3, NOON), Entry(1, 1, 3, NOON)]
    assert session_at(entries, NOON).last.id == 1


def test_the_time_of_a_card_is_the_median_of_the_gaps_with_pauses_left_out():
    offsets = [0, 10, 20, 30, 40, 50, 2000]
    entries = [Entry(place, 1, 3, NOON - timedelta(seconds=offset)) for place, offset in enumerate(offsets)]
    assert seconds_a_card(entries) == 10
