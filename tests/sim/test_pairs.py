"""Two slips at once, by paper: each takes its own part away."""

from itertools import pairwise

import numpy as np
import pytest

import sim
from tests.sim.fixtures import L_START, each_kind, lstm_layer, random_layer, random_start, slip


def both(asked, first, second):
    return sim.paired(slip("lstm", asked, first), slip("lstm", asked, second))


def test_what_two_slips_leave_out_is_both_left_out():
    pair = both("f", "F05", "F07")
    assert pair.formula == "sigmoid(W_f @ x)"
    assert pair.id == "F05+F07"
    layer = lstm_layer()
    only_the_input = sim.layer(layer.cell, layer.weights | {"U_f": [[0.0]], "b_f": [0.0]})
    wrong = sim.evaluate_slip(pair, layer, **L_START, step=1)["f"][0]
    assert wrong == pytest.approx(sim.forward(only_the_input, **L_START)["f"][0], abs=1e-15)


def test_a_slip_in_the_sum_and_one_around_it_both_happen():
    assert both("f", "F07", "F15").formula == "sigmoid(-(W_f @ x + U_f @ h_prev))"
    assert both("f", "F15", "F07").formula == "sigmoid(-(W_f @ x + U_f @ h_prev))"
    assert both("g", "F07", "F21").formula == "sigmoid(W_g @ x + U_g @ h_prev)"


def test_slips_that_replace_the_same_part_make_no_pair():
    assert both("g", "F21", "F24") is None  # one writes σ for tanh, the other ReLU
    assert both("f", "F05", "F05") is None


def test_two_slips_that_undo_each_other_are_still_two():
    assert both("f", "F15", "F02").formula == "1 - sigmoid(-(W_f @ x + b_f + U_f @ h_prev))"


@each_kind
def test_the_order_of_two_slips_changes_no_number(cell):
    for asked in cell.equations:
        slips = sim.slips_for(cell, asked)
        for first in slips[:6]:
            for second in slips[:6]:
                one, other = sim.paired(first, second), sim.paired(second, first)
                assert (one is None) == (other is None), (first.id, second.id)
                if one is not None:
                    assert set(one.changes) == set(other.changes)


@each_kind
def test_every_pair_can_be_computed(cell):
    chance = np.random.default_rng(3)
    layer, start = random_layer(cell, chance, 2, 2), random_start(cell, chance, 2, 2, 1)
    for asked in cell.equations:
        slips = sim.slips_for(cell, asked)
        for first, second in pairwise(slips):
            if (pair := sim.paired(first, second)) is not None:
                assert sim.evaluate_slip(pair, layer, **start, step=1)[asked].shape == (1, 2)
