"""Marking in its order, on fixture L of the catalogue: one LSTM step whose slips lie far apart.

The working is written here in plain floats, sharing nothing with `sim`; the values to type come from the catalogue.
"""

from math import exp, inf, tanh

import pytest

from quizzes.errors import Refused
from quizzes.items.marking import (
    Key,
    Rule,
    counted_states,
    is_complete,
    mark,
    read_answers,
)
from quizzes.items.shapes import standing

EXACT = {"f": 0.4013, "i": 0.3752, "g": 0.7857, "c": 0.8165, "o": 0.7311, "h": 0.4921}
SUMS = {"f": -0.40, "i": -0.51, "g": 1.06, "o": 1.00}
X, H_PREV, C_PREV = 0.9, -0.7, 1.3
RULE = Rule(unit=1e-4, tolerance=3e-4)


def sigmoid(a):
    return 1 / (1 + exp(-a))


RIGHT = {
    "f": lambda v: sigmoid(SUMS["f"]),
    "i": lambda v: sigmoid(SUMS["i"]),
    "g": lambda v: tanh(SUMS["g"]),
    "c": lambda v: v["f"] * C_PREV + v["i"] * v["g"],
    "o": lambda v: sigmoid(SUMS["o"]),
    "h": lambda v: v["o"] * tanh(v["c"]),
}
SLIPS = {
    "f": {
        "F02": lambda v: 1 - sigmoid(SUMS["f"]),  # the two that no numbers can split
        "F15": lambda v: sigmoid(-SUMS["f"]),
        "F17": lambda v: tanh(SUMS["f"]),
        "F20": lambda v: sigmoid(SUMS["o"]),  # another library's order of the blocks
    },
    "c": {
        "F03": lambda v: v["i"] * C_PREV + v["f"] * v["g"],
        "C01": lambda v: v["f"] * C_PREV + v["g"],
        "C06": lambda v: C_PREV + v["i"] * v["g"],
    },
    "h": {"C11": lambda v: v["o"] * v["c"], "C15": lambda v: tanh(v["c"])},
    "g": {"F23": lambda v: SUMS["g"]},
}
UNCLAIMED = {  # the catalogue has them for the step, and the exercise does not claim them
    "c": {"C07": lambda v: v["f"] * C_PREV + (1 - v["f"]) * v["g"], "C01b": lambda v: v["f"] * C_PREV + v["g"]},
    "g": {"F24": lambda v: max(0.0, SUMS["g"])},
    "o": {"F15": lambda v: sigmoid(-SUMS["o"])},
}
LIMITS = {"f": (0, 1), "i": (0, 1), "o": (0, 1), "g": (-1, 1), "h": (-1, 1)}
PAIRS = {  # two slips at once
    "c": {("C01", "F03"): 0.3752 * C_PREV + 0.7857, ("C06", "F03"): C_PREV + 0.4013 * 0.7857},
    "h": {("C11", "C15"): 0.8165, ("C12", "C15"): 0.8164},
}
EARLY = {"c": [0.84], "h": [0.49]}  # row C20 of the catalogue: the step with one decimal
KEYS = {f"{name}@1": Key((value,), (value,)) for name, value in EXACT.items()}


class Paper:
    """The working of fixture L, as one would do it on paper."""

    def yours(self, name, own):
        return [(self._value(RIGHT[name[0]], own),)]

    def slips(self, name, own):
        return [(slip, (self._value(formula, own),)) for slip, formula in SLIPS.get(name[0], {}).items()]

    def others(self, name, own):
        return [(slip, (self._value(formula, own),)) for slip, formula in UNCLAIMED.get(name[0], {}).items()]

    def limits(self, name):
        return LIMITS.get(name[0], (-inf, inf))

    def early(self, name, own):
        return [(value,) for value in EARLY.get(name[0], [])]

    def pairs(self, name, own, made):
        return [(pair, (value,)) for pair, value in PAIRS.get(name[0], {}).items() if {*pair} & {*made}]

    def _value(self, formula, own):
        return formula(EXACT | {name[0]: values[0] for name, values in own.items()})


