"""One's own layer: read as its library means it, and whose way of reading gives another number."""

import json
from pathlib import Path

import numpy as np
import pytest

from quizzes.errors import Refused
from quizzes.lessons.weights import typed
from quizzes.lessons.weights.changes import changes_of
from quizzes.lessons.weights.layers import own_layer
from quizzes.lessons.weights.matching import asked, verdict
from quizzes.lessons.weights.readings import as_it_is
from tests.tiers import thorough

CASES = json.loads(Path("tests/reference/recurrent-cells.json").read_text())["cases"]  # made with PyTorch


def arrays_of(case):
    return {name: np.array(values) for name, values in case["weights"].items()}


def reading_of(case, arrays=None):
    own = own_layer(arrays or arrays_of(case))
    c0 = np.array(case["c0"]) if "c0" in case else None
    return own, as_it_is(own, np.array(case["x"]), np.array(case["h0"]), c0)


def case_of(kind, H=4):
    return next(case for case in CASES if case["cell"] == kind and case["H"] == H)


def found(own, read, numbers, step=None, unit=1, has_start=True):
    T, H = read.trace["h"].shape
    text = " ".join(f"{number:.7f}" for number in np.ravel(numbers))
    return verdict(read, changes_of(own, read, has_start), asked(typed.printed_numbers(text), step or T, unit, T, H))


def titles(answer):
    return [" + ".join(each) for each in answer.changes]


# --- plain NumPy of its own, by the papers and the documentation of the libraries


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def lstm(x, W, U, b, h, c, order="ifgo"):
    """W (4H, D), blocks in this order."""
    H = len(h)
    for row in x:
        sums = W @ row + U @ h + b
        a = {letter: sums[k * H : (k + 1) * H] for k, letter in enumerate(order)}
        c = sigmoid(a["f"]) * c + sigmoid(a["i"]) * np.tanh(a["g"])
        h = sigmoid(a["o"]) * np.tanh(c)
    return h


def gru(x, W, U, b_x, b_h, h, order="rzn", after=True, keeps=True):
    H = len(h)
    for row in x:
        X, G = W @ row + b_x, U @ h + b_h
        at = {letter: slice(k * H, (k + 1) * H) for k, letter in enumerate(order)}
        r, z = (sigmoid(X[at[letter]] + G[at[letter]]) for letter in "rz")
        recurrent = r * G[at["n"]] if after else U[at["n"]] @ (r * h) + b_h[at["n"]]
        n = np.tanh(X[at["n"]] + recurrent)
        h = z * h + (1 - z) * n if keeps else (1 - z) * h + z * n
    return h


def parts(case):
    weights = arrays_of(case)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    return [*(weights[name] for name in names), np.array(case["x"]), np.array(case["h0"])]


# --- reading


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['cell']} {case['D']} {case['H']} {case['T']}")
def test_a_layer_of_pytorch_gives_pytorch_s_numbers(case):
    _, read = reading_of(case)
    assert np.abs(read.trace["h"] - case["h"]).max() < 1e-12


@pytest.mark.parametrize("prefix", ["lstm.", "module.encoder.rnn.", "net/"])
def test_a_layer_is_found_within_a_model_and_the_rest_is_left_aside(prefix):
    case = case_of("lstm")
    arrays = {f"{prefix}{name}": array for name, array in arrays_of(case).items()} | {"fc.weight": np.ones((2, 2))}
    own, read = reading_of(case, arrays)
    assert own.ignored == ["fc.weight"] and np.allclose(read.trace["h"], case["h"], atol=1e-12)


@pytest.mark.parametrize("names", [
    ("kernel", "recurrent_kernel", "bias"),
    ("lstm/lstm_cell/kernel:0", "lstm/lstm_cell/recurrent_kernel:0", "lstm/lstm_cell/bias:0"),
    ("arr_0", "arr_1", "arr_2"),
])  # fmt: skip
def test_a_layer_of_keras_is_read_by_name_or_as_a_list(names):
    W, U, b_x, b_h, x, h0 = parts(case_of("lstm"))
    c0 = np.array(case_of("lstm")["c0"])
    own = own_layer(dict(zip(names, (W.T, U.T, b_x + b_h), strict=True)))
    assert own.convention == "Keras"
    assert np.allclose(as_it_is(own, x, h0, c0).trace["h"], case_of("lstm")["h"], atol=1e-12)


