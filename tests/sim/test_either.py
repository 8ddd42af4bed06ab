"""What a function takes it takes in every form: a layer or a network, NumPy's numbers, a sequence read from its end."""

import pickle

import numpy as np
import pytest

import sim
from tests.sim.fixtures import lstm_layer, random_layer, random_start, slip


@pytest.fixture
def layers():
    chance = np.random.default_rng(3)
    return [random_layer(sim.cell("lstm"), chance, D, 3) for D in (2, 3)]


X = np.random.default_rng(4).normal(size=(4, 2))
DH = np.random.default_rng(5).normal(size=(4, 3))


@pytest.mark.parametrize("kind", [int, np.int64, np.int8])
def test_a_number_of_decimals_may_be_numpy_s_and_spoils_nothing(kind):
    layer = lstm_layer()
    first = sim.exact(layer, [[0.9]], [-0.7], [1.3], decimals=kind(3))
    again = sim.exact(layer, [[0.9]], [-0.7], [1.3], decimals=3)
    assert first["c"] == again["c"] and sim.text(first, "c", 1) == sim.text(again, "c", 1)
    wrong, start = slip("lstm", "c", "F03"), {"x": [[0.9]], "h0": [-0.7], "c0": [1.3]}
    made = [sim.evaluate_slip(wrong, layer, **start, decimals=number)["c"] for number in (kind(3), 3)]
    followed = [sim.evaluate_with(layer, **start, own={}, asked="c@1", slip=wrong, decimals=n) for n in (kind(3), 3)]
    assert made[0] == made[1] == followed[0] == followed[1]


@pytest.mark.parametrize("decimals", [True, 2.0, np.float64(4), "4", None, np.array([4]), 0, 5])
def test_decimals_that_are_no_whole_number_are_refused(decimals):
    with pytest.raises(sim.SimError, match="Exact traces have 1 to 4 decimals"):
        sim.exact(lstm_layer(), [[0.9]], decimals=decimals)


def test_a_window_may_be_numpy_s_number_and_no_truth():
    trace = sim.forward(lstm_layer(), np.ones((4, 1)))
    cut = sim.backward(trace, np.ones((4, 1)), window=2)["W_f"]
    assert (sim.backward(trace, np.ones((4, 1)), window=np.int64(2))["W_f"] == cut).all()
    with pytest.raises(sim.SimError, match="The window is True, needs a whole number"):
        sim.backward(trace, np.ones((4, 1)), window=True)


def test_a_slip_in_a_network_is_made_in_every_layer(layers):
    network, wrong = sim.network(layers), slip("lstm", "c", "F03")
    below = sim.evaluate_slip(wrong, layers[0], X)
    above = sim.evaluate_slip(wrong, layers[1], below["h"])
    found = sim.evaluate_slip(wrong, network, X)
    assert (found["h"] == above["h"]).all() and (found.layers[0]["c"] == below["c"]).all()


def test_a_slip_in_one_step_of_a_network_leaves_the_steps_before_as_they_were(layers):
    network, wrong = sim.network(layers), slip("lstm", "c", "F03")
    right, found = sim.forward(network, X), sim.evaluate_slip(wrong, network, X, step=3)
    assert (found["h"][:2] == right["h"][:2]).all() and (found["h"][2:] != right["h"][2:]).any()


def test_a_gradient_s_slip_in_a_network_goes_back_through_every_layer(layers):
    network, wrong = sim.network(layers), slip("lstm", "dc", "B09")
    trace = sim.forward(network, X)
    above = sim.evaluate_slip(wrong, layers[1], trace.layers[0]["h"], dh=DH)
    below = sim.evaluate_slip(wrong, layers[0], X, dh=above["x"])
    found = sim.evaluate_slip(wrong, network, X, dh=DH)
    assert (found.layers[0]["W_f"] == below["W_f"]).all() and (found["x"] == below["x"]).all()


def test_a_network_is_kept_to_so_few_decimals_layer_by_layer():
    layers = [sim.layer("rnn", {"W": [[0.5]], "U": [[0.8]], "b": [0.1]}) for _ in range(2)]
    below = sim.kept_to(layers[0], [[0.9], [0.3]], decimals=1)
    above = sim.kept_to(layers[1], below["h"], decimals=1)
    assert (sim.kept_to(sim.network(layers), [[0.9], [0.3]], decimals=1)["h"] == above["h"]).all()


def test_a_refusal_in_a_network_says_in_which_layer(layers):
    with pytest.raises(sim.SimError, match=r"In layers\[1\]: h0 has shape \(2,\), needs \(3,\)"):
        sim.forward(sim.network(layers), X, h0=[np.zeros(3), np.zeros(2)])