def marked(**typed):
    sent = {f"{name}@1": [value] for name, value in typed.items()}
    return {step.name[0]: step for step in mark(read_answers(sent, KEYS), KEYS, Paper(), RULE)}


def states(**typed):
    return {name: step.state for name, step in marked(**typed).items()}


def test_the_values_of_the_catalogue_are_right():
    steps = mark(read_answers({f"{name}@1": str(value) for name, value in EXACT.items()}, KEYS), KEYS, Paper(), RULE)
    assert is_complete(steps)
    assert {step.state for step in steps} == {"right"}


@pytest.mark.parametrize(("typed", "state"), [("0.4016", "right"), ("0.4010", "right"), ("0.4017", "unrecognised")])
def test_right_means_within_three_units(typed, state):
    assert states(f=typed)["f"] == state


def test_nearness_to_the_full_precision_value_is_enough():
    keys = {"f@1": Key(exact=(0.4013,), full=(0.40181,))}
    (step,) = mark(read_answers({"f@1": ["0.4020"]}, keys), keys, Paper(), RULE)
    assert step.state == "right"


def test_one_slip_costs_one_step():
    swapped = states(f="0.4013", i="0.3752", g="0.7857", c="0.8030", o="0.7311", h="0.4867")
    assert swapped == {"f": "right", "i": "right", "g": "right", "c": "slip", "o": "right", "h": "right_with_yours"}


@pytest.mark.parametrize(
    ("quantity", "typed", "slip"),
    [
        ("f", "-0.3799", "F17"),
        ("c", "0.8030", "F03"),
        ("c", "1.3074", "C01"),
        ("c", "1.5948", "C06"),
        ("h", "0.5969", "C11"),
        ("h", "0.6732", "C15"),
    ],
)
def test_a_wrong_value_of_the_catalogue_gets_its_name(quantity, typed, slip):
    step = marked(**{quantity: typed})[quantity]
    assert (step.state, step.slips) == ("slip", (slip,))


def test_a_slip_is_recognised_on_the_learners_own_earlier_number():
    # f read as tanh: −0.3799. Then the swap on top of it: 0.3752·1.3 − 0.3799·0.7857 = 0.1893.
    step = marked(f="-0.3799", i="0.3752", g="0.7857", c="0.1893")["c"]
    assert (step.state, step.slips) == ("slip", ("F03",))


def test_two_names_for_one_number_become_a_question():
    step = marked(f="0.5987")["f"]
    assert (step.state, step.slips) == ("alias", ("F02", "F15"))


def test_another_librarys_order_is_a_convention_and_not_a_slip():
    step = marked(f="0.7311")["f"]
    assert (step.state, step.slips) == ("convention", ("F20",))


def test_a_trace_kept_to_one_decimal_is_rounded_early():
    assert states(c="0.84")["c"] == "rounded_early"


def test_a_number_that_nothing_explains_is_not_recognised():
    steps = marked(f="0.4013", c="0.9")
    assert steps["c"].state == "unrecognised"


def test_blank_and_unreadable_steps_do_not_disturb_the_others():
    assert states(f="0.4013", i="=1+1", g="") | {"c": "empty", "o": "empty", "h": "empty"} == states(
        f="0.4013", i="=1+1"
    )
    assert states(f="0.4013", i="=1+1")["i"] == "invalid"


@pytest.mark.parametrize("bait", ["0", "1"])
def test_an_easy_number_does_not_carry(bait):
    # With c = 0 the read-out would be 0 too; judged with the true c it is no follow-through.
    assert states(c=bait, h=f"{0.7311 * tanh(float(bait)):.4f}")["h"] == "unrecognised"


REPEATS = ("0.3752", "0.3754", "0.3749")


@pytest.mark.parametrize("typed", REPEATS)
def test_a_number_repeated_from_another_step_does_not_carry(typed):
    # i is 0.3752; as near to it as a right answer may be is that number once more
    assert states(i="0.3752", c=typed, h=f"{0.7311 * tanh(float(typed)):.4f}")["h"] == "unrecognised"


def test_what_is_no_repeat_carries():
    assert states(i="0.3752", c="0.3756", h=f"{0.7311 * tanh(0.3756):.4f}")["h"] == "right_with_yours"


