"""Which numbers a learner has, on cells so small that it can be said by looking at their equations."""

import pytest

import sim
from quizzes.items.kinds.base import Had
from quizzes.items.kinds.known import Dependence, Known


def cell_of(**equations):
    return sim.declare("small", {"a": "W @ x + U @ h_prev + b", **equations}, title="A small cell", source="a test")


FORKED = cell_of(u="tanh(a)", v="sigmoid(a)", h="u * v")  # a is read by two, and gives each away
CHAIN = cell_of(f="sigmoid(a)", k="1 - f", i="tanh(k)", h="f * i")  # k follows from f, and gives i away
JOINED = cell_of(f="sigmoid(a)", k="1 - f", h="f * k")  # nothing is made from k alone


def known(cell, asked, right=(), own=(), T=1):
    return Known(Dependence(cell, T, backward=False), asked, Had(frozenset(right), frozenset(own)))


def test_an_asked_step_is_known_once_it_is_right_or_its_number_is_his_own():
    assert "u@1" not in known(FORKED, ["u@1", "v@1"])
    assert "u@1" not in known(FORKED, ["u@1", "v@1"], right=["v@1"])
    assert "u@1" in known(FORKED, ["u@1", "v@1"], right=["u@1"])
    assert "u@1" in known(FORKED, ["u@1", "v@1"], own=["u@1"])


def test_a_sum_that_was_needed_is_known_only_when_no_open_step_follows_from_it_alone():
    asked = ["u@1", "v@1"]
    assert "a@1" not in known(FORKED, asked)
    assert "a@1" not in known(FORKED, asked, right=["u@1"])
    assert "a@1" not in known(FORKED, asked, right=["u@1"], own=["v@1"])
    assert "a@1" in known(FORKED, asked, right=["u@1", "v@1"])


def test_what_follows_from_his_numbers_is_known_only_when_it_gives_no_open_step_away():
    assert "k@1" not in known(CHAIN, ["f@1", "i@1"], right=["f@1"])
    assert "k@1" in known(CHAIN, ["f@1", "i@1"], right=["f@1", "i@1"])
    assert "k@1" in known(JOINED, ["f@1", "h@1"], right=["f@1"])
    assert "k@1" in known(JOINED, ["f@1", "h@1"], own=["f@1"])
    assert "k@1" not in known(JOINED, ["f@1", "h@1"])


def test_a_sum_does_not_follow_from_what_it_reads_for_weights_are_in_it():
    assert "a@2" not in known(FORKED, ["h@1", "h@2"], right=["h@1"], T=2)
    assert "a@2" in known(FORKED, ["h@1", "h@2"], right=["h@2"], T=2)


def test_a_right_step_tells_nothing_of_what_is_behind_another_asked_one():
    """u of the first step is in h of the second, but he may have got that with a number of his own for h."""
    asked = ["h@1", "h@2"]
    assert "u@1" not in known(FORKED, asked, right=["h@2"], T=2)
    assert "u@1" in known(FORKED, asked, right=["h@1"], T=2)


@pytest.mark.parametrize(("key", "asked", "made"), [
    ("u@1", {"h@1", "h@2"}, {"h@1"}),
    ("u@1", {"h@2"}, {"h@2"}),
    ("a@1", {"u@1", "h@1", "h@2"}, {"u@1", "h@1"}),
    ("u@2", {"h@1"}, set()),
])  # fmt: skip
def test_what_is_made_from_a_value_ends_at_the_first_asked_one(key, asked, made):
    assert Dependence(FORKED, 2, backward=False).made_from(key, asked) == made
