"""Weights of other libraries: read by the name of each block, and back."""

import numpy as np
import pytest

import sim
from tests.sim.fixtures import random_layer, random_start

AMONG_TORCH = [("rnn", "pytorch"), ("rnn_relu", "pytorch"), ("lstm", "pytorch"), ("gru", "pytorch")]
AMONG_KERAS = [*AMONG_TORCH, ("lstm", "keras"), ("gru", "keras"), ("gru", "cho2014")]
AMONG_ONNX = [*AMONG_KERAS, ("gru", "onnx"), ("lstm_peephole", "onnx"), ("lstm_coupled", "onnx")]


def kind(name):
    return name.partition("_")[0]


def same_weights(one, other):
    return all((one.weights[name] == other.weights[name]).all() for name in one.weights)


def same_numbers(one, other, chance):
    start = random_start(one.cell, chance, one.D, one.H, 3)
    return (sim.forward(one, **start)["h"] == sim.forward(other, **start)["h"]).all()


@pytest.mark.parametrize(("name", "convention"), AMONG_TORCH)
def test_to_pytorch_and_back_is_the_identity(name, convention):
    layer = random_layer(sim.cell(name, convention), np.random.default_rng(1), 2, 3)
    nonlinearity = "relu" if name == "rnn_relu" else "tanh"
    assert same_weights(layer, sim.from_torch(kind(name), sim.to_torch(layer), nonlinearity=nonlinearity))


@pytest.mark.parametrize(("name", "convention"), AMONG_KERAS)
def test_to_keras_and_back_is_the_identity(name, convention):
    layer = random_layer(sim.cell(name, convention), np.random.default_rng(2), 2, 3)
    back = sim.from_keras(kind(name), sim.to_keras(layer), reset_after=convention != "cho2014")
    assert same_weights(layer, back)
    if name != "rnn_relu":  # the activation is no weight
        assert np.abs(sim.forward(layer, [[1, 2]])["h"] - sim.forward(back, [[1, 2]])["h"]).max() < 1e-15


@pytest.mark.parametrize(("name", "convention"), AMONG_ONNX)
def test_to_onnx_and_back_is_the_identity(name, convention):
    layer = random_layer(sim.cell(name, convention), np.random.default_rng(3), 2, 3)
    op, W, R, B, P, attributes = sim.to_onnx(layer)
    back = sim.from_onnx(op, W, R, B, P, **attributes)
    assert same_weights(layer, back)
    assert np.abs(sim.forward(layer, [[1, 2]])["h"] - sim.forward(back, [[1, 2]])["h"]).max() < 1e-15


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_a_network_goes_to_pytorch_and_back(name):
    cell, chance = sim.cell(name), np.random.default_rng(4)

    def both(D):
        return [
            random_layer(cell, chance, D, 3),
            sim.layer(cell, random_layer(cell, chance, D, 3).weights, reverse=True),
        ]

    network = sim.network([both(2), both(6)])
    state = sim.to_torch(network)
    assert {"weight_ih_l0", "weight_hh_l1_reverse", "bias_ih_l1"} <= set(state)
    back = sim.from_torch(name, state)
    assert all(same_weights(one, other) for one, other in zip(network, back, strict=True))
    assert (sim.forward(network, [[1, 2], [3, 4]])["h"] == sim.forward(back, [[1, 2], [3, 4]])["h"]).all()


@pytest.mark.parametrize("library", ["keras", "onnx"])
def test_both_directions_go_there_and_back(library):
    cell, chance = sim.cell("lstm"), np.random.default_rng(5)
    forth, back = random_layer(cell, chance, 2, 3), random_layer(cell, chance, 2, 3)
    network = sim.network([[forth, sim.layer(cell, back.weights, reverse=True)]])
    if library == "keras":
        there = sim.from_keras("lstm", sim.to_keras(network), bidirectional=True)
    else:
        op, W, R, B, P, attributes = sim.to_onnx(network)
        assert attributes["direction"] == "bidirectional"
        there = sim.from_onnx(op, W, R, B, P, **attributes)
    assert all(same_weights(one, other) for one, other in zip(network, there, strict=True))
    assert there.layers[1].reverse


def test_blocks_are_read_by_name():
    rows = {"i": 1.0, "f": 2.0, "g": 3.0, "o": 4.0}
    for library, order in {"torch": "ifgo", "keras": "ifgo", "onnx": "iofg"}.items():
        column = np.array([[rows[letter]] for letter in order])
        if library == "torch":
            layer = sim.from_torch("lstm", {"weight_ih_l0": column, "weight_hh_l0": column})
        elif library == "keras":
            layer = sim.from_keras("lstm", [column.T, column.T], use_bias=False)
        else:
            layer = sim.from_onnx("LSTM", column[None], column[None])
        assert {letter: layer.weights[f"W_{letter}"][0, 0] for letter in rows} == rows


