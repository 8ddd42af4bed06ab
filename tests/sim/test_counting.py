"""Counts, shapes and chains: the printed numbers of fixtures N, R, F and K."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim

N = {"D": 3, "H": 8, "T": 6}
R = {"w": 0.8, "h": [0.6, 0.5, -0.3]}
F = {"f": [0.90, 0.80, 0.95]}
K = {"parts": [0.40, 0.22, 0.12, 0.07]}

PRINTED = [
    ("P01", N, 384), ("P02", N, 128), ("P03", N, 352), ("P04", N, 288), ("P05", N, 2304), ("P06", N, 144),
    ("P07", N, 96), ("P08", N, 192), ("P09", N, 288), ("P10", N, 832), ("P11", N, 6),
    ("B01", R, 0.5120), ("B02", R, 0.4368), ("B03", R, 0.1331), ("B04a", R, 0.1789), ("B04b", R, 0.3072),
    ("B05", R, 1.84), ("B06a", F, 2.65), ("B06b", F, 0.8833), ("B06c", F, 0.80), ("B07", F, 0.00068),
    ("B19a", K, 0.2025), ("B19b", K, 0.40),
]  # fmt: skip


@pytest.mark.parametrize(("slip_id", "givens", "value"), PRINTED)
def test_plain_slips_give_the_printed_numbers(slip_id, givens, value):
    assert sim.evaluate_plain_slip(slip_id, **givens) == pytest.approx(value, abs=0.51e-4)


def test_the_right_counts_are_those_of_the_libraries():
    assert sim.count_question("lstm", "pytorch").answer(D=3, H=8) == 416
    assert sim.count_question("lstm", "keras").answer(D=3, H=8) == 384
    assert sim.count_question("gru", "keras").answer(D=3, H=8) == 312
    assert sim.count_question("gru", "keras", reset_after=False).answer(D=3, H=8) == 288
    assert sim.count_question("lstm", "pytorch", layers=2).answer(D=3, H=8) == 992
    assert sim.count_question("rnn", "keras").answer(D=3, H=8) == 96


@given(st.sampled_from(["rnn", "lstm", "gru"]), st.integers(1, 3), st.booleans(), st.integers(1, 5), st.integers(1, 5))
def test_a_count_is_the_number_of_entries_of_the_weights(kind, layers, bidirectional, D, H):
    cell, directions = sim.cell(kind), 2 if bidirectional else 1
    total = 0
    for k in range(layers):
        sizes = D if k == 0 else directions * H, H
        weights = {name: np.zeros(cell.shape(name, *sizes)) for name in cell.parameters}
        total += directions * sum(array.size for array in sim.to_torch(sim.layer(cell, weights)).values())
    question = sim.count_question(kind, "pytorch", layers=layers, bidirectional=bidirectional)
    assert question.answer(D=D, H=H) == total


@given(
    st.sampled_from(["lstm", "gru"]), st.sampled_from(["pytorch", "keras"]), st.integers(1, 4), st.booleans(),
    st.integers(1, 9), st.integers(1, 9),
)  # fmt: skip
def test_the_formula_of_a_count_says_how_it_is_reached(kind, library, layers, bidirectional, D, H):
    question = sim.count_question(kind, library, layers=layers, bidirectional=bidirectional)
    read = eval(question.formula.replace("·", "*"), {"D": D, "H": H})
    assert read == question.answer(D=D, H=H)


def test_the_formula_of_a_stack_names_what_the_upper_layers_read():
    assert sim.count_question("lstm", "pytorch", layers=2).formula == "4·(H·D + H·H + 2·H) + 4·(H·H + H·H + 2·H)"
    both = sim.count_question("lstm", "keras", layers=3, bidirectional=True).formula
    assert both == "2·4·(H·D + H·H + H) + 2·2·4·(H·2·H + H·H + H)"


def test_the_right_products_and_sums_are_those_on_paper():
    answers = {question.asked: question for question in sim.plain_questions()}
    assert answers["factor"].answer(**R) == pytest.approx(0.2236, abs=0.51e-4)
    assert answers["retention"].answer(**F) == pytest.approx(0.6840, abs=1e-12)
    assert answers["total"].answer(**K) == pytest.approx(0.81, abs=1e-12)
    assert answers["truncated"].answer(**K, W=2) == pytest.approx(0.62, abs=1e-12)
    clipped = answers["clipped"].answer(gradient=[3, -4, 0.5], threshold=1)
    assert clipped == pytest.approx([0.597, -0.796, 0.100], abs=0.51e-3)
    assert answers["clipped"].slip("B21").wrong(np.array([3, -4, 0.5]), 1.0).tolist() == [0, 0, 0]
    assert answers["clipped"].answer(gradient=[0.03, -0.04], threshold=1).tolist() == [0.03, -0.04]


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=50))
def test_retention_never_exceeds_the_smallest_forget_gate(f):
    kept = next(question for question in sim.plain_questions() if question.asked == "retention")
    assert 0 <= kept.answer(f=f) <= sim.evaluate_plain_slip("B06c", f=f) <= sim.evaluate_plain_slip("B06b", f=f) + 1e-12


def test_shapes_are_those_of_the_libraries():
    assert sim.output_question("keras").answer(N=32, T=6, H=8) == (32, 6, 8)
    assert sim.output_question("pytorch", bidirectional=True).answer(N=32, T=6, H=8) == (32, 6, 16)
    assert sim.output_question("pytorch", batch_first=False).answer(N=32, T=6, H=8) == (6, 32, 8)
    assert sim.last_state_question().answer(N=32, H=12) == (1, 32, 12)
    assert sim.last_state_question().slip("P16").wrong(N=32, H=12) == (32, 1, 12)
    assert sim.last_state_question(layers=2, bidirectional=True).answer(N=32, H=12) == (4, 32, 12)


def test_without_return_sequences_keras_gives_one_summary_a_sequence():
    one = sim.output_question("keras", return_sequences=False)
    assert one.answer(N=32, H=8) == (32, 8)
    both = sim.output_question("keras", bidirectional=True, return_sequences=False)
    assert (both.formula, both.answer(N=32, H=8)) == ("(N, 2·H)", (32, 16))
    assert both.slip("P11").answer(N=32, T=6) == (32, 12)
    assert both.slip("P13").answer(N=32, T=6, H=8) == (32, 6, 16)
    with pytest.raises(sim.SimError, match="pytorch has no return_sequences"):
        sim.output_question("pytorch", return_sequences=False)


def test_blocks_are_put_into_another_order_by_their_names():
    to_onnx = sim.order_question("lstm", "pytorch", "onnx")  # i, f, g, o becomes i, o, f, g
    assert to_onnx.answer(stack=[1, 2, 3, 4]).tolist() == [1, 4, 2, 3]
    assert to_onnx.slip("F20").answer(stack=[1, 2, 3, 4]).tolist() == [1, 2, 3, 4]
    to_keras = sim.order_question("gru", "pytorch", "keras")  # r, z, n becomes z, r, h
    assert to_keras.answer(stack=[1, 2, 3]).tolist() == [2, 1, 3]


def test_every_plain_slip_says_what_to_do():
    for question in sim.plain_questions():
        assert question.formula
        for slip in question.slips:
            assert slip.title
            assert slip.formula
            assert slip.correction.endswith(".")
            assert slip.source


@pytest.mark.parametrize(
    ("slip_id", "givens", "message"),
    [
        ("P99", N, "no slip P99"),
        ("P02", {"D": 3}, "P02 needs H"),
        ("P02", {"D": 3, "H": 0}, "H is 0, needs a whole number from 1"),
        ("P02", {"D": 3, "H": 2.5}, "H is 2.5"),
        ("P02", {"D": 3, "H": "8; drop"}, "H is “8; drop”, needs a whole number"),
        ("B01", {"w": float("nan"), "h": [0.1]}, "w holds a value that is not a finite number"),
        ("B01", {"w": 0.1, "h": []}, r"h has shape \(0,\)"),
        ("B01", {"w": [0.1, 0.2], "h": [0.1]}, r"w has shape \(2,\), needs \(\)"),
        ("B01", {"w": 0.1, "h": [[0.1]]}, "needs a row"),
        ("B21", {"gradient": [3, 4], "threshold": -1}, "threshold is -1, needs 0 or more"),
        ("B01", {"w": 0.1, "h": [[0.1], [0.1, 0.2]]}, "h has rows of different lengths"),
    ],
)
def test_givens_that_are_no_numbers_are_refused(slip_id, givens, message):
    with pytest.raises(sim.SimError, match=message):
        sim.evaluate_plain_slip(slip_id, **givens)


def test_an_unknown_layer_is_not_counted():
    with pytest.raises(sim.SimError, match="the layers “mgu”"):
        sim.count_question("mgu", "pytorch")


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("library", ["pytorch", "keras"])
@pytest.mark.parametrize("switches", [{}, {"layers": 2}, {"layers": 3, "bidirectional": True}, {"bidirectional": True}])
def test_the_formula_that_a_slip_prints_gives_its_number(kind, library, switches):
    question, sizes = sim.count_question(kind, library, **switches), {"D": 5, "H": 7, "T": 11}
    for slip in (question, *question.slips):
        given = {name: sizes[name] for name in slip.givens}
        printed = "".join(str(sizes.get(sign, sign)) for sign in slip.formula).replace("·", "*")
        assert eval(printed, {"__builtins__": {}}) == slip.answer(**given), (slip, printed)


@pytest.mark.parametrize(("library", "right", "elsewhere"), [("keras", 384, 416), ("pytorch", 416, 384)])
def test_the_count_of_the_other_library_is_a_convention(library, right, elsewhere):
    question = sim.count_question("lstm", library)
    assert question.answer(D=3, H=8) == right
    assert question.slip("P01").answer(D=3, H=8) == elsewhere and question.slip("P01").convention
    assert sim.evaluate_plain_slip("P01", D=3, H=8) == 384
