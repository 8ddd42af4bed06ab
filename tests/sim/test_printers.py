"""The same numbers in every printed form, and a picture in which nothing hides."""

import re
import xml.etree.ElementTree as ET
from contextlib import redirect_stdout

import numpy as np
import pytest

import sim
from sim.__main__ import main
from tests.sim.fixtures import (
    CELLS,
    G_START,
    L_START,
    cell_id,
    each_drawn,
    each_kind,
    gru_layer,
    lstm_layer,
    random_layer,
    random_start,
    random_trace,
    slip,
)
from tests.sim.pictures import numbers_of, picture


def digits(number, decimals=4):
    return f"{number:.{decimals}f}".replace("-", "−")


def plain(markup):
    return re.sub(r"<[^>]+>", "", markup)


def test_formulas_are_printed_as_they_are_declared():
    assert sim.text("lstm", "c") == "c = f ⊙ c_prev + i ⊙ g"
    assert sim.text("gru", "h") == "h = (1 − z) ⊙ n + z ⊙ h_prev"
    assert sim.text(sim.cell("gru", "cho2014"), "a_n") == "a_n = W_n x + b_n + U_n (r ⊙ h_prev)"
    assert sim.latex("lstm", "f") == r"f = \sigma(a_{f})"
    assert plain(sim.mathml("rnn", "h")) == "h=tanh&#x2061;(a)"


def test_formulas_are_said_in_words():
    assert sim.words("lstm", "c") == "c at t equals f times the old c plus i times g."
    assert sim.words("lstm", "a_f", 2) == "a f at step 2 equals W f times x plus b f plus U f times the old h."
    assert sim.words("gru", "h") == "h at t equals the quantity 1 minus z, times n plus z times the old h."


def test_a_slip_prints_its_wrong_equation():
    wrong = slip("lstm", "c", "F03")
    assert sim.text(wrong) == "c = i ⊙ c_prev + f ⊙ g"
    trace = sim.evaluate_slip(wrong, lstm_layer(), **L_START, step=1, decimals=4)
    assert sim.substituted_text(trace, "c", 1) == ["0.8031 = 0.3752·1.3 + 0.4013·0.7857"]


def test_numbers_put_in_stand_entry_by_entry():
    trace = sim.exact(gru_layer(), **G_START)
    assert sim.substituted_text(trace, "a_r", 1) == [
        "0.7700 = 1.4·1.4 + (−0.4)·1.4 + 0.5 + 0.9·(−0.4) + 1.1·(−0.7)",
        "−0.7100 = 0.1·1.4 + (−0.7)·1.4 + 0.1 + 0.1·(−0.4) + (−0.1)·(−0.7)",
    ]
    assert sim.substituted(trace, "a_r", 1).count("<math") == 2


def test_the_same_equations_are_printed_in_other_letters():
    assert sim.text("lstm", "c", letters="gamma") == "c = Γ_f ⊙ c_prev + Γ_u ⊙ c̃"
    assert sim.text("lstm", "a_f", letters="joined") == "a_f = W_f [h_prev, x] + b_f"
    assert sim.text("lstm", "a_f", letters="pytorch") == "a_f = W_if x + b_if + b_hf + W_hf h_prev"
    assert sim.text("gru", "a_n", letters="pytorch") == "a_n = W_in x + b_in + r ⊙ (W_hn h_prev + b_hn)"
    gamma = sim.cell("gru", "gamma")
    assert sim.text(gamma, "h", letters="gamma") == "c = (1 − Γ_u) ⊙ c_prev + Γ_u ⊙ c̃"
    assert sim.latex("lstm", "h", letters="gamma") == r"a = \Gamma_{o} \odot \tanh(c)"
    with pytest.raises(sim.SimError, match="no letters “greek”"):
        sim.text("lstm", "c", letters="greek")


