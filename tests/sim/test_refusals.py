"""Bad input is refused in plain words: what it is, what was found, what is needed."""

import numpy as np
import pytest

import sim

RIGHT = {"W": [[0.5]], "U": [[0.8]], "b": [0.1]}
LSTM = {f"{letter}_{gate}": value for gate in "ifgo" for letter, value in RIGHT.items()}


def rnn(**changes):
    return sim.layer("rnn", RIGHT | changes)


def many(**changes):
    variants = {"W": [[[0.5, 1]]], "U": [[[0.8, 1]]], "b": [[0.1, 1]], "x": [[[1, 2]]], "h0": [[0, 1]]} | changes
    return sim.forward_many("rnn", {name: variants[name] for name in "WUb"}, variants["x"], variants["h0"])


ONES = {"W": np.ones((1, 1, 2)), "U": np.ones((1, 1, 2)), "b": np.ones((1, 2))}


def many_lstm(**changes):
    weights = {f"{letter}_{gate}": array for gate in "ifgo" for letter, array in ONES.items()}
    return sim.forward_many("lstm", weights | changes, np.ones((1, 1, 2)))


def large(name):
    """A layer of nine inputs, which is computed on arrays."""
    cell = sim.cell(name)
    return sim.layer(cell, {weight: np.ones(cell.shape(weight, 9, 1)) for weight in cell.parameters})


def followed(**changes):
    given = {"x": [[1], [1]], "h0": [0]} | changes
    return sim.evaluate_with(rnn(), **given, own={}, asked="h@1")


def forward_slip(of, **losses):
    return sim.evaluate_slip(sim.slip_named("rnn", "a", "F07"), of, [[1]], **losses)


def never_passes():
    """An exercise whose only number leaves nothing to tell apart."""
    zero = sim.Range(0, 0, 1)
    return sim.Exercise(
        "dull/1", "rnn", D=1, H=1, T=1, asked=("h@1",), claims={"h": ("F07",)}, must_show={"h": ("F07",)},
        ranges=dict.fromkeys(("x", "h0", "W", "U", "b"), zero),
    )  # fmt: skip