def test_keras_counts_a_gru_z_r_h_and_its_matrices_in_out():
    kernel = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    layer = sim.from_keras("gru", [kernel, kernel[:1], [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]])
    assert layer.weights["W_z"].tolist() == [[1, 4]]
    assert layer.weights["W_r"].tolist() == [[2, 5]]
    assert layer.weights["W_n"].tolist() == [[3, 6]]
    assert layer.weights["b_z"].tolist() == [0.5]
    assert [layer.weights["b_in"][0], layer.weights["b_hn"][0]] == [0.3, 0.6]


def test_two_biases_are_added_but_not_inside_the_reset():
    state = {
        "weight_ih_l0": np.ones((3, 1)), "weight_hh_l0": np.ones((3, 1)),
        "bias_ih_l0": [1.0, 2.0, 3.0], "bias_hh_l0": [10.0, 20.0, 30.0],
    }  # fmt: skip
    weights = sim.from_torch("gru", state).weights
    assert [weights[name][0] for name in ("b_r", "b_z", "b_in", "b_hn")] == [11, 22, 3, 30]


def test_the_hard_sigmoid_of_keras_is_a_line_between_0_and_1():
    weights = [np.zeros((1, 4)), np.zeros((1, 4)), [3.0, -3.0, 1.0, 1.5]]
    trace = sim.forward(sim.from_keras("lstm", weights, recurrent_activation="hard_sigmoid"), [[1.0]])
    assert [trace[name][0, 0] for name in "ifo"] == [1.0, 0.0, 0.75]


@pytest.mark.parametrize("elsewhere", [sim.to_torch, sim.to_onnx])
def test_the_hard_sigmoid_of_keras_goes_nowhere_it_would_become_another(elsewhere):
    weights = [np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4)]
    layer = sim.from_keras("lstm", weights, recurrent_activation="hard_sigmoid")
    with pytest.raises(sim.SimError, match="hard sigmoid, which"):
        elsewhere(layer)
    again = sim.from_keras("lstm", sim.to_keras(layer), recurrent_activation="hard_sigmoid")
    assert again.cell.equations == layer.cell.equations


def test_with_peepholes_and_coupled_gates_both_hold():
    chance = np.random.default_rng(6)
    layer = sim.from_onnx(
        "LSTM", chance.normal(size=(1, 8, 1)), chance.normal(size=(1, 8, 2)), None, chance.normal(size=(1, 6)),
        input_forget=1,
    )  # fmt: skip
    trace = sim.forward(layer, [[1.0], [2.0]])
    assert np.abs(trace["f"] + trace["i"] - 1).max() < 1e-15
    assert "p_o" in layer.weights


def test_a_reverse_operator_reads_from_the_end():
    chance = np.random.default_rng(7)
    W, R = chance.normal(size=(1, 3, 1)), chance.normal(size=(1, 3, 1))
    x = [[1.0], [2.0], [3.0]]
    reverse = sim.forward(sim.from_onnx("GRU", W, R, direction="reverse"), x)["h"]
    assert (reverse == sim.forward(sim.from_onnx("GRU", W, R), x[::-1])["h"][::-1]).all()