@pytest.mark.parametrize("after", [True, False])
def test_a_gru_of_keras_acts_its_reset_where_the_rows_of_its_bias_say(after):
    W, U, b_x, b_h, x, h0 = parts(case_of("gru"))
    if not after:
        b_h = np.zeros_like(b_h)
    own = own_layer({"kernel": W.T, "recurrent_kernel": U.T, "bias": np.stack([b_x, b_h]) if after else b_x})
    expected = gru(x, W, U, b_x, b_h, h0, order="zrn", after=after)
    assert np.allclose(as_it_is(own, x, h0, None).trace["h"][-1], expected, atol=1e-12)


def test_a_layer_without_biases_is_one_with_biases_of_0():
    W, U, _, _, x, h0 = parts(case_of("lstm"))
    read = as_it_is(own_layer({"weight_ih": W, "weight_hh": U}), x, None, None)
    assert np.allclose(read.trace["h"][-1], lstm(x, W, U, 0, 0 * h0, 0 * h0), atol=1e-12)


def test_a_plain_network_may_have_relu():
    W, U, b_x, b_h, x, h0 = parts(case_of("rnn_tanh"))
    read = as_it_is(own_layer(arrays_of(case_of("rnn_tanh")), relu=True), x, h0, None)
    h = h0
    for row in x:
        h = np.maximum(0, W @ row + b_x + U @ h + b_h)
    assert np.allclose(read.trace["h"][-1], h, atol=1e-12)


# --- why another number


def test_the_same_number_is_told_to_be_the_same():
    case = case_of("gru")
    own, read = reading_of(case)
    assert found(own, read, case["h"][-1]).as_it_is
    assert found(own, read, case["h"]).as_it_is  # all steps at once
    assert found(own, read, case["h"][0][1], step=1, unit=2).as_it_is


def test_each_order_of_the_blocks_is_named():
    case = case_of("lstm")
    W, U, b_x, b_h, x, h0 = parts(case)
    own, read = reading_of(case)
    for order, said in (
        ("iofg", "i, o, f, g (ONNX’s)"),
        ("igfo", "i, g, f, o (TensorFlow 1’s)"),
        ("goif", "g, o, i, f"),
    ):
        other = lstm(x, W, U, b_x + b_h, h0, np.array(case["c0"]), order)
        assert titles(found(own, read, other)) == [f"the blocks read in the order {said} instead of i, f, g, o"]


@pytest.mark.parametrize(("how", "said"), [
    ({"after": False}, "the reset gate acting before the product with U"),
    ({"keeps": False}, "z admitting the new state instead of keeping the old one (Chung 2014)"),
    ({"after": False, "keeps": False}, "and z admitting the new state"),
    ({"order": "zrn"}, "the blocks read in the order z, r, n (Keras’s and ONNX’s)"),
])  # fmt: skip
def test_each_convention_of_a_gru_is_named(how, said):
    W, U, b_x, b_h, x, h0 = parts(case_of("gru"))
    answer = found(*reading_of(case_of("gru")), gru(x, W, U, b_x, b_h, h0, **how))
    assert len(answer.changes) == 1 and said in titles(answer)[0]


def lstm_changes():
    case = case_of("lstm")
    W, U, b_x, b_h, x, h0 = parts(case)
    H, b, c0 = len(h0), b_x + b_h, np.array(case["c0"])
    turned = np.concatenate([block.T for block in np.split(U, 4)])
    forget = np.concatenate([np.zeros(H), np.ones(H), np.zeros(2 * H)])
    return {
        "no bias at all": lstm(x, W, U, 0, h0, c0),
        "the bias counted twice": lstm(x, W, U, 2 * b, h0, c0),
        "only one of the two biases: bias_hh left out": lstm(x, W, U, b_x, h0, c0),
        "only one of the two biases: bias_ih left out": lstm(x, W, U, b_h, h0, c0),
        "first states of 0 instead of the given ones": lstm(x, W, U, b, 0 * h0, 0 * c0),
        "h0 and c0 exchanged": lstm(x, W, U, b, c0, h0),
        "first states of 1": lstm(x, W, U, b, 1 + 0 * h0, 1 + 0 * c0),
        "the sequence read from its end (go_backwards)": lstm(x[::-1], W, U, b, h0, c0),
        "the recurrent matrix of each block transposed": lstm(x, W, turned, b, h0, c0),
        "the input matrix reshaped where it had to be transposed": lstm(
            x, W.reshape(W.shape[::-1]).T, U, b, h0, c0
        ),
        "1 added to the forget gate’s sum (forget_bias=1 of TensorFlow 1)": lstm(x, W, U, b + forget, h0, c0),
    }  # fmt: skip


