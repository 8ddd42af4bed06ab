"""A learner followed with his own numbers, and the first of them that departs."""

import numpy as np
import pytest

import sim
from tests.sim.fixtures import B_BLOCKS, B_LOSS, B_START, L_START, lstm_layer, scalar_layer, slip


def test_a_learner_is_followed_with_his_own_numbers():
    h = sim.evaluate_with(lstm_layer(), **L_START, own={"c@1": [0.8030]}, asked="h@1")
    assert h[0] == pytest.approx(0.4867, abs=0.51e-4)  # 0.7311 · tanh(0.8030)
    c = sim.evaluate_with(lstm_layer(), **L_START, own={"f@1": [0.5]}, asked="c@1", slip="F03")
    assert c[0] == pytest.approx(0.8806, abs=1e-9)  # 0.3752 · 1.3 + 0.5 · 0.7857 = 0.48776 + 0.39285


def test_a_learner_is_followed_on_the_way_back_too():
    layer = scalar_layer("lstm", B_BLOCKS)
    own = {"dc@1": [2.1883]}  # the slope of tanh forgotten
    da_f = sim.evaluate_with(layer, **B_START, **B_LOSS, own=own, asked="da_f@1")
    assert da_f[0] == pytest.approx(2.1883 * 2.0 * 0.7841 * 0.2159, abs=2e-4)
    wrong = sim.evaluate_with(layer, **B_START, **B_LOSS, own=own, asked="da_f@1", slip="B12")
    assert wrong[0] == pytest.approx(2.1883 * 1.3230 * 0.7841 * 0.2159, abs=2e-4)
    dW = sim.evaluate_with(layer, **B_START, **B_LOSS, own={"da_f@1": [0.5]}, asked="dW_f")
    assert dW.tolist() == [[-0.35]]  # 0.5 · −0.7


def test_a_contribution_that_a_learner_wrote_down_stands_in_the_gradient_of_the_weight():
    layer = sim.layer("rnn", {"W": [[0.5]], "U": [[0.8]], "b": [0.1]})
    given = {"x": [[1.0], [-0.5]], "h0": [-0.5], "dh": [[-1.0], [0.5]]}
    step_2 = 0.5 * 0.1974  # δa_2 · h_1; h_2 is 0, so δa_2 is δh_2
    own = {"dU@1": [[0.3]], "da@1": [0.7]}
    assert sim.evaluate_with(layer, **given, own=own, asked="dU") == pytest.approx(0.3 + step_2, abs=0.5e-4)
    no_own = sim.evaluate_with(layer, **given, own={"da@1": [0.7]}, asked="dU")
    assert no_own == pytest.approx(0.7 * -0.5 + step_2, abs=0.5e-4)


def test_a_number_of_what_is_asked_or_comes_after_it_is_not_used():
    start, losses = L_START, {"dh": [[0.5], [1.0]]}
    later = {"c@1": [9.0], "tanh_c@1": [9.0], "h@1": [9.0], "f@2": [9.0], "dc@1": [9.0]}
    right = sim.exact(lstm_layer(), **start)
    assert sim.evaluate_with(lstm_layer(), **start, own=later, asked="c@1") == right["c"][0]
    swapped = sim.evaluate_slip(slip("lstm", "c", "F03"), lstm_layer(), **start, step=1, decimals=4)
    assert sim.evaluate_with(lstm_layer(), **start, own=later, asked="c@1", slip="F03") == swapped["c"][0]
    back = sim.backward(right, **losses)
    own = {"dc@2": [9.0], "da_f@1": [9.0], "dh@1": [9.0]}  # computed from the last step to the first
    assert sim.evaluate_with(lstm_layer(), **start, **losses, own=own, asked="dc@2") == back["dc"][1]


def test_with_no_numbers_of_his_own_a_learner_follows_the_exact_trace():
    exact = sim.exact(lstm_layer(), **L_START)
    gradients = sim.backward(exact, [[0.5], [1.0]], dc_last=[0.3])
    for name in exact:
        for step in (1, 2):
            value = sim.evaluate_with(lstm_layer(), **L_START, own={}, asked=f"{name}@{step}")
            assert value[0] == exact[name][step - 1, 0]
    for name in ("dh", "dtanh_c", "dc", "da_f", "dh_prev"):
        for step in (1, 2):
            loss = {"dh": [[0.5], [1.0]], "dc_last": [0.3]}
            value = sim.evaluate_with(lstm_layer(), **L_START, **loss, own={}, asked=f"{name}@{step}")
            assert value[0] == gradients[name][step - 1, 0], name