REFUSALS = [
    (lambda: sim.layer("rnn", {"W": [[0.5]], "U": [[0.8]]}), "missing: b"),
    (lambda: rnn(W_f=[[1]]), "unknown: W_f"),
    (lambda: rnn(W=[[0.5, 1], [1]]), "different lengths"),
    (lambda: rnn(W=[0.5]), r"W has shape \(1,\), needs \(1, 1\)"),
    (lambda: rnn(W=[[0.5], [0.5]]), r"b has shape \(1,\), needs \(2,\); U has shape \(1, 1\), needs \(2, 2\)"),
    (lambda: sim.layer("rnn", {}), "missing: W, b, U"),
    (lambda: sim.layer("lstm", {**LSTM, "W_f": [[1, 2]]}), r"W_f has shape \(1, 2\), needs \(1, 1\)"),
    (lambda: rnn(W=[[[0.5]]]), r"W has shape \(1, 1, 1\), needs"),
    (lambda: rnn(W=[[1 + 2j]]), "not a number"),
    (lambda: rnn(W=[["0.5"]]), "W holds something that is not a number"),
    (lambda: rnn(W={"a": 1}), "not a number"),
    (lambda: rnn(b=[None]), "b holds something that is not a number"),
    (lambda: rnn(W="a"), "not a number"),
    (lambda: rnn(W=[["a"]]), "not a number"),
    (lambda: rnn(W=None), "not a"),
    (lambda: rnn(W=[[float("nan")]]), "not a finite number"),
    (lambda: rnn(W=[[float("inf")]]), "not a finite number"),
    (lambda: rnn(W=np.zeros((0, 1))), "H is 0, needs 1 to 512"),
    (lambda: rnn(W=np.zeros((600, 1))), "H is 600"),
    (lambda: sim.cell("lsmt"), "no cell “lsmt”"),
    (lambda: sim.cell("gru", "keras3"), "no convention “keras3”"),
    (lambda: sim.cell("lstm").but(c="f * later"), "neither declared nor"),
    (lambda: sim.cell("lstm").but(f="import os"), "not an equation"),
    (lambda: sim.cell("lstm").but(f="__import__('os')"), "not in the language"),
    (lambda: sim.cell("lstm").but(f="h + a_f"), "declared later"),
    (lambda: sim.forward(rnn(), [[1, 2]]), r"x has shape \(1, 2\), needs \(T, D\) with D = 1"),
    (lambda: sim.forward(rnn(), np.zeros((0, 1))), "0 steps"),
    (lambda: sim.forward(rnn(), np.zeros((20_000, 1))), "20000 steps"),
    (lambda: sim.forward(rnn(), [1, 2]), r"x has shape \(2,\), needs \(T, D\)"),
    (lambda: sim.forward(rnn(), []), r"x has shape \(0,\)"),
    (lambda: sim.forward(rnn(), [[1], [1, 2]]), "x has rows of different lengths"),
    (lambda: sim.forward(rnn(), [["1"]]), "x holds something that is not a number"),
    (lambda: sim.forward(rnn(), [[float("nan")]]), "x holds a value that is not a finite number"),
    (lambda: sim.forward(rnn(), np.array([[1], [np.inf]])), "x holds a value that is not a finite number"),
    (lambda: sim.forward(rnn(), [[1]], h0=[np.nan]), "h0 holds a value that is not a finite number"),
    (lambda: sim.forward(rnn(), [[1]], h0=["a"]), "h0 holds something that is not a number"),
    (lambda: sim.exact(rnn(), [[np.nan]]), "x holds a value that is not a finite number"),
    (lambda: sim.exact(rnn(), [[0.5], [0.12345]]), "x holds 0.12345, which has more than 4 decimals"),
    (lambda: sim.exact(rnn(), [[0.5]], [0.12345]), "h0 holds 0.12345, which has more than 4 decimals"),
    (lambda: sim.exact(large("rnn"), np.full((1, 9), 0.12345)), "x holds 0.12345"),
    (lambda: sim.exact(large("lstm"), np.ones((1, 9)), c0=[0.12345]), "c0 holds 0.12345"),
    (lambda: sim.exact(sim.layer("lstm", LSTM), [[1]], c0=[0.125], decimals=2), "c0 holds 0.125, .* more than 2"),
    (lambda: followed(h0=[0.12345]), "h0 holds 0.12345"),
    (lambda: followed(x=[[1], [0.12345]]), "x at step 2 holds 0.12345"),
    (lambda: followed(dh=[[0.12345], [1]]), "dh at step 1 holds 0.12345"),
    (lambda: sim.backward(sim.exact(rnn(), [[1]]), None, [0.12345]), "dh_last holds 0.12345"),
    (lambda: sim.backward(sim.exact(large("lstm"), np.ones((1, 9))), None, None, [0.12345]), "dc_last holds 0.12345"),
    (lambda: sim.backward(sim.forward(rnn(), [[1]]), np.array([[np.nan]])), r"dh holds a value .*: nan at \[0, 0\]"),
    (lambda: sim.exact(rnn(W=[[0.12345]]), [[1]]), "W holds 0.12345, which has more than 4 decimals"),
    (lambda: sim.exact(rnn(), [[1]], decimals=2.5), "decimals"),
    (
        lambda: sim.forward(rnn(W=np.zeros((500, 500)), U=np.zeros((500, 500)), b=np.zeros(500)), np.zeros((50, 500))),
        r"T · H · \(D \+ H\) is 25000000, at most 20000000",
    ),
    (
        lambda: sim.forward_many(
            "rnn", {"W": np.ones((1, 1, 0)), "U": np.ones((1, 1, 0)), "b": np.ones((1, 0))}, np.ones((1, 1, 0))
        ),
        "0 variants",
    ),
    (lambda: many(b=[[0.1]]), r"b has shape \(1, 1\), needs \(1, 2\)"),
    (lambda: many(x=[[[1, float("nan")]]]), "x holds a value that is not a finite number"),
    (lambda: many(W=np.array([[[0.5, np.nan]]])), r"W holds a value that is not a finite number: nan at \[0, 0, 1\]"),
    (lambda: many(b=np.array([[-np.inf, 0.1]])), r"b holds a value that is not a finite number: -inf at \[0, 0\]"),
    (lambda: many_lstm(W_q=np.ones((1, 1, 2))), "unknown: W_q"),
    (lambda: many_lstm(p_i=np.ones((1, 2))), "unknown: p_i"),
    (lambda: many_lstm(W_f=np.array([[[1, np.nan]]])), r"W_f holds a value that is not a finite number: nan at"),
    (lambda: many_lstm(U_o=np.array([[[np.inf, 1]]])), r"U_o holds a value that is not a finite number: inf at"),
    (lambda: many_lstm(b_g=None), "b_g holds something that is not a number"),
    (lambda: sim.forward_many("rnn", ONES, np.ones((1, 1, 2)), c0=np.full((1, 2), np.nan)), "no state c, .* no c0"),
    (lambda: many(h0=[[0]]), r"h0 has shape \(1, 1\), needs \(1, 2\)"),
    (lambda: many(W=[[["a", "b"]]]), "W holds something that is not a number"),
    (
        lambda: sim.from_onnx("LSTM", np.ones((1, 3, 1)), np.ones((1, 3, 1))),
        r"W has 3 rows, needs 4; R has 3 rows, needs 4: 4 blocks of H rows \(i, o, f, g\)",
    ),
    (lambda: next(sim.accepted(never_passes(), range(200))), "None of 200 candidates of dull/1 passed"),
    (lambda: sim.forward(rnn(), [[1]], h0=[1, 2]), r"h0 has shape \(2,\), needs \(1,\)"),
    (lambda: sim.forward(rnn(), [[1]], c0=[1]), "no state c"),
    (lambda: sim.forward(rnn(), [[1]])["q"], "no “q”"),
    (lambda: sim.forward_many("rnn", RIGHT, [[1.0]]), "needs"),
    (lambda: forward_slip(rnn(), dh="abc"), "dh holds something that is not a number"),
    (lambda: forward_slip(rnn(), dh=[[1, 2]]), r"dh has shape \(1, 2\), needs \(1, 1\)"),
    (lambda: forward_slip(rnn(), dh=np.array([[np.nan]])), "dh holds a value that is not a finite number"),
    (lambda: forward_slip(rnn(), dc_last=[1]), "no state c, so it takes no dc_last"),
    (lambda: forward_slip(sim.network([rnn()]), dh="abc"), "dh holds something that is not a number"),
    (lambda: forward_slip(sim.network([rnn()]), dh=[[1, 2]]), r"dh has shape \(1, 2\), needs \(1, 1\)"),
    (lambda: forward_slip(sim.network([rnn()]), dh_last=[[1], [2]]), "dh_last has 2 rows"),
    (lambda: forward_slip(sim.network([rnn()]), dh_last=[["a"]]), "dh_last holds something that is not a number"),
    (lambda: sim.slips_for("rnn", "c"), "no “c”"),
    (lambda: sim.mathml("rnn", "c"), "no “c”"),
    (lambda: sim.explain(sim.forward(rnn(), [[1]]), 2), "no step 2"),
    (lambda: sim.evaluate_with(rnn(), [[1]], own={"h": [1]}, asked="h@1"), "no “h”"),
    (lambda: sim.evaluate_with(rnn(), [[1]], own={"a@1": [1, 2]}, asked="h@1"), "a@1 has shape"),
    (lambda: sim.evaluate_with(rnn(), [[1]], own={}, asked="h@2"), "no step 2"),
    (lambda: sim.evaluate_with(rnn(), [[1]], own={}, asked="h@1", slip="F99"), "no slip F99"),
]


