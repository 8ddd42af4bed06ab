"""Layers on top of one another, and both directions."""

import numpy as np
import pytest

import sim
from tests.sim.fixtures import random_layer, random_start


def pair(cell, chance, D, H):
    forth = random_layer(cell, chance, D, H)
    back = random_layer(cell, chance, D, H)
    return forth, sim.layer(cell, back.weights, reverse=True)


@pytest.fixture
def network():
    cell, chance = sim.cell("lstm"), np.random.default_rng(7)
    return sim.network([pair(cell, chance, 2, 3), pair(cell, chance, 6, 3)])


def test_a_reverse_layer_is_the_layer_on_the_reversed_sequence():
    for H in (3, 6):
        cell, chance = sim.cell("gru"), np.random.default_rng(1)
        layer, start = random_layer(cell, chance, 2, H), random_start(cell, chance, 2, H, 4)
        reverse = sim.layer(cell, layer.weights, reverse=True)
        trace = sim.forward(reverse, **start)
        turned = sim.forward(layer, **start | {"x": start["x"][::-1]})
        assert (trace["h"] == turned["h"][::-1]).all()
        assert (trace.x == start["x"]).all()
        assert (trace.at("h_prev", 4) == start["h0"]).all()
        assert (trace.at("h_prev", 2) == trace["h"][2]).all()


@pytest.mark.parametrize("H", [1, 6])
def test_gradients_of_a_reverse_layer_equal_central_differences(H):
    cell, chance = sim.cell("lstm_peephole"), np.random.default_rng(5)
    reverse = sim.layer(cell, random_layer(cell, chance, 2, H).weights, reverse=True)
    start, dh, last = random_start(cell, chance, 2, H, 3), chance.normal(size=(3, H)), chance.normal(size=H)
    assert max(sim.check_gradients(reverse, **start, dh=dh, dc_last=last).values()) < 1e-8


def test_the_influence_on_the_last_state_of_a_reverse_layer_is_the_one_of_the_reversed_sequence():
    cell, chance = sim.cell("lstm"), np.random.default_rng(6)
    layer, start = random_layer(cell, chance, 2, 3), random_start(cell, chance, 2, 3, 5)
    there = sim.influence(sim.forward(layer, **start | {"x": start["x"][::-1]}))
    back = sim.influence(sim.forward(sim.layer(cell, layer.weights, reverse=True), **start))
    assert back.direct == pytest.approx(there.direct[::-1], abs=1e-12)
    for pair_of_states, norms in there.total.items():
        assert back.total[pair_of_states] == pytest.approx(norms[::-1], abs=1e-12)


def test_a_network_gives_the_forward_half_first(network):
    x = np.random.default_rng(2).normal(size=(5, 2))
    trace = sim.forward(network, x)
    assert trace["h"].shape == (5, 6)
    assert [layer["h"].shape for layer in trace.layers] == [(5, 3)] * 4
    assert (trace["h"] == np.concatenate([trace.layers[2]["h"], trace.layers[3]["h"]], axis=1)).all()


def test_a_level_reads_what_the_level_below_gives(network):
    x = np.random.default_rng(2).normal(size=(5, 2))
    first = np.random.default_rng(3).normal(size=(2, 4, 3))
    trace = sim.forward(network, x, h0=first[0], c0=first[1])
    below = np.concatenate([trace.layers[0]["h"], trace.layers[1]["h"]], axis=1)
    alone = sim.forward(network.layers[3], below, first[0][3], first[1][3])
    assert (trace.layers[3]["h"] == alone["h"]).all()


def test_gradients_of_a_network_equal_central_differences(network):
    chance = np.random.default_rng(4)
    x, dh = chance.normal(size=(4, 2)), chance.normal(size=(4, 6))
    last = chance.normal(size=(4, 3))
    gradients = sim.backward(sim.forward(network, x), dh, dc_last=last)

    def loss(x):
        trace = sim.forward(network, x)
        ends = [layer["c"][0 if layer.is_reverse else -1] for layer in trace.layers]
        return (trace["h"] * dh).sum() + (np.array(ends) * last).sum()

    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += 1e-5
        down[place] -= 1e-5
        assert abs((loss(up) - loss(down)) / 2e-5 - gradients["x"][place]) < 1e-8
    assert gradients["h0"].shape == gradients["c0"].shape == (4, 3)
    assert (gradients["h0"][2] == gradients.layers[2]["h0"]).all()
    assert gradients["dc"].shape == (4, 6)


def test_exact_decimals_run_through_a_network():
    cell = sim.cell("rnn")
    layer = sim.layer(cell, {"W": [[0.5]], "U": [[0.4]], "b": [0.1]})
    trace = sim.exact(sim.network([layer, layer]), [[0.3], [0.7]], decimals=2)
    # a = 0.25, h = 0.2449 → 0.24; a = 0.22 → h = 0.2165 → 0.22 above it
    assert [trace.layers[0]["h"][0, 0], trace.layers[1]["h"][0, 0]] == [0.24, 0.22]
    assert trace.decimals == 2


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ([], "without layers"),
        ([[]], "without layers"),
        ([1, 3], "Level 2 takes 3 inputs, and the level below it gives 2"),
        ([(1, 3)], "same sizes"),
    ],
)
def test_layers_that_do_not_fit_are_refused(levels, message):
    cell, chance = sim.cell("rnn"), np.random.default_rng(0)
    made = [
        random_layer(cell, chance, each, 2)
        if isinstance(each, int)
        else [random_layer(cell, chance, D, 2) for D in each]
        for each in levels
    ]
    with pytest.raises(sim.SimError, match=message):
        sim.network(made)