def test_the_same_equations_are_said_in_other_letters():
    assert (
        sim.words("lstm", "c", letters="gamma") == "c at t equals Gamma f times the old c plus Gamma u times c tilde."
    )
    assert sim.words("rnn", "h", letters="gamma") == "a at t equals tanh of s a."
    joined = "a f at t equals W f times the quantity the old h beside x, plus b f."
    assert sim.words("lstm", "a_f", letters="joined") == joined
    pytorch = "a f at step 2 equals W i f times x plus b i f plus b h f plus W h f times the old h."
    assert sim.words("lstm", "a_f", 2, letters="pytorch") == pytorch
    assert sim.words("lstm", "df", letters="gamma") == (
        "the gradient of Gamma f at t equals the gradient of c times the old c."
    )
    trace = sim.exact(lstm_layer(), **L_START)
    said = "c at step 1 equals Gamma f times the old c plus Gamma u times c tilde. 0.8165 equals"
    assert sim.words(trace, "c", 1, letters="gamma").startswith(said)
    network = sim.exact(sim.network([lstm_layer()]), L_START["x"])
    assert "Gamma o times tanh of c" in sim.words(network, "h", 1, letters="gamma")
    with pytest.raises(sim.SimError, match="no letters “greek”"):
        sim.words("lstm", "c", letters="greek")


@each_kind
def test_every_equation_can_be_printed_in_every_letters(cell):
    for letters in ("", "pytorch", "gamma", "joined"):
        for name in cell.equations:
            ET.fromstring(re.sub("&#x206[0-9];", "", sim.mathml(cell, name, letters=letters)))
            printed = sim.text(cell, name, letters=letters), sim.latex(cell, name, letters=letters)
            assert all(one.count("(") == one.count(")") for one in printed)
            said = sim.words(cell, name, letters=letters)
            assert re.fullmatch(r"[A-Za-z0-9, ]+\.", said), said


def test_the_backward_pass_is_printed_as_steps():
    assert sim.text("lstm", "dtanh_c") == "δtanh_c = δh ⊙ o"
    assert sim.text("lstm", "dc") == "δc = δtanh_c ⊙ (1 − tanh²(c)) + δc_next ⊙ f_next"
    assert sim.text("lstm", "da_f") == "δa_f = δf ⊙ f ⊙ (1 − f)"
    assert sim.text("lstm", "dW_f") == "dW_f = δa_f ⊗ x"
    assert sim.words("lstm", "df") == "the gradient of f at t equals the gradient of c times the old c."


def printed_numbers(line):
    """The value of each entry as it stands in every printed form."""
    yield list(line.shown)
    yield [text.split(" = ")[0] for text in line.substituted_text]
    yield [said.split(" equals ")[0].replace("minus ", "−") for said in line.substituted_words]
    yield [plain(math).split("=")[0] for math in line.substituted.split("</math>")[:-1]]


def run(code):
    scope = {}
    with redirect_stdout(None):
        exec(code, scope)
    return scope["trace"]


@each_drawn
def test_every_printed_number_is_the_trace_s(cell):
    chance = np.random.default_rng(7)
    for k in range(24):
        trace = random_trace(cell, chance, H=1 + k % 2)
        drawn = numbers_of(picture(sim.svg(trace, 2, unit=1, prefix="p", upright=k % 4 < 2)))
        assert {*trace.layer.cell.states, "x"} <= drawn.keys()
        computed = run(sim.numpy_code(trace))
        for line in sim.explain(trace, 2):
            values = [digits(number) for number in trace[line.name][1]]
            assert all(printed == values for printed in printed_numbers(line))
            assert [digits(number) for number in computed[line.name][1]] == values
            assert drawn.get(line.name, values[0]) == values[0]