@pytest.mark.parametrize("decimals", [None, 4])
def test_the_first_departure_is_found_where_a_layer_reads_from_the_end(decimals):
    forth = lstm_layer()
    reverse = sim.layer("lstm", forth.weights, reverse=True)
    x = [[0.9], [0.4], [-0.2]]
    trace = sim.forward(reverse, x) if decimals is None else sim.exact(reverse, x)
    right = {f"{name}@{step}": trace.at(name, step) for name in ("f", "c", "h") for step in (1, 2, 3)}
    assert sim.first_departure(trace, right) is None
    for wrong in right:
        assert sim.first_departure(trace, right | {wrong: right[wrong] + 0.01}) == wrong
    dh = [[0.5], [0.2], [-0.1]]
    gradients = sim.backward(trace, dh)
    theirs = {"dc@1": gradients.at("dc", 1), "dc@3": gradients.at("dc", 3)}
    assert sim.first_departure(trace, theirs, dh=dh) is None
    assert sim.first_departure(trace, theirs | {"dc@3": [9.0]}, dh=dh) == "dc@3"


def test_a_gradient_has_no_right_value_without_a_loss():
    trace = sim.forward(lstm_layer(), [[0.9]])
    with pytest.raises(sim.SimError, match="dc@1 is a gradient, which needs a loss"):
        sim.first_departure(trace, {"dc@1": [0.1]})


def test_what_is_declared_cannot_be_changed_by_who_looks_at_it():
    layer = lstm_layer()
    for mapping in (sim.CELLS, sim.CELLS["lstm"], sim.cell("lstm").equations, layer.weights):
        with pytest.raises(TypeError):
            mapping["c"] = None


def test_what_a_trace_of_many_was_given_can_be_read_and_not_written():
    weights = {name: np.ones((1, 1, 2)) for name in "WU"} | {"b": np.ones((1, 2))}
    trace = sim.forward_many("rnn", weights, np.ones((3, 1, 2)))
    with pytest.raises(ValueError, match="read-only"):
        trace.x[0] = 5


def test_what_a_mapping_does_not_hold_has_a_default():
    trace = sim.forward(lstm_layer(), [[0.9]])
    assert trace.get("zzz") is None and sim.backward(trace, [[1]]).get("zzz", 7) == 7


@pytest.mark.parametrize("values", [np.array([[1.5], [2]], dtype=object), [[1.5], [np.float64(2)]], [[True], [2]]])
def test_numbers_are_read_whatever_holds_them(values):
    assert sim.forward(lstm_layer(), values).x.shape == (2, 1)


def test_a_matrix_is_read_as_an_array():
    layer = lstm_layer()
    trace = sim.forward(layer, np.array([[1.5], [2.0]]).view(np.matrix))
    assert (trace["h"] == sim.forward(layer, [[1.5], [2.0]])["h"]).all()


class Keras:
    """A Keras layer by what `from_keras` asks of it: its weights and what it was made with."""

    def __init__(self, weights, **config):
        self.weights, self.config = weights, config

    def get_weights(self):
        return self.weights

    def get_config(self):
        return self.config


class Module:
    nonlinearity = "relu"

    def state_dict(self):
        return sim.to_torch(sim.layer("rnn_relu", {"W": [[1]], "U": [[1]], "b": [0]}))


def test_a_layer_of_keras_says_what_it_was_made_with():
    relu = sim.layer("rnn_relu", {"W": [[0.5]], "U": [[0.8]], "b": [0.1]})
    found = sim.from_keras("rnn", Keras(sim.to_keras(relu), activation="relu", use_bias=True))
    assert found.cell.name == "rnn_relu"
    assert sim.from_keras("rnn", sim.to_keras(relu), activation="relu").cell.name == "rnn_relu"
    hard = sim.from_keras("lstm", Keras(sim.to_keras(lstm_layer()), recurrent_activation="hard_sigmoid"))
    assert hard.cell.equations["f"].op == "clip01"


def test_both_directions_of_keras_say_what_they_were_made_with():
    gru = random_layer(sim.cell("gru", "keras"), np.random.default_rng(1), 2, 3)
    both = sim.network([[gru, sim.layer(gru.cell, gru.weights, reverse=True)]])
    half = {"config": {"use_bias": True, "reset_after": True, "activation": "tanh"}}
    whole = Keras(sim.to_keras(both), merge_mode="concat", layer=half, backward_layer=half)
    x = random_start(gru.cell, np.random.default_rng(2), 2, 3, 4)["x"]
    assert (sim.forward(sim.from_keras("gru", whole), x)["h"] == sim.forward(both, x)["h"]).all()


def test_a_module_of_pytorch_says_its_nonlinearity():
    assert sim.from_torch("rnn", Module()).cell.name == "rnn_relu"


MADE = {"use_bias": True, "activation": "tanh"}


@pytest.mark.parametrize(("config", "message"), [
    ({"activation": "relu"}, "The activation “relu” is not supported"),
    ({"go_backwards": True}, "go_backwards is not supported"),
    ({"recurrent_activation": "tanh"}, "The recurrent activation “tanh” is not supported"),
    ({"merge_mode": "sum", "layer": {"config": MADE}, "backward_layer": {"config": MADE}}, "merge mode “sum”"),
    ({"merge_mode": "concat", "layer": {"config": MADE}, "backward_layer": {"config": {}}}, "different settings"),
])  # fmt: skip
def test_what_keras_can_and_sim_cannot_is_refused_by_name(config, message):
    with pytest.raises(sim.SimError, match=message):
        sim.from_keras("lstm", Keras(sim.to_keras(lstm_layer()), **config))


