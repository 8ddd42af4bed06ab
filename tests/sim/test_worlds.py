"""A learner is followed by walking equations one at a time: the values are those of the compiled programs."""

import builtins

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.compile.decimals import Rounding
from sim.compile.recipes import ARRAYS, FLOATS, recipe_of
from sim.language.expressions import ELEMENTWISE, Expr, leaves
from sim.runs.walk import OPERATIONS, value
from tests.sim.fixtures import KINDS, L_START, each_kind, lstm_layer
from tests.tiers import thorough

SIZES = [(1, 1, 2), (2, 2, 2), (3, 6, 2)]  # D, H, T: floats, small arrays, large ones
each_size = pytest.mark.parametrize(("D", "H", "T"), thorough(SIZES, quick=[(1, 1, 2), (3, 6, 2)]))


def tenths(chance, *shape):
    return chance.integers(-15, 16, shape) / 10


def run(cell, D, H, T, seed=1):
    """A layer of one-decimal weights, what it is given, and a loss."""
    chance = np.random.default_rng(seed)
    layer = sim.layer(cell, {name: tenths(chance, *cell.shape(name, D, H)) for name in cell.parameters})
    start = {"x": tenths(chance, T, D)} | {f"{state}0": tenths(chance, H) for state in cell.states}
    loss = {"dh": tenths(chance, T, H)} | {f"d{state}_last": tenths(chance, H) for state in cell.states}
    return layer, start, loss


def keys_of(cell, T):
    """All that can be asked for, in the order of computing."""
    forward = [f"{name}@{t}" for t in range(1, T + 1) for name in cell.equations]
    return forward + [f"{name}@{t}" for t in range(T, 0, -1) for name in cell.gradients]


def taken_from(trace, gradients, key):
    name, _, step = key.partition("@")
    return (trace if name in trace else gradients).at(name, int(step))


@each_kind
@each_size
@pytest.mark.parametrize("decimals", thorough([4, 3, None], quick=[4, None]))
def test_without_own_numbers_every_value_is_that_of_the_compiled_programs(cell, D, H, T, decimals):
    layer, start, loss = run(cell, D, H, T)
    trace = sim.exact(layer, **start, decimals=decimals) if decimals else sim.forward(layer, **start)
    gradients = sim.backward(trace, **loss)
    follower = sim.Follower(layer, **start, **loss)
    for key in keys_of(cell, T):
        found, right = follower.value({}, key, decimals=decimals), taken_from(trace, gradients, key)
        assert found == pytest.approx(right, rel=0, abs=0 if decimals else 1e-12)
    for weight in cell.parameters:
        found = follower.value({}, f"d{weight}", decimals=decimals)
        assert found == pytest.approx(gradients[weight], rel=0, abs=0 if decimals else 1e-12)


@each_kind
@each_size
def test_a_slip_of_someone_without_own_numbers_is_the_slip_itself(cell, D, H, T):
    layer, start, loss = run(cell, D, H, T)
    follower = sim.Follower(layer, **start, **loss)
    for asked in (*cell.equations, *cell.gradients):
        for slip in sim.slips_for(cell, asked):
            try:
                where = {"step": T, "decimals": 4} | (loss if slip.of_gradient else {})
                wrong = sim.evaluate_slip(slip, layer, **start, **where)
            except sim.SimError:  # it needs as many inputs as units
                with pytest.raises(sim.SimError, match="needs as many inputs as units"):
                    follower.value({}, f"{asked}@{T}", slip=slip)
                continue
            assert (follower.value({}, f"{asked}@{T}", slip=slip) == wrong.at(asked, T)).all(), (slip.id, asked)


@each_kind
@each_size
@pytest.mark.parametrize("seed", thorough([1, 2, 3], quick=[1]))
def test_early_values_are_those_of_the_traces_kept_to_fewer_decimals(cell, D, H, T, seed):
    layer, start, loss = run(cell, D, H, T, seed)
    follower = sim.Follower(layer, **start, **loss)
    traces = [sim.kept_to(layer, **start, decimals=decimals) for decimals in (3, 2, 1)]
    traces.append(sim.kept_to(layer, **start, decimals=4, truncate=True))
    gradients = [sim.backward(trace, **loss) for trace in traces]
    for key in ("h@2", "dh@1", f"d{next(iter(cell.equations))}@2"):
        expected = [taken_from(*each, key).tolist() for each in zip(traces, gradients, strict=True)]
        assert [list(each) for each in follower.early(key, 4)] == expected
    for weight in cell.parameters:
        expected = [each[weight].ravel().tolist() for each in gradients]
        assert [list(each) for each in follower.early(f"d{weight}", 4)] == expected


BORDERS = [-7.0, -1.2345, -1.0, -0.5, -0.25, -0.05, 0.0, 0.05, 0.25, 0.4999, 0.5, 0.95, 1.0, 1.2345, 7.0]