def test_three_wrong_numbers_beside_each_other_are_a_repeat():
    c = 0.5 * C_PREV + 0.5001 * 0.4999
    assert states(f="0.5", i="0.5001", g="0.4999", c=f"{c:.4f}")["c"] == "unrecognised"


def test_right_numbers_near_one_another_carry():
    keys = KEYS | {"f@1": Key((0.3753,), (0.3753,))}  # beside i, by chance
    typed = {"f@1": "0.3754", "i@1": "0.3752", "g@1": "0.7857", "c@1": f"{0.3754 * C_PREV + 0.3752 * 0.7857:.4f}"}
    found = {step.name: step.state for step in mark(read_answers(typed, KEYS), keys, Paper(), RULE)}
    assert (found["f@1"], found["i@1"], found["c@1"]) == ("right", "right", "right_with_yours")


def test_a_number_of_a_worked_step_put_in_for_another_does_not_carry():
    own = {"c@1": ["0.6"], "h@1": [f"{0.7311 * tanh(0.6):.4f}"]}
    readings, shown = read_answers(own, KEYS), {"c@2": (0.6,)}
    states = [
        {step.name: step.state for step in mark(readings, KEYS, Paper(), RULE, shown=worked)}["h@1"]
        for worked in ({}, shown)
    ]
    assert states == ["right_with_yours", "unrecognised"]


@pytest.mark.parametrize("bait", ["-1", "2", "1000000", "-0.0005", "1.0004"])
def test_a_gate_that_is_none_does_not_carry(bait):
    c = float(bait) * C_PREV + 0.3752 * 0.7857
    assert states(f=bait, i="0.3752", g="0.7857", c=f"{c:.4f}")["c"] == "unrecognised"


def test_a_gate_that_is_none_carries_when_a_slip_names_it():
    c = -0.3799 * C_PREV + 0.3752 * 0.7857  # tanh in place of σ
    assert states(f="-0.3799", i="0.3752", g="0.7857", c=f"{c:.4f}")["c"] == "right_with_yours"


def test_an_easy_number_carries_when_a_slip_names_it():
    found = marked(f="-0.3799", i="-0.3799", c=f"{-0.3799 * C_PREV + 0.3752 * 0.7857:.4f}")  # F17 on f; i is nothing
    assert (found["f"].state, found["i"].state) == ("slip", "unrecognised")
    assert found["c"].state == "right_with_yours"
    assert (found["c"].own, found["c"].held) == ({"f@1": (-0.3799,)}, {"i@1": (-0.3799,)})


def test_what_follows_from_a_number_that_does_not_carry_is_called_no_slip():
    # c = 1 does not carry. tanh(1) · o is right from it; with the true c it would be within reach of nothing. Then C15,
    # o left out, gives tanh of the true c: the same number as o = 1, typed before it, makes it.
    assert states(c="0.8165", o="1", h="0.6732")["h"] == "unrecognised"
    assert states(c="0.8165", o="0.7311", h="0.6732")["h"] == "slip"


def test_a_slip_that_nobody_claimed_belongs_to_the_question_where_it_gives_the_same_number():
    step = marked(g="1.06")["g"]  # no activation, or ReLU of a positive sum
    assert (step.state, step.slips) == ("alias", ("F23", "F24"))


def test_a_slip_that_nobody_claimed_gets_no_name_of_its_own():
    assert states(o=f"{sigmoid(-1.0):.4f}")["o"] == "unrecognised"


def test_two_readings_of_one_row_of_the_catalogue_are_no_question():
    step = marked(c="1.3074")["c"]
    assert (step.state, step.slips) == ("slip", ("C01",))  # and not C01b beside it


def test_a_vector_is_right_or_named_only_as_a_whole():
    keys = {"h@1": Key((0.1, 0.2), (0.1, 0.2))}

    class Pair(Paper):
        def slips(self, name, own):
            return [("C11", (0.3, 0.4))]

        def early(self, name, own):
            return []

        def pairs(self, name, own, made):
            return []

    def state(*entries):
        (step,) = mark(read_answers({"h@1": list(entries)}, keys), keys, Pair(), RULE)
        return step.state

    assert state("0.1", "0.2") == "right"
    assert state("0.1", "0.4") == "unrecognised"
    assert state("0.3", "0.4") == "slip"
    assert state("0.1", "") == "empty"
    assert state("0.1", "?") == "invalid"