def test_a_whole_computation_is_printed_in_every_form():
    trace = sim.exact(lstm_layer(), **L_START)
    told = sim.text(trace)
    assert told.count("Step ") == 2
    assert "c = f ⊙ c_prev + i ⊙ g\n    0.8165 = 0.4013·1.3 + 0.3752·0.7857" in told
    assert sim.text(trace, "c", 2).splitlines() == [
        "c = f ⊙ c_prev + i ⊙ g",
        "    0.2251 = 0.3261·0.8165 + 0.7280·(−0.0566)",
    ]
    assert sim.words(trace, "i", 1) == "i at step 1 equals sigma of a i. 0.3752 equals sigma of minus 0.5100."
    assert sim.latex(trace, "c", 1).splitlines() == [
        r"\begin{aligned}",
        r"c &= f \odot c_{\text{prev}} + i \odot g \\",
        r"0.8165 &= 0.4013 \cdot 1.3 + 0.3752 \cdot 0.7857",
        r"\end{aligned}",
    ]
    assert sim.mathml(trace, step=1).count("<math") == 2 * len(trace)
    gradients = sim.backward(trace, [[0], [1]])
    assert sim.text(gradients).index("Step 2") < sim.text(gradients).index("Step 1")


@each_drawn
def test_every_printed_gradient_is_the_backward_pass_s(cell):
    chance = np.random.default_rng(17)
    for k in range(8):
        trace = random_trace(cell, chance, H=1 + k % 2)
        gradients = sim.backward(trace, chance.integers(-9, 10, (2, trace.layer.H)) / 10)
        for line in sim.explain(gradients, 1 + k // 2 % 2):
            values = [digits(number) for number in np.ravel(gradients.at(line.name, line.step))]
            assert all(printed == values for printed in printed_numbers(line)), line


@each_drawn
def test_the_numbers_put_in_give_the_value(cell):
    chance = np.random.default_rng(11)
    names = {"σ": lambda a: 1 / (1 + np.exp(-a)), "tanh": np.tanh, "ReLU": lambda a: max(a, 0)}
    for _ in range(5):
        trace = random_trace(cell, chance, H=2)
        for line in sim.explain(trace, 2):
            for text in line.substituted_text:
                value, right = text.replace("−", "-").replace("·", "*").split(" = ")
                assert float(value) == pytest.approx(eval(right, names), abs=0.500001e-4)


@pytest.mark.parametrize("cell", CELLS, ids=cell_id)
@pytest.mark.parametrize("decimals", [None, 4])
def test_the_printed_program_computes_the_trace(cell, decimals):
    trace = random_trace(cell, np.random.default_rng(3), H=2, decimals=4)
    if decimals is None:
        trace = sim.forward(trace.layer, trace.x, trace.h0, trace.c0)
    computed = run(sim.numpy_code(trace))
    for name in trace:
        assert np.abs(computed[name] - trace[name]).max() < 1e-12


def test_the_printed_program_of_a_reverse_layer_runs_from_the_end():
    cell, chance = sim.cell("gru"), np.random.default_rng(8)
    reverse = sim.layer(cell, random_layer(cell, chance, 2, 2).weights, reverse=True)
    trace = sim.forward(reverse, **random_start(cell, chance, 2, 2, 4))
    assert np.abs(run(sim.numpy_code(trace))["h"] - trace["h"]).max() < 1e-14


def test_the_printed_program_makes_the_slip_in_its_step_only():
    trace = sim.evaluate_slip(slip("lstm", "c", "F03"), lstm_layer(), **L_START, step=2)
    assert np.abs(run(sim.numpy_code(trace))["h"] - trace["h"]).max() < 1e-15


def test_a_worked_example_is_printed_as_a_table(capsys):
    assert main(["lstm", "--steps", "2"]) == 0
    printed = capsys.readouterr().out
    assert "Step 2" in printed
    assert "c = f ⊙ c_prev + i ⊙ g" in printed


def test_a_worked_example_that_cannot_be_says_why(capsys):
    assert main(["rnn", "--decimals", "7"]) == 2
    assert "1 to 4 decimals" in capsys.readouterr().err
