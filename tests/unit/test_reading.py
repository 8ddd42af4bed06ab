"""What a learner may type, and how it is read."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quizzes.items.reading import echo, kept, read_number, read_whole


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0.4013", 0.4013),
        ("0,4013", 0.4013),
        (" 0.4013 ", 0.4013),
        ("−0,38", -0.38),
        ("–0.38", -0.38),
        ("- 0.38", -0.38),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("3/4", 0.75),
        ("−1 / 4", -0.25),
        ("1⁄2", 0.5),
        ("1∕4", 0.25),
        ("1e-3", 0.001),
        ("1E−3", 0.001),
        ("1 000", 1000.0),
        ("1\u202f000,5", 1000.5),
        (3, 3.0),
        (-0.5, -0.5),
    ],
)
def test_a_number_may_be_written_in_many_ways(typed, value):
    assert read_number(typed).value == value


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0", None])
def test_nothing_typed_is_blank_and_no_fault(blank):
    assert read_number(blank).is_blank


@pytest.mark.parametrize(
    "noise",
    [
        "nan",
        "inf",
        "-Infinity",
        "=1+1",
        "<b>1</b>",
        "1 2",
        "1 1/2",
        "1,234.5",
        "1,2,3",
        "40%",
        "0x10",
        "1_000",
        "٣",
        ".",
    ]
    + [
        "1e999",
        "9" * 1_000_000,
        "1/0",
        "1/1e999",
        "1e999/1e999",
        10**400,
        float("nan"),
        float("inf"),
        True,
        [1],
        {"a": 1},
    ],
)
def test_noise_is_a_fault_with_a_sentence_and_never_a_number(noise):
    reading = read_number(noise)
    assert reading.value is None
    assert reading.fault.endswith(".")
    assert not reading.is_blank


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.38, "−0.38"), (0.4013, "0.4013"), (1 / 3, "0.333333"), (0.0, "0"), (1000.0, "1000"), (None, "")],
)
def test_a_value_is_echoed_with_a_real_minus_sign(value, text):
    assert echo(value) == text


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("0,4013", "0,4013"),
        (0.5, 0.5),
        (None, None),
        ("1\x002\ud800", "12"),
        ("9" * 999, "9" * 100),
        (float("nan"), "nan"),
        (10**400, "1e999"),
        (-1e300, "1e999"),
    ],
)
def test_what_is_stored_of_an_entry_can_be_stored_anywhere(sent, stored):
    assert kept(sent) == stored


@pytest.mark.parametrize("long", ["1" * 41, "9" * 54_000, kept("9" * 54_000)])
def test_of_a_text_that_is_too_long_no_length_is_claimed(long):
    assert read_number(long).fault == "That is too long; a number needs at most 40 characters."


# --- counts: a mark between groups of three digits is no decimal point

COUNTS = st.integers(1, 10**12)
MARKS = st.sampled_from([",", ".", " ", "'", "’", "\u00a0", "\u2009", "\u202f"])


def grouped(count, mark):
    return f"{count:,}".replace(",", mark)


@given(COUNTS, MARKS)
def test_a_count_is_read_whatever_stands_between_its_thousands(count, mark):
    reading = read_whole(f" {grouped(count, mark)} ")
    assert reading.value == count
    assert echo(reading.value).isdecimal() or count == 10**12


@given(COUNTS)
def test_a_count_may_be_written_without_any_mark_and_as_a_number(count):
    assert read_whole(str(count)).value == read_whole(count).value == count


@given(st.integers(1000, 999_999), st.sampled_from([",", "."]))
def test_where_decimals_are_asked_the_same_text_has_decimals(number, mark):
    assert read_number(grouped(number, mark)).value == number / 1000


@given(st.integers(0, 999), st.integers(0, 10**4), st.sampled_from([",", "."]))
def test_what_is_not_grouped_in_threes_has_decimals_in_a_count_too(whole, decimals, mark):
    assume(len(str(decimals)) != 3)
    typed = f"{whole}{mark}{decimals}"
    assert read_whole(typed) == read_number(typed)
    assert read_whole(typed).value == float(f"{whole}.{decimals}")


@given(st.text("0123456789,.' -+e/", max_size=12))
def test_a_count_is_a_number_that_may_be_grouped_and_nothing_else(typed):
    plain, groups = typed.strip(), typed.strip().replace(",", " ").replace(".", " ").replace("'", " ").split(" ")
    is_grouped = len(groups) > 1 and all(len(each) == 3 and each.isdecimal() for each in groups[1:])
    if read_whole(typed) != read_number(typed):
        assert is_grouped
        assert groups[0].isdecimal()
        assert plain[0] != "0"


@pytest.mark.parametrize(("typed", "value"), [("0,401", 0.401), ("1,5", 1.5), ("0,4013", 0.4013), ("−1.024", -1.024)])
def test_what_can_be_no_count_keeps_its_decimals(typed, value):
    assert read_whole(typed).value == value


@pytest.mark.parametrize("noise", ["1,024.5", "1.024,000", "1,24,000", "1,024,", "nan", "9" * 41])
def test_a_count_that_is_half_grouped_is_noise(noise):
    assert read_whole(noise).value is None
    assert read_whole(noise).fault
