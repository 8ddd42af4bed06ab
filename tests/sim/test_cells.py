"""Declarations: what every cell promises, and that a cell nobody has heard of gets all that the known ones have."""

import re
import textwrap
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.errors import DeclarationError
from sim.language.expressions import written
from tests.sim.fixtures import CELLS, MADE_UP, cell_id, random_layer, random_start, slip

NAMES = {
    "rnn": "a h",
    "rnn_relu": "a h",
    "lstm": "a_i i a_f f a_g g a_o o c tanh_c h",
    "lstm_forget_bias": "a_i i a_f f a_g g a_o o c tanh_c h",
    "lstm_peephole": "a_i i a_f f a_g g c a_o o tanh_c h",
    "lstm_coupled": "a_i i f a_g g a_o o c tanh_c h",
    "lstm_1997": "a_i i a_g g a_o o c tanh_c h",
    "gru": "a_r r a_z z a_n n h",
    "mgu": "a_f f a_n n h",
}


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.name in NAMES], ids=cell_id)
def test_a_cell_declares_the_names_of_the_field_in_order_of_use(cell):
    assert sorted(cell.equations) == sorted(NAMES[cell.name].split())
    known = {"x", "h_prev", "c_prev", *cell.parameters}
    for name in cell.equations:
        assert set(cell.reads(name)) <= known
        known.add(name)


@pytest.mark.parametrize("cell", CELLS, ids=cell_id)
def test_every_cell_says_which_convention_its_numbers_are_in_and_where_it_comes_from(cell):
    assert cell.note.endswith(".")
    assert cell.source
    assert sim.cell(cell.name, cell.convention) is cell


def test_where_a_convention_changes_nothing_it_may_be_named():
    assert sim.cell("rnn", "keras") is sim.cell("rnn")
    assert sim.cell("lstm_peephole", "gamma") is sim.cell("lstm_peephole")


def test_weights_have_the_shapes_of_the_field():
    lstm = sim.cell("lstm_peephole")
    assert [lstm.shape(name, 3, 2) for name in ("W_f", "U_f", "b_f", "p_f", "x", "c")] == [
        (2, 3), (2, 2), (2,), (2,), (3,), (2,)
    ]  # fmt: skip
    assert lstm.shape("dW_f@2", 3, 2) == (2, 3)
    assert {name for name in sim.cell("gru").parameters if "n" in name} == {"W_n", "b_in", "U_n", "b_hn"}


def test_an_equation_moves_behind_what_it_reads():
    late = sim.cell("lstm").but(a_o="W_o @ x + b_o + U_o @ h_prev + p_o * c")
    assert list(late.equations).index("c") < list(late.equations).index("a_o")
    assert "p_o" in late.parameters


def test_an_equation_can_be_taken_out_with_its_weights():
    without = sim.cell("lstm").but(a_f=None, f="1 - i")
    assert "a_f" not in without.equations
    assert not {"W_f", "U_f", "b_f"} & set(without.parameters)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"f": None}, "f in the equation of c is neither declared"),
        ({"f": "sigmoid(a_f + c)"}, "declared later"),
        ({"c": "f * c_prev + later"}, "neither declared nor"),
        ({"dc": "dh_prev + dc_back"}, "reads dh_prev, which it can't"),
        ({"dh": "dh_loss + nowhere"}, "reads nowhere, which it can't"),
    ],
)
def test_an_equation_that_reads_what_it_can_not_is_refused(changes, message):
    with pytest.raises(DeclarationError, match=message):
        sim.cell("lstm").but(**changes)


@pytest.mark.parametrize(
    ("equations", "message"),
    [
        ({"h": "tanh(a)", "a": "W @ x"}, "declared later"),
        ({"h": "tanh(q)"}, "neither declared nor a W, U, b or p"),
        ({"a": "W @ x"}, "h has no equation"),
        ({"h": "tanh(c_prev)"}, "c has no equation"),
        ({"d": "W @ x", "h": "d"}, "“d” can't be a quantity"),
        ({"h": "tanh(W @ x)"}, "h squashes a weighted sum without a name"),
        ({"bias": "W @ x", "h": "bias"}, "“bias” can't be a quantity"),
    ],
)
def test_a_declaration_that_can_not_be_is_refused(equations, message):
    with pytest.raises(DeclarationError, match=message):
        sim.declare("new", equations, title="New", source="here")


# --- a cell that nobody has heard of


