"""Numbers as people type them: every field and every address reads the same list in the same way, or refuses it."""

import pytest

from quizzes.lessons import lists


@pytest.mark.parametrize(("text", "numbers"), [
    ("0,9", ["0,9"]),
    ("0,9\n-0,4", ["0,9", "-0,4"]),
    ("0,9 ,-0,4", ["0,9", "-0,4"]),
    ("0,9;-0,4;", ["0,9", "-0,4"]),
    ("1, 2, 3", ["1", "2", "3"]),
    ("1,0,1", ["1", "0", "1"]),  # two commas, so neither is a decimal one
    ("1.5,0", ["1.5", "0"]),  # a point, so the comma parts
    ("1,5/2 1,5e-3", ["1,5/2", "1,5e-3"]),
    ("1_000", ["1_000"]),  # no number, which is for the reader of numbers to say
])  # fmt: skip
def test_in_a_column_a_comma_within_a_number_is_a_decimal_comma(text, numbers):
    assert lists.column(text) == numbers


def test_what_can_be_read_in_two_ways_is_unclear_unless_their_number_tells():
    with pytest.raises(lists.Unclear, match="“0,9,0,4” can be 2 numbers with decimal commas, or 4 without"):
        lists.column("0,9,0,4")
    assert lists.column("1,0,0,0", needed=4) == ["1", "0", "0", "0"]


@pytest.mark.parametrize(("text", "rows"), [
    ("1,2\n3,4", [["1", "2"], ["3", "4"]]),
    ("1 2; 3, 4", [["1", "2"], ["3", "4"]]),
    ("0,5 1,5\n2 3", [["0,5", "1,5"], ["2", "3"]]),
    ("1 2 3 4", [["1", "2"], ["3", "4"]]),
    ("1 2\n3", [["1", "2"], ["3"]]),
    ("1,2 3,4 5,6 7,8", [["1", "2", "3", "4", "5", "6", "7", "8"]]),  # two steps or four: nobody knows
])  # fmt: skip
def test_in_rows_of_several_a_comma_parts_unless_that_gives_too_many(text, rows):
    assert lists.rows(text, 2) == rows


def test_a_comma_before_a_nought_and_a_digit_parts_no_columns():
    with pytest.raises(lists.Unclear, match="“0,05” looks like one number"):
        lists.rows("0,05;1,2", 2)
    with pytest.raises(lists.Unclear, match="“0,05” looks like one number"):
        lists.array("0,05", 2, 2)


def test_of_an_array_the_number_of_numbers_tells_what_a_comma_is():
    assert lists.array("0,5;1,5;2,5;3,5", 2, 4) == ["0,5", "1,5", "2,5", "3,5"]
    assert lists.array("1,2;3,4", 2, 4) == ["1", "2", "3", "4"]


def test_three_hundred_thousand_blanks_are_parted_at_once():
    assert lists.column("1" + " " * 300_000 + "2") == ["1", "2"]
