"""Every slip gives the number the catalogue prints for it."""

import numpy as np
import pytest

import sim
from tests.sim.fixtures import (
    B_BLOCKS,
    B_LOSS,
    B_START,
    CELLS,
    G_START,
    L_START,
    cell_id,
    each_kind,
    gru_layer,
    lstm_layer,
    random_layer,
    random_start,
    scalar_layer,
    slip,
)
from tests.sim.test_counting import PRINTED

FIRST_STEP = [
    ("F01", "f", 0), ("F01", "i", 0), ("F01", "o", 1), ("F01", "c", 0),
    ("F02", "c", 1.0731), ("F03", "c", 0.8030), ("F04", "f", 0.5498), ("F04", "i", 0.5498), ("F04", "o", 0.5498),
    ("F05", "f", 0.1598), ("F06", "f", 0.0180), ("F07", "f", 0.5000), ("F08", "f", 0.3100), ("F10", "f", 0.2611),
    ("F11", "f", 0.1205), ("F12", "f", 0.3775), ("F13", "f", 0.4200), ("F14", "f", 0.4333), ("F15", "f", 0.5987),
    ("F02", "f", 0.5987), ("F16", "f", 0.2403), ("F17", "f", -0.3799), ("F18", "f", 0.6457), ("F19", "f", 1.4013),
    ("F20", "f", 0.7311), ("F20", "c", 0.8078), ("F21", "g", 0.7427), ("F22", "g", 0.8928), ("F23", "g", 1.06),
    ("F24", "g", 1.06), ("F25", "f", 0.4975),
    ("C01", "c", 1.3074), ("C02", "c", 0.6400), ("C03", "c", 1.6826), ("C04", "c", 0.1538), ("C05", "c", 0.0139),
    ("C06", "c", 1.5948), ("C07", "c", 0.9921), ("C08", "c", 1.0961), ("C09a", "c", 0.6732), ("C09b", "c", 0.6732),
    ("C10", "c", 0.8165), ("C11", "h", 0.5969), ("C12", "h", 0.5348), ("C13", "h", 0.6300), ("C14", "h", 0.4795),
    ("C15", "h", 0.6732), ("C20", "c", 0.84), ("C20", "h", 0.49),
]  # fmt: skip
SECOND_STEP = [
    ("C16", "c", -0.1998), ("C17", "c", -0.2687), ("C18", "c", 0.5107), ("C19", "c", -0.0099), ("C19", "h", -0.0031),
]  # fmt: skip
GRU_H = [
    ("G01", -0.5715), ("G02", -0.3228), ("G03", -0.4812), ("G04", -0.3581), ("G05", -0.1857), ("G06", 0.1297),
    ("G07", -0.0161), ("G08", 0.0894), ("G09", 0.0272), ("G11", -0.2548), ("G12", 0.3680), ("G13a", -0.0714),
    ("G13b", 0.0583), ("G14", -0.1053),
]  # fmt: skip
BACKWARD = [
    ("B08", "dc", 0.3929), ("B09", "dc", 2.1883), ("B10", "dc", -0.5917), ("B11", "da_i", 0.0525),
    ("B12", "da_f", 0.2223), ("B13", "da_f", 0.4273), ("B14", "da_g", -0.4657), ("B15", "da_o", 0.1408),
    ("B16", "dh_prev", -1.0504), ("B17", "dh_prev", -0.0672),
]  # fmt: skip

# The rows of the catalogue with a formula that gives a number. Left out are claims without one: F09, F26, G10, G15,
# P12, P14, P15, B22 and all of H; and the rows whose values stand in test_counting: P13, P16, B20, B21.
COMPUTED = (
    {f"F{k:02}" for k in range(1, 26)} - {"F09"}
    | {f"C{k:02}" for k in range(1, 21)}
    | {f"G{k:02}" for k in range(1, 15)} - {"G10"}
    | {f"P{k:02}" for k in range(1, 12)}
    | {f"B{k:02}" for k in range(1, 20)}
)


def row_of(slip_id):
    return slip_id.rstrip("abc")


def test_every_computable_row_of_the_catalogue_is_tried_here():
    tried = {slip_id for slip_id, *_ in (*FIRST_STEP, *SECOND_STEP, *GRU_H, *BACKWARD, *PRINTED)} | {"B18"}
    assert {row_of(slip_id) for slip_id in tried} == COMPUTED


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


@pytest.mark.parametrize(("slip_id", "value"), [("C09a", 0.1784), ("C09b", 0.2737)])
def test_tanh_on_the_stored_cell_spoils_the_next_step_too(slip_id, value):
    trace = sim.evaluate_slip(slip("lstm", "c", slip_id), lstm_layer(), **L_START, step=1)
    assert trace["c"][1, 0] == pytest.approx(value, abs=0.51e-4)
    right = sim.forward(lstm_layer(), **L_START)
    assert (trace["h"][0, 0] == pytest.approx(right["h"][0, 0], abs=1e-12)) == (slip_id == "C09a")


