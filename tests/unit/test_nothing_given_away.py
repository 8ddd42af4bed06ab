"""A named slip shows its formula with numbers only where the learner has them: no key of an open step is told."""

import re
from functools import cache
from itertools import islice

import numpy as np
import pytest

import sim
from quizzes.items.kinds import kind_of
from quizzes.items.kinds.known import dependence
from quizzes.items.kinds.steps import StepsKind
from quizzes.items.marking import mark, read_answers
from quizzes.items.specification import Specification, quantity, step_number
from quizzes.items.telling import Before, tell
from tests.course_packs import STANDING_FOR_ALL, real_pack
from tests.tiers import thorough

SAID = {row.id: Specification.from_json(row.specification) for row in real_pack().generators}
STEPS = [slug for slug, said in SAID.items() if type(kind_of(said)) is StepsKind]
MANY = [slug for slug in STEPS if len(SAID[slug].asked) > 1]
each_exercise = pytest.mark.parametrize("slug", thorough(STEPS, quick=STANDING_FOR_ALL))
NUMBER = re.compile(r"−?\d+\.\d+")


class Answered:
    """One certified variant, and what is told of answers to it."""

    def __init__(self, kind, certificate):
        self.kind, self.certificate = kind, certificate
        self.exact = {name: np.ravel(certificate.exact[name]).tolist() for name in kind.asked}
        self.working = kind.working(certificate.given, certificate.live, certificate.exact)
        self.keys = kind.keys(certificate.given, certificate.exact, certificate.full)

    def told(self, answers, had=()):
        steps = mark(
            read_answers(answers, self.keys), self.keys, self.working, rule := self.kind.rule(self.kind.tolerance)
        )
        return {
            each["name"]: each
            for each in tell(steps, self.working, self.kind.specification, rule, {}, before=Before(had))
        }

    def wrong(self, name, slip):
        """What gives this slip, all before it right; in full precision, then written down."""
        found = sim.slip_named(self.kind.cell, name, slip)
        trace = sim.evaluate_slip(
            found, self.working.layer, *self.working.inputs, step=step_number(name), **self.working.losses
        )
        value = trace[name[1:]] if step_number(name) is None else trace.at(quantity(name), step_number(name))
        return [round(each, self.kind.specification.decimals) for each in np.ravel(value).tolist()]

    def slips(self):
        return [(name, slip, self.wrong(name, slip)) for name, live in self.certificate.live.items() for slip in live]

    def allowed(self, typed):
        """The numbers that stand on the page anyway: what is given, and what was typed."""
        given = [each for value in self.certificate.given.values() for each in np.ravel(value).tolist()]
        return {abs(each) for each in given} | {abs(each) for each in typed} | {0.0, 1.0}


@cache
def variants(slug, count=3):
    kind = kind_of(SAID[slug], f"given away {slug}")
    return [Answered(kind, each) for each in islice(kind.accepted(range(40 * count)), count)]


def printed(told):
    """Every number in all that one reply says."""
    said = " ".join(each["message"] for each in told.values())
    formulas = [each["shown"]["line"]["text"] for each in told.values() if "line" in each["shown"]]
    for formula in formulas:
        said = said.replace(formula, "")
    lines = [line for each in told.values() for line in each["shown"].get("line", {}).get("put_in", ())]
    return printed_in(" ".join([said, *lines]))


def printed_in(text):
    return {abs(float(each.replace("−", "-"))) for each in NUMBER.findall(text)}


@each_exercise
def test_a_slip_alone_tells_no_key_of_a_step_not_answered(slug):
    for variant in variants(slug):
        for name, slip, wrong in variant.slips():
            others = {abs(each) for key in variant.exact if key != name for each in variant.exact[key]}
            told = printed(variant.told({name: wrong}))
            assert not told & others - variant.allowed(wrong), (name, slip)


def right_side(text):
    return text.split("; ")[0].partition(" = ")[2]


@each_exercise
def test_a_slip_alone_tells_nothing_that_an_open_step_follows_from(slug):
    """No value on the way stands in a reply, such as the sum behind a gate, but those that the slip itself gives."""
    for variant in variants(slug, 2):
        cell, found = variant.kind.cell, variant.working.found
        right = {right_side(sim.text(cell, name)) for name in cell.equations}
        keys = [key for key in dependence(cell, found.T, variant.kind.specification.is_backward).reads if "@" in key]
        computed = [key for key in keys if quantity(key) in cell.equations or not key.startswith(("dW", "dU", "db"))]
        inner = {
            round(abs(each), 4)
            for key in computed
            if "_prev" not in key and quantity(key) != "dx"
            for each in np.ravel(found.at(quantity(key), step_number(key))).tolist()
        }
        for name, slip, wrong in variant.slips():
            told = variant.told({name: wrong})
            line = told[name]["shown"].get("line", {"text": "", "put_in": ()})
            is_wrong = right_side(line["text"]) not in right
            results = printed_in(" ".join(each.rpartition(" = ")[2] for each in line["put_in"])) if is_wrong else set()
            assert not printed(told) & inner - variant.allowed(wrong) - results, (name, slip, told[name]["message"])