def test_counts_have_no_tolerance():
    keys = {"count": Key((288.0,), (288.0,))}
    for typed, state in (("288", "right"), ("288.0001", "unrecognised")):
        (step,) = mark(read_answers({"count": typed}, keys), keys, Paper(), Rule(unit=1.0, tolerance=0.0))
        assert step.state == state


def marked_one(name, typed, made=()):
    (step, *_) = [
        step
        for step in mark(read_answers({name: [typed]}, KEYS), KEYS, Paper(), RULE, lambda: made)
        if step.name == name
    ]
    return step


def test_two_slips_at_once_are_asked_about_where_one_of_them_was_made_before():
    both = 0.3752 * C_PREV + 0.7857  # i and f swapped, and the input gate left out
    assert marked_one("c@1", both).state == "unrecognised"
    step = marked_one("c@1", both, made=["F03"])
    assert (step.state, step.slips) == ("pair", ("C01", "F03"))
    assert not step.is_right


def test_where_two_pairs_give_the_number_none_is_asked_about():
    assert marked_one("h@1", 0.81645, made=["C15"]).state == "unrecognised"
    assert marked_one("h@1", 0.8167, made=["C11"]).state == "pair"


def test_a_single_slip_is_named_before_any_pair():
    assert marked_one("c@1", 0.8030, made=["C01", "C06"]).state == "slip"


def test_an_option_is_right_or_shows_the_slip_behind_it():
    class Options(Paper):
        def slips(self, name, own):
            return [("F03", (0.0,))]

    keys = {"c@1": Key((1.0,), (1.0,), "option", ("a", "b", "c"))}

    def state(chosen):
        (step,) = mark(read_answers({"c@1": [chosen]}, keys), keys, Options(), Rule(1.0, 0.0))
        return step.state

    assert [state(chosen) for chosen in ("a", "b", "c")] == ["slip", "right", "unrecognised"]
    assert [state(chosen) for chosen in ("d", "", None, 1, "B")] == ["invalid", "empty", "empty", "invalid", "invalid"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("32, 6, 8", "right"), ("(32, 6, 8)", "right"), ("[32,6,8]", "right"), ("32 6 8", "right"), ("32×6×8", "right"),
        ("6, 32, 8", "unrecognised"), ("32, 6", "unrecognised"), ("32, 6, 8, 1", "unrecognised"), ("", "empty"),
        ("32, 6.0, 8", "invalid"), ("N, T, H", "invalid"), ("=1+1", "invalid"), ("-1, 6, 8", "invalid"),
    ],
)  # fmt: skip
def test_a_shape_is_read_as_a_whole(typed, expected):
    shape = (32.0, 6.0, 8.0)
    keys = {"shape": Key(shape, shape, "shape")}
    (step,) = mark(read_answers({"shape": typed}, keys), keys, Paper(), Rule(1.0, 0.0))
    assert step.state == expected


MATRIX = {"dW_f": Key((1.0, 2.0, 3.0, 4.0), (1.0, 2.0, 3.0, 4.0), shape=(2, 2))}
SINGLE = {"dU": Key((1.0,), (1.0,), shape=(1, 1))}
VECTOR = {"f@1": Key((1.0, 2.0), (1.0, 2.0), shape=(2,))}


def test_a_matrix_is_read_row_by_row_and_from_a_page_entry_by_entry():
    for sent, in_a_row in (([[1, 2], [3, 4]], False), ([1, 2, 3, 4], True)):
        (step,) = mark(read_answers({"dW_f": sent}, MATRIX, in_a_row=in_a_row), MATRIX, Paper(), RULE)
        assert step.state == "right"


