"""A network told as a layer is: printed, drawn, exported, its first departure found."""

import subprocess
import sys

import numpy as np
import pytest

import sim
from tests.sim.fixtures import random_layer
from tests.sim.pictures import numbers_of, picture, size_of

X = np.random.default_rng(4).normal(size=(3, 2)).round(2)
DH = np.random.default_rng(5).normal(size=(3, 6)).round(2)


def reverse(layer):
    return sim.layer(layer.cell, layer.weights, reverse=True)


@pytest.fixture(scope="module")
def network():
    """Both directions under both directions: layers[1] and layers[3] read from the end."""
    chance = np.random.default_rng(3)
    layers = [random_layer(sim.cell("lstm"), chance, D, 3) for D in (2, 2, 6, 6)]
    return sim.network([[layers[0], reverse(layers[1])], [layers[2], reverse(layers[3])]])


@pytest.fixture(scope="module")
def trace(network):
    return sim.forward(network, X)


def everything(trace, gradients):
    """Every value of every layer under the name a learner gives it."""
    found = {}
    for k, (layer, back) in enumerate(zip(trace.layers, gradients.layers, strict=True)):
        names = [(name, layer) for name in ("f", "c", "h")] + [(name, back) for name in ("dc", "da_f")]
        found |= {f"layers[{k}].{name}@{t}": of.at(name, t) for name, of in names for t in (1, 2, 3)}
    return found


def test_every_single_departure_of_a_network_is_found(trace):
    right = everything(trace, sim.backward(trace, DH))
    assert sim.first_departure(trace, right, dh=DH) is None
    for wrong in right:
        assert sim.first_departure(trace, right | {wrong: right[wrong] + 0.01}, dh=DH) == wrong


def test_of_two_departures_the_lower_layer_s_comes_first_and_on_the_way_back_the_upper_s(trace):
    right = everything(trace, sim.backward(trace, DH))

    def found(*wrong):
        return sim.first_departure(trace, right | {key: right[key] + 1 for key in wrong}, dh=DH)

    assert found("layers[2].f@1", "layers[1].h@3") == "layers[1].h@3"
    assert found("layers[0].dc@3", "layers[3].dc@1", "layers[3].h@1") == "layers[3].h@1"
    assert found("layers[0].dc@3", "layers[3].dc@1") == "layers[3].dc@1"
    assert found("layers[1].h@1", "layers[1].h@3") == "layers[1].h@3"  # which is computed before it


def test_what_follows_from_a_lower_layer_s_rounded_numbers_is_no_departure():
    below = sim.layer("rnn", {"W": [[0.5]], "U": [[0.8]], "b": [0.1]})
    above = sim.layer("rnn", {"W": [[40.0]], "U": [[0.0]], "b": [-20.0]})
    trace = sim.forward(sim.network([below, above]), [[0.9]])
    own = {"layers[0].h@1": [0.5007]}  # 0.5005 is right: two units off, which the weight above makes 80
    theirs = own | {"layers[1].a@1": [40 * 0.5007 - 20], "layers[1].h@1": np.tanh([40 * 0.5007 - 20])}
    assert sim.first_departure(trace, theirs) is None
    assert sim.first_departure(trace, {**theirs, "layers[0].h@1": [0.5005]}) == "layers[1].a@1"


def test_what_follows_from_an_upper_layer_s_rounded_gradients_is_no_departure():
    below = sim.layer("rnn", {"W": [[0.5]], "U": [[0.8]], "b": [0.1]})
    above = sim.layer("rnn", {"W": [[40.0]], "U": [[0.0]], "b": [-20.0]})
    trace = sim.forward(sim.network([below, above]), [[0.9]])
    da = sim.backward(trace, [[1.0]]).layers[1].at("da", 1) + 0.0002
    theirs = {"layers[1].da@1": da, "layers[0].dh@1": 40 * da}
    assert sim.first_departure(trace, theirs, dh=[[1.0]]) is None
    assert sim.first_departure(trace, {"layers[0].dh@1": 40 * da}, dh=[[1.0]]) == "layers[0].dh@1"


def test_the_rows_of_what_reaches_the_last_steps_are_those_of_the_layers(trace):
    last = np.eye(4, 3)
    gradients = sim.backward(trace, DH, dc_last=last)
    assert sim.first_departure(trace, everything(trace, gradients), dh=DH, dc_last=last) is None
    assert sim.first_departure(trace, everything(trace, gradients), dh=DH, dc_last=last[::-1]) is not None


NO_VALUES = ["f@1", "layers[4].f@1", "layers[-1].f@1", "layers[0]f@1", "layers[0].", "layers[x].f@1"]