def test_a_forget_bias_that_is_meant_gives_another_right_number():
    layer = lstm_layer("lstm_forget_bias")
    assert sim.forward(layer, **L_START)["f"][0, 0] == pytest.approx(0.6457, abs=0.51e-4)
    for slip_id, value in (("F18", 0.4013), ("F19", 1.4013)):
        trace = sim.evaluate_slip(slip(layer.cell, "f", slip_id), layer, **L_START)
        assert trace["f"][0, 0] == pytest.approx(value, abs=0.51e-4)


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


@pytest.mark.parametrize(("slip_id", "asked", "value"), BACKWARD)
def test_gradient_slips_give_the_printed_numbers(slip_id, asked, value):
    layer = scalar_layer("lstm", B_BLOCKS)
    gradients = sim.evaluate_slip(slip("lstm", asked, slip_id), layer, **B_START, **B_LOSS, step=1)
    assert gradients[asked][0, 0] == pytest.approx(value, abs=0.51e-4)


def test_the_direct_path_taken_for_the_whole_derivative_gives_f():
    """B18: L's weights with h_prev = 0.6 · tanh(1.3); a first step is set up whose c is 1.3 and whose o is 0.6."""
    layer = lstm_layer()
    x = 0.9
    h0 = (1.2 * x - 0.5 - np.log(1.5)) / 0.6  # so that σ(1.2 x − 0.6 h0 − 0.5) is 0.6
    gates = sim.forward(layer, [[x]], [h0], [0.0])
    c0 = (1.3 - gates["i"][0, 0] * gates["g"][0, 0]) / gates["f"][0, 0]
    start = {"x": [[x], [0.9]], "h0": [h0], "c0": [c0]}
    trace = sim.forward(layer, **start)
    assert [trace["c"][0, 0], trace["o"][0, 0]] == pytest.approx([1.3, 0.6])
    assert sim.backward(trace, None, dc_last=[1.0])["dc"][0, 0] == pytest.approx(0.0342, abs=0.51e-4)
    wrong = sim.evaluate_slip(slip("lstm", "dc", "B18"), layer, **start, dc_last=[1.0])
    assert wrong["dc"][0, 0] == pytest.approx(0.0697, abs=0.51e-4)
    assert wrong["dc"][0, 0] == trace["f"][1, 0]


def test_a_gradient_slip_in_one_step_leaves_the_others_right():
    layer, start = lstm_layer(), {**L_START, "x": [[0.9], [-0.4], [0.3]]}
    loss = {"dh": [[0.5], [1.0], [-0.5]]}
    wrong = sim.evaluate_slip(slip("lstm", "dc", "B09"), layer, **start, **loss, step=2)
    right = sim.backward(sim.forward(layer, **start), **loss)
    assert wrong["dc"][2] == right["dc"][2]
    assert wrong["dc"][1] != right["dc"][1]
    assert wrong["dc"][0] != right["dc"][0]  # it follows rightly from a wrong number
    everywhere = sim.evaluate_slip(slip("lstm", "dc", "B09"), layer, **start, **loss)
    assert everywhere["dc"][2] != right["dc"][2]


def test_a_gradient_slip_needs_a_loss():
    with pytest.raises(sim.SimError, match="B09 is a slip of dc, which needs a loss"):
        sim.evaluate_slip(slip("lstm", "dc", "B09"), lstm_layer(), **L_START)


@pytest.mark.parametrize("name", ["G01", "G02", "G07"])
def test_another_convention_is_marked_as_such(name):
    assert slip("gru", "h", name).convention


def test_the_other_convention_of_cho_is_chung():
    other = sim.evaluate_slip(slip(sim.cell("gru", "cho2014"), "h", "G01"), gru_layer("cho2014"), **G_START)
    chung = sim.forward(gru_layer("chung2014"), **G_START)
    assert np.abs(other["h"] - chung["h"]).max() < 1e-15


def slips_of(cell):
    return [each for asked in (*cell.equations, *cell.gradients) for each in sim.slips_for(cell, asked)]


@pytest.mark.parametrize("cell", CELLS, ids=cell_id)
def test_every_slip_says_what_to_do_and_is_bound_to_one_quantity(cell):
    found = slips_of(cell)
    assert len({(each.id, each.asked) for each in found}) == len(found) > 15
    for each in found:
        assert each.title
        assert each.correction.endswith(".")
        assert each.source
        assert each.formula
        assert each.id[0] in "FCGB"


