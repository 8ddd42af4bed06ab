from datetime import timedelta

import pytest
from django.template import Context, Template

from quizzes.templatetags import study


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("f", '<span class="q q-f">f</span>'),
        ("a_f", '<span class="q q-f">a<sub>f</sub></span>'),
        ("c_prev", '<span class="q q-c">c<sub>prev</sub></span>'),
        ("tanh_c", '<span class="q q-c">tanh c</span>'),
        ("h0", '<span class="q q-h">h<sub>0</sub></span>'),
        ("h@2", '<span class="q q-h">h<sub>2</sub></span>'),
        ("a_o@3", '<span class="q q-o">a<sub>o,3</sub></span>'),
        ("dc", '<span class="q q-c">δc</span>'),
    ],
)
def test_a_name_is_written_in_the_hue_of_its_gate_or_state(name, written):
    assert study.q(name) == written


def test_a_weight_stays_in_ink():
    assert study.q("W_f") == '<span class="q">W<sub>f</sub></span>'


def test_a_quantity_can_be_given_by_its_word():
    assert study.q_tag("f", "forget gate") == '<span class="q q-f">forget gate</span>'


def test_markup_in_a_name_is_shown_not_obeyed():
    assert "<script>" not in study.q_tag("f", "<script>")


def test_a_negative_number_has_a_true_minus_and_its_decimals():
    assert study.number(-0.37994, 4) == "−0.3799"


def test_a_negative_nothing_is_nothing():
    assert study.number(-0.00001, 4) == "0.0000"


def test_a_missing_number_is_a_dash():
    assert study.number(None, 4) == "–"


def test_the_sign_in_a_table_is_heard_as_minus():
    assert 'aria-hidden="true">−<' in study.num(-1.5, 2)
    assert "minus </span>1.50" in study.num(-1.5, 2)
    assert study.num(1.5, 2) == "1.50"


@pytest.mark.parametrize(("number", "said"), [(0, "no cards"), (1, "1 card"), (14, "14 cards")])
def test_counts_agree_with_their_noun(number, said):
    assert study.count(number, "card,cards") == said.replace(" ", "\xa0")


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=20), "under 1 min"),
        (timedelta(minutes=10), "10 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=4), "4 days"),
        (timedelta(days=61), "2 months"),
        (timedelta(days=800), "2 years"),
        (None, "–"),
    ],
)
def test_a_wait_is_told_in_its_largest_unit(span, said):
    assert study.wait(span).replace("\xa0", " ") == said


def test_every_state_of_a_step_has_a_word_and_colour_comes_last():
    for state, look in study.LOOKS.items():
        assert state == "empty" or (look.mark and look.word), state


def test_an_array_is_written_in_one_line_with_true_minus_signs():
    assert study.array([[-2.0]]) == "−2.0"
    assert study.array([0.5, -1]) == "0.5, −1"
    assert study.array([[1, 2], [3, 4]]) == "1, 2; 3, 4"


def test_a_page_at_a_place_has_the_places_query_escaped_for_an_attribute():
    written = Template('{% load study %}{% at_place "own-card-new" place %}')
    shown = written.render(Context({"place": "gru/?convention=keras&line=h"}))
    assert shown == "/cards/own/new/gru/?convention=keras&amp;line=h"
