"""Exact traces against an independent one in `decimal`, written out by hand from the papers."""

import random
from decimal import Decimal

import numpy as np
import pytest

import sim
from tests.sim.careful import CarefulLearner, random_numbers
from tests.sim.fixtures import FEW, KINDS, L_START, cell_id, lstm_layer
from tests.tiers import thorough


def method_for(cell):
    return cell.name if cell.name != "gru" else f"gru_{cell.convention}"


BY_HAND = [cell for cell in KINDS if hasattr(CarefulLearner, method_for(cell))]


@pytest.mark.parametrize("cell", thorough(BY_HAND, quick=FEW), ids=cell_id)
def test_no_digit_differs_from_decimal_arithmetic(cell):
    chance = random.Random(cell_id(cell))
    for run in range(90):
        D, H, T, places = (chance.choice(some) for some in ([1, 2], [1, 2], [1, 2, 3, 12], [1, 2]))
        weights = {name: random_numbers(chance, cell.shape(name, D, H), places) for name in cell.parameters}
        x, h0, c0 = (random_numbers(chance, shape, places) for shape in ((T, D), (H,), (H,)))
        decimals = 2 + run % 3
        trace = sim.exact(sim.layer(cell, weights), x, h0, c0 if "c" in cell.states else None, decimals=decimals)
        hand = CarefulLearner(weights, decimals)
        step = getattr(hand, method_for(cell))
        h, c = hand.read(h0), hand.read(c0)
        for at, x_t in enumerate(x):
            h, c = step(hand.read(x_t), h, c)
            assert trace["h"][at].tolist() == [float(entry) for entry in h]


def by_hand_and_by_sim(cell, chance, decimals, sizes):
    """A random layer's way back, twice: that of `sim`, and what a careful learner writes down."""
    D, H, T = sizes
    weights = {name: random_numbers(chance, cell.shape(name, D, H), 1) for name in cell.parameters}
    x, h0, c0, dh = (random_numbers(chance, shape, 1) for shape in ((T, D), (H,), (H,), (T, H)))
    trace = sim.exact(sim.layer(cell, weights), x, h0, c0 if "c" in cell.states else None, decimals=decimals)
    hand, steps = CarefulLearner(weights, decimals), []
    states = [(hand.read(h0), hand.read(c0))]
    for x_t in x:
        states.append(getattr(hand, method_for(cell))(hand.read(x_t), *states[-1]))
    coming = [Decimal(0)] * H, [Decimal(0)] * H
    for at in reversed(range(T)):
        x_t = hand.read(x[at])
        named, coming = getattr(hand, f"{cell.name}_back")(x_t, *states[at], hand.read(dh[at]), coming)
        steps.insert(0, (named, x_t, states[at][0]))
    h0_of = [hand.rounded(entry) for entry in coming[0]]
    return sim.backward(trace, dh), steps, {**hand.of_weights(steps), "h0": h0_of}


def assert_no_digit_differs(gradients, steps, totals):
    for at, (named, *_) in enumerate(steps):
        for name, value in named.items():
            assert gradients[name][at].tolist() == [float(entry) for entry in value], name
    for name, value in totals.items():
        assert (gradients[name] == np.array(value, dtype=float)).all(), name


@pytest.mark.parametrize("runs", [60, pytest.param(3000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_no_digit_of_a_gradient_differs_from_decimal_arithmetic(cell, runs):
    chance = random.Random(f"{cell} backward")
    for run in range(runs):
        sizes = tuple(chance.choice(some) for some in ([1, 2], [1, 2], [1, 2, 3]))
        assert_no_digit_differs(*by_hand_and_by_sim(sim.cell(cell), chance, 2 + run % 3, sizes))


@pytest.mark.parametrize("sizes", [(1, 1, 23), (2, 2, 12), (9, 2, 2), (9, 2, 12)], ids=str)  # in pieces, on arrays
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_gradient_of_a_weight_is_rounded_once_however_it_is_computed(cell, sizes):
    chance = random.Random(f"{cell} {sizes}")
    for decimals in (2, 3, 4):
        assert_no_digit_differs(*by_hand_and_by_sim(sim.cell(cell), chance, decimals, sizes))


def test_every_kind_of_equations_in_the_papers_is_written_out_by_hand():
    papers = "rnn rnn_relu lstm lstm_peephole lstm_coupled lstm_1997 gru_pytorch gru_cho2014 gru_chung2014 mgu"
    assert {method_for(cell) for cell in BY_HAND} >= set(papers.split())


def test_a_tie_goes_away_from_zero():
    layer = sim.layer("rnn_relu", {"W": [[0.5]], "U": [[0]], "b": [0]})
    assert sim.exact(layer, [[0.5], [-0.5]], decimals=1)["a"][:, 0].tolist() == [0.3, -0.3]


def test_truncating_and_rounding_early_differ():
    rounded = sim.kept_to(lstm_layer(), **L_START, decimals=2)
    cut = sim.kept_to(lstm_layer(), **L_START, decimals=2, truncate=True)
    assert [rounded["i"][0, 0], cut["i"][0, 0]] == [0.38, 0.37]
    assert cut["a_i"][0, 0] == -0.51


def test_one_decimal_everywhere_gives_the_early_rounding_of_the_catalogue():
    trace = sim.kept_to(lstm_layer(), **L_START, decimals=1)
    assert [trace[name][0, 0] for name in "fig"] == [0.4, 0.4, 0.8]
    assert trace["c"][0, 0] == 0.8  # 0.4 · 1.3 + 0.4 · 0.8 = 0.84


@pytest.mark.parametrize(
    ("x", "decimals", "message"),
    [
        ([[0.12345]], 4, "more than 4 decimals"),
        ([[0.12]], 1, "more than 1 decimal"),
        ([[0.1]], 5, "1 to 4 decimals"),
        ([[1e12]], 4, "too large"),
    ],
)
def test_what_decimals_cannot_hold_is_refused(x, decimals, message):
    layer = sim.layer("rnn", {"W": [[0.5]], "U": [[0.5]], "b": [0.1]})
    with pytest.raises(sim.SimError, match=message):
        sim.exact(layer, x, decimals=decimals)


def test_an_exact_trace_is_never_minus_zero():
    layer = sim.layer("rnn", {"W": [[-0.1]], "U": [[0.0]], "b": [0.0]})
    assert not np.signbit(sim.exact(layer, [[0.1]], decimals=1)["a"]).any()