@pytest.mark.parametrize("slug", thorough(MANY, quick=STANDING_FOR_ALL))
def test_with_all_before_it_right_a_slip_of_two_answered_gates_shows_their_numbers(slug):
    shown = 0
    for variant in variants(slug):
        for name, _, wrong in variant.slips():
            before = {key: variant.exact[key] for key in list(variant.exact)[: list(variant.exact).index(name)]}
            shown += bool(variant.told(before | {name: wrong})[name]["shown"].get("line", {}).get("put_in"))
    assert shown


def lstm_step():
    return variants("lstm-step")[0]


def put_in(told, name):
    assert told[name]["state"] == "slip"
    return told[name]["shown"]["line"]["put_in"]


def slip_of(variant, name, slip):
    assert slip in variant.certificate.live[name]
    return {name: variant.wrong(name, slip)}


@cache
def with_live(slug, name, slip):
    return next(each for each in variants(slug, 20) if slip in each.certificate.live[name])


def test_a_cell_with_swapped_gates_shows_the_numbers_once_its_gates_are_answered():
    variant = with_live("lstm-step", "c@1", "F03")
    wrong = slip_of(variant, "c@1", "F03")
    message = variant.told(wrong)["c@1"]["message"]
    assert "c = i ⊙ c_prev + f ⊙ g gives this number. " in message
    gates = {name: variant.exact[name] for name in ("f@1", "i@1", "g@1")}
    assert f"{variant.exact['f@1'][0]:.4f}" in put_in(variant.told(gates | wrong), "c@1")[0]
    gates.pop("g@1")
    assert put_in(variant.told(gates | wrong), "c@1") == []


def test_what_was_right_in_an_earlier_check_is_the_learners_own():
    variant = with_live("lstm-step", "c@1", "F03")
    wrong = slip_of(variant, "c@1", "F03")
    assert put_in(variant.told(wrong, had={"f@1", "i@1", "g@1"}), "c@1")
    assert not put_in(variant.told(wrong, had={"f@1", "i@1"}), "c@1")


def test_a_wrong_number_of_his_own_is_put_in_and_one_that_is_not_used_is_not():
    variant = with_live("lstm-step", "c@1", "F03")
    gates = {"i@1": variant.exact["i@1"], "g@1": variant.exact["g@1"]}
    c0, i, g = variant.certificate.given["c0"][0], gates["i@1"][0], gates["g@1"][0]
    told = variant.told(gates | {"f@1": [0.7719], "c@1": [round(i * c0 + 0.7719 * g, 4)]})
    assert "0.7719" in put_in(told, "c@1")[0]
    # an easy number is not followed, so the formula would show the key in its place
    told = variant.told(gates | {"f@1": [1]} | slip_of(variant, "c@1", "F03"))
    assert told["f@1"]["state"] != "right" and put_in(told, "c@1") == []


@pytest.mark.parametrize(("slug", "name", "slip"), [("forget-gate", "f@1", "F17"), ("peephole-step", "i@1", "F01")])
def test_the_sum_behind_a_gate_is_shown_only_once_the_gate_is_right(slug, name, slip):
    variant = with_live(slug, name, slip)
    wrong = slip_of(variant, name, slip)
    assert put_in(variant.told(wrong), name) == []
    assert put_in(variant.told(wrong, had={name}), name)


def test_tanh_of_an_answered_cell_is_the_learners_own():
    variant = with_live("lstm-step", "h@1", "C11")
    wrong = slip_of(variant, "h@1", "C11")
    assert put_in(variant.told(wrong | {"c@1": variant.exact["c@1"], "o@1": variant.exact["o@1"]}), "h@1")
    assert not put_in(variant.told(wrong | {"c@1": variant.exact["c@1"]}), "h@1")


def test_on_the_way_back_a_forward_value_is_the_learners_once_something_made_from_it_is_right():
    variant = with_live("lstm-deltas", "da_i@1", "B11")
    wrong = slip_of(variant, "da_i@1", "B11")
    assert put_in(variant.told(wrong), "da_i@1") == []
    assert put_in(variant.told(wrong | {"dc@1": variant.exact["dc@1"]}), "da_i@1")


@each_exercise
def test_no_hint_shows_the_key_of_a_step(slug):
    for variant in variants(slug, 2):
        keys = {f"{abs(each):.4f}" for values in variant.exact.values() for each in values if each not in (0, 1)}
        allowed = {f"{each:.4f}" for each in variant.allowed([])}
        for name in variant.exact:
            for number in (1, 2, 3):  # the fourth tells the tenths around it
                told = {
                    f"{abs(float(each.replace('−', '-'))):.4f}"
                    for each in NUMBER.findall(variant.kind.hint(name, number, variant.certificate.given))
                }
                assert not told & keys - allowed, (name, number)
