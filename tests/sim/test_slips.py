"""Every slip gives the number the catalogue prints for it."""

import numpy as np
import pytest

import sim
from tests.sim.fixtures import G_START, L_START, gru_layer, lstm_layer, slip

FIRST_STEP = [
    ("F01", "f", 0), ("F01", "i", 0), ("F01", "o", 1), ("F01", "c", 0),
    ("F02", "c", 1.0731), ("F03", "c", 0.8030), ("F04", "f", 0.5498), ("F04", "i", 0.5498), ("F04", "o", 0.5498),
    ("F05", "f", 0.1598), ("F06", "f", 0.0180), ("F07", "f", 0.5000), ("F08", "f", 0.3100), ("F10", "f", 0.2611),
    ("F11", "f", 0.1205), ("F12", "f", 0.3775), ("F13", "f", 0.4200), ("F14", "f", 0.4333), ("F15", "f", 0.5987),
    ("F02", "f", 0.5987), ("F16", "f", 0.2403), ("F17", "f", -0.3799), ("F18", "f", 0.6457), ("F19", "f", 1.4013),
    ("F20", "f", 0.7311), ("F20", "c", 0.8078), ("F21", "g", 0.7427), ("F22", "g", 0.8928), ("F23", "g", 1.06),
    ("F24", "g", 1.06), ("F25", "f", 0.4975),
    ("C01", "c", 1.3074), ("C02", "c", 0.6400), ("C03", "c", 1.6826), ("C04", "c", 0.1538), ("C05", "c", 0.0139),
    ("C06", "c", 1.5948), ("C07", "c", 0.9921), ("C08", "c", 1.0961), ("C09", "c", 0.6732), ("C10", "c", 0.8165),
    ("C11", "h", 0.5969), ("C12", "h", 0.5348), ("C13", "h", 0.6300), ("C14", "h", 0.4795), ("C15", "h", 0.6732),
]  # fmt: skip
SECOND_STEP = [
    ("C16", "c", -0.1998), ("C17", "c", -0.2687), ("C18", "c", 0.5107), ("C19", "c", -0.0099), ("C19", "h", -0.0031),
]  # fmt: skip
GRU_H = [
    ("G01", -0.5715), ("G02", -0.3228), ("G03", -0.4812), ("G04", -0.3581), ("G05", -0.1857), ("G06", 0.1297),
    ("G07", -0.0161), ("G08", 0.0894), ("G09", 0.0272), ("G11", -0.2548), ("G12", 0.3680), ("G13a", -0.0714),
    ("G13b", 0.0583), ("G14", -0.1053),
]  # fmt: skip


def test_the_right_lstm_step_is_the_one_on_paper():
    trace = sim.forward(lstm_layer(), **L_START)
    right = {"a_i": -0.51, "a_f": -0.40, "a_g": 1.06, "a_o": 1.00, "i": 0.3752, "f": 0.4013, "g": 0.7857, "o": 0.7311}
    for name, value in (right | {"c": 0.8165, "h": 0.4921}).items():
        assert trace[name][0, 0] == pytest.approx(value, abs=0.51e-4), name
    assert [trace["c"][1, 0], trace["h"][1, 0]] == pytest.approx([0.2251, 0.0483], abs=0.51e-4)


@pytest.mark.parametrize(("slip_id", "asked", "value"), FIRST_STEP)
def test_lstm_slips_give_the_printed_numbers(slip_id, asked, value):
    trace = sim.evaluate_slip(slip("lstm", asked, slip_id), lstm_layer(), **L_START, step=1)
    assert trace[asked][0, 0] == pytest.approx(value, abs=0.51e-4)


@pytest.mark.parametrize(("slip_id", "asked", "value"), SECOND_STEP)
def test_slips_between_steps_give_the_printed_numbers(slip_id, asked, value):
    trace = sim.evaluate_slip(slip("lstm", asked, slip_id), lstm_layer(), **L_START, step=2)
    assert trace[asked][1, 0] == pytest.approx(value, abs=0.51e-4)


def test_tanh_on_the_stored_cell_spoils_the_next_step_too():
    trace = sim.evaluate_slip(slip("lstm", "c", "C09"), lstm_layer(), **L_START, step=1)
    assert trace["c"][1, 0] == pytest.approx(0.2737, abs=0.51e-4)


@pytest.mark.parametrize(("slip_id", "value"), GRU_H)
def test_gru_slips_give_the_printed_numbers(slip_id, value):
    trace = sim.evaluate_slip(slip("gru", "h", slip_id), gru_layer(), **G_START)
    assert trace["h"][0, 1] == pytest.approx(value, abs=0.51e-4)


@pytest.mark.parametrize(
    ("convention", "value"), [("pytorch", 0.0620), ("keras", 0.0620), ("chung2014", -0.6364), ("cho2014", -0.3228)]
)
def test_each_convention_gives_its_own_right_number(convention, value):
    trace = sim.forward(gru_layer(convention), **G_START)
    assert trace["h"][0, 1] == pytest.approx(value, abs=0.51e-4)


