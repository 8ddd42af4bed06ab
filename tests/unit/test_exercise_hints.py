"""Hints and worked lines that no author wrote: made from the formula and the numbers of the variant."""

import pytest

from quizzes.items.kinds import kind_of
from quizzes.items.marking import mark, read_answers
from quizzes.items.specification import Specification
from quizzes.items.telling import tell

BLOCKS = {"i": (-1.7, -0.6, 0.6), "f": (-1.4, -1.8, -0.4), "g": (-0.7, -1.7, 0.5), "o": (1.2, -0.6, -0.5)}
STEP = {"x": [[0.9]], "h0": [-0.7], "c0": [1.3]}
for letter, (w, u, b) in BLOCKS.items():
    STEP |= {f"W_{letter}": [[w]], f"U_{letter}": [[u]], f"b_{letter}": [b]}

CHAIN = {"x": [[0.5], [-0.3]], "h0": [0.2], "W": [[0.8]], "U": [[0.5]], "b": [0.1], "dh": [[0.4], [-0.6]]}


def lstm(*asked, **more):
    return kind_of(Specification("lstm", "pytorch", asked, {}, **more))


def question(name, asked, ranges, **more):
    spans = {each: {"low": 1, "high": 3, "step": 1} for each in ranges}
    return kind_of(Specification("lstm", more.pop("convention", "pytorch"), (asked,), spans, question=name, **more))


def hints(kind, name, given):
    return [kind.hint(name, number, given) for number in (1, 2, 3, 4)]


def test_a_gate_asked_alone_is_explained_from_its_sum_and_the_sum_is_not_given_away():
    assert hints(lstm("f@1"), "f@1", STEP) == [
        "It is computed from x, the old h and the weights of f.",
        "`a_f = W_f x + b_f + U_f h_prev`; `f = σ(a_f)`",
        "`−1.4·0.9 + (−0.4) + (−1.8)·(−0.7)`",
        "It lies between 0.4 and 0.5.",
    ]


def test_where_the_sum_is_asked_too_the_gate_is_explained_from_it():
    assert hints(lstm("a_f@1", "f@1"), "f@1", STEP)[:3] == [
        "It is computed from the sum of f.",
        "`f = σ(a_f)`",
        "Put in your own sum of f.",
    ]


def test_a_hint_puts_in_what_is_given_and_no_number_that_is_asked():
    third = hints(lstm("f@1", "i@1", "g@1", "c@1"), "c@1", STEP)[2]
    assert third == "Put in your own f, i and g. The old c is 1.3."


def test_a_hidden_state_is_explained_from_the_cell_and_the_gate():
    assert hints(lstm("o@1", "c@1", "h@1"), "h@1", STEP)[:2] == [
        "It is computed from o and tanh c.",
        "`tanh(c)`; `h = o ⊙ tanh(c)`",
    ]


def test_the_gradient_of_a_hidden_state_comes_from_the_loss_and_from_the_step_after():
    kind = kind_of(Specification("rnn", "none", ("da@2", "dh@1", "da@1", "dU"), {}, T=2))
    assert hints(kind, "dh@1", CHAIN)[0] == (
        "It is computed from the gradient of h from the loss and the gradient of h from the step after."
    )


def test_the_gradient_of_a_shared_weight_shows_what_every_step_adds():
    kind = kind_of(Specification("rnn", "none", ("dU",), {}, T=2))
    third = hints(kind, "dU", CHAIN)[2]
    assert third.count("`; `") == 1
    assert "(1 − 0.5370²)" in third and "(1 − 0.1278²)" in third  # tanh(0.6), tanh(−0.24 + 0.2685 + 0.1)
    asked = kind_of(Specification("rnn", "none", ("da@2", "da@1", "dU"), {}, T=2))
    assert hints(asked, "dU", CHAIN)[2].startswith("Put in your own gradient of a.")


def test_a_state_of_the_step_before_that_is_asked_itself_is_not_put_in():
    kind = kind_of(Specification("rnn", "none", ("h@1", "h@2"), {}, T=2))
    second = hints(kind, "h@2", CHAIN)[2]
    assert second == "Put in your own old h."
    first = hints(kind, "h@1", CHAIN)[2]
    assert "0.2" in first  # h0 is given


