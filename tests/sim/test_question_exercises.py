"""Counts, shapes and chains as exercises: drawn, counted through, certified."""

import math
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim

RETENTION = next(question for question in sim.plain_questions() if question.asked == "retention")
COUNT = sim.count_question("lstm", "pytorch")
SLIPS = ("B06a", "B06b", "B06c", "B07")


def retention(**changed):
    said = {"claims": SLIPS, "must_show": ("B06b",), "T": 3, "ranges": {"f": sim.Range(0.55, 0.95, 0.05)}} | changed
    return sim.QuestionExercise("kept/1", RETENTION, **said)


def count(**changed):
    ranges = {"D": sim.Range(2, 9, 1), "H": sim.Range(3, 8, 1), "T": sim.Range(4, 6, 1)}
    said = {"claims": ("P01", "P02", "P05", "P06"), "must_show": ("P01",), "small": True, "ranges": ranges} | changed
    return sim.QuestionExercise("count/1", COUNT, **said)


def test_the_key_of_a_chain_is_the_product_rounded_half_up():
    for certificate in sim.certify(retention(decimals=2), range(300)):
        product = math.prod(Fraction(str(f)) for f in certificate.given["f"])
        hundredths = math.floor(product * 100 + Fraction(1, 2))
        assert certificate.exact["retention"] == [hundredths / 100]
        assert certificate.full["retention"] == pytest.approx([float(product)], abs=1e-15)


def test_what_lives_lies_apart_from_the_key_and_from_all_else():
    for certificate in sim.certify(retention(), range(300)):
        given, live = certificate.given["f"], certificate.live["retention"]
        values = {slip: sim.evaluate_plain_slip(slip, f=given) for slip in live} | {
            "key": certificate.exact["retention"][0]
        }
        for one, other in combinations(values.values(), 2):
            assert abs(one - other) >= 0.0011  # four tolerances of 0.0003, and half a unit for each rounding
        assert certificate.reasons == ([] if "B06b" in live else ["B06b cannot be told apart in retention"])


def test_a_slip_must_lie_apart_from_the_rounded_and_from_the_full_value():
    """At two decimals a unit is 0.01, and what is told apart lies 12 of them away; fractions say where."""
    decided_by_the_full_value, apart = 0, Fraction(12, 100)
    for certificate in sim.certify(retention(decimals=2, must_show=(), claims=("B06b",)), range(3000)):
        factors = [Fraction(str(f)) for f in certificate.given["f"]]
        full, mean = math.prod(factors), sum(factors) / 3  # B06b takes the mean
        exact, slip = (Fraction(math.floor(value * 100 + Fraction(1, 2)), 100) for value in (full, mean))
        is_far, is_far_from_full = abs(slip - exact) >= apart, abs(slip - full) >= apart
        if is_far and not is_far_from_full:
            decided_by_the_full_value += 1
        if not (is_far and is_far_from_full):
            assert certificate.live["retention"] == []
    assert decided_by_the_full_value


def test_a_small_exercise_counts_its_variants_through_each_once():
    exercise = count()
    assert exercise.space == 8 * 6 * 3
    certificates = sim.certify(exercise, range(exercise.space))
    assert len({certificate.digest for certificate in certificates}) == exercise.space
    assert {(c.given["D"], c.given["H"], c.given["T"]) for c in certificates} == {
        (D, H, T) for D in range(2, 10) for H in range(3, 9) for T in range(4, 7)
    }
    with pytest.raises(sim.SimError, match="has 144 variants, so there is no seed 144"):
        sim.certify(exercise, [exercise.space])


def test_a_count_is_whole_and_its_slips_need_only_differ():
    for certificate in sim.certify(count(), range(144)):
        D, H, T = (certificate.given[name] for name in "DHT")
        right = 4 * (H * D + H * H + 2 * H)
        wrong = {"P01": right - 4 * H, "P02": right - 4 * H * H, "P05": T * right, "P06": 4 * (D * H + D * D + 2 * D)}
        assert certificate.exact["count"] == [right]
        values = [right, *wrong.values()]
        assert certificate.live["count"] == [slip for slip, value in wrong.items() if values.count(value) == 1]


@settings(deadline=None)
@given(st.integers(0, 2**63), st.integers(0, 2**63))
def test_the_same_seed_gives_the_same_variant_alone_or_in_a_block(one, other):
    block = sim.certify(retention(), [one, other])
    assert sim.certify(retention(), [other]) == block[1:]


def test_a_survey_tells_which_values_collide():
    survey = sim.survey(count(), range(144))
    assert survey.candidates == survey.accepted == 144
    assert survey.collisions["count"]["key", "P06"] == 6 * 3  # D = H: six of the pairs, three lengths
    assert survey.live["count"]["P01"] == 144


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: retention(ranges={}), "no range for f"),
        (lambda: retention(T=0), "T is 0"),
        (lambda: retention(decimals=7), "decimals is 7"),
        (lambda: retention(claims=("B99",)), "no slip B99"),
        (lambda: retention(claims=(), must_show=("B06b",)), "B06b must show"),
        (lambda: retention(T=5, small=True, ranges={"f": sim.Range(0, 1, 0.1)}), "has 161051 variants"),
        (lambda: retention(ranges={"f": sim.Range(0.9, 0.1, 0.1)}), "holds no number"),
        (lambda: count(ranges={"D": sim.Range(1, 2, 0.5), "H": sim.Range(1, 2, 1), "T": sim.Range(1, 2, 1)}), "D"),
    ],
)
def test_an_exercise_that_cannot_be_is_refused(refused, message):
    with pytest.raises(sim.SimError, match=message):
        sim.certify(refused(), [1])