@pytest.mark.parametrize("title", lstm_changes())
def test_each_other_habit_is_named(title):
    own, read = reading_of(case_of("lstm"))
    assert titles(found(own, read, lstm_changes()[title])) == [title]


def test_states_carried_over_from_a_run_before_are_named():
    W, U, b_x, b_h, x, h0 = parts(case_of("gru"))
    again = gru(x, W, U, b_x, b_h, gru(x, W, U, b_x, b_h, h0))
    assert "carried over" in titles(found(*reading_of(case_of("gru")), again))[0]


def test_relu_instead_of_tanh_is_named():
    W, U, b_x, b_h, x, h0 = parts(case_of("rnn_tanh"))
    h = h0
    for row in x:
        h = np.maximum(0, W @ row + b_x + U @ h + b_h)
    assert titles(found(*reading_of(case_of("rnn_tanh")), h)) == ["ReLU in the place of tanh"]


def test_keras_s_kernel_reshaped_instead_of_transposed_is_named():
    W, U, b_x, b_h, x, h0 = parts(case_of("lstm"))
    own = own_layer({"kernel": W.T, "recurrent_kernel": U.T, "bias": b_x + b_h})
    read = as_it_is(own, x, None, None)
    wrong = lstm(x, np.ascontiguousarray(W.T).reshape(W.shape), U, b_x + b_h, 0 * h0, 0 * h0)
    answer = found(own, read, wrong, has_start=False)
    assert titles(answer) == ["the input matrix reshaped where it had to be transposed"]


def test_two_changes_at_once_are_named_together():
    W, U, b_x, b_h, x, h0 = parts(case_of("gru"))
    both = gru(x, W, U, b_x, b_h, 0 * h0, order="zrn")
    said = titles(found(*reading_of(case_of("gru")), both))
    assert len(said) == 1 and "z, r, n" in said[0] and "first states of 0" in said[0]


def test_a_wrong_equation_of_one_s_own_program_is_named():
    """c = f ⊙ c_prev + g: the input gate forgotten."""
    case = case_of("lstm")
    W, U, b_x, b_h, x, h = parts(case)
    c, H = np.array(case["c0"]), len(h)
    for row in x:
        _, f, g, o = np.split(W @ row + U @ h + b_x + b_h, 4)
        c = sigmoid(f) * c + np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    assert H > 1 and [slip.id for slip in found(*reading_of(case), h).slips] == ["C01"]


def test_a_number_from_another_place_is_found_there():
    case = case_of("lstm")
    own, read = reading_of(case)
    assert found(own, read, case["h"][0][1]).places == ["h of unit 2 at step 1"]


@pytest.mark.slow
def test_a_number_is_not_found_by_chance_among_the_many_of_a_large_layer():
    """Of 70 000 values several are within any number's last of four digits: it tells nothing that one is a gate's."""
    chance = np.random.default_rng(4)
    arrays = {"weight_ih": chance.normal(size=(128, 4)), "weight_hh": chance.normal(size=(128, 32)) / 4}
    read = as_it_is(own_layer(arrays), chance.normal(size=(200, 4)), None, None)
    numbers = chance.choice(read.trace["i"].ravel(), 20)
    asked_for = [asked(typed.printed_numbers(f"{number:.4f}"), 200, 1, 200, 32) for number in numbers]
    assert sum(bool(verdict(read, [], each).places) for each in asked_for) <= 1


def test_a_number_of_few_digits_is_tried_no_further_than_chance_allows():
    _, read = reading_of(case_of("gru"))
    T, H = read.trace["h"].shape
    answer = verdict(read, [], asked(typed.printed_numbers("0.99"), T, 1, T, H))
    assert answer.is_rough and not answer.is_found


@pytest.mark.parametrize("seed", thorough(range(2, 10), quick=[2]))
def test_what_nothing_gives_is_not_named(seed):
    """Random rows of numbers, four digits each, 40 in all."""
    own, read = reading_of(case_of("gru"))
    chance = np.random.default_rng(seed)
    H = own.layer.H
    named = sum(found(own, read, chance.uniform(-1, 1, H).round(4)).is_found for _ in range(5))
    assert named == 0


def test_digits_that_are_too_few_fit_several_ways_and_all_are_told():
    own, read = reading_of(case_of("lstm"))
    T, H = read.trace["h"].shape
    rough = asked(typed.printed_numbers(f"{lstm_changes()['no bias at all'][0]:.1f}"), T, 1, T, H)
    answer = verdict(read, changes_of(own, read, True), rough)
    assert answer.as_it_is or len(answer.changes) > 1