@pytest.mark.parametrize(("refused", "message"), REFUSALS)
def test_bad_input_is_refused_by_name(refused, message):
    with pytest.raises(sim.SimError, match=message) as found:
        refused()
    assert found.value.code
    assert found.value.message.endswith(".")


def test_a_slip_of_the_way_forward_is_the_same_whether_a_loss_is_given_or_not():
    for of in (rnn(), sim.network([rnn()])):
        for losses in ({}, {"dh": [[1]]}, {"dh": [[1]], "dh_last": [1] if isinstance(of, sim.Layer) else [[1]]}):
            assert forward_slip(of, **losses)["a"] == [[0.5]]


def test_what_overflows_is_refused_by_name_and_never_returned():
    layer = sim.layer("rnn_relu", {"W": [[1]], "U": [[1e10]], "b": [1]})
    with pytest.raises(sim.SimError, match="a at step 32 is not finite"):
        sim.forward(layer, np.ones((200, 1)))


def test_a_layer_does_not_change_when_its_arrays_do():
    weights = {name: np.array(value) for name, value in RIGHT.items()}
    layer = sim.layer("rnn", weights)
    before = sim.forward(layer, [[1]])["h"]
    weights["W"][:] = 9
    assert sim.forward(layer, [[1]])["h"] == before
