"""What is kept for speed can be worked out again from the answer events, and comes out the same."""

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from quizzes.catalog.models import Misconception
from quizzes.practice.exercises.goals import goal_of
from quizzes.practice.exercises.services import record, take_hint
from quizzes.practice.exercises.taking import take
from quizzes.practice.models import Attempt, SlipRecord
from quizzes.practice.quizzes.services import finish_attempt
from quizzes.practice.replay import recompute, stored
from tests.factories import answer, make_attempt, make_user
from tests.samples import make_generator

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("feedback", ["at_once", "at_end"])
def test_scores_and_slips_of_a_quiz_follow_from_the_events_alone(feedback):
    attempt = make_attempt(feedback=feedback, questions=5)
    for position, slip in ((1, ""), (2, "F02"), (4, "F02"), (5, "F03")):
        answer(attempt, position, slip)
        attempt.refresh_from_db()
        assert recompute(attempt.events.all()) == stored(attempt)
    attempt = finish_attempt(user=attempt.user, attempt_id=attempt.pk, now=timezone.now())
    standing = recompute(attempt.events.all())
    assert standing == stored(attempt)
    assert (standing.right, standing.asked, len(standing.slips)) == (1, 5, 3)


@pytest.mark.parametrize("seed", range(5))
def test_a_random_way_through_a_quiz_can_be_replayed(seed):
    chance = random.Random(seed)
    attempt = make_attempt(feedback="at_end", questions=4)
    for _ in range(12):
        answer(attempt, chance.randint(1, 4), chance.choice(["", "F02", "F03"]))
    attempt = finish_attempt(user=attempt.user, attempt_id=attempt.pk, now=timezone.now())
    assert recompute(attempt.events.all()) == stored(attempt)


def test_scores_and_slips_of_an_exercise_follow_from_the_events_alone():
    Misconception.objects.create(slug="F03", kind="cell", title="swap", correction="Give f the old cell.")
    attempt = take(user=make_user(), generator=make_generator(), now=timezone.now())
    key, given = attempt.variant.key.exact, attempt.variant.given
    swapped = round(key["i@1"][0] * given["c0"][0] + key["f@1"][0] * key["g@1"][0], 4)
    for seq, sent in enumerate(({"c@1": [swapped]}, {"c@1": [swapped]}, key | {"c@1": [swapped]}, key), start=1):
        record(
            user=attempt.user,
            attempt_id=attempt.pk,
            submission_id=uuid4(),
            seq=seq,
            answers=sent,
            now=timezone.now(),
        )
        attempt.refresh_from_db()
        assert recompute(attempt.events.all()) == stored(attempt)
    assert SlipRecord.objects.count() == 1 and 0 < attempt.right < attempt.asked


def test_every_mark_follows_from_what_was_sent_up_to_then():
    """Sent step by step, with numbers that stand from one submission to the next: marked once more from the events."""
    generator = make_generator()
    one, other = (take(user=make_user(), generator=generator, now=timezone.now()) for _ in range(2))
    other.variant = one.variant
    other.save()
    key = one.variant.key.exact
    wrong = [round(key["f@1"][0] / 2 + 0.0371, 4)]
    for seq, sent in enumerate(({"f@1": wrong}, {"c@1": key["c@1"]}, {"f@1": [""], "i@1": key["i@1"]}, key), start=1):
        record(user=one.user, attempt_id=one.pk, submission_id=uuid4(), seq=seq, answers=sent, now=timezone.now())
    for event in one.events.order_by("seq"):
        again = {"submission_id": uuid4(), "seq": event.seq, "now": timezone.now(), **event.response}
        assert record(user=other.user, attempt_id=other.pk, **again).result == event.result


def taken(user, generator, days_ago, hinted=(), answers=None):
    """A taking of so many days ago, begun with hints and then answered."""
    moment = timezone.now() - timedelta(days=days_ago)
    attempt = take(user=user, generator=generator, now=moment)
    for name in hinted:
        take_hint(user=user, attempt_id=attempt.pk, name=name)
    sent = answers or attempt.variant.key.exact
    record(user=user, attempt_id=attempt.pk, submission_id=uuid4(), seq=1, answers=sent, now=moment)
    return attempt


def test_a_goal_and_the_hints_behind_it_follow_from_the_events_alone():
    user, generator = make_user(), make_generator(low_water=8)
    taken(user, generator, 4)
    taken(user, generator, 3, hinted=["f@1", "c@1", "c@1"])
    taken(user, generator, 2, answers={"f@1": [7.5]})
    taken(user, generator, 1)
    assert not goal_of(user, generator).is_reached
    taken(user, generator, 0)
    goal, rows = goal_of(user, generator), list(Attempt.objects.order_by("pk").values("right", "hints"))
    assert goal.is_reached and {"right": 6, "hints": {"f@1": 1, "c@1": 2}} in rows
    Attempt.objects.update(right=0, hints={})  # what is kept for speed is lost …
    for attempt in Attempt.objects.all():  # … and worked out again
        standing = recompute(attempt.events.all())
        attempt.right, attempt.hints = standing.right, dict(standing.hints)
        attempt.save()
    assert list(Attempt.objects.order_by("pk").values("right", "hints")) == rows
    assert goal_of(user, generator) == goal


def test_a_hint_after_the_last_answer_has_helped_with_nothing():
    user, generator = make_user(), make_generator()
    attempt = taken(user, generator, 0)
    take_hint(user=user, attempt_id=attempt.pk, name="f@1")
    assert len(goal_of(user, generator).right) == 1
    assert recompute(attempt.events.all()).hints == {}
    again = {"submission_id": uuid4(), "seq": 2, "now": timezone.now()}
    event = record(user=user, attempt_id=attempt.pk, answers=attempt.variant.key.exact, **again)
    assert event.result["hints"] == {"f@1": 1}
    assert not goal_of(user, generator).right


def test_the_hints_that_count_are_those_by_the_last_answer_in_whichever_order_the_rows_lie():
    """A table that was copied or restored may hold a later answer before an earlier one."""
    user, generator = make_user(), make_generator()
    attempt = taken(user, generator, 0)
    take_hint(user=user, attempt_id=attempt.pk, name="f@1")
    again = {"submission_id": uuid4(), "seq": 2, "now": timezone.now()}
    record(user=user, attempt_id=attempt.pk, answers=attempt.variant.key.exact, **again)
    assert not goal_of(user, generator).right
    first, last = attempt.events.order_by("seq")
    rows = [(first, 3), (last, 1), (first, 2)]  # never two of one number
    for event, seq in rows:
        attempt.events.filter(pk=event.pk).update(seq=seq)
    assert [event.pk for event in attempt.events.order_by("seq")] == [last.pk, first.pk]
    assert len(goal_of(user, generator).right) == 1


def test_an_event_from_before_they_told_of_hints_leaves_them_to_its_attempt():
    user, generator = make_user(), make_generator()
    event = taken(user, generator, 0, hinted=["f@1"]).events.get()
    del event.result["hints"]
    event.save()
    assert not goal_of(user, generator).right
    assert recompute([event]).hints == {}


def test_replay_finds_a_score_that_was_tampered_with():
    attempt = make_attempt()
    answer(attempt, 1, "F02")
    Attempt.objects.filter(pk=attempt.pk).update(right=1)
    attempt.refresh_from_db()
    assert recompute(attempt.events.all()) != stored(attempt)
