"""Results are told in sentences before they are shown in tables."""

from datetime import date

import pytest

from quizzes.formats.csv_text import csv_text, safe_cell
from quizzes.practice.quizzes.sentences import comparison_sentence, place_list, score_sentence


@pytest.mark.parametrize(
    ("right", "asked", "unanswered", "causes", "sentence"),
    [
        (11, 15, 0, 2, "11 of 15; the four misses have two causes."),
        (13, 15, 0, 1, "13 of 15; the two misses have one cause."),
        (14, 15, 0, 1, "14 of 15; the one miss has one cause."),
        (11, 15, 1, 2, "11 of 15; the three misses have two causes; one was not answered."),
        (11, 15, 4, 0, "11 of 15; four were not answered."),
        (15, 15, 0, 0, "15 of 15; every answer is right."),
        (0, 20, 0, 14, "0 of 20; the 20 misses have 14 causes."),
    ],
)
def test_the_score_is_a_sentence_that_counts_misses_and_their_causes(right, asked, unanswered, causes, sentence):
    assert score_sentence(right=right, asked=asked, unanswered=unanswered, causes=causes) == sentence


@pytest.mark.parametrize(
    ("right", "before", "asked_before", "sentence"),
    [
        (11, 8, 15, "Last time, on 3 November 2026, it was 8 of 15: three more now."),
        (8, 9, 15, "Last time, on 3 November 2026, it was 9 of 15: one fewer now."),
        (8, 8, 15, "Last time, on 3 November 2026, it was 8 of 15: the same as now."),
        (3, 8, 12, "Last time, on 3 November 2026, it was 8 of 12."),
    ],
)
def test_the_last_attempt_is_compared_only_where_as_much_was_asked(right, before, asked_before, sentence):
    said = comparison_sentence(
        right=right, asked=15, right_before=before, asked_before=asked_before, on=date(2026, 11, 3)
    )
    assert said == sentence


def test_places_are_listed_as_one_speaks():
    assert place_list([3]) == "question 3"
    assert place_list([3, 7]) == "questions 3 and 7"
    assert place_list([3, 7, 12]) == "questions 3, 7 and 12"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "  =1", "＝1", "\0=1"])
def test_no_cell_of_a_csv_file_begins_as_a_formula(text):
    assert str(safe_cell(text)).startswith("'")


def test_plain_text_and_numbers_stay_as_they_are():
    assert [safe_cell(cell) for cell in ("f · c", 3, -1.5, None)] == ["f · c", 3, -1.5, ""]


def test_a_csv_file_quotes_what_needs_it_and_says_that_it_is_utf_8():
    assert csv_text(["a", "b"], [["c̃, or g", 2]]) == '\ufeffa,b\r\n"c̃, or g",2\r\n'
