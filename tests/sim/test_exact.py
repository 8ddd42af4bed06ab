"""Exact traces against an independent one in `decimal`, written out by hand from the papers."""

import random
from decimal import ROUND_HALF_UP, Decimal, getcontext

import numpy as np
import pytest

import sim
from sim.cells import GRU, LSTM
from tests.sim.fixtures import L_START, lstm_layer

getcontext().prec = 40


class ByHand:
    """A careful learner with `decimal`: every named value is rounded once, sums never are."""

    def __init__(self, weights, decimals):
        self.w = {name: self.read(array) for name, array in weights.items()}
        self.last = Decimal(1).scaleb(-decimals)

    def read(self, values):
        return [self.read(value) for value in values] if isinstance(values, list) else Decimal(repr(values))

    def rounded(self, y):
        return y.quantize(self.last, ROUND_HALF_UP)

    def sigma(self, a):
        return self.rounded(1 / (1 + (-a).exp()))

    def tanh(self, a):
        return self.rounded(((2 * a).exp() - 1) / ((2 * a).exp() + 1))

    def dot(self, row, vector):
        return sum((w * v for w, v in zip(row, vector, strict=True)), Decimal(0))

    def sums(self, k, x, h):
        rows = zip(self.w[f"W_{k}"], self.w[f"b_{k}"], self.w[f"U_{k}"], strict=True)
        return [self.rounded(self.dot(W, x) + b + self.dot(U, h)) for W, b, U in rows]

    def lstm(self, x, h, c):
        i, f, o = ([self.sigma(a) for a in self.sums(k, x, h)] for k in "ifo")
        g = [self.tanh(a) for a in self.sums("g", x, h)]
        c = [self.rounded(f * c + i * g) for f, c, i, g in zip(f, c, i, g, strict=True)]
        h = [self.rounded(o * self.tanh(c)) for o, c in zip(o, c, strict=True)]
        return h, c

    def gru(self, x, h, c):
        r, z = ([self.sigma(a) for a in self.sums(k, x, h)] for k in "rz")
        rows = zip(self.w["W_n"], self.w["b_in"], r, self.w["U_n"], self.w["b_hn"], strict=True)
        a = [self.rounded(self.dot(W, x) + b + r * (self.dot(U, h) + b_hn)) for W, b, r, U, b_hn in rows]
        return [self.rounded((1 - z) * self.tanh(a) + z * h) for z, a, h in zip(z, a, h, strict=True)], c


def random_numbers(chance, shape, places):
    if not shape:
        return chance.randint(-15 * 10 ** (places - 1), 15 * 10 ** (places - 1)) / 10**places
    return [random_numbers(chance, shape[1:], places) for _ in range(shape[0])]


@pytest.mark.parametrize("decimals", [2, 3, 4])
@pytest.mark.parametrize("cell", [LSTM, GRU], ids=["lstm", "gru"])
def test_no_digit_differs_from_decimal_arithmetic(cell, decimals):
    chance = random.Random(f"{cell.name} {decimals}")
    for _ in range(170):
        D, H, T, places = (
            chance.choice([1, 2]),
            chance.choice([1, 2]),
            chance.choice([1, 2, 3, 12]),
            chance.choice([1, 2]),
        )
        weights = {name: random_numbers(chance, cell.shape(name, D, H), places) for name in cell.parameters}
        x, h0, c0 = (random_numbers(chance, shape, places) for shape in ((T, D), (H,), (H,)))
        c0 = c0 if cell is LSTM else None
        trace = sim.exact(sim.layer(cell, weights), x, h0, c0, decimals=decimals)
        hand = ByHand(weights, decimals)
        h, c = hand.read(h0), hand.read(c0) if c0 else None
        for step, x_t in enumerate(x):
            h, c = getattr(hand, cell.name)(hand.read(x_t), h, c)
            assert trace["h"][step].tolist() == [float(entry) for entry in h]


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
