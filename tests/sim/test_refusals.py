"""Bad input is refused in plain words: what it is, what was found, what is needed."""

import numpy as np
import pytest

import sim

RIGHT = {"W": [[0.5]], "U": [[0.8]], "b": [0.1]}


def rnn(**changes):
    return sim.layer("rnn", RIGHT | changes)


REFUSALS = [
    (lambda: sim.layer("rnn", {"W": [[0.5]], "U": [[0.8]]}), "missing: b"),
    (lambda: rnn(W_f=[[1]]), "unknown: W_f"),
    (lambda: rnn(W=[[0.5, 1], [1]]), "different lengths"),
    (lambda: rnn(W=[0.5]), r"W has shape \(1,\), needs \(1, 1\)"),
    (lambda: rnn(W=[[0.5], [0.5]]), r"b has shape \(1,\), needs \(2,\); U has shape \(1, 1\), needs \(2, 2\)"),
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
    (lambda: sim.forward(rnn(), [[1]], h0=[1, 2]), r"h0 has shape \(2,\), needs \(1,\)"),
    (lambda: sim.forward(rnn(), [[1]], c0=[1]), "no state c"),
    (lambda: sim.forward(rnn(), [[1]])["q"], "no “q”"),
    (lambda: sim.forward_many("rnn", RIGHT, [[1.0]]), "needs"),
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
