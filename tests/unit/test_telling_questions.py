"""What is told where the answer is a question in turn, and of counts and shapes, which have no signs to go over."""

import pytest

from quizzes.items.kinds import kind_of
from quizzes.items.marking import mark, read_answers
from quizzes.items.specification import Specification
from quizzes.items.telling import settled, tell
from quizzes.practice.exercises.given import question_rows
from tests.course_packs import real_pack

SPECIFICATIONS = {row.id: Specification.from_json(row.specification) for row in real_pack().generators}


class Desk:
    """One fair variant, and what is told of an answer to it."""

    def __init__(self, slug):
        self.said = SPECIFICATIONS[slug]
        self.kind = kind_of(self.said, f"desk of {slug}")
        fair = next(self.kind.accepted(range(self.kind.space or 100)))
        self.given, self.exact = fair.given, fair.exact
        self.working = self.kind.working(fair.given, fair.live, fair.exact)
        self.keys = self.kind.keys(fair.given, fair.exact, fair.full)
        self.rule = self.kind.rule(self.kind.tolerance)

    def told(self, name, answer, made=(), meant=""):
        steps = mark(read_answers({name: answer}, self.keys), self.keys, self.working, self.rule, lambda: made)
        steps = settled(steps, {name: meant})
        return next(each for each in tell(steps, self.working, self.said, self.rule, {}) if each["name"] == name)


def a_pair(desk):
    claimed = desk.said.claimed("c")
    for both, values in desk.working.pairs("c@1", {}, claimed):
        if desk.told("c@1", [round(values[0], 4)], made=claimed)["state"] == "pair":
            return both, [round(values[0], 4)]
    raise AssertionError("no two slips give a number of their own")


def test_two_slips_at_once_are_a_question_that_can_be_answered_and_never_a_name():
    desk = Desk("lstm-step")
    both, answer = a_pair(desk)
    asked = desk.told("c@1", answer, made=both)
    assert (asked["state"], {*asked["slips"]}) == ("pair", {*both})
    assert "Do you find one of them in your working?" in asked["message"]
    assert all(f"{slip}: {desk.working.slip('c@1', slip).title}" in asked["message"] for slip in both)
    assert {each["id"] for each in asked["shown"]["choices"]} == {*both}
    found = desk.told("c@1", answer, made=both, meant=both[0])
    assert (found["state"], found["slips"]) == ("pair", asked["slips"])
    assert desk.working.slip("c@1", both[0]).correction in found["message"]
    assert desk.told("c@1", answer, made=both, meant="F99") == asked


def test_the_question_about_one_unit_s_reset_names_the_convention_in_force():
    """With one unit, the reset before the product gives the number of a bias left outside it."""
    desk = Desk("gru-two-steps")
    (value,) = desk.working.value("n@1", {}, slip="G02", decimals=4)
    told = desk.told("n@1", [value])
    assert (told["state"], {*told["slips"]}) == ("alias", {"G02", "G03"})
    assert desk.working.note in told["message"]


def test_a_question_between_slips_alone_says_no_convention():
    desk = Desk("cell-update")
    told = desk.told("f@1", [round(1 - desk.exact["f@1"][0], 4)])
    assert (told["state"], desk.working.note in told["message"]) == ("alias", False)


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("count-lstm-pytorch", "how many blocks"),
        ("shape-last-state", "which axes there are, in which order"),
        ("gate-order-lstm", "block by block"),
    ],
)
def test_an_unknown_count_shape_or_order_gets_advice_of_its_own(slug, said):
    desk = Desk(slug)
    answer = {"count": 7, "shape": "7, 7, 7", "numbers": [0.01, 0.02, 0.03, 0.04]}[desk.kind.form]
    told = desk.told(*desk.kind.asked, answer)
    assert told["state"] == "unrecognised" and said in told["message"] and "signs" not in told["message"]
    noun = "shape" if desk.kind.form == "shape" else "number"
    assert told["message"].startswith(f"This {noun} matches none of the errors we know")


@pytest.mark.parametrize(
    ("slug", "answer", "switch"),
    [
        ("shape-batch-first", "{N}, {T}, {H}", "batch_first=True, and here batch_first=False"),
        ("shape-bidirectional", "{T}, {N}, {double}", "batch_first=False, and here batch_first=True"),
        ("shape-bidirectional", "{N}, {T}, {H}", "bidirectional=False, and here bidirectional=True"),
    ],
)
def test_a_shape_that_is_right_with_a_switch_turned_is_told_which(slug, answer, switch):
    desk = Desk(slug)
    told = desk.told("shape", answer.format(**desk.given, double=2 * desk.given["H"]))
    assert told["state"] == "unrecognised"
    assert told["message"] == f"It would be right with {switch}."


@pytest.mark.parametrize(
    ("slug", "flags"),
    [
        ("shape-return-sequences", {"bidirectional": 0, "return_sequences": 1}),
        ("shape-bidirectional-summary", {"bidirectional": 1, "return_sequences": 0}),
        ("shape-batch-first", {"bidirectional": 0, "batch_first": 0}),
        ("shape-last-state", {"layers": 1, "bidirectional": 1}),
        ("count-lstm-pytorch", {"layers": 1, "bidirectional": 0}),
        ("count-gru-keras", {"layers": 1, "bidirectional": 0, "reset_after": 1}),
        ("count-stacked", {"layers": 2, "bidirectional": 0}),
        ("cell-retention", {}),
    ],
)
def test_every_switch_that_the_answer_hangs_on_is_told(slug, flags):
    also = dict(Desk(slug).kind.also_given)
    assert also.pop("question")
    assert also == flags


def test_the_page_tells_the_switches_too():
    desk = Desk("shape-return-sequences")
    rows = question_rows(desk.said, desk.given)
    assert ("switch", "return_sequences=True") in rows and ("switch", "one direction") in rows