ZEROS = np.zeros
STATE = {"weight_ih_l0": ZEROS((4, 1)), "weight_hh_l0": ZEROS((4, 1))}
REFUSALS = [
    (lambda: sim.from_torch("lsmt", STATE), "no kind “lsmt”"),
    (lambda: sim.from_torch("lstm", {**STATE, "weight_hr_l0": ZEROS((1, 1))}), "weight_hr_l0: projections"),
    (
        lambda: sim.from_torch("lstm", {**STATE, "fc.weight": ZEROS((1, 1))}),
        "Not weights of one recurrent layer: fc.weight",
    ),
    (lambda: sim.from_torch("lstm", {"weight_ih_l0": ZEROS((4, 1))}), "missing: weight_hh_l0"),
    (lambda: sim.from_torch("lstm", {}), "missing: weight_ih_l0, weight_hh_l0"),
    (lambda: sim.from_torch("lstm", {**STATE, "bias_ih_l0": ZEROS(4)}), "missing: bias_hh_l0"),
    (lambda: sim.from_torch("gru", STATE), r"weight_ih_l0 has 4 rows, needs 3; weight_hh_l0 has 4 rows, needs 3"),
    (lambda: sim.from_torch("gru", STATE), r"^weight_ih_l0 has .*; weight_hh_l0 has 4 rows, needs 3: 3 blocks"),
    (
        lambda: sim.from_keras("gru", [ZEROS((1, 4)), ZEROS((1, 4))], use_bias=False),
        r"^kernel \(transposed\) has .*; recurrent_kernel \(transposed\) has 4 rows, needs 3: 3 blocks",
    ),
    (
        lambda: sim.from_keras("lstm", [ZEROS((1, 4)), ZEROS((1, 4)), ZEROS(3)]),
        "^bias has 3 rows, needs 4: 4 blocks",
    ),
    (
        lambda: sim.from_keras("rnn", [ZEROS((1, 1))] * 2, use_bias=False, recurrent_activation="hard_sigmoid"),
        "“hard_sigmoid” is not supported: SimpleRNN has no gates",
    ),
    (lambda: sim.from_torch("lstm", {**STATE, "weight_ih_l0": ZEROS(4)}), "weight_ih_l0 has shape .*needs 2 axes"),
    (lambda: sim.from_torch("lstm", {**STATE, "weight_ih_l0": [["a"]] * 4}), "weight_ih_l0 holds something"),
    (lambda: sim.from_torch("rnn", STATE, nonlinearity="gelu"), "nonlinearity “gelu” is not supported"),
    (lambda: sim.from_keras("lstm", [ZEROS((1, 4))]), "There are 1 arrays, needs 3"),
    (lambda: sim.from_keras("lstm", [ZEROS((1, 4))] * 3, bidirectional=True), "needs 6: kernel.*both directions"),
    (lambda: sim.from_keras("lstm", [ZEROS((1, 4))] * 2, use_bias=False, recurrent_activation="relu"), "“relu”"),
    (
        lambda: sim.from_keras("gru", [ZEROS((1, 3)), ZEROS((1, 3)), ZEROS(3)]),
        "bias has shape .*two rows.*reset_after is True",
    ),
    (lambda: sim.from_keras("gru", [ZEROS((1, 3)), ZEROS((1, 3)), ZEROS((3, 3))]), "bias has shape .*needs two rows"),
    (lambda: sim.from_onnx("Conv", ZEROS((1, 3, 1)), ZEROS((1, 3, 1))), "no operator “Conv”"),
    (lambda: sim.from_onnx("LSTM", ZEROS((1, 3, 1)), ZEROS((1, 3, 1))), "W has 3 rows, needs 4"),
    (
        lambda: sim.from_onnx("GRU", ZEROS((2, 3, 1)), ZEROS((2, 3, 1))),
        "W has 2 directions; R has 2 directions, needs 1",
    ),
    (lambda: sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), direction="up"), "no direction “up”"),
    (lambda: sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), clip=3.0), "attribute clip = 3.0"),
    (lambda: sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), clip=0.0), "attribute clip = 0.0"),
    (lambda: sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), foo=0), "attribute foo = 0"),
    (lambda: sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), foo=None), "attribute foo = None"),
    (lambda: sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), activation_alpha=[0.0]), "activation_alpha"),
    (lambda: sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), layout=1), "layout = 1"),
    (lambda: sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), hidden_size=2), "hidden_size is 2"),
    (
        lambda: sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), activations=["Relu", "Tanh"]),
        "activations Relu",
    ),
    (lambda: sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), None, ZEROS((1, 3))), "has no peepholes"),
    (lambda: sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), input_forget=1), "input_forget = 1"),
    (
        lambda: sim.to_torch(random_layer(sim.cell("lstm_1997"), np.random.default_rng(0), 1, 1)),
        "no layer for LSTM of 1997",
    ),
    (lambda: sim.to_torch(random_layer(sim.cell("gru", "chung2014"), np.random.default_rng(0), 1, 1)), "r acts before"),
    (lambda: sim.to_torch(random_layer(sim.cell("gru", "onnx"), np.random.default_rng(0), 1, 1)), "r acts before"),
    (
        lambda: sim.to_keras(random_layer(sim.cell("lstm_peephole"), np.random.default_rng(0), 1, 1)),
        "Keras has no layer",
    ),
    (
        lambda: sim.to_onnx(random_layer(sim.cell("mgu"), np.random.default_rng(0), 1, 1)),
        "ONNX has no layer for Minimal gated unit",
    ),
]


@pytest.mark.parametrize(("refused", "message"), REFUSALS)
def test_what_cannot_be_converted_is_refused_by_name(refused, message):
    with pytest.raises(sim.SimError, match=message) as found:
        refused()
    assert found.value.hint or found.value.message


def test_attributes_that_say_nothing_are_no_reason_to_refuse():
    unset = {"clip": None, "activation_alpha": [], "activation_beta": None, "input_forget": 0, "layout": 0}
    layer = sim.from_onnx("GRU", ZEROS((1, 3, 1)), ZEROS((1, 3, 1)), **unset)
    assert layer.cell.name == "gru"
    simple = sim.from_keras("rnn", [ZEROS((1, 1))] * 2, use_bias=False, recurrent_activation="sigmoid")
    assert simple.cell.name == "rnn"