HARD = sim.from_keras("lstm", sim.to_keras(lstm_layer()), recurrent_activation="hard_sigmoid").cell


@pytest.mark.parametrize("cell", [HARD, sim.cell("lstm_forget_bias")], ids=["hard sigmoid", "forget bias"])
def test_a_slip_of_the_forget_gate_keeps_what_squashes_it(cell):
    layer = sim.layer(cell, lstm_layer().weights)
    start = {"x": [[0.4]], "h0": [-0.7], "c0": [1.3]}
    right = sim.forward(layer, **start)
    kept = sim.evaluate_slip(sim.slip_named(cell, "f", "F02"), layer, **start)
    assert kept["f"] == pytest.approx(1 - right["f"], abs=1e-12)
    peephole = sim.evaluate_slip(sim.slip_named(cell, "f", "F25"), layer, **start)
    moved = sim.forward(sim.layer(cell, layer.weights | {"b_f": layer.weights["b_f"] + 0.3 * 1.3}), **start)
    assert peephole["f"] == pytest.approx(moved["f"], abs=1e-12)


def test_a_gate_with_the_hard_sigmoid_has_the_slips_of_its_sum():
    assert {"F05", "F07", "F10", "F12"} <= {each.id for each in sim.slips_for(HARD, "f")}


def test_a_slip_s_words_name_the_gates_that_the_cell_has():
    said = [each.correction for name in ("n", "h") for each in sim.slips_for("mgu", name) if each.id[0] == "G"]
    assert said and not any(" r " in f" {each} " or " z " in f" {each} " or "GRU" in each for each in said)


def test_slips_are_found_under_the_name_of_what_is_given():
    assert sim.slips_for("lstm", "h0") == sim.slips_for("lstm", "dh_prev")
    assert sim.slips_for("lstm", "W_f") == sim.slips_for("lstm", "dW_f")


WRONG_KINDS = [
    lambda: sim.forward("lstm", [[1]]),
    lambda: sim.exact(None, [[1]]),
    lambda: sim.forward_many("lstm", None, [[[1]]]),
    lambda: sim.network([None]),
    lambda: sim.network([lstm_layer(), None]),
    lambda: sim.forward(sim.network([lstm_layer()]), [[1]], h0=np.array(1.0)),
    lambda: sim.from_keras("lstm", sim.to_keras(lstm_layer()), use_bias=None),
    lambda: sim.from_keras("lstm", sim.to_keras(lstm_layer()), bidirectional="False"),
    lambda: sim.from_torch("rnn", sim.to_torch(lstm_layer()), nonlinearity=["tanh"]),
    lambda: sim.evaluate_plain_slip(["P02"], D=1, H=1),
    lambda: sim.text("lstm", 3),
    lambda: sim.words(sim.forward(lstm_layer(), [[1]]), ["c"], 1),
    lambda: sim.slip_named("lstm", "f", ["F17"]),
    lambda: sim.paired(slip("lstm", "f", "F17"), "F02"),
    lambda: sim.explain("lstm", 1),
    lambda: sim.substituted_text("lstm", "c", 1),
    lambda: sim.substituted_words(sim.forward(sim.network([lstm_layer()]), [[1]]), "c", 1),
    lambda: sim.check_gradients(lstm_layer(), [[1]], dh=[[1]], step="a"),
    lambda: sim.layer("rnn", {"W": [[1]], "U": [[1]], "b": [0]}, reverse="no"),
    lambda: sim.slips_for("lstm", "f@0"),
    lambda: sim.evaluate_plain_slip("B01", w=1e200, h=[0.5, 0.5]),
    lambda: sim.evaluate_plain_slip("B06a", f=[1e308, 1e308]),
]


@pytest.mark.parametrize("refused", WRONG_KINDS)
@pytest.mark.filterwarnings("error")
def test_a_thing_of_another_kind_is_refused_in_one_sentence(refused):
    with pytest.raises(sim.SimError) as found:
        refused()
    assert found.value.message.endswith(".") and str(found.value).startswith(found.value.message)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("H", [1, 5, 12])
def test_what_overflows_is_refused_by_name_without_a_warning(H):
    huge = np.full((H, H), 1e200)
    layer = sim.layer("rnn_relu", {"W": huge, "U": huge, "b": np.zeros(H)})
    with pytest.raises(sim.SimError, match="a at step 2 is not finite"):
        sim.forward(layer, np.ones((3, H)))


def test_a_prefix_cannot_leave_its_attribute():
    assert "<script>" not in sim.svg("lstm", prefix='a"><script>')


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_layer_can_be_sent_to_another_process(cell):
    layer = random_layer(sim.cell(cell), np.random.default_rng(6), 2, 3)
    sent = pickle.loads(pickle.dumps(layer))
    assert (sim.forward(sent, X)["h"] == sim.forward(layer, X)["h"]).all()
    assert sent.cell.equations == layer.cell.equations and sent.cell.note == layer.cell.note
