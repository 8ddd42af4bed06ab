"""Small values are printed so that they can be read, and equations between them checked, in every style."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from tests.sim.fixtures import L_START, lstm_layer

FOUR = sim.Significant(4)
SMALL = sim.layer("rnn", {"W": [[1.0]], "U": [[1e-4]], "b": [0.0]})


def fading():
    """A gradient that falls by the factor 10⁻⁴ in every step back, of a state that stays 0."""
    return sim.backward(sim.forward(SMALL, [[0.0]] * 4), None, dh_last=[3.2174])


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        (0.0, "0.0000"), (0.73105858, "0.7311"), (-0.51, "−0.5100"), (1.0, "1.0000"), (123456.78901, "123456.7890"),
        (0.0123456, "0.01235"), (0.0024729, "0.002473"), (0.09999999, "0.1000"), (9.9e-4, "9.900·10⁻⁴"),
        (-3.2174e-7, "−3.217·10⁻⁷"), (6.2e-311, "6.200·10⁻³¹¹"), (9.99996e-5, "1.000·10⁻⁴"), (2.5e9, "2.500·10⁹"),
    ],
)  # fmt: skip
def test_a_value_has_four_decimals_and_a_small_one_four_significant_digits(value, digits):
    assert FOUR.digits(value) == digits


@pytest.mark.parametrize(
    ("value", "digits"),
    [(0.5, "0.5000"), (0.9975274, "0.997527"), (-0.90025, "−0.90025"), (1.0, "1.0000"), (2.5, "2.5000")],
)
def test_of_a_share_near_one_what_is_missing_to_one_is_told_as_exactly(value, digits):
    assert FOUR.share(value) == digits


@given(st.floats(1e-300, 1e8))
def test_what_is_shown_is_the_value_to_half_a_unit_of_its_last_digit(value):
    factor, _, exponent = FOUR.digits(value).partition("·10")
    read = float(f"{factor}e{exponent.translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789')) or 0}")
    assert read == pytest.approx(value, rel=0.5e-3)


@pytest.mark.parametrize(
    ("left", "right", "digits"),
    [
        (0.1233, 0.1234, "−0.0001"), (3.216e-7, 3.217e-7, "−1.000·10⁻¹⁰"), (0.0, 3.217e-7, "−3.217·10⁻⁷"),
        (0.1234, 3.2e-7, "0.1234"), (0.012345, 0.012335, "0.00001"), (0.0, 0.0, "0.0000"),
    ],
)  # fmt: skip
def test_a_difference_is_that_of_the_two_as_they_are_shown(left, right, digits):
    assert FOUR.difference(left, right) == digits


def test_every_style_writes_the_same_power_of_ten():
    back = fading()
    (written,) = sim.substituted_text(back, "da", 3, decimals=FOUR)
    assert written.startswith("3.217·10⁻⁴ = 3.217·10⁻⁴·")
    (said,) = sim.substituted_words(back, "da", 3, decimals=FOUR)
    assert said.startswith("3.217 times ten to the minus 4 equals 3.217 times ten to the minus 4 times ")
    assert r"3.217 \cdot 10^{-4} &= 3.217 \cdot 10^{-4} \cdot " in sim.latex(back, "da", 3, decimals=FOUR)
    markup = sim.substituted(back, "da", 3, decimals=FOUR)
    assert "<mn>3.217</mn><mo>·</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>4</mn></mrow></msup>" in markup
    line = next(each for each in sim.explain(back, 3, decimals=FOUR) if each.name == "da")
    assert line.shown == ("3.217·10⁻⁴",) and line.substituted == markup and line.substituted_words == (said,)


def test_a_power_of_ten_is_held_together_where_it_is_squared():
    layer = sim.layer("rnn", {"W": [[1e-5]], "U": [[0.5]], "b": [0.0]})
    back = sim.backward(sim.forward(layer, [[1.0]]), None, dh_last=[1.0])
    assert sim.substituted_text(back, "da", 1, decimals=FOUR) == ["1.0000 = 1.0000·(1 − (1.000·10⁻⁵)²)"]
    assert '<mo stretchy="false">(</mo>' in sim.substituted(back, "da", 1, decimals=FOUR)


def test_what_is_not_small_is_printed_as_with_four_decimals():
    trace = sim.forward(lstm_layer(), **L_START)
    back = sim.backward(trace, None, dh_last=[1.0])
    for name in trace:
        if all(0.1 <= abs(value) < 0.9 for value in np.ravel(trace[name])):
            assert sim.latex(trace, name, 1, decimals=FOUR).split("=")[1] == sim.latex(trace, name, 1).split("=")[1]
    plain, exact = (sim.text(back, decimals=decimals).splitlines() for decimals in (4, FOUR))
    same = [line for line in plain if not re.search(r"0\.0\d|0\.9\d", line)]
    assert len(same) > len(plain) / 2 and set(same) <= set(exact)


def test_without_being_asked_for_nothing_is_a_power_of_ten():
    back = fading()
    assert "10⁻" not in sim.text(back) + sim.text(back, decimals=12) and "10^" not in sim.latex(back)


@pytest.mark.parametrize("figures", [0, 13, 2.5])
def test_a_strange_number_of_figures_is_refused(figures):
    with pytest.raises(sim.SimError):
        sim.Significant(figures)
