"""Every slip, in layers of all shapes: it gives what the reference evaluator gives, or these sizes are refused."""

import numpy as np
import pytest

import sim
from sim.runs.walk import walk_back, walk_steps

pytestmark = pytest.mark.slow

KINDS = [(cell, convention) for cell in sim.CELLS for convention in list(sim.CELLS[cell])[:1]] + [("gru", "cho2014")]
T = 3


def numbers(cell, D, H):
    """Weights and inputs in tenths, like those of an example."""
    chance = np.random.default_rng(D * 10 + H)
    weights = {name: chance.integers(-15, 16, cell.shape(name, D, H)) / 10 for name in cell.parameters}
    states = [chance.integers(-9, 10, H) / 10 if state in cell.states else None for state in "hc"]
    return sim.layer(cell, weights), chance.integers(-15, 16, (T, D)) / 10, *states


def slips(cell):
    return [slip for name in (*cell.equations, *cell.gradients) for slip in sim.slips_for(cell, name)]


def expected(slip, layer, x, h0, c0):
    """By the reference, with the slip in every step; of a gradient, back from the sum of the last h."""
    if not slip.of_gradient:
        return walk_steps(slip.wrong, layer.weights, x, h0, c0)
    trace = walk_steps(layer.cell, layer.weights, x, h0, c0)
    first = {"h_prev": h0} | ({} if c0 is None else {"c_prev": c0})
    last = {"dh_back": np.ones(layer.H)} | ({} if c0 is None else {"dc_back": np.zeros(layer.H)})
    return walk_back(slip.wrong, layer.weights, trace, x, first, np.zeros((T, layer.H)), last)


@pytest.mark.parametrize(("D", "H"), [(1, 3), (3, 1), (2, 2), (4, 8), (8, 8)])
@pytest.mark.parametrize(("name", "convention"), KINDS)
def test_every_slip_gives_what_the_reference_gives_or_is_refused(name, convention, D, H):
    cell = sim.cell(name, convention)
    layer, *given = numbers(cell, D, H)
    made = 0
    for slip in slips(cell):
        try:
            slip.cell_for(layer)
        except sim.SimError as error:
            assert D != H and error.code == "wrong_shape", slip.id
            continue
        made += 1
        found = sim.evaluate_slip(slip, layer, *given, dh_last=np.ones(H) if slip.of_gradient else None)
        reference = expected(slip, layer, *given)
        states = [f"d{state}" if slip.of_gradient else state for state in cell.states]
        for each in states:
            np.testing.assert_allclose(found[each], reference[each], rtol=1e-9, atol=1e-12, err_msg=f"{slip.id} {each}")
    assert made > 10


def test_a_slip_whose_gradient_comes_out_in_another_shape_is_refused():
    cell = sim.cell("lstm")
    layer, *_ = numbers(cell, 1, 3)
    with pytest.raises(sim.SimError, match=r"B16 .* has no value with D = "):
        sim.slip_named(cell, "dh_prev", "B16").cell_for(layer)
