"""What is kept for speed can be worked out again from the answer events, and comes out the same."""

import random
from uuid import uuid4

import pytest
from django.utils import timezone

from quizzes.catalog.models import Misconception
from quizzes.practice.exercises.services import record
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


def test_replay_finds_a_score_that_was_tampered_with():
    attempt = make_attempt()
    answer(attempt, 1, "F02")
    Attempt.objects.filter(pk=attempt.pk).update(right=1)
    attempt.refresh_from_db()
    assert recompute(attempt.events.all()) != stored(attempt)