@pytest.mark.parametrize("arithmetic", [FLOATS, ARRAYS], ids=["floats", "arrays"])
@pytest.mark.parametrize("op", ELEMENTWISE)
def test_every_function_of_one_entry_is_that_of_the_reference_on_its_borders_too(arithmetic, op):
    recipe = recipe_of(Expr(op, (Expr("name", (), "y"),)), None, arithmetic)
    found = [recipe([y]) for y in BORDERS] if arithmetic is FLOATS else recipe([np.array(BORDERS)]).tolist()
    assert found == pytest.approx(list(OPERATIONS[op](np.array(BORDERS))), abs=1e-12)


@pytest.mark.parametrize("arithmetic", [FLOATS, ARRAYS], ids=["floats", "arrays"])
def test_a_value_is_cut_off_toward_zero_on_either_side(arithmetic):
    recipe = recipe_of(Expr("neg", (Expr("name", (), "y"),)), Rounding(kept=2, op="cut"), arithmetic)
    for y, cut in [(12_390, -12_300), (-12_390, 12_300), (90, 0), (-90, 0)]:  # in units of the fourth decimal
        assert float(recipe([arithmetic.number(y)])) == cut


def walked(layer, start, loss, own, asked, slip):
    """The promise of `evaluate_with` in full precision, one equation after another, by the reference evaluator."""
    cell, T = layer.cell, len(start["x"])
    order, step_asked = keys_of(cell, T), int(asked.partition("@")[2])
    known = dict(layer.weights) | {f"{state}@0": np.asarray(start[f"{state}0"]) for state in cell.states}
    known |= {f"d{state}_last": np.asarray(loss[f"d{state}_last"]) for state in cell.states}
    known |= {f"x@{t}": np.asarray(start["x"][t - 1]) for t in range(1, T + 1)}
    known |= {f"dh_loss@{t}": np.asarray(loss["dh"][t - 1]) for t in range(1, T + 1)}

    def read(leaf, t):
        if leaf.endswith("_back") and t == T:
            return known[leaf.replace("_back", "_last")]
        if leaf.endswith("_back"):
            passed = cell.gradients[leaf.replace("_back", "_prev")]
            return value(passed, {each: read(each, t + 1) for each in leaves(passed)})
        if leaf in ("h_prev", "c_prev"):
            return known[f"{leaf[0]}@{t - 1}"]
        return known[leaf] if leaf in cell.parameters else known[f"{leaf}@{t}"]

    def compute(key):
        name, _, step = key.partition("@")
        changes = slip.changes if slip and int(step) == step_asked else {}
        if key in own and name not in changes and order.index(key) < order.index(asked):
            return np.asarray(own[key])
        formula = changes.get(name, cell.formula(name))
        return value(formula, {leaf: read(leaf, int(step)) for leaf in leaves(formula)})

    for key in order[: order.index(asked) + 1]:
        known[key] = compute(key)
    return known[asked]


def reads_backwards(slip):
    """Whether it changes nothing after what is asked, and reads nothing that is computed later."""
    order = {name: place for place, name in enumerate([*slip.cell.equations, *slip.cell.gradients])}
    return all(
        order[name] <= order[slip.asked] and all(order.get(leaf, -1) < order[name] for leaf in leaves(formula))
        for name, formula in slip.changes.items()
    )


@st.composite
def learners(draw):
    """Own numbers in any pattern, something asked, and perhaps a slip in it that reads nothing computed later."""
    cell = draw(st.sampled_from(KINDS))
    D, H, T = draw(st.sampled_from([(1, 1, 2), (2, 2, 3)]))
    keys = keys_of(cell, T)
    asked = draw(st.sampled_from([key for key in keys if "W_" not in key]))
    chosen = draw(st.lists(st.sampled_from(keys), max_size=6))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    own = {key: chance.normal(size=cell.shape(key, D, H)).tolist() for key in chosen}
    slips = [slip for slip in sim.slips_for(cell, asked) if reads_backwards(slip)]
    return cell, (D, H, T), own, asked, draw(st.sampled_from([None, *slips]))


def is_followed_as_the_reference_walks_it(learner):
    cell, (D, H, T), own, asked, slip = learner
    layer, start, loss = run(cell, D, H, T, seed=7)
    found = sim.evaluate_with(layer, **start, **loss, own=own, asked=asked, slip=slip, decimals=None)
    assert found == pytest.approx(walked(layer, start, loss, own, asked, slip), abs=1e-9)


@settings(max_examples=25)
@given(learners())
def test_a_pattern_of_own_numbers_is_followed_as_the_reference_walks_it(learner):
    is_followed_as_the_reference_walks_it(learner)


