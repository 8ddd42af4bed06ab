"""A read-out with a loss: values on paper, and its gradient as the start of the way back."""

import numpy as np
import pytest

import sim
from tests.sim.fixtures import random_layer, random_start

V = {"V": [[0.5, -1.0], [1.0, 2.0], [0.0, 0.3]], "b_y": [0.1, 0.2, -0.3]}


def test_a_squared_loss_is_half_the_squared_distance():
    reading = sim.read(sim.read_out("squared", {"V": [[2.0]], "b_y": [0.5]}), [[0.25]], [[0.4]])
    assert reading["y"].tolist() == [[1.0]]
    assert reading.total == pytest.approx(0.18)  # (1 − 0.4)² / 2
    assert reading["dh"][0, 0] == pytest.approx(1.2)  # (1 − 0.4) · 2
    assert reading["V"][0, 0] == pytest.approx(0.15)  # (1 − 0.4) · 0.25


def test_cross_entropy_is_the_logarithm_of_the_right_class_s_share():
    reading = sim.read(sim.read_out("cross_entropy", {"V": [[0.0], [0.0]], "b_y": [0.0, np.log(3)]}), [[1.0]], [0])
    assert reading["p"][0].tolist() == pytest.approx([0.25, 0.75])
    assert reading.total == pytest.approx(np.log(4))
    assert reading["dy"][0].tolist() == pytest.approx([-0.75, 0.75])


@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
def test_the_gradient_through_read_out_and_layer_equals_small_differences(loss):
    chance = np.random.default_rng(3)
    cell = sim.cell("gru")
    layer, start = random_layer(cell, chance, 1, 2), random_start(cell, chance, 1, 2, 3)
    out = sim.read_out(loss, V)
    target = np.eye(3) if loss == "cross_entropy" else chance.normal(size=(3, 3))

    def total(x):
        return sim.read(out, sim.forward(layer, x, start["h0"])["h"], target).total

    reading = sim.read(out, sim.forward(layer, **start)["h"], target)
    gradients = sim.backward(sim.forward(layer, **start), reading["dh"])
    for t in range(3):
        up, down = start["x"].copy(), start["x"].copy()
        up[t] += 1e-5
        down[t] -= 1e-5
        assert (total(up) - total(down)) / 2e-5 == pytest.approx(gradients["x"][t, 0], abs=1e-8)


def test_where_only_the_last_step_counts_the_others_have_no_loss():
    reading = sim.read(sim.read_out("squared", V), np.ones((3, 2)), np.zeros((3, 3)), steps=[3])
    assert reading["loss"][:2].tolist() == [0, 0]
    assert (reading["dh"][:2] == 0).all()
    assert (reading["dh"][2] != 0).any()


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: sim.read_out("hinge", V), "no loss “hinge”"),
        (lambda: sim.read_out("squared", {"V": [[1.0]]}), "missing: b_y"),
        (lambda: sim.read_out("squared", {"V": [[1.0]], "b_y": [1.0, 2.0]}), r"needs \(O, H\) and \(O,\)"),
        (lambda: sim.read(sim.read_out("squared", V), [[1.0]], [[1.0]]), "h has shape"),
        (lambda: sim.read(sim.read_out("squared", V), [[1.0, 2.0]], [[1.0]]), "target has shape"),
        (lambda: sim.read(sim.read_out("cross_entropy", V), [[1.0, 2.0]], [3]), "classes count from 0 to 2"),
        (lambda: sim.read(sim.read_out("cross_entropy", V), [[1.0, 2.0]], [0], steps=[2]), "no step 2"),
    ],
)
def test_a_read_out_that_does_not_fit_is_refused(refused, message):
    with pytest.raises(sim.SimError, match=message):
        refused()
