"""What must hold for any weights."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.runs.walk import walk_steps
from tests.sim.fixtures import G_START, L_START, each_kind, gru_layer, lstm_layer, random_layer, random_start

SIZES = st.sampled_from([(1, 1, 3), (2, 2, 2), (1, 5, 2), (9, 1, 2)])  # D, H, T: float code, and NumPy calls


@st.composite
def runs(draw, names):
    """A layer and what it is given."""
    cell = draw(st.sampled_from(names).map(sim.cell))
    D, H, T = draw(SIZES)
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    size = draw(st.sampled_from([0.1, 1.0, 10.0]))
    layer = sim.layer(cell, {name: size * chance.normal(size=cell.shape(name, D, H)) for name in cell.parameters})
    start = {f"{state}0": chance.normal(size=H) for state in cell.states}
    return layer, {"x": chance.normal(size=(T, D))} | start


@settings(max_examples=60)
@given(runs([*sim.CELLS]))
def test_gates_stay_between_zero_and_one(run):
    layer, start = run
    trace = sim.forward(layer, **start)
    for gate in set("ifozr") & set(trace):
        assert (trace[gate] >= 0).all()
        assert (trace[gate] <= 1).all()


@settings(max_examples=60)
@given(runs(["rnn", "lstm", "lstm_peephole", "lstm_coupled", "lstm_1997", "lstm_forget_bias", "gru", "mgu"]))
def test_h_stays_within_one_or_where_it_started(run):
    layer, start = run
    bound = max(1, np.abs(start["h0"]).max()) if layer.cell.name in ("gru", "mgu") else 1
    assert np.abs(sim.forward(layer, **start)["h"]).max() <= bound + 1e-12


@settings(max_examples=60)
@given(runs([*sim.CELLS]))
def test_compiled_equals_walked(run):
    layer, start = run
    walked = walk_steps(layer.cell, layer.weights, **start)
    trace = sim.forward(layer, **start)
    for name, values in walked.items():
        assert np.allclose(trace[name], values, rtol=1e-11, atol=1e-11), name


@settings(max_examples=40)
@given(runs([*sim.CELLS]))
def test_many_variants_are_each_walked(run):
    layer, start = run
    many = {name: np.stack([array, array / 2], -1) for name, array in (layer.weights | start).items()}
    table = sim.forward_many(layer.cell, {name: many[name] for name in layer.weights}, *(many[name] for name in start))
    halves = ({name: array / 2 for name, array in given.items()} for given in (layer.weights, start))
    for k, (weights, given_to_it) in enumerate(((layer.weights, start), halves)):
        for name, values in walk_steps(layer.cell, weights, **given_to_it).items():
            assert np.allclose(table[name][..., k], values, rtol=1e-11, atol=1e-11), name


def test_with_f_at_one_and_i_at_zero_the_cell_is_kept_for_ever():
    layer = lstm_layer()
    shut = {name: np.zeros_like(layer.weights[name]) for name in ("W_f", "U_f", "W_i", "U_i")}
    carousel = sim.layer("lstm", {**layer.weights, **shut, "b_f": [100.0], "b_i": [-100.0]})
    trace = sim.forward(carousel, np.sin(np.arange(500.0))[:, None], [0.3], [1.7])
    assert set(trace["c"][:, 0].tolist()) == {1.7}


def test_every_slip_is_what_its_wrong_cell_gives_when_walked():
    once = {**L_START, "x": [[0.9]]}
    for layer, start in ((lstm_layer(), once), (gru_layer(), G_START), (gru_layer("chung2014"), G_START)):
        arrays = {name: np.array(value) for name, value in start.items()}
        for asked in layer.cell.equations:
            for slip in sim.slips_for(layer.cell, asked):
                walked = walk_steps(slip.wrong, layer.weights, **arrays)
                trace = sim.evaluate_slip(slip, layer, **start)
                assert np.abs(trace[asked] - walked[asked]).max() < 1e-12, slip.id


@each_kind
def test_a_large_layer_of_every_slip_s_wrong_cell_gives_what_the_cell_gives_when_walked(cell):
    chance = np.random.default_rng(3)
    layer, start = random_layer(cell, chance, 6, 6), random_start(cell, chance, 6, 6, 3)
    for slip in (slip for asked in cell.equations for slip in sim.slips_for(cell, asked)):
        weights = {name: layer.weights[name] for name in slip.wrong.parameters}
        if not any(name[0] == "W" for name in weights):  # nothing says what its sizes are
            continue
        trace = sim.forward(sim.layer(slip.wrong, weights), **start)
        walked = walk_steps(slip.wrong, weights, **start)
        assert all(np.allclose(trace[name], walked[name], atol=1e-12) for name in trace), slip.id
        once = sim.evaluate_slip(slip, layer, **start, step=2)
        assert np.isfinite(once["h"]).all(), slip.id