@pytest.mark.parametrize(
    ("name", "asked", "given", "line"),
    [
        ("retention", "retention", {"f": [0.9, 0.8, 0.95]}, "0.9 · 0.8 · 0.95 = 0.684"),
        ("factor", "factor", {"w": 0.8, "h": [0.5, -0.5]}, "0.8·(1 − 0.5²) · 0.8·(1 − (−0.5)²) = 0.36"),
        ("total", "total", {"parts": [0.4, -0.22]}, "0.4 + (−0.22) = 0.18"),
        ("truncated", "truncated", {"parts": [0.4, 0.2, 0.1], "W": 2}, "0.4 + 0.2 = 0.6"),
        (
            "clipped",
            "clipped",
            {"gradient": [3.0, -4.0], "threshold": 1.0},
            "(3.0, −4.0) · 1.0 / √(3.0² + (−4.0)²) = (0.6, −0.8)",
        ),
    ],
)
def test_the_worked_line_of_a_chain_has_its_numbers_in_it(name, asked, given, line):
    kind = question(name, asked, given, T=2, decimals=4)
    right = kind.question.answer(**given)
    exact = [round(float(value), 4) for value in getattr(right, "tolist", lambda: [right])()]
    (worked,) = kind.worked(given, {asked: exact})
    assert worked.put_in == (line,)
    assert hints(kind, asked, given)[2] == f"`{line.rpartition(' = ')[0]}`"


def test_a_stack_is_worked_with_the_parameters_of_its_upper_layer_written_out():
    kind = question("count", "count", ("D", "H"), settings={"layers": 2})
    (worked,) = kind.worked({"D": 3, "H": 8}, {"count": [992]})  # the catalogue's fixture N
    assert worked.put_in == ("4·(8·3 + 8·8 + 2·8) + 4·(8·8 + 8·8 + 2·8) = 992",)


def test_an_order_of_blocks_is_explained_by_their_names():
    settings = {"from_library": "pytorch", "to_library": "onnx"}
    kind = question("order", "stack", ("stack",), T=4, settings=settings, convention="onnx")
    given = {"stack": [0.1, 0.2, -0.3, 0.4]}
    assert hints(kind, "stack", given)[2] == "`i 0.1, f 0.2, g −0.3, o 0.4, in the order i, o, f, g`"
    assert kind.working(given).note == "ONNX's order: i, o, f, g."


def test_a_gradient_taken_for_zero_is_told_without_a_minus_before_the_zero():
    kind = question("clipped", "clipped", ("gradient", "threshold"), T=2, claims={"clipped": ["B21"]})
    given, live = {"gradient": [3.0, -4.0], "threshold": 1.0}, {"clipped": ["B21"]}
    keys = kind.keys(given, {"clipped": [0.6, -0.8]}, {"clipped": [0.6, -0.8]})
    working, rule = kind.working(given, live), kind.rule(kind.tolerance)
    steps = mark(read_answers({"clipped": ["0", "0"]}, keys), keys, working, rule)
    (told,) = tell(steps, working, kind.specification, rule, {})
    assert (told["state"], told["slips"]) == ("slip", ["B21"])
    assert "gives this number: (0.0, 0.0)." in told["message"]


def test_a_formula_to_pick_is_hinted_at_by_what_is_in_it():
    kind = kind_of(
        Specification("lstm", "pytorch", ("a_f@1", "c@1"), {}, format="pick_formula", claims={"c": ["F03", "C01"]})
    )
    assert kind.hint("a_f@1", 1, {}) == "It is made from W_f, x, b_f, U_f and the old h, and from nothing else."
    assert kind.hint("c@1", 1, {}) == "It is made from f, the old c, i and g, and from nothing else."


def test_a_direction_is_hinted_at_through_the_value_that_carries_it():
    settings = {"raised": ["b_f"], "facts": ["c_prev"]}
    kind = kind_of(Specification("lstm", "pytorch", ("c@1", "h@1"), {}, format="predict", settings=settings))
    given = {"raised": "b_f", "facts": "c_prev is positive"}
    assert kind.hint("c@1", 3, given) == "Find f in it: what is it multiplied by?"
    assert kind.hint("h@1", 3, given) == "f is not in it: does it reach it through a value that is?"
