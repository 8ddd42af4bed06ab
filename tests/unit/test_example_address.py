"""A worked example is its address: what is written is read back, and what can't be shown is refused in one sentence."""

from dataclasses import replace
from itertools import product
from urllib.parse import parse_qs

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.errors import NotFound, Refused
from quizzes.lessons.examples import address
from quizzes.lessons.examples.presets import PRESETS
from quizzes.lessons.examples.usual import CONVENTIONS, UNSQUASHED
from quizzes.lessons.examples.worked import run
from tests.tiers import PLAIN_CELLS, thorough

SIZES = st.fixed_dictionaries({name: st.integers(1, largest) for name, largest in address.LARGEST_SIZES.items()})
KINDS = [(cell, convention) for cell, conventions in CONVENTIONS.items() for convention in conventions]


def read_back(example):
    return address.read(example.cell, parse_qs(address.query(example), keep_blank_values=True))


def refusal(cell, **query):
    with pytest.raises(Refused) as refused:
        address.read(cell, {name: value if isinstance(value, list) else [value] for name, value in query.items()})
    return refused.value.message


@pytest.mark.parametrize(("cell", "convention"), thorough(KINDS, quick=PLAIN_CELLS))
@given(sizes=SIZES)
@settings(max_examples=20)
def test_an_address_is_read_back_digit_for_digit(cell, convention, sizes):
    example = address.usual(cell, convention, **sizes)
    assert read_back(example) == example


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=2))
def test_numbers_are_kept_to_four_decimals(pair):
    example = address.read("lstm", {"x": [repr(value) for value in pair]})
    assert [row[0] for row in example.numbers["x"]] == [round(value, 4) + 0.0 for value in pair]
    assert read_back(example) == example


def test_the_usual_lstm_is_the_step_of_the_lessons():
    numbers = address.usual("lstm").numbers
    assert (numbers["x"], numbers["h0"], numbers["c0"]) == (((0.9,), (-0.4,)), ((-0.7,),), ((1.3,),))
    assert [numbers[name][0][0] for name in ("W_f", "U_f", "b_f")] == [-1.4, -1.8, -0.4]


def test_a_form_may_send_each_entry_on_its_own_with_a_decimal_comma_and_a_true_minus():
    example = address.read("lstm", {"x": ["0,5", "−0.25"]})
    assert example.numbers["x"] == ((0.5,), (-0.25,))


def test_a_larger_size_keeps_every_number_in_its_place():
    small = address.usual("gru", D=1, H=2, T=1)
    sent = parse_qs(address.query(small)) | {"was": ["1.2.1.pytorch"], "H": ["3"], "T": ["2"]}
    grown = address.read("gru", sent)
    assert [row[:2] for row in grown.numbers["U_z"][:2]] == list(small.numbers["U_z"])
    assert grown.numbers["x"][0] == small.numbers["x"][0]
    assert len(grown.numbers["U_z"]) == 3


def test_a_smaller_sequence_moves_the_step_shown_into_it():
    sent = parse_qs(address.query(replace(address.usual("rnn"), step=5))) | {"was": ["1.1.5.pytorch"], "T": ["2"]}
    assert address.read("rnn", sent).step == 2


def test_where_the_reset_gate_acts_before_the_product_the_two_biases_are_one():
    pytorch = address.usual("gru")
    cho = address.in_convention(pytorch, "cho2014")
    assert cho.numbers["b_n"] == ((-0.2,),)
    assert "b_hn" not in cho.numbers
    assert read_back(cho) == cho
    back = address.in_convention(cho, "pytorch")
    assert (back.numbers["b_in"], back.numbers["b_hn"]) == (((-0.2,),), ((0.0,),))


def test_a_form_that_changes_the_convention_is_read_in_the_one_it_was_made_for():
    pytorch = address.usual("gru")
    sent = parse_qs(address.query(pytorch)) | {"was": [address.form_of(pytorch)], "convention": ["cho2014"]}
    assert address.read("gru", sent) == address.in_convention(pytorch, "cho2014")


@pytest.mark.slow
@pytest.mark.parametrize("cell", CONVENTIONS)
def test_every_seed_of_every_cell_can_be_computed_with_at_every_size(cell):
    """A shorter sequence is the beginning of this one. What is squashed or blended can't grow: the corners will do."""
    can_grow = cell in UNSQUASHED
    sizes = [(D, H) for D in range(1, 5) for H in range(1, 9)] if can_grow else [(1, 1), (1, 8), (4, 1), (4, 8)]
    for (D, H), seed in product(sizes, range(201)):
        h = run(address.usual(cell, D=D, H=H, T=50, seed=seed))["h"]
        assert np.abs(h).max() < 1_000 if can_grow else np.abs(h).max() <= 1.5


@pytest.mark.parametrize("H", [1, 2, 5, 8])
def test_where_nothing_squashes_the_state_a_drawn_matrix_makes_it_grow_by_little_or_nothing(H):
    drawn = [address.usual("rnn_relu", D=1, H=H, T=1, seed=seed).numbers["U"] for seed in range(201)]
    radii = [np.abs(np.linalg.eigvals(np.array(U))).max() for U in drawn]
    assert max(radii) < 1.05 and np.median(radii) > 0.4


