"""A chart puts numbers where they belong: straight or by powers of ten, with marks and names apart."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.lessons.examples.chart import (
    BOTTOM,
    CLOSEST_NAMES,
    EDGE,
    LEFT,
    MARK_OF,
    MARKS,
    RIGHT,
    TOP,
    Series,
    chart,
    notes_on_closeness,
    scientific,
)

VALUES = st.lists(st.floats(-100, 100), min_size=1, max_size=50)


def places(curve):
    return [tuple(map(float, each)) for each in re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", curve.line)]


def test_the_lowest_value_stands_at_the_bottom_and_the_highest_on_top():
    (curve,) = chart("k", "", "", [Series("c", [0, 1, 0.5])]).curves
    assert places(curve) == [(LEFT, BOTTOM), ((LEFT + RIGHT) / 2, TOP), (RIGHT, (TOP + BOTTOM) / 2)]


def test_a_power_of_ten_is_the_same_distance_everywhere_on_a_logarithmic_chart():
    (curve,) = chart("k", "", "", [Series("c", [0.01, 0.1, 1])], is_log=True).curves
    heights = [y for _, y in places(curve)]
    assert heights == [BOTTOM, (TOP + BOTTOM) / 2, TOP]


def test_what_a_logarithmic_chart_can_t_show_leaves_a_gap():
    (curve,) = chart("k", "", "", [Series("c", [0.1, 0.2, 0.0, 0.1, 1])], is_log=True).curves
    assert curve.line.count("M") == 2 and curve.line.count("L") == 2


@given(st.lists(VALUES, min_size=1, max_size=5), st.booleans())
def test_nothing_leaves_the_chart(series, is_log):
    found = chart("k", "", "", [Series("c", values) for values in series], is_log=is_log)
    for curve in found.curves:
        assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in places(curve))
    assert all(TOP - 0.01 <= tick.at <= BOTTOM + 0.01 for tick in found.up)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=6))
def test_no_name_covers_another(ends):
    heights = sorted(curve.name_y for curve in chart("k", "", "", [Series("c", [end]) for end in ends]).curves)
    assert all(after - before >= CLOSEST_NAMES - 1e-9 for before, after in pairwise(heights))


@given(VALUES)
def test_the_ticks_are_few_and_round_and_hold_the_values(values):
    found = chart("k", "", "", [Series("c", values)])
    assert 2 <= len(found.up) <= 8
    read = [float(tick.text.replace("−", "-")) for tick in found.up]
    assert min(read) <= min(values) + 1e-6 and max(read) >= max(values) - 1e-6


@pytest.mark.parametrize("steps", [1, 2, 7, 11, 20, 33, 50])
def test_the_steps_that_are_named_are_at_most_a_dozen_and_begin_with_1(steps):
    across = [int(tick.text) for tick in chart("k", "", "", [Series("c", [0.0] * steps)]).across]
    assert across[0] == 1 and len(across) <= 11 and across[-1] <= steps


def test_quantities_that_share_a_chart_have_marks_of_their_own():
    for together in ("ifo", "rz", "chg", "hn"):
        assert len({MARKS[MARK_OF[name]] for name in together}) == len(together)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"), (1, "1.00"), (0.00583, "0.00583"), (0.0123456, "0.0123"), (2216.8, "2217"), (-0.5, "−0.500"),
        (3.21e-7, "3.21·10⁻⁷"), (-2e5, "−2.00·10⁵"), (1e-300, "1.00·10⁻³⁰⁰"), (12.345, "12.3"),
    ],
)  # fmt: skip
def test_a_size_of_any_order_is_written_with_three_digits(value, said):
    assert scientific(value) == said


# --- what fades


def fading(*courses, **changes):
    series = [Series("", list(values), "q-c k-1", "circle", f"curve {k}") for k, values in enumerate(courses)]
    return chart("k", "", "", series, is_log=True, has_names=False, **changes)


def marks(curve):
    return [tuple(map(float, each)) for each in re.findall(r"M(-?[\d.]+),(-?[\d.]+)m", curve.marks)]


def test_a_logarithmic_axis_goes_down_to_what_is_there_in_even_decades():
    found = fading([1e-41 ** ((50 - t) / 49) for t in range(1, 51)])
    assert [tick.text for tick in found.up] == ["10⁻⁵⁰", "10⁻⁴⁰", "10⁻³⁰", "10⁻²⁰", "10⁻¹⁰", "1"]
    assert len(places(found.curves[0])) == 50 and not found.notes


@given(st.lists(st.integers(-60, 0), min_size=2, max_size=50))
def test_most_of_a_logarithmic_chart_is_used(exponents):
    (curve,) = fading([10.0**each for each in exponents]).curves
    heights = [y for _, y in places(curve)]
    if max(exponents) - min(exponents) >= 5:
        assert max(heights) - min(heights) > (BOTTOM - TOP) / 2


@given(
    st.lists(st.lists(st.sampled_from([0.0, 1e-70, 1e-9, 0.2, 1.0]), min_size=12, max_size=12), min_size=1, max_size=3)
)
def test_every_mark_stands_on_a_line(courses):
    for curve in fading(*courses).curves:
        assert set(marks(curve)) <= set(places(curve))
        assert all(part.count("L") >= 1 for part in curve.line.split("M")[1:])


def test_a_zero_is_said_to_have_no_place_on_a_logarithmic_scale():
    found = fading([0.5, 0.0], [0.1, 1.0])
    assert [(note.of, note.text) for note in found.notes] == [
        ("curve 0", "it is 0 at step 2, and 0 has no place on a logarithmic scale.")
    ]
    assert marks(found.curves[0])


def test_what_is_too_small_to_be_drawn_is_said_to_be_so():
    assert [note.text for note in fading([1e-70, 0.5, 1.0]).notes] == [
        "Below 10⁻⁶⁰ nothing is drawn; the table has it."
    ]


def test_the_marks_of_the_first_step_stand_clear_of_the_axis():
    for curve in (*fading([0.1, 1.0]).curves, *chart("k", "", "", [Series("c", [0, 1])]).curves):
        assert marks(curve)[0][0] - EDGE > 10


@pytest.mark.parametrize(
    ("slipped", "said"),
    [
        ([0.0, 0.5, 1.0], "The two curves lie on each other: they are alike in every step."),
        ([0.0, 0.501, 1.0], "The two curves differ by less than can be seen, 0.00100 at most; the table has both."),
        ([0.4, 0.5, 0.999], "After step 1 they differ by less than can be seen."),
        ([0.001, 0.5, 0.3], "Before step 3 they differ by less than can be seen."),
        ([0.4, 0.5, 0.3], ""),
    ],
)
def test_curves_that_look_like_one_are_said_to_differ_less_than_can_be_seen(slipped, said):
    right = [0.0, 0.5, 1.0]
    drawn = chart("k", "", "", [Series("c", right), Series("slip", slipped)])
    assert " ".join(note.text for note in notes_on_closeness(drawn, right, slipped)) == said