# --- what people paste


@pytest.mark.parametrize(("text", "values"), [
    ("0.4517", [0.4517]),
    ("0,4517", [0.4517]),
    ("−0.38", [-0.38]),
    ("0.1 0.2\n-0.3", [0.1, 0.2, -0.3]),
    ("0.1,0.2,-0.3", [0.1, 0.2, -0.3]),
    ("0,1; 0,2", [0.1, 0.2]),
    ("tensor([[0.1000, -0.2000]], grad_fn=<StackBackward0>)", [0.1, -0.2]),
    ("array([0.1, 0.2], dtype=float32)", [0.1, 0.2]),
    ("[4.517e-01]", [0.4517]),
    ("0,1295", [0.1295]),
    ("[0,1]", [0.0, 1.0]),  # in brackets a program printed it, and its commas part
    ("", []),
])  # fmt: skip
def test_numbers_are_read_as_frameworks_print_them(text, values):
    assert [each.value for each in typed.printed_numbers(text)] == values


@pytest.mark.parametrize(
    ("text", "half"),
    [("0.4517", 5e-5), ("0.45", 5e-3), ("0,1295", 5e-5), ("4.517e-01", 5e-5), ("-12", 0.5), ("1/3", 2e-6)],
)
def test_a_printed_number_is_known_to_half_a_unit_of_its_last_digit(text, half):
    (number,) = typed.printed_numbers(text)
    assert number.tolerance == pytest.approx(half, rel=0.1)


@pytest.mark.parametrize(("text", "D", "rows"), [
    ("0.9\n-0.4", 1, [[0.9], [-0.4]]),
    ("0.9 -0.4 1", 1, [[0.9], [-0.4], [1.0]]),
    ("0,9\n-0,4", 1, [[0.9], [-0.4]]),
    ("0,9 −0,4", 1, [[0.9], [-0.4]]),
    ("1, 2, 3", 1, [[1.0], [2.0], [3.0]]),
    ("0,9 1,5\n-0,4 2", 2, [[0.9, 1.5], [-0.4, 2.0]]),
    ("1,2\n3,4", 2, [[1.0, 2.0], [3.0, 4.0]]),
    ("1, 2\n3, 4\n", 2, [[1.0, 2.0], [3.0, 4.0]]),
    ("1 2; 3 4", 2, [[1.0, 2.0], [3.0, 4.0]]),
    ("[[1, 2], [3, 4]]", 2, [[1.0, 2.0], [3.0, 4.0]]),
    ("[[[1, 2]], [[3, 4]]]", 2, [[1.0, 2.0], [3.0, 4.0]]),
])  # fmt: skip
def test_a_sequence_is_read_step_by_step(text, D, rows):
    assert typed.sequence(text, D).tolist() == rows


@pytest.mark.parametrize(("call", "said"), [
    (lambda: typed.sequence("1 2\n3", 2), "x has 1 number at step 2, needs 2"),
    (lambda: typed.sequence("0,9,0,4", 1), "In x, “0,9,0,4” can be 2 numbers with decimal commas, or 4 without"),
    (lambda: typed.sequence("0,05\n1,5", 2), "In x, “0,05” looks like one number; write blanks between numbers."),
    (lambda: typed.sequence("1_000", 1), "x at step 1 is “1_000”, needs a number"),
    (lambda: typed.printed_numbers("0,1,0,2"), "In your framework’s numbers, “0,1,0,2” can be 2 numbers"),
    (lambda: typed.sequence("1\nmuch", 1), "x at step 2 is “much”, needs a number"),
    (lambda: typed.sequence("[[1, [2]]]", 1), "x holds lists of different lengths"),
    (lambda: typed.sequence(" ".join(["1"] * 201), 1), "x has 201 steps, needs 1 to 200"),
    (lambda: typed.sequence("1 " * 200_000, 1), "The sequence x has 400000 characters"),
    (lambda: typed.state("h0", "1 2 3", 2), "h0 has the shape (3,), needs (H,) with H = 2"),
    (lambda: typed.printed_numbers("0.4517 nan"), "“nan” can’t be read"),
    (lambda: typed.place("step", "9", 2, 2), "The step is “9”, needs a whole number from 1 to 2"),
    (lambda: asked(typed.printed_numbers("1 2 3"), 1, 1, 4, 2), "There are 3 numbers of your framework"),
])  # fmt: skip
def test_what_can_t_be_read_is_refused_in_one_sentence(call, said):
    with pytest.raises(Refused) as refusal:
        call()
    assert said in refusal.value.message