@pytest.mark.parametrize("name", ["G01", "G02", "G07"])
def test_another_convention_is_marked_as_such(name):
    assert slip("gru", "h", name).convention


def test_the_other_convention_of_cho_is_chung():
    other = sim.evaluate_slip(slip(sim.cell("gru", "cho2014"), "h", "G01"), gru_layer("cho2014"), **G_START)
    chung = sim.forward(gru_layer("chung2014"), **G_START)
    assert np.abs(other["h"] - chung["h"]).max() < 1e-15


def test_every_slip_of_every_cell_says_what_to_do():
    for conventions in sim.CELLS.values():
        for cell in conventions.values():
            for each in (each for asked in cell.equations for each in sim.slips_for(cell, asked)):
                assert each.title
                assert each.correction.endswith(".")
                assert each.source
                assert each.formula


def test_slips_round_as_the_exact_trace_does():
    for layer, start in ((lstm_layer(), {**L_START, "x": [[0.9]]}), (gru_layer(), G_START)):
        for each in (each for asked in layer.cell.equations for each in sim.slips_for(layer.cell, asked)):
            full = sim.evaluate_slip(each, layer, **start)[each.asked]
            exact = sim.evaluate_slip(each, layer, **start, decimals=4)[each.asked]
            assert np.abs(exact - full).max() < 0.0003, each.id
            assert (exact == np.round(exact, 4)).all()


def test_a_slip_in_one_step_leaves_the_steps_before_it_alone():
    wrong = sim.evaluate_slip(slip("lstm", "f", "F17"), lstm_layer(), **L_START, step=2)
    right = sim.forward(lstm_layer(), **L_START)
    assert wrong["h"][0] == right["h"][0]
    assert wrong["i"][1] == right["i"][1]
    assert wrong["f"][1] != right["f"][1]


def test_a_slip_that_needs_as_many_inputs_as_units_is_refused_elsewhere():
    layer = sim.layer("rnn", {"W": [[0.5, 0.1]], "U": [[0.8]], "b": [0.1]})
    with pytest.raises(sim.SimError, match="does not fit"):
        sim.evaluate_slip(slip("rnn", "h", "F10"), layer, [[1, 2]])


def test_a_learner_is_followed_with_his_own_numbers():
    h = sim.evaluate_with(lstm_layer(), **L_START, own={"c@1": [0.8030]}, asked="h@1")
    assert h[0] == pytest.approx(0.4867, abs=0.51e-4)  # 0.7311 · tanh(0.8030)
    c = sim.evaluate_with(lstm_layer(), **L_START, own={"f@1": [0.5]}, asked="c@1", slip="F03")
    assert c[0] == pytest.approx(0.8806, abs=1e-9)  # 0.3752 · 1.3 + 0.5 · 0.7857 = 0.48776 + 0.39285


def test_his_own_numbers_can_be_printed_in_place_of_the_right_ones():
    own = {"f@1": [0.5], "c@1": [0.8806], "h@1": [0.5]}
    wrong = slip("lstm", "c", "F03")
    trace = sim.trace_with(lstm_layer(), **L_START, own=own, slip=wrong, step=1)
    assert sim.substituted_text(trace, "c", 1) == ["0.8806 = 0.3752·1.3 + 0.5000·0.7857"]
    assert sim.substituted_text(trace, "a_i", 2)[0].endswith("(−0.6)·0.5000")
    assert trace["h"][0, 0] == 0.5


def test_with_no_numbers_of_his_own_a_learner_follows_the_exact_trace():
    exact = sim.exact(lstm_layer(), **L_START)
    for name in exact:
        for step in (1, 2):
            value = sim.evaluate_with(lstm_layer(), **L_START, own={}, asked=f"{name}@{step}")
            assert value[0] == exact[name][step - 1, 0]


def test_large_layers_are_followed_too():
    cell, H = sim.cell("gru"), 6
    chance = np.random.default_rng(4)
    weights = {name: chance.integers(-9, 10, cell.shape(name, 2, H)) / 10 for name in cell.parameters}
    layer, x = sim.layer(cell, weights), chance.integers(-9, 10, (2, 2)) / 10
    right = sim.exact(layer, x)
    assert (sim.evaluate_with(layer, x, own={}, asked="h@2") == right["h"][1]).all()
    assert (sim.evaluate_with(layer, x, own={"h@1": right["h"][0]}, asked="h@2") == right["h"][1]).all()
    assert (sim.trace_with(layer, x, own={"h@1": np.zeros(H)})["h"][1] != right["h"][1]).any()


def test_first_departure_is_the_first_number_that_does_not_follow():
    trace = sim.exact(lstm_layer(), **L_START)
    assert sim.first_departure(trace, {"f@1": [0.4013], "c@1": [0.8030], "h@1": [0.4867]}) == "c@1"
    assert sim.first_departure(trace, {"f@1": [0.5], "c@1": [0.9448]}) == "f@1"
    assert sim.first_departure(trace, {"f@1": [0.4013], "c@1": [0.8165], "c@2": [0.2251]}) is None
