"""The bench of a generator: what is missing for green, and how far slips lie from the right value."""

from collections import Counter
from math import exp

import pytest

import sim
from quizzes.items.bench import aliases, closest, missing, report, seeds_of, slips_of, try_out
from quizzes.items.kinds import kind_of
from quizzes.items.separation import HEIGHT, WIDTH, distances, drawn, place, strips
from quizzes.items.specification import Specification
from tests.generators import COUNT
from tests.samples import LSTM_STEP

ONE_GATE = {"asked": ["f@1"], "claims": {"f": ["F02", "F07", "F15"]}, "must_show": {"f": ["F07"]}}


def kind(said=LSTM_STEP, **changed):
    return kind_of(Specification.from_json(said | changed), "bench/1")


def survey(accepted, **live):
    """A hundred candidates, of which so many pass, with the slips of f named so often."""
    return sim.Survey(100, accepted, Counter(), {"f@1": Counter(live)}, {"f@1": Counter()})


def test_a_generator_of_which_a_fifth_passes_and_every_slip_lives_is_green():
    assert missing(kind(**ONE_GATE), survey(20, F07=20, F02=1, F15=3)) == []


def test_one_candidate_less_than_a_fifth_is_too_few_and_the_sentence_says_how_many():
    assert missing(kind(**ONE_GATE), survey(19, F07=19, F02=1, F15=3)) == [
        "only 19 of 100 candidates pass, and 20 % are needed"
    ]


def test_a_slip_that_must_show_and_is_lost_in_one_variant_is_named():
    assert missing(kind(**ONE_GATE), survey(50, F07=49, F02=1, F15=3)) == [
        "F07 must show in f, and does so in 49 of 50 variants"
    ]


def test_claimed_slips_that_never_live_are_named():
    assert missing(kind(**ONE_GATE), survey(50, F07=50)) == [
        "F02 and F15 can be named in no variant, though claimed for f"
    ]


def test_an_exercise_whose_seeds_count_its_variants_is_tried_from_its_first_to_its_last():
    assert seeds_of(kind(COUNT), 1000) == range(8 * 8 * 7)
    assert seeds_of(kind(COUNT), 5) == range(5)
    assert seeds_of(kind(), 5) == range(1, 6)


def test_the_report_counts_what_the_certificates_say():
    found = report(try_out(kind(), 60))
    certificates = kind().certify(range(1, 61))
    fair = [each for each in certificates if not each.reasons]
    assert (found["candidates"], found["accepted"]) == (60, len(fair))
    assert found["acceptance"] == round(len(fair) / 60, 4)
    assert found["refusals"] == Counter(reason for each in certificates for reason in each.reasons)
    assert found["live"]["c@1"] == Counter(slip for each in fair for slip in each.live["c@1"])


def test_of_all_pairs_too_near_the_most_frequent_comes_first():
    found = sim.Survey(9, 9, Counter(), {}, {"f@1": Counter({("key", "F07"): 1, ("F02", "F05"): 3})})
    assert closest(found) == {"f@1": [(("F02", "F05"), 3), (("key", "F07"), 1)]}


def test_two_slips_that_are_one_are_told_once():
    (gate,) = kind(**ONE_GATE).certify([1])
    pairs = aliases(slips_of(kind(**ONE_GATE), gate))
    assert [(name, one.id, other.id) for name, one, other in pairs] == [("f@1", "F02", "F15")]


# --- distances


def test_distances_are_those_of_the_wrong_sum_in_tolerances():
    certificates = kind(**ONE_GATE).certify(range(1, 21))
    found = distances(kind(**ONE_GATE), certificates)["f@1"]["F07"]
    for each, distance in zip(certificates, found, strict=True):
        given = {
            name: value[0] if name[0] != "W" and name[0] != "U" else value[0][0] for name, value in each.given.items()
        }
        without = given["W_f"] * given["x"][0] + given["U_f"] * given["h0"]
        expected = abs(1 / (1 + exp(-without - given["b_f"])) - 1 / (1 + exp(-without))) / 0.0003
        assert distance == pytest.approx(expected, abs=0.7)  # each side is rounded: a unit is a third of a tolerance


def test_whole_numbers_have_no_distances_and_are_counted_where_they_are_equal():
    certificates = kind(COUNT).certify(range(3))
    found = distances(kind(COUNT), certificates)
    assert found == {"count": {"P01": [], "P02": [], "P03": [], "P05": []}}
    trial = try_out(kind(COUNT))
    (lines,) = strips(kind(COUNT), trial.survey, found, slips_of(kind(COUNT), certificates[0])).values()
    # without recurrent weights 4(HD + 2H), without biases 4(HD + HH): equal where H is 2, in one case of eight
    assert {line.slip: (line.near, line.live) for line in lines} == {
        "P01": (0, 448),
        "P02": (0, 392),
        "P03": (0, 392),
        "P05": (0, 448),
    }


def test_the_scale_is_one_of_powers_of_ten_with_both_ends_closed():
    assert [round(place(at)) for at in (0, 0.1, 1, 100, 10_000, 10**9)] == [0, 0, 40, 120, WIDTH, WIDTH]


def test_bars_are_as_high_as_distances_are_frequent_and_the_rarest_is_still_seen():
    path = drawn([1.0] * 99 + [100.0])
    assert path == f"M40 {HEIGHT}v-{HEIGHT}h3v{HEIGHT}zM120 {HEIGHT}v-2h3v2z"


def test_a_slip_hardest_to_tell_from_the_right_value_stands_first():
    certificates, trial = kind().certify(range(1, 51)), try_out(kind(), 50)
    for lines in strips(
        kind(), trial.survey, distances(kind(), certificates), slips_of(kind(), certificates[0])
    ).values():
        near = [line.near for line in lines]
        assert near == sorted(near, reverse=True)