@pytest.mark.slow
@settings(max_examples=300)
@given(learners())
def test_any_pattern_of_own_numbers_is_followed_as_the_reference_walks_it(learner):
    is_followed_as_the_reference_walks_it(learner)


@each_kind
def test_an_own_number_of_what_a_slip_replaces_is_not_used(cell):
    layer, start, loss = run(cell, 2, 2, 2)
    follower = sim.Follower(layer, **start, **loss)
    for slip in (slip for name in (*cell.equations, *cell.gradients) for slip in sim.slips_for(cell, name)):
        replaced = {f"{name}@2": np.full(cell.shape(name, 2, 2), 0.7) for name in {slip.asked, *slip.changes}}
        without = follower.value({}, f"{slip.asked}@2", slip=slip)
        assert (follower.value(replaced, f"{slip.asked}@2", slip=slip) == without).all(), slip.id
        if not slip.of_gradient:
            trace = sim.trace_with(layer, **start, own=replaced, slip=slip, step=2)
            assert (trace.at(slip.asked, 2) == without).all(), slip.id


def test_no_pattern_of_own_numbers_is_compiled(monkeypatch):
    layer = lstm_layer()
    sim.Follower(layer, **L_START)

    def compile_nothing(*arguments):
        raise AssertionError("something is compiled for a learner")

    monkeypatch.setattr(builtins, "exec", compile_nothing)
    follower = sim.Follower(layer, **L_START, dh=[[0.5], [1.0]])
    for asked in ("h@2", "dc@1", "dW_f"):
        assert len(follower.entries({"f@1": (0.4,), "c@1": (0.7,), "dh@2": (0.9,)}, asked)) == 1
    assert list(follower.early("h@2", 4))
    assert follower.trace({"f@1": (0.4,)})["f"][0] == 0.4


@pytest.mark.parametrize("given", [(0.7,), [0.7], 0.7, np.array([0.7]), ([0.7],)])
def test_own_numbers_may_come_as_tuples_lists_and_arrays(given):
    follower = sim.Follower(lstm_layer(), **L_START)
    right = follower.value({"c@1": (0.7,)}, "h@1")
    for _ in range(2):
        assert follower.value({"c@1": given}, "h@1") == right
    assert follower.value({"c@1": [0.8]}, "h@1") != right


def test_the_own_numbers_that_a_value_reads_are_those_next_to_it():
    follower = sim.Follower(lstm_layer(), **L_START)
    own = {"f@1": (0.4,), "c@1": (0.7,), "o@1": (0.5,), "h@1": (0.3,)}
    assert follower.asked(own, "h@1").reads() == {"c@1", "o@1"}
    assert follower.asked(own, "c@1").reads() == {"f@1"}
    assert follower.asked(own, "c@2").reads() == {"c@1", "h@1"}
    assert follower.asked({"f@1": (0.4,)}, "h@2").reads() == {"f@1"}
    losses = sim.Follower(lstm_layer(), **L_START, dh=[[0.5], [1.0]])
    assert losses.asked({"da_f@1": (0.1,), "dc@2": (0.2,)}, "dW_f").reads() == {"da_f@1", "dc@2"}


def test_a_long_sequence_is_followed_step_after_step():
    layer = lstm_layer()
    x = np.tile([[0.9], [-0.4]], (32, 1))
    follower = sim.Follower(layer, x, [-0.7], [1.3], dh=np.ones((64, 1)))
    trace = sim.exact(layer, x, [-0.7], [1.3])
    assert follower.value({}, "h@64")[0] == trace["h"][-1, 0]
    assert follower.value({}, "dc@1")[0] == sim.backward(trace, np.ones((64, 1)))["dc"][0, 0]
    with pytest.raises(sim.SimError, match="64 at most"):
        sim.Follower(layer, np.ones((65, 1)))


def test_a_slip_of_the_way_forward_is_not_asked_of_a_gradient():
    swapped = sim.slip_named("lstm", "c", "F03")
    with pytest.raises(sim.SimError, match="F03 is a slip of c, and asked is dc@1"):
        sim.evaluate_with(lstm_layer(), **L_START, own={}, asked="dc@1", slip=swapped, dh=[[1.0], [1.0]])


def test_a_learner_goes_on_from_a_slip_and_his_later_numbers_stand():
    swapped = sim.slip_named("lstm", "c", "F03")
    trace = sim.trace_with(lstm_layer(), **L_START, own={"o@1": [0.5]}, slip=swapped, step=1)
    alone = sim.evaluate_slip(swapped, lstm_layer(), **L_START, step=1, decimals=4)
    assert trace["c"][0] == alone["c"][0]
    assert trace["h"][0] == pytest.approx(0.5 * np.tanh(trace["c"][0]), abs=1e-4)
    later = sim.trace_with(lstm_layer(), **L_START, own={}, slip=swapped, step=1)
    assert (later["h"] == alone["h"]).all()
