"""What a card of a line of a worked example asks and answers: the digits of the example, for every cell."""

import re

import pytest

import sim
from quizzes.errors import NotFound, Refused
from quizzes.flashcards.own.lines import line_of, place_of, read_line
from quizzes.lessons.examples.usual import CONVENTIONS
from quizzes.lessons.examples.worked import run
from tests.cards import line
from tests.tiers import PLAIN_CELLS, thorough

CELLS = [(cell, convention) for cell, conventions in CONVENTIONS.items() for convention in conventions]


def test_the_front_asks_for_one_number_and_gives_those_it_is_computed_from():
    card = line("c")
    assert (card.where, card.name, card.quantity) == ("LSTM, step 1", "cell state", "c")
    assert {each.name: each.digits for each in card.given} == {
        "f": ["0.4013"],
        "c_prev": ["1.3"],
        "i": ["0.3752"],
        "g": ["0.7857"],
    }
    assert card.words == "c at step 1 equals f times the old c plus i times g."


def test_the_back_says_the_number_and_the_line_with_its_numbers():
    card = line("c")
    assert card.value == "0.8165"
    assert card.substituted_text == "0.8165 = 0.4013·1.3 + 0.3752·0.7857"
    assert card.substituted_words == "0.8165 equals 0.4013 times 1.3 plus 0.3752 times 0.7857."


def test_of_several_units_one_is_asked_and_a_product_with_a_matrix_gives_a_row_and_the_whole_vector():
    card = line("a_r", "gru", H=2, D=1, unit=2)
    assert [(each.name, each.part, each.digits) for each in card.given] == [
        ("W_r", "row 2", ["0.1"]),
        ("x", "", ["1.4"]),
        ("b_r", "unit 2", ["0.1"]),
        ("U_r", "row 2", ["0.1", "-0.1"]),
        ("h_prev", "", ["-0.4", "-0.7"]),
    ]
    assert card.unit == 2 and card.substituted.count("<math") == 1


def test_a_convention_is_named_where_the_cell_has_several():
    assert line("h", "gru", convention="keras").where == "GRU as in Keras, step 1"
    assert "z keeps" in line("h", "gru").note


@pytest.mark.parametrize(("cell", "convention"), thorough(CELLS, quick=PLAIN_CELLS))
def test_of_every_line_the_given_digits_are_those_put_in_and_the_answer_is_the_traces(cell, convention):
    for name in sim.cell(cell, convention).equations:
        asked = {"convention": convention, "H": 2, "D": 2, "step": 2, "unit": 2}
        card, example = line(name, cell, **asked), read_line(cell, {key: [str(it)] for key, it in asked.items()})
        left, _, right = card.substituted_text.partition(" = ")
        given = {digits.removeprefix("-") for each in card.given for digits in each.digits}
        put_in = set(re.findall(r"\d+(?:\.\d+)?", right))
        assert put_in - {"1"} == given - {"1"}, name  # a declaration may have a 1 of its own
        assert left == card.value.replace("-", "−")
        assert float(card.value) == pytest.approx(run(example).at(name, 2)[1], abs=5.001e-5)


def test_what_is_looked_at_beside_the_line_makes_no_other_card():
    looked = line("c", view="whatif", slip="c.F03", made="always")
    assert looked.place == line("c").place
    assert "view" not in looked.place and "slip" not in looked.place


def test_the_address_on_the_card_is_canonical_and_leads_back_to_the_same_line():
    place = line("c", H=2, seed=7, step=2).place
    cell, _, query = place.partition("/?")
    asked = {name: [value] for name, _, value in (pair.partition("=") for pair in query.split("&"))}
    assert place_of(read_line(cell, asked)) == place


@pytest.mark.parametrize(
    ("cell", "query", "refusal"),
    [
        ("lstm", {}, Refused),
        ("lstm", {"line": ["r"]}, Refused),
        ("lstm", {"line": ["c"], "H": ["1000000"]}, Refused),
        ("lstm", {"line": ["c"], "x": ["nan;1"]}, Refused),
        ("lstm", {"line": ["c"], "x": ["1" * 9000]}, Refused),
        ("rnn_relu", {"line": ["h"], "T": ["50"], "U": ["100"]}, Refused),
        ("transformer", {"line": ["c"]}, NotFound),
    ],
)
def test_an_address_that_the_example_refuses_is_refused_here(cell, query, refusal):
    with pytest.raises(refusal):
        line_of(read_line(cell, query))