def test_his_own_numbers_can_be_printed_in_place_of_the_right_ones():
    own = {"f@1": [0.5], "c@1": [0.8806], "h@1": [0.5]}
    wrong = slip("lstm", "c", "F03")
    trace = sim.trace_with(lstm_layer(), **L_START, own=own, slip=wrong, step=1)
    assert sim.substituted_text(trace, "c", 1) == ["0.8806 = 0.3752·1.3 + 0.5000·0.7857"]
    assert sim.substituted_text(trace, "a_i", 2)[0].endswith("(−0.6)·0.5000")
    assert trace["h"][0, 0] == 0.5


def test_large_layers_are_followed_too():
    cell, H = sim.cell("gru"), 6
    chance = np.random.default_rng(4)
    weights = {name: chance.integers(-9, 10, cell.shape(name, 2, H)) / 10 for name in cell.parameters}
    layer, x = sim.layer(cell, weights), chance.integers(-9, 10, (2, 2)) / 10
    right = sim.exact(layer, x)
    assert (sim.evaluate_with(layer, x, own={}, asked="h@2") == right["h"][1]).all()
    assert (sim.evaluate_with(layer, x, own={"h@1": right["h"][0]}, asked="h@2") == right["h"][1]).all()
    assert (sim.trace_with(layer, x, own={"h@1": np.zeros(H)})["h"][1] != right["h"][1]).any()
    dh = chance.integers(-9, 10, (2, H)) / 10
    followed = sim.evaluate_with(layer, x, dh=dh, own={}, asked="da_r@1")
    assert (followed == sim.backward(right, dh)["da_r"][0]).all()


def test_first_departure_is_the_first_number_that_does_not_follow():
    trace = sim.exact(lstm_layer(), **L_START)
    assert sim.first_departure(trace, {"f@1": [0.4013], "c@1": [0.8030], "h@1": [0.4867]}) == "c@1"
    assert sim.first_departure(trace, {"f@1": [0.5], "c@1": [0.9448]}) == "f@1"
    assert sim.first_departure(trace, {"f@1": [0.4013], "c@1": [0.8165], "c@2": [0.2251]}) is None
    assert sim.first_departure(sim.forward(lstm_layer(), **L_START), {"c@2": [0.2251], "h@2": [0.0583]}) == "h@2"


def test_first_departure_is_found_on_the_way_back():
    trace = sim.exact(scalar_layer("lstm", B_BLOCKS), **B_START)
    own = {"dc@1": [0.9930], "da_f@1": [0.2223], "da_i@1": [-0.1781]}
    assert sim.first_departure(trace, own, **B_LOSS) == "da_f@1"
    own = {"dc@1": [2.1883], "da_f@1": [0.7409]}
    assert sim.first_departure(trace, own, **B_LOSS) == "dc@1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"own": {}, "asked": "h@3"}, "no step 3"),
        ({"own": {}, "asked": "q@1"}, "no “q@1”"),
        ({"own": {"h": [1]}, "asked": "h@1"}, "no “h”"),
        ({"own": {"h@9": [1]}, "asked": "h@1"}, "no step 9"),
        ({"own": {"c@1": [1, 2]}, "asked": "h@1"}, "c@1 has shape"),
        ({"own": {"c@1": ["a"]}, "asked": "h@1"}, "c@1 holds something that is not a number"),
        ({"own": {}, "asked": "h@1", "slip": "F99"}, "no slip F99"),
        ({"own": {}, "asked": "h@1", "decimals": 7}, "1 to 4 decimals"),
        ({"own": {}, "asked": "dc@1", "dh": [[1.0]]}, "dh has shape"),
    ],
)
def test_what_cannot_be_followed_is_refused(arguments, message):
    with pytest.raises(sim.SimError, match=message):
        sim.evaluate_with(lstm_layer(), **L_START, **arguments)


def test_a_layer_that_reads_from_the_end_is_not_followed():
    layer = sim.layer("lstm", lstm_layer().weights, reverse=True)
    with pytest.raises(sim.SimError, match="reads from the end"):
        sim.evaluate_with(layer, **L_START, own={}, asked="h@1")
