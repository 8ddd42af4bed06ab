"""The same numbers as another library's, from every way of computing them."""

import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.walk import walk_steps

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "recurrent-cells.json").read_text())["cases"]
BLOCKS = {"rnn": [""], "lstm": ["_i", "_f", "_g", "_o"], "gru": ["_r", "_z", "_n"]}


def case_name(case):
    return f"{case['cell']}-D{case['D']}H{case['H']}T{case['T']}"


def layer_of(case):
    """A layer from the library's stacked weights, block by block."""
    name, H = case["cell"].removesuffix("_tanh"), case["H"]
    W, U, b_ih, b_hh = (np.array(case["weights"][key]) for key in case["weights"])
    weights = {}
    for k, block in enumerate(BLOCKS[name]):
        rows = slice(k * H, (k + 1) * H)
        weights |= {f"W{block}": W[rows], f"U{block}": U[rows]}
        weights |= {"b_in": b_ih[rows], "b_hn": b_hh[rows]} if block == "_n" else {f"b{block}": b_ih[rows] + b_hh[rows]}
    return sim.layer(name, weights)


def start_of(case):
    return {name: np.array(case[name]) for name in ("x", "h0", "c0") if name in case}


@pytest.mark.parametrize("case", REFERENCE, ids=case_name)
def test_forward_agrees_with_the_reference_vectors(case):
    trace = sim.forward(layer_of(case), **start_of(case))
    assert np.abs(trace["h"] - case["h"]).max() < 1e-12
    if "c_last" in case:
        assert np.abs(trace["c"][-1] - case["c_last"]).max() < 1e-12


@pytest.mark.parametrize("case", REFERENCE, ids=case_name)
def test_both_compilers_equal_the_walk(case):
    layer, start = layer_of(case), start_of(case)
    walked = walk_steps(layer.cell, layer.weights, **start)
    one = sim.forward(layer, **start)
    stacked = {name: np.stack([array] * 3, axis=-1) for name, array in layer.weights.items()}
    many = sim.forward_many(layer.cell, stacked, **{k: np.stack([v] * 3, axis=-1) for k, v in start.items()})
    for name in walked:
        assert np.abs(one[name] - walked[name]).max() < 1e-12
        assert np.abs(many[name][..., 1] - walked[name]).max() < 1e-12


@pytest.mark.parametrize("H", [2, 6])
def test_sequences_longer_than_one_program_are_carried_on(H):
    cell = sim.cell("lstm")
    layer = sim.layer(cell, {name: np.full(cell.shape(name, 1, H), 0.3) for name in cell.parameters})
    x = np.sin(np.arange(37.0))[:, None]
    walked = walk_steps(cell, layer.weights, x, np.zeros(H), np.zeros(H))
    assert np.abs(sim.forward(layer, x)["c"] - walked["c"]).max() < 1e-13