def test_the_numbers_of_the_other_cells_stand_in_addresses_and_stay_what_they_are():
    drawn = address.usual("rnn", H=2, T=1, seed=7).numbers
    assert (drawn["U"], drawn["W"]) == (((0.7, 1.4), (1.0, 1.5)), ((0.1,), (-1.0,)))
    assert address.usual("rnn_relu", T=5).numbers == address.usual("rnn").numbers


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_every_preset_is_an_address(preset):
    assert read_back(preset.example()) == preset.example()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"H": "1000000"}, "H is “1000000”; it needs a whole number from 1 to 8."),
        ({"H": "9" * 5000}, "H is “999999999999999999999999”; it needs a whole number from 1 to 8."),
        ({"T": "0"}, "T is “0”; it needs a whole number from 1 to 50."),
        ({"D": "２"}, "D is “２”; it needs a whole number from 1 to 4."),
        ({"step": "3"}, "The step is “3”; it needs a whole number from 1 to 2."),
        ({"convention": "mine"}, "The convention “mine” is not known here; known are: pytorch, keras, onnx."),
        ({"made": "zz"}, "The extent of the slip “zz” is not known here; known are: step, always."),
        ({"x": "1_000"}, "x needs 2 numbers, one for each step; “1_000” is not a number."),
        ({"T": "1", "x": "1_000"}, "x at step 1 is “1_000”; it needs a number such as −0.4."),
        (
            {"x": "0,9,0,4"},
            "In x, “0,9,0,4” can be 2 numbers with decimal commas, or 4 without; write “;” between numbers.",
        ),
        ({"x": "nan;1"}, "x at step 1 is “nan”; it needs a number such as −0.4."),
        ({"x": "1;inf"}, "x at step 2 is “inf”; it needs a number such as −0.4."),
        ({"x": "1e9;1"}, "x at step 1 is “1e9”; it needs to be from −100 to 100."),
        ({"x": "1;2;3"}, "x needs 2 numbers, one for each step; there are 3."),
        ({"x": "zz"}, "x needs 2 numbers, one for each step; “zz” is not a number."),
        ({"x": "1"}, "x needs 2 numbers, one for each step; there is only one."),
        (
            {"x": "0,9"},
            "x needs 2 numbers, one for each step; there is only one, “0,9” with a decimal comma (“;” parts two).",
        ),
        ({"T": "4", "x": "0,9;0,4"}, "x needs 4 numbers, one for each step; there are 2."),
        (
            {"H": "2", "W_f": "0,9"},
            "W_f needs 2 numbers, one for each unit; there is only one, “0,9” with a decimal comma (“;” parts two).",
        ),
        ({"x": ""}, "x needs 2 numbers, one for each step; there is none."),
        ({"D": "2", "T": "2", "x": "1;2"}, "x needs 4 numbers, 2 for each step; there are 2."),
        ({"H": "2", "b_f": "1"}, "b_f needs 2 numbers, one for each unit; there is only one."),
        ({"D": "3", "W_f": "1"}, "W_f needs 3 numbers, one for each input; there is only one."),
        ({"h0": ["1", "2"]}, "h0 needs one number; there are 2."),
        ({"b_f": ""}, "b_f is empty; it needs a number such as −0.4."),
        ({"W_f": "<script>"}, "W_f is “<script>”; it needs a number such as −0.4."),
        ({"x": ["1"] * 3000}, "x needs 2 numbers, one for each step; there are 3000."),
    ],
)
def test_a_hostile_address_is_refused_in_one_sentence(query, said):
    assert refusal("lstm", **query) == said


def test_all_faults_are_told_at_once_and_counted_when_there_are_many():
    said = refusal("lstm", x="a;b", W_i="c", W_f="d", W_g="e")
    assert said.startswith("x at step 1 is “a”") and said.endswith("; and 2 more.")


def test_an_address_of_a_megabyte_is_refused_before_it_is_read():
    assert refusal("lstm", x="1;" * 500_000) == "This address has more than 8000 characters."


def test_an_unknown_cell_is_not_found():
    with pytest.raises(NotFound) as missing:
        address.read("transformer", {})
    assert missing.value.message == "There is no worked example of “transformer”."


def test_what_an_address_does_not_know_is_left_alone():
    assert address.read("lstm", {"utm_source": ["mail"]}) == address.usual("lstm")


@pytest.mark.parametrize(
    ("typed", "steps"),
    [
        ("0,9;-0,4", [0.9, -0.4]),
        ("0,9 −0,4", [0.9, -0.4]),
        ("0,9, −0,4", [0.9, -0.4]),
        ("1;0", [1.0, 0.0]),
        ("1, 0", [1.0, 0.0]),
        ("1.5,0", [1.5, 0.0]),  # a point, so the comma stands between two
        ("1,0,1", [1.0, 0.0, 1.0]),  # two commas, so neither is a decimal one
    ],
)
def test_of_one_input_a_comma_within_a_number_is_a_decimal_comma(typed, steps):
    example = address.read("lstm", {"x": [typed], "T": [str(len(steps))]})
    assert [x for (x,) in example.numbers["x"]] == steps


def test_of_several_inputs_a_comma_stands_between_them():
    assert address.read("lstm", {"x": ["1,2;3,4"], "D": ["2"]}).numbers["x"] == ((1.0, 2.0), (3.0, 4.0))
    assert address.read("lstm", {"x": ["0,5"], "D": ["2"], "T": ["1"]}).numbers["x"] == ((0.0, 5.0),)
    loose = address.read("lstm", {"x": ["0,5;1,5;2,5;3,5"], "D": ["2"]})
    assert loose.numbers["x"] == ((0.5, 1.5), (2.5, 3.5))
