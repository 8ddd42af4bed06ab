"""The same numbers as other libraries', from every way of computing them."""

import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.runs.walk import walk_steps
from tests.sim.fixtures import L_START, each_kind, lstm_layer, random_layer, random_start

FOLDER = Path(__file__).parents[1] / "reference"
TORCH = json.loads((FOLDER / "recurrent-cells.json").read_text())["cases"]
ONNX = json.loads((FOLDER / "recurrent-cells-variants.json").read_text())["cases"]


def case_name(case):
    return f"{case.get('name', case.get('cell'))}-D{case['D']}H{case['H']}T{case['T']}"


@pytest.mark.parametrize("case", TORCH, ids=case_name)
def test_forward_agrees_with_pytorch(case):
    layer = sim.from_torch(case["cell"].partition("_")[0], case["weights"])
    start = {name: case[name] for name in ("x", "h0", "c0") if name in case}
    trace = sim.forward(layer, **start)
    assert np.abs(trace["h"] - case["h"]).max() < 1e-12
    if "c_last" in case:
        assert np.abs(trace["c"][-1] - case["c_last"]).max() < 1e-12


@pytest.mark.parametrize("case", ONNX, ids=case_name)
def test_forward_agrees_with_onnxruntime(case):
    given = case["inputs"]
    layer = sim.from_onnx(case["op"], given["W"], given["R"], given["B"], given.get("P"), **case["attributes"])
    start = {"h0": given["initial_h"][0][0]}
    if "initial_c" in given:
        start["c0"] = given["initial_c"][0][0]
    trace = sim.forward(layer, np.array(given["X"])[:, 0], **start)
    assert np.abs(trace["h"] - case["h"]).max() < 1e-5
    if "c_last" in case:
        assert np.abs(trace["c"][-1] - case["c_last"]).max() < 1e-5


@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 3, 4), (9, 2, 3), (2, 6, 4), (1, 2, 23), (3, 5, 12)], ids=str)
@each_kind
def test_every_compiler_equals_the_walk(cell, sizes):
    D, H, T = sizes
    chance = np.random.default_rng(5)
    layer, start = random_layer(cell, chance, D, H), random_start(cell, chance, D, H, T)
    walked = walk_steps(cell, layer.weights, **start)
    one = sim.forward(layer, **start)
    stacked = {name: np.stack([array] * 3, axis=-1) for name, array in layer.weights.items()}
    many = sim.forward_many(cell, stacked, **{name: np.stack([array] * 3, axis=-1) for name, array in start.items()})
    assert list(one) == list(many) == list(cell.equations)
    for name in walked:
        assert np.abs(one[name] - walked[name]).max() < 1e-12
        assert np.abs(many[name][..., 1] - walked[name]).max() < 1e-12


def test_many_variants_are_each_what_it_is_alone():
    cell, chance, N = sim.cell("gru", "cho2014"), np.random.default_rng(2), 5003
    weights = {name: chance.normal(size=(*cell.shape(name, 2, 3), N)) for name in cell.parameters}
    x, h0 = chance.normal(size=(4, 2, N)), chance.normal(size=(3, N))
    many = sim.forward_many(cell, weights, x, h0)
    for k in (0, 4999, 5000, 5002):
        alone = sim.forward(sim.layer(cell, {name: w[..., k] for name, w in weights.items()}), x[..., k], h0[..., k])
        assert np.abs(many["h"][..., k] - alone["h"]).max() < 1e-12


def test_a_trace_lasts_when_the_next_is_computed():
    cell, chance = sim.cell("lstm"), np.random.default_rng(3)
    weights = {name: chance.normal(size=(*cell.shape(name, 1, 2), 3000)) for name in cell.parameters}
    x = chance.normal(size=(2, 1, 3000))
    first = sim.forward_many(cell, weights, x)["h"]
    kept = first.copy()
    sim.forward_many(cell, weights, -x)
    assert (first == kept).all()
    layer = random_layer(cell, chance, 1, 6)
    h = sim.forward(layer, [[1.0], [2.0]])["h"]
    kept = h.copy()
    sim.forward(layer, [[-1.0], [0.5]])
    assert (h == kept).all()


def test_steps_count_from_one():
    trace = sim.forward(lstm_layer(), **L_START)
    assert trace.at("x", 1) == [0.9]
    assert trace.at("c_prev", 1) == [1.3]
    assert trace.at("c_prev", 2) == trace["c"][0]
    assert trace.at("W_f", 2) == [[-1.4]]
