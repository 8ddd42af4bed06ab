"""What a learner may type, and how it is read."""

import pytest

from quizzes.items.reading import echo, kept, read_number


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