def test_a_new_cell_has_slips_of_its_own_equations():
    assert slip(MADE_UP, "k", "F05").formula == "sigmoid(W_k @ x + b_k)"
    assert slip(MADE_UP, "m", "F21").formula == "sigmoid(a_m)"
    assert slip(MADE_UP, "k", "F17").formula == "tanh(a_k)"
    for asked in ("k", "m", "da_k", "dh_prev"):
        assert len(sim.slips_for(MADE_UP, asked)) >= 1


def test_a_new_cell_has_gradients():
    chance = np.random.default_rng(4)
    layer, start = random_layer(MADE_UP, chance, 2, 2), random_start(MADE_UP, chance, 2, 2, 3)
    assert max(sim.check_gradients(layer, **start, dh=chance.normal(size=(3, 2))).values()) < 1e-7
    assert written(MADE_UP.gradients["dc"]) == "dh * k * (1 - tanh(c) * tanh(c)) + dc_back"


def test_a_new_cell_has_pictures_tables_and_programs():
    trace = sim.forward(random_layer(MADE_UP, np.random.default_rng(1), 1, 2), [[0.5], [0.1]])
    assert sim.svg(trace, 2).startswith("<svg")
    assert [line.name for line in sim.explain(trace, 1)] == list(MADE_UP.equations)
    assert "k * np.tanh(c)" in sim.numpy_code(trace)
    assert "k * torch.tanh(c)" in sim.torch_code(trace)


FORWARD_ONLY = sim.declare(
    "gated_memory",
    {"a_f": "W_f @ x + b_f", "f": "sigmoid(a_f)", "g": "W_g @ x", "c": "f * c_prev + (1 - f) * g",
     "h": "f * tanh(c) + g / 2"},
    title="Gated memory", source="this test", note="No gate reads the old h.",
)  # fmt: skip


def test_a_cell_whose_gates_do_not_read_the_old_state_works_too():
    chance = np.random.default_rng(6)
    layer, start = random_layer(FORWARD_ONLY, chance, 2, 3), random_start(FORWARD_ONLY, chance, 2, 3, 3)
    assert max(sim.check_gradients(layer, **start, dh=chance.normal(size=(3, 3))).values()) < 1e-7
    assert sim.backward(sim.forward(layer, **start), np.ones((3, 3)))["h0"].tolist() == [0, 0, 0]
    assert sim.svg(FORWARD_ONLY).startswith("<svg")
    ids = {
        each.id
        for asked in (*FORWARD_ONLY.equations, *FORWARD_ONLY.gradients)
        for each in sim.slips_for(FORWARD_ONLY, asked)
    }
    assert {"F07", "F17", "C18", "B13"} <= ids
    assert not {"F05", "F10", "C08", "G02"} & ids


def test_the_cell_of_the_documentation_has_all_that_is_said_there():
    text = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text()
    scope = {"declare": sim.declare}
    exec(textwrap.dedent(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]), scope)
    cell, chance = scope["UGRNN"], np.random.default_rng(8)
    layer, start = random_layer(cell, chance, 2, 2), random_start(cell, chance, 2, 2, 3)
    assert max(sim.check_gradients(layer, **start, dh=chance.normal(size=(3, 2))).values()) < 1e-7
    assert slip(cell, "h", "G01").formula == "(1 - k) * h_prev + k * n"
    assert slip(cell, "n", "G12").formula == "sigmoid(a_n)"


def test_what_no_library_has_is_not_exported_and_says_so():
    layer = random_layer(MADE_UP, np.random.default_rng(1), 1, 2)
    for exported in (sim.to_torch, sim.to_keras, sim.to_onnx):
        with pytest.raises(sim.SimError, match="Made-up cell"):
            exported(layer)


def test_a_new_cell_has_certified_exercises():
    tenths = sim.Range(-2, 2, 0.1)
    exercise = sim.Exercise(
        "made-up/1", MADE_UP, D=1, H=1, T=1, asked=("k@1", "c@1"), claims={"k": ("F05", "F17")},
        ranges=dict.fromkeys(("x", "h0", "c0", "W", "U", "b", "p"), tenths),
    )  # fmt: skip
    certificate = next(sim.accepted(exercise, range(100)))
    layer = sim.layer(MADE_UP, {name: certificate.given[name] for name in MADE_UP.parameters})
    exact = sim.exact(layer, *(certificate.given[name] for name in ("x", "h0", "c0")))
    assert certificate.exact["c@1"] == exact["c"][0].tolist()
    assert certificate.live["k@1"]
