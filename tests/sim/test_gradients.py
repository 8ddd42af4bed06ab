"""The way back: against PyTorch's numbers, paper, and small differences."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.runs.walk import walk_back, walk_steps
from tests.sim.fixtures import (
    B_BLOCKS,
    B_LOSS,
    B_START,
    KINDS,
    L_START,
    each_kind,
    lstm_layer,
    random_layer,
    random_start,
    scalar_layer,
)

TORCH = json.loads((Path(__file__).parents[1] / "reference" / "recurrent-cells.json").read_text())["cases"]


@pytest.mark.parametrize("case", TORCH, ids=lambda case: f"{case['cell']}-H{case['H']}")
def test_gradients_agree_with_pytorch(case):
    kind = case["cell"].partition("_")[0]
    layer = sim.from_torch(kind, case["weights"])
    trace = sim.forward(layer, **{name: case[name] for name in ("x", "h0", "c0") if name in case})
    gradients = sim.backward(trace, case["v"])
    expected = case["grads"]
    stacked = sim.to_torch(sim.from_torch(kind, {k: v for k, v in expected.items() if "_l0" in k}))
    for name in ("x", "h0", "c0"):
        if name in expected:
            assert np.abs(gradients[name] - expected[name]).max() < 1e-10
    own = sim.to_torch(sim.layer(layer.cell, {name: gradients[name] for name in layer.weights}))
    for part in ("weight_ih_l0", "weight_hh_l0"):
        assert np.abs(own[part] - stacked[part]).max() < 1e-10
    ih, hh = expected["bias_ih_l0"], expected["bias_hh_l0"]
    H = case["H"]
    assert np.abs(own["bias_ih_l0"] - ih).max() < 1e-10  # each of the two biases has the gradient of their sum …
    if kind == "gru":
        assert np.abs(own["bias_hh_l0"][2 * H :] - hh[2 * H :]).max() < 1e-10  # … but b_hn has one of its own


@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 3, 4), (2, 6, 4), (1, 2, 12)], ids=str)
@each_kind
def test_every_way_back_equals_the_walk(cell, sizes):
    D, H, T = sizes
    chance = np.random.default_rng(6)
    layer, start = random_layer(cell, chance, D, H, 0.7), random_start(cell, chance, D, H, T)
    dh = chance.normal(size=(T, H))
    last = {state: chance.normal(size=H) for state in cell.states}
    lasts = {f"d{state}_last": value for state, value in last.items()}
    trace = sim.forward(layer, **start)
    gradients = sim.backward(trace, dh, **lasts)
    first = {f"{state}_prev": start[f"{state}0"] for state in cell.states}
    walked = walk_back(
        cell, layer.weights, walk_steps(cell, layer.weights, **start), start["x"], first, dh,
        {f"d{state}_back": value for state, value in last.items()},
    )  # fmt: skip
    again = [np.stack([array] * 2, axis=-1) for array in (start["x"], dh)]
    many = sim.forward_many(
        cell, {name: np.stack([w] * 2, axis=-1) for name, w in layer.weights.items()}, again[0],
        **{name: np.stack([array] * 2, axis=-1) for name, array in start.items() if name != "x"},
    )  # fmt: skip
    of_many = sim.backward(many, again[1], **{name: np.stack([array] * 2, axis=-1) for name, array in lasts.items()})
    for name, value in walked.items():
        own = name[1:] if name == "dx" or name[1:] in layer.weights else name
        assert np.abs(gradients[own] - value).max() < 1e-10, name
        assert np.abs(of_many[own][..., 1] - value).max() < 1e-10, name
    for state in cell.states:
        assert np.abs(gradients[f"{state}0"] - walked[f"d{state}_prev"][0]).max() < 1e-10


@settings(max_examples=60)
@given(st.sampled_from(KINDS), st.sampled_from([(1, 1, 3), (2, 2, 2), (1, 5, 2)]), st.integers(0, 2**32))
def test_backward_equals_central_differences(cell, sizes, seed):
    D, H, T = sizes
    chance = np.random.default_rng(seed)
    layer, start = random_layer(cell, chance, D, H), random_start(cell, chance, D, H, T)
    lasts = {f"d{state}_last": chance.normal(size=H) for state in cell.states}
    away = sim.forward(layer, **start)
    if cell.name == "rnn_relu" and np.abs(away["a"]).min() < 1e-3:
        return  # a small difference across the corner of ReLU is no derivative
    errors = sim.check_gradients(layer, **start, dh=chance.normal(size=(T, H)), **lasts)
    assert set(errors) == {*layer.weights, *start}
    assert max(errors.values()) < 1e-8


def test_a_step_on_paper_gives_the_printed_gradients():
    trace = sim.forward(scalar_layer("lstm", B_BLOCKS), **B_START)
    for name, value in {"i": 0.2689, "f": 0.7841, "g": -0.9121, "o": 0.7941, "c": 1.3230, "h": 0.6889}.items():
        assert trace[name][0, 0] == pytest.approx(value, abs=0.51e-4)
    gradients = sim.backward(trace, **B_LOSS)
    right = {"dc": 0.9929, "da_f": 0.3361, "da_i": -0.1781, "da_g": 0.0449, "da_o": 0.2837}
    for name, value in right.items():
        assert gradients[name][0, 0] == pytest.approx(value, abs=0.51e-4), name
    assert [gradients["c0"][0], gradients["h0"][0]] == pytest.approx([0.7786, -0.6397], abs=0.51e-4)


def test_an_exact_trace_has_gradients_as_a_learner_rounds_them():
    gradients = sim.backward(sim.exact(scalar_layer("lstm", B_BLOCKS), **B_START), **B_LOSS)
    # by hand from the rounded values: dtanh_c = 2 · 0.7941, dc = 1.5882 · (1 − 0.8675²) + 0.6 = 0.99298 …
    assert gradients["dtanh_c"][0, 0] == 1.5882
    assert gradients["dc"][0, 0] == 0.993
    assert gradients["df"][0, 0] == 1.986
    assert gradients["da_f"][0, 0] == 0.3362  # 1.986 · 0.7841 · 0.2159 = 0.33620…
    for name in ("dc", "df", "di", "dg", "do", "da_f", "da_i", "da_g", "da_o"):
        assert (gradients[name] == np.round(gradients[name], 4)).all()


@each_kind
def test_exact_gradients_stay_near_those_in_full_precision(cell):
    chance = np.random.default_rng(4)
    for H in (2, 5):
        weights = {name: chance.integers(-9, 10, cell.shape(name, 2, H)) / 10 for name in cell.parameters}
        layer, x = sim.layer(cell, weights), chance.integers(-9, 10, (3, 2)) / 10
        dh = chance.integers(-9, 10, (3, H)) / 10
        exact, full = (sim.backward(trace, dh) for trace in (sim.exact(layer, x), sim.forward(layer, x)))
        for name in full:
            assert np.abs(exact[name] - full[name]).max() < 0.005, (cell.name, name)


def test_the_contributions_of_all_steps_add_up_to_the_gradient_of_a_shared_weight():
    layer = lstm_layer()
    for trace, apart in ((sim.forward(layer, **L_START), 1e-12), (sim.exact(layer, **L_START), 1.5e-4)):
        gradients = sim.backward(trace, [[0.5], [1.0]], dc_last=[0.3])
        for name in layer.weights:
            parts = gradients.contributions(name)
            assert len(parts) == 2
            assert np.abs(parts.sum(axis=0) - gradients[name]).max() < apart  # rounded one by one, or once


@pytest.mark.parametrize("cut", [False, True])
def test_a_contribution_of_someone_who_keeps_fewer_decimals_is_rounded_or_cut_as_his_numbers_are(cut):
    gradients = sim.backward(sim.kept_to(lstm_layer(), **L_START, decimals=2, truncate=cut), [[0.5], [1.0]])
    by_hand = gradients["da_f"][0, 0] * L_START["h0"][0] * 100
    shown = np.trunc(by_hand) if cut else np.round(by_hand)
    assert gradients.at("dU_f", 1) == shown / 100
    assert (np.round(gradients["U_f"], 2) == gradients["U_f"]).all()


def test_what_a_step_of_many_variants_adds_is_what_it_adds_in_each():
    cell, chance = sim.cell("gru"), np.random.default_rng(13)
    weights, start = many_at_random(cell, chance, 2, 3, 4, 5)
    dh = chance.normal(size=(4, 3, 5))
    of_many = sim.backward(sim.forward_many(cell, weights, **start), dh)
    layer = sim.layer(cell, {name: array[..., 2] for name, array in weights.items()})
    alone = sim.backward(sim.forward(layer, **{name: array[..., 2] for name, array in start.items()}), dh[..., 2])
    for weight in cell.parameters:
        assert np.abs(of_many.at(f"d{weight}", 3)[..., 2] - alone.at(f"d{weight}", 3)).max() < 1e-12, weight


@pytest.mark.parametrize("decimals", [None, 4])
@pytest.mark.parametrize("step", [1, 2, None])
def test_a_weight_that_a_slip_leaves_out_has_a_gradient_only_from_the_other_steps(step, decimals):
    layer = sim.layer("rnn", {"W": [[0.5]], "U": [[0.8]], "b": [0.1]})
    no_bias = sim.slip_named("rnn", "a", "F07")
    trace = sim.evaluate_slip(no_bias, layer, [[1.0], [0.5]], step=step, decimals=decimals)
    gradients = sim.backward(trace, [[1.0], [0.5]])
    others = [each for each in (1, 2) if step not in (None, each)]
    assert gradients["b"] == pytest.approx(sum(gradients.at("da", each)[0] for each in others), abs=1e-12)


@pytest.mark.parametrize(("T", "dh", "is_held"), [(4, 30, True), (8, 30, False), (20, 8, True), (60, 8, False)])
def test_a_sum_over_the_steps_that_is_too_large_to_be_rounded_rightly_is_refused(T, dh, is_held):
    """Each product δa_n · r · h_prev of twelve decimals is within bounds, but they add up to more than 70."""
    cell = sim.cell("gru")
    weights = {name: np.zeros(cell.shape(name, 1, 1)) for name in cell.parameters} | {"b_in": [0.5493], "b_r": [10]}
    layer, x, losses = sim.layer(cell, weights), np.ones((T, 1)), np.full((T, 1), dh)
    if is_held:
        full = sim.backward(sim.forward(layer, x, [0.5]), losses)["U_n"]
        assert sim.backward(sim.exact(layer, x, [0.5]), losses)["U_n"] == pytest.approx(full, abs=1e-2)
        return
    with pytest.raises(sim.SimError, match="too large for exact decimals"):
        sim.backward(sim.exact(layer, x, [0.5]), losses)


def test_a_window_cuts_the_gradient_and_carries_the_state():
    chance = np.random.default_rng(8)
    cell = sim.cell("lstm")
    layer, start = random_layer(cell, chance, 2, 3), random_start(cell, chance, 2, 3, 7)
    dh = chance.normal(size=(7, 3))
    trace = sim.forward(layer, **start)
    whole = sim.backward(trace, dh, window=3)
    parts = []
    for first in (0, 3, 6):  # each window by itself, from the state that is carried into it
        states = {"h0": trace.at("h_prev", first + 1), "c0": trace.at("c_prev", first + 1)}
        piece = sim.forward(layer, start["x"][first : first + 3], **states)
        assert np.abs(piece["h"] - trace["h"][first : first + 3]).max() < 1e-12
        parts.append(sim.backward(piece, dh[first : first + 3]))
    for name in layer.weights:
        assert np.abs(whole[name] - sum(part[name] for part in parts)).max() < 1e-12
    assert np.abs(whole["dc"] - np.concatenate([part["dc"] for part in parts])).max() < 1e-12


def many_at_random(cell, chance, D, H, T, N):
    weights = {name: chance.normal(size=(*cell.shape(name, D, H), N)) for name in cell.parameters}
    return weights, {"x": chance.normal(size=(T, D, N)), **{f"{s}0": chance.normal(size=(H, N)) for s in cell.states}}


@pytest.mark.parametrize("window", [None, 5])
@pytest.mark.parametrize("name", ["lstm_peephole", "gru"])
def test_many_go_back_block_by_block_as_each_does_alone(name, window, monkeypatch):
    monkeypatch.setattr("sim.runs.many.BLOCK", 3)
    cell, chance = sim.cell(name), np.random.default_rng(11)
    weights, start = many_at_random(cell, chance, 2, 3, 12, 7)
    dh = chance.normal(size=(12, 3, 7))
    of_many = sim.backward(sim.forward_many(cell, weights, **start), dh, window=window)
    for k in range(7):
        layer = sim.layer(cell, {name: array[..., k] for name, array in weights.items()})
        alone = sim.forward(layer, **{name: array[..., k] for name, array in start.items()})
        gradients = sim.backward(alone, dh[..., k], window=window)
        assert set(of_many) == set(gradients)
        for name in gradients:
            assert np.abs(of_many[name][..., k] - gradients[name]).max() < 1e-10, name


def test_gradients_of_many_that_are_asked_for_late_are_those_of_the_loss_that_was_given():
    cell, chance = sim.cell("lstm"), np.random.default_rng(12)
    weights, start = many_at_random(cell, chance, 1, 2, 3, 4)
    dh, dc_last = chance.normal(size=(3, 2, 4)), chance.normal(size=(2, 4))
    trace = sim.forward_many(cell, weights, **start)
    asked_at_once = dict(sim.backward(trace, dh, dc_last=dc_last))
    late = sim.backward(trace, dh, dc_last=dc_last)
    dh += 1
    dc_last += 1
    assert all((late[name] == values).all() for name, values in asked_at_once.items())


@pytest.mark.parametrize("H", [2, 6])
def test_a_window_as_long_as_the_sequence_changes_nothing(H):
    chance = np.random.default_rng(9)
    cell = sim.cell("gru")
    layer, start = random_layer(cell, chance, 2, H), random_start(cell, chance, 2, H, 12)
    dh = chance.normal(size=(12, H))
    trace = sim.forward(layer, **start)
    full, windowed = sim.backward(trace, dh), sim.backward(trace, dh, window=12)
    assert all((full[name] == windowed[name]).all() for name in full)
    assert np.abs(full["U_n"] - sim.backward(trace, dh, window=4)["U_n"]).max() > 1e-6


def test_the_direct_path_of_an_lstm_is_the_product_of_its_forget_gates():
    trace = sim.forward(lstm_layer(), np.sin(np.arange(6.0))[:, None], [0.2], [1.0])
    f = trace["f"][:, 0]
    direct = [np.prod(f[t:]) for t in range(1, 7)]
    assert np.abs(sim.influence(trace).direct - direct).max() < 1e-15


def test_the_direct_path_of_a_gru_is_the_product_of_what_it_keeps():
    for convention in ("pytorch", "chung2014"):
        cell = sim.cell("gru", convention)
        layer = sim.layer(cell, {name: np.full(cell.shape(name, 1, 1), 0.3) for name in cell.parameters})
        trace = sim.forward(layer, [[0.5], [-1.0], [2.0]])
        kept = trace["z"][:, 0] if convention == "pytorch" else 1 - trace["z"][:, 0]
        assert np.abs(sim.influence(trace).direct - [kept[1] * kept[2], kept[2], 1]).max() < 1e-15


def test_a_plain_rnn_has_no_direct_path():
    layer = sim.layer("rnn", {"W": [[0.5]], "U": [[0.8]], "b": [0.1]})
    trace = sim.forward(layer, [[1.0], [0.5], [-0.5]])
    influence = sim.influence(trace)
    assert influence.direct is None
    factors = 0.8 * (1 - trace["h"][:, 0] ** 2)
    expected = [factors[1] * factors[2], factors[2], 1]
    assert np.abs(influence.total["h", "h"] - np.abs(expected)).max() < 1e-15


def test_the_total_derivative_is_a_spectral_norm_over_every_later_path():
    chance = np.random.default_rng(1)
    cell = sim.cell("lstm")
    layer, start = random_layer(cell, chance, 2, 3), random_start(cell, chance, 2, 3, 4)
    trace = sim.forward(layer, **start)
    total = sim.influence(trace).total["c", "c"]
    jacobian = np.empty((3, 3))
    for unit in range(3):  # c of step 2 moved a little: h of step 2 moves with it, and both go on
        moved = []
        for sign in (1, -1):
            c = trace["c"][1].copy()
            c[unit] += sign * 1e-6
            h = trace["o"][1] * np.tanh(c)
            moved.append(sim.forward(layer, start["x"][2:], h, c)["c"][-1])
        jacobian[:, unit] = (moved[0] - moved[1]) / 2e-6
    assert total[1] == pytest.approx(np.linalg.norm(jacobian, 2), abs=1e-8)
    assert total[3] == 1


@pytest.mark.parametrize("decimals", [None, 4])
def test_each_line_of_the_way_back_gives_its_value(decimals):
    layer = lstm_layer()
    trace = sim.forward(layer, **L_START) if decimals is None else sim.exact(layer, **L_START)
    gradients = sim.backward(trace, [[0.5], [1.0]], dc_last=[0.3])
    names = {"tanh²": lambda y: np.tanh(y) ** 2}
    for step in (1, 2):
        for line in sim.explain(gradients, step):
            for text in line.substituted_text:
                value, right = text.replace("−", "-").replace("·", "*").replace("²", "**2").split(" = ")
                assert float(value) == pytest.approx(eval(right, names), abs=3e-4), text


@pytest.mark.parametrize("step", [0, 3, 1.5, True, None])
def test_gradients_are_there_for_the_steps_there_are(step):
    gradients = sim.backward(sim.forward(lstm_layer(), **L_START), [[1.0], [2.0]])
    with pytest.raises(sim.SimError, match="There is no step"):
        gradients.at("dc", step)
    assert gradients.at("dc_back", 1) == gradients.at("dc_prev", 2)


def test_the_way_back_is_printed_with_what_the_next_step_passes_back():
    assert sim.text("lstm", "dtanh_c") == "δtanh_c = δh ⊙ o"
    assert sim.text("lstm", "dc") == "δc = δtanh_c ⊙ (1 − tanh²(c)) + δc_next ⊙ f_next"
    assert sim.text("gru", "dn") == "δn = δh ⊙ (1 − z)"
    assert sim.text("rnn", "da") == "δa = δh ⊙ (1 − h²)"
    assert sim.text("lstm", "dW_f") == "dW_f = δa_f ⊗ x"
    said = (
        "the gradient of c at t equals the gradient of tanh of c times the quantity 1 minus the square of tanh of c, "
    )
    assert sim.words("lstm", "dc").startswith(said)
    assert sim.latex("lstm", "da_g") == r"\delta a_{g} = \delta g \odot (1 - g^2)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dh": [[1.0]]}, r"dh has shape \(1, 1\), needs \(2, 1\)"),
        ({"dh": [[1.0], [2.0]], "dc_last": [1, 2]}, r"dc_last has shape \(2,\), needs \(1,\)"),
        ({"dh": [[1.0], [float("nan")]]}, "not a finite number"),
        ({"dh": [["a"], ["b"]]}, "not a number"),
        ({"dh": [[1.0], [0.0]], "window": 0}, "window is 0"),
        ({"dh": [[1.0], [0.0]], "window": 1.5}, "window is 1.5"),
        ({"dh": None}, "no loss to go back from"),
        ({"dh": np.array([[1.0], [np.inf]])}, "not a?.*finite"),
    ],
)
def test_bad_losses_are_refused(arguments, message):
    with pytest.raises(sim.SimError, match=message):
        sim.backward(sim.forward(lstm_layer(), **L_START), **arguments)


def test_a_cell_without_a_cell_state_takes_no_gradient_of_it():
    trace = sim.forward(sim.layer("rnn", {"W": [[1]], "U": [[1]], "b": [0]}), [[1.0]])
    with pytest.raises(sim.SimError, match="no state c, so it takes no dc_last"):
        sim.backward(trace, [[1.0]], dc_last=[1.0])


def test_a_gradient_that_overflows_is_refused_by_name():
    layer = sim.layer("rnn_relu", {"W": [[1]], "U": [[1e30]], "b": [0]})
    trace = sim.forward(layer, [[1e-200]] * 8)
    with pytest.raises(sim.SimError, match="not finite"):
        sim.backward(trace, [[1e200]] * 8)
    with pytest.raises(sim.SimError, match="more than 4 decimals"):
        sim.backward(sim.exact(lstm_layer(), **L_START), [[0.12345], [0.0]])