@pytest.mark.parametrize("cell", CELLS, ids=cell_id)
def test_a_slip_replaces_its_own_quantity_or_what_comes_before_it(cell):
    order = [*cell.equations, *cell.gradients]
    for each in slips_of(cell):
        after = [name for name in each.changes if order.index(name) > order.index(each.asked)]
        if row_of(each.id) not in ("C09", "B18"):  # what is stored, and what is passed back, show a step later
            assert not after or row_of(each.id) in ("C16", "C17", "C18", "C19", "F20"), (each.id, each.asked)
    gates = [each for each in sim.slips_for(cell, next(iter(cell.equations))) if each.id == "F05"]
    assert all(list(each.changes) == [each.asked] for each in gates)


@each_kind
def test_a_slip_can_change_the_number_it_is_looked_for_in(cell):
    """With numbers drawn at random, no slip gives what is right: each is a real mistake in this cell."""
    chance = np.random.default_rng(11)
    layer, start = random_layer(cell, chance, 2, 2), random_start(cell, chance, 2, 2, 2)
    if cell.name == "rnn_relu":
        layer = sim.layer(cell, {name: np.abs(weights) for name, weights in layer.weights.items()})
        start = {name: np.abs(values) for name, values in start.items()}
    loss = {"dh": chance.normal(size=(2, 2))} | {f"d{state}_last": chance.normal(size=2) for state in cell.states}
    trace = sim.forward(layer, **start)
    gradients = sim.backward(trace, **loss)
    for each in slips_of(cell):
        if each.id in ("C10", "F24") or (each.id == "F13" and cell.name == "rnn"):
            continue  # they are right where nothing has to be clipped, or the sum is positive
        step = 1 if each.of_gradient else 2
        wrong = sim.evaluate_slip(each, layer, **start, **(loss if each.of_gradient else {}), step=step)
        right = gradients if each.of_gradient else trace
        if each.id == "B18":
            wrong, step = sim.evaluate_slip(each, layer, **start, **loss), 1
        assert np.abs(wrong.at(each.asked, step) - right.at(each.asked, step)).max() > 1e-6, (each.id, each.asked)


@each_kind
def test_slips_round_as_the_exact_trace_does(cell):
    chance = np.random.default_rng(13)
    weights = {name: chance.integers(-15, 16, cell.shape(name, 1, 1)) / 10 for name in cell.parameters}
    layer, x = sim.layer(cell, weights), chance.integers(-15, 16, (1, 1)) / 10
    firsts = {f"{state}0": chance.integers(-9, 10, 1) / 10 for state in cell.states}
    loss = {"dh": chance.integers(-9, 10, (1, 1)) / 10}
    for each in slips_of(cell):
        losses = loss if each.of_gradient else {}
        full = sim.evaluate_slip(each, layer, x, **firsts, **losses)[each.asked]
        exact = sim.evaluate_slip(each, layer, x, **firsts, **losses, decimals=4)[each.asked]
        assert (exact == np.round(exact, 4)).all()
        if each.id not in ("F01", "C20"):  # a rounding error may turn a switch, or a tenth
            assert np.abs(exact - full).max() < 0.002, (each.id, each.asked)


def test_a_slip_in_one_step_leaves_the_steps_before_it_alone():
    wrong = sim.evaluate_slip(slip("lstm", "f", "F17"), lstm_layer(), **L_START, step=2)
    right = sim.forward(lstm_layer(), **L_START)
    assert wrong["h"][0] == right["h"][0]
    assert wrong["i"][1] == right["i"][1]
    assert wrong["f"][1] != right["f"][1]


def test_a_slip_works_in_large_layers_too():
    cell, chance = sim.cell("lstm"), np.random.default_rng(2)
    layer, start = random_layer(cell, chance, 2, 6), random_start(cell, chance, 2, 6, 3)
    wrong = sim.evaluate_slip(slip("lstm", "c", "F03"), layer, **start, step=2)
    trace = sim.forward(layer, **start)
    i, f, g = (trace[name][1] for name in "ifg")
    assert np.abs(wrong["c"][1] - (i * trace["c"][0] + f * g)).max() < 1e-12
    back = sim.evaluate_slip(slip("lstm", "dc", "B08"), layer, **start, dh=chance.normal(size=(3, 6)), step=2)
    assert back["dc"].shape == (3, 6)


def test_a_slip_that_needs_as_many_inputs_as_units_is_refused_elsewhere():
    layer = sim.layer("rnn", {"W": [[0.5, 0.1]], "U": [[0.8]], "b": [0.1]})
    with pytest.raises(sim.SimError, match=r"F10 .* has no value with D = 2 inputs and H = 1 units"):
        sim.evaluate_slip(slip("rnn", "h", "F10"), layer, [[1, 2]])


def test_what_reaches_the_first_states_has_the_slips_of_what_is_passed_back():
    assert sim.slips_for("lstm", "h0") == sim.slips_for("lstm", "dh_prev") != ()


def test_a_quantity_that_is_not_there_has_no_slips():
    for asked in ("q", "dq", "d", "dW"):
        with pytest.raises(sim.SimError, match=f"no “{asked}”"):
            sim.slips_for("lstm", asked)
