"""Worked steps: every asked one that is not open is shown, but those that are computed from an open one."""

from collections import Counter

import numpy as np
import pytest

from quizzes.practice.exercises.fading import OPEN_STEPS, shown_of
from tests.unit.test_nothing_given_away import SAID, STEPS, variants

FADED = [slug for slug in STEPS if SAID[slug].fading]
each_faded = pytest.mark.parametrize("slug", FADED)


@each_faded
@pytest.mark.parametrize("count", OPEN_STEPS)
def test_before_any_slip_every_step_is_either_open_or_shown_worked(slug, count):
    (variant,) = variants(slug, 1)
    asked = variant.kind.asked
    shown = shown_of(asked, Counter(), count)
    opened = [name for name in asked if name not in shown]
    assert len(opened) == (count if shown else len(asked))
    assert variant.kind.computed_from(opened, shown) == set()


@each_faded
def test_whichever_step_is_open_those_that_change_with_it_are_hidden_and_no_others(slug):
    (variant,) = variants(slug, 1)
    for opened in variant.kind.asked:
        others = [name for name in variant.kind.asked if name != opened]
        another = {opened: tuple(each + 0.3 for each in np.ravel(variant.exact[opened]))}
        moved = {name for name in others if variant.working.value(name, another) != variant.working.value(name, {})}
        assert variant.kind.computed_from([opened], others) == moved


def test_the_gradient_of_a_shared_weight_reads_states_and_no_state_reads_it():
    (variant,) = variants("rnn-weight-gradient", 1)
    assert variant.kind.computed_from(["dU"], ["h@1", "h@2", "da@2", "dh@1", "da@1"]) == set()
    assert variant.kind.computed_from(["h@2"], ["h@1", "da@2", "dh@1", "da@1", "dU"]) == {"da@2", "dh@1", "da@1", "dU"}