@pytest.mark.parametrize("key", NO_VALUES)
def test_a_value_without_a_layer_of_the_network_is_refused(trace, key):
    with pytest.raises(sim.SimError, match="There is no “") as refused:
        sim.first_departure(trace, {key: [0.1, 0.2, 0.3]})
    assert refused.value.hint.startswith("Write a")


def test_a_gradient_in_a_network_has_no_right_value_without_a_loss(trace):
    with pytest.raises(sim.SimError, match=r"layers\[2\].dc@1 is a gradient, which needs a loss"):
        sim.first_departure(trace, {"layers[2].dc@1": [0.1, 0.2, 0.3]})


def test_the_influence_of_a_network_is_that_of_each_layer(trace):
    found = sim.influence(trace)
    assert len(found) == 4
    for layer, each in zip(trace.layers, found, strict=True):
        assert (each.direct == sim.influence(layer).direct).all()


TITLES = ["layers[0]", "layers[1], reverse", "layers[2]", "layers[3], reverse"]


@pytest.mark.parametrize("printer", [sim.text, sim.words, sim.latex, sim.mathml])
def test_every_printer_tells_a_network_layer_by_layer_and_its_gradients_from_the_top(trace, printer):
    for of, titles in ((trace, TITLES), (sim.backward(trace, DH), TITLES[::-1])):
        said = printer(of)
        assert [said.index(title) for title in titles] == sorted(said.index(title) for title in titles)
        rest = said
        for title in titles:
            lines = printer(of.layers[TITLES.index(title)])
            inner = lines.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
            rest = rest.partition(title)[2]
            assert inner in rest.partition("layers[")[0]


def test_one_name_of_a_network_is_told_of_the_layers_that_have_it():
    chance = np.random.default_rng(1)
    layers = [random_layer(sim.cell("rnn"), chance, 2, 2), random_layer(sim.cell("lstm"), chance, 2, 2)]
    trace = sim.forward(sim.network(layers), X)
    assert sim.text(trace, "f", 1).startswith("layers[1]\nf = σ(a_f)")
    assert sim.text(trace, "h", 1).count("layers[") == 2
    with pytest.raises(sim.SimError, match="has no “q”"):
        sim.text(trace, "q", 1)


def test_the_lines_of_a_network_say_of_which_layer_they_are(trace):
    lines = sim.explain(trace, 2)
    assert list(dict.fromkeys(line.layer for line in lines)) == TITLES
    assert [line.values for line in lines if line.name == "h"] == [tuple(layer["h"][1]) for layer in trace.layers]
    assert {line.layer for line in sim.explain(trace.layers[0], 2)} == {""}


@pytest.mark.parametrize("upright", [False, True])
def test_the_diagram_of_a_network_shows_every_layer_the_lowest_at_the_foot(trace, upright):
    svg = picture(sim.svg(trace, 2, unit=3, decimals=4, upright=upright))
    inner = svg.findall("{http://www.w3.org/2000/svg}svg")
    names = [text.text for text in svg.findall("{http://www.w3.org/2000/svg}text")]
    assert names == TITLES[::-1]
    for each, layer in zip(inner, reversed(trace.layers), strict=True):
        assert float(numbers_of(each)["h"].replace("−", "-")) == pytest.approx(layer["h"][1, 2], abs=5e-5)
        assert (float(each.get("width")), float(each.get("height"))) == size_of(each)
    ends = [float(each.get("y")) + float(each.get("height")) for each in inner]
    assert ends == sorted(ends) and ends[-1] == size_of(svg)[1]
    ids = [element.get("id") for element in svg.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_the_code_of_a_network_computes_every_layer(trace):
    program = sim.numpy_code(trace) + "print([each['c'].tolist() for each in layers])"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    top, layers = said.rsplit("\n[[[", 1)
    assert np.fromstring(top.replace("[", "").replace("]", ""), sep=" ") == pytest.approx(trace["h"].ravel(), abs=1e-7)
    assert np.array(eval("[[[" + layers)) == pytest.approx(np.array([layer["c"] for layer in trace.layers]), abs=1e-12)


def test_the_torch_code_of_a_network_sets_up_one_layer_of_so_many_levels(trace):
    code = sim.torch_code(trace)
    assert "torch.nn.LSTM(2, 3, num_layers=2, bidirectional=True)" in code
    assert "layer(sequence, (torch.tensor(" in code
    assert "weight_ih_l1_reverse" in code


def test_torch_has_no_one_layer_of_levels_that_differ():
    chance = np.random.default_rng(1)
    for second in (random_layer(sim.cell("gru"), chance, 2, 2), random_layer(sim.cell("lstm"), chance, 2, 3)):
        network = sim.network([random_layer(sim.cell("lstm"), chance, 2, 2), second])
        code = sim.torch_code(sim.forward(network, X))
        assert "torch.nn" not in code and code.endswith('print(trace["h"])\n')