@pytest.mark.parametrize(
    ("keys", "sent", "needed"),
    [
        (KEYS, [[0.5]], "[0.5]"), (KEYS, [0.5, 0.5], "[0.5]"), (KEYS, [[[0.5]]], "[0.5]"),
        (VECTOR, [[1], [2]], "[0.5, 0.5]"), (VECTOR, [1, [2]], "[0.5, 0.5]"), (VECTOR, [[1, 2]], "[0.5, 0.5]"),
        (VECTOR, [1], "[0.5, 0.5]"), (VECTOR, 1, "[0.5, 0.5]"),
        (SINGLE, [1], "[[0.5]]"), (SINGLE, [[1, 1]], "[[0.5]]"), (SINGLE, [[1], [1]], "[[0.5]]"),
        (MATRIX, [1, 2, 3, 4], "[[0.5, 0.5], [0.5, 0.5]]"), (MATRIX, [[1, 2], [3, 4, 5]], "[[0.5, 0.5], [0.5, 0.5]]"),
    ],
)  # fmt: skip
def test_another_shape_than_the_one_asked_is_refused_with_the_one_that_is(keys, sent, needed):
    name = next(iter(keys))
    with pytest.raises(Refused) as caught:
        read_answers({name: sent}, keys)
    assert (caught.value.code, caught.value.hint) == ("wrong_shape", f"Send {name} as {needed}.")


@pytest.mark.parametrize(("keys", "sent"), [(KEYS, 0.5), (KEYS, "0.5"), (SINGLE, 0.5), (SINGLE, [["0.5"]])])
def test_what_has_one_entry_may_be_sent_bare(keys, sent):
    name = next(iter(keys))
    assert [reading.value for reading in read_answers({name: sent}, keys)[name]] == [0.5]


@pytest.mark.parametrize("sent", [None, "", [], ["", ""], [None, None]])
def test_nothing_is_blank_in_every_entry(sent):
    assert all(reading.is_blank for reading in read_answers({"f@1": sent}, VECTOR)["f@1"])


@pytest.mark.parametrize("form", ["shape", "option"])
def test_a_list_within_a_list_is_no_shape_and_no_option(form):
    keys = {"shape": Key((1.0, 2.0), (1.0, 2.0), form, ("a", "b"))}
    for sent in ([["a"]], [[1, 2]], [1, [2]]):
        with pytest.raises(Refused):
            read_answers({"shape": sent}, keys)


def test_a_quantity_that_is_not_asked_is_refused():
    with pytest.raises(Refused) as caught:
        read_answers({"q@1": [1]}, KEYS)
    assert caught.value.code == "unknown_quantity"


def test_what_stands_of_several_answers_is_what_was_sent_last_and_a_blank_takes_it_away():
    sent = [{"f@1": [0.5], "i@1": [0.6]}, {"f@1": None, "i@1": [""], "dU": [[1]]}, {"o@1": [[1, 2], [3, 4]]}]
    assert standing(sent) == {"f@1": [0.5], "i@1": [""], "dU": [1], "o@1": [1, 2, 3, 4]}


def result(**step_states):
    return {"steps": [{"name": name, "state": state} for name, state in step_states.items()]}


def test_the_first_readable_answer_counts():
    assert counted_states([result(f="empty"), result(f="invalid"), result(f="slip"), result(f="right")]) == {
        "f": "slip"
    }


def test_a_first_convention_gives_one_free_retry_and_a_second_counts():
    assert counted_states([result(z="convention"), result(z="right")]) == {"z": "right"}
    assert counted_states([result(z="convention"), result(z="convention"), result(z="right")]) == {"z": "convention"}


@pytest.mark.parametrize(("typed", "state"), [("0.8032", "slip"), ("0.8033", "unrecognised")])
def test_a_slip_is_named_within_two_units_of_its_value(typed, state):
    assert marked_one("c@1", typed).state == state  # i and f swapped: 0.3752 · 1.3 + 0.4013 · 0.7857 = 0.80306


@pytest.mark.parametrize(("typed", "state"), [("0.8401", "rounded_early"), ("0.8402", "unrecognised")])
def test_a_number_rounded_early_is_called_that_within_one_unit(typed, state):
    assert marked_one("c@1", typed).state == state


@pytest.mark.parametrize(("typed", "state"), [("1.2736", "pair"), ("1.2737", "unrecognised")])
def test_a_pair_is_asked_about_within_two_units(typed, state):
    assert marked_one("c@1", typed, made=["F03"]).state == state  # 0.3752 · 1.3 + 0.7857 = 1.27346