def test_states_need_a_row_for_each_layer(network):
    with pytest.raises(sim.SimError, match="h0 has 2 rows, needs one for each of the 4 layers"):
        sim.forward(network, [[1.0, 2.0]], h0=np.zeros((2, 3)))
    with pytest.raises(sim.SimError, match=r"dh has shape \(1, 3\), needs \(1, 6\)"):
        sim.backward(sim.forward(network, [[1.0, 2.0]]), np.zeros((1, 3)))


def test_the_check_of_gradients_takes_a_network(network):
    chance = np.random.default_rng(8)
    x, dh = chance.normal(size=(3, 2)), chance.normal(size=(3, 6))
    h0, last = chance.normal(size=(4, 3)), chance.normal(size=(4, 3))
    found = sim.check_gradients(network, x, h0=h0, dh=dh, dh_last=last, dc_last=-last)
    assert {"layers[0].W_f", "layers[3].U_o", "x", "h0", "c0"} <= found.keys()
    assert max(found.values()) < 1e-8


def test_a_network_s_trace_is_read_step_by_step_as_a_layer_s_is(network):
    chance = np.random.default_rng(3)
    x, h0, c0 = chance.normal(size=(5, 2)), chance.normal(size=(4, 3)), chance.normal(size=(4, 3))
    trace = sim.forward(network, x, h0, c0)
    assert (trace.at("f", 2) == trace["f"][1]).all()
    assert (trace.at("x", 2) == x[1]).all()
    before = np.concatenate([trace.layers[2]["h"][0], trace.layers[3]["h"][2]])  # the second half reads from the end
    assert (trace.at("h_prev", 2) == before).all()
    assert (trace.h0 == h0).all()
    assert (trace.c0 == c0).all()
    assert trace.cell is sim.cell("lstm")
    assert trace.states == ("h", "c")
    again = sim.forward(network, trace.x, trace.h0, trace.c0)
    assert (again["h"] == trace["h"]).all()


def test_a_network_s_gradients_are_read_step_by_step_as_a_layer_s_are(network):
    chance = np.random.default_rng(4)
    x, dh = chance.normal(size=(5, 2)), chance.normal(size=(5, 6))
    gradients = sim.backward(sim.forward(network, x), dh)
    assert (gradients.at("da_f", 3) == gradients["da_f"][2]).all()
    assert (gradients.at("dh_loss", 3) == dh[2]).all()
    assert (gradients.at("dx", 3) == gradients["x"][2]).all()
    assert (gradients.at("f", 3) == gradients.trace["f"][2]).all()
    assert gradients["h0"].shape == (4, 3)
    assert gradients.T == 5


def test_a_network_s_trace_and_gradients_say_what_they_are(network):
    trace = sim.forward(network, np.ones((2, 2)))
    said = "LSTM, D=2, H=3; LSTM, D=2, H=3, reverse; LSTM, D=6, H=3; LSTM, D=6, H=3, reverse; T=2"
    assert repr(trace) == f"<NetworkTrace of {said}>"
    assert repr(sim.backward(trace, np.ones((2, 6)))) == f"<NetworkGradients of <NetworkTrace of {said}>>"
    small = sim.layer("rnn", {"W": [[0.5]], "U": [[0.8]], "b": [0.1]})
    kept = sim.exact(sim.network([small]), [[1.0]], decimals=3)
    assert repr(kept) == "<NetworkTrace of Plain RNN, D=1, H=1; T=1, 3 decimals>"


@pytest.mark.parametrize("name", ["W_f", "q", "h0", None])
def test_what_only_a_layer_has_is_not_there_of_the_whole_network(network, name):
    trace = sim.forward(network, np.ones((2, 2)))
    gradients = sim.backward(trace, np.ones((2, 6)))
    for refused in (lambda: trace.at(name, 1), lambda: gradients.at(name, 1), lambda: gradients.at(f"d{name}", 1)):
        with pytest.raises(sim.SimError, match="There is no"):
            refused()
    for step in (0, 3, 1.5):
        for found, each in ((trace, "x"), (trace, "f"), (gradients, "dx"), (gradients, "dc")):
            with pytest.raises(sim.SimError, match="There is no step"):
                found.at(each, step)


def test_layers_of_different_sizes_have_rows_of_their_own_lengths():
    chance, lstm, gru = np.random.default_rng(5), sim.cell("lstm"), sim.cell("gru")
    network = sim.network([random_layer(lstm, chance, 2, 3), random_layer(gru, chance, 3, 1)])
    trace = sim.forward(network, np.ones((2, 2)), [[1, 2, 3], [4]])
    assert [row.tolist() for row in trace.h0] == [[1, 2, 3], [4]]
    assert trace.c0[0].tolist() == [0, 0, 0]
    assert trace.c0[1] is None
    assert (sim.forward(network, trace.x, trace.h0, trace.c0)["h"] == trace["h"]).all()
    gradients = sim.backward(trace, np.ones((2, 1)))
    assert gradients.layers[0]["c0"].shape == (3,)
    assert all(array.shape[1] in (1, 2) for array in dict(gradients).values())
    with pytest.raises(sim.SimError, match=r"no gradient “h0” of the whole network\. Ask layers"):
        gradients["h0"]
    assert sim.forward(sim.network([random_layer(gru, chance, 2, 3)]), np.ones((2, 2))).c0 is None
