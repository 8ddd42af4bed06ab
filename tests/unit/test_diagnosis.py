"""Diagnosis over the course's own exercises: certified variants, planted slips, chains, random wrong numbers."""

from itertools import islice
from pathlib import Path
from random import Random

import pytest
import yaml

import sim
from quizzes.items.kinds import kind_of
from quizzes.items.marking import FULL_CREDIT, mark, read_answers
from quizzes.items.specification import Specification, quantity, step_number
from quizzes.items.telling import nothing_read, settled, tell

PACK = Path(__file__).parents[2] / "quizzes/content/recurrent-networks/generators.yaml"
GENERATORS = yaml.safe_load(PACK.read_text())["generators"]
SPECIFICATIONS = {each["slug"]: Specification.from_json(each) for each in GENERATORS}
each_exercise = pytest.mark.parametrize("slug", SPECIFICATIONS)


class Learner:
    """One certified variant, and someone who answers it."""

    def __init__(self, specification, certificate):
        self.specification, self.certificate = specification, certificate
        self.kind = kind_of(specification)
        self.working = self.kind.working(certificate.given, certificate.live, certificate.exact)
        self.keys = self.kind.keys(certificate.given, certificate.exact, certificate.full)
        self.rule = self.kind.rule(self.kind.tolerance)

    def marked(self, answers):
        readings = read_answers(answers, self.keys)
        return {step.name: step for step in mark(readings, self.keys, self.working, self.rule)}

    def wrong(self, name, slip):
        """What a learner with this slip writes down, all before it right: computed here in full precision."""
        found = next(each for each in sim.slips_for(self.working.layer.cell, name) if each.id == slip)
        step = step_number(name)
        trace = sim.evaluate_slip(found, self.working.layer, *self.working.inputs, step=step)
        return [round(value, self.specification.decimals) for value in trace.at(quantity(name), step).tolist()]

    def right_from(self, answers):
        """The steps not yet answered, worked out rightly from those that are."""
        answers = dict(answers)
        for name in self.specification.asked:
            if name not in answers:
                answers[name] = list(self.working.value(name, answers, decimals=self.specification.decimals))
        return {name: answers[name] for name in self.specification.asked}


def learners(slug, count):
    specification = SPECIFICATIONS[slug]
    fair = kind_of(specification, f"test of {slug}").accepted(range(1, 10_000))
    return [Learner(specification, each) for each in islice(fair, count)]


@each_exercise
def test_the_key_is_right_rounded_and_in_full(slug):
    for learner in learners(slug, 20):
        for key in (learner.certificate.exact, learner.certificate.full):
            assert {step.state for step in learner.marked(key).values()} == {"right"}


@each_exercise
def test_every_live_slip_gets_its_name_or_the_question_about_its_alias(slug):
    planted = named = 0
    for learner in learners(slug, 8):
        for name, slips in learner.certificate.live.items():
            for slip in slips:
                step = learner.marked({name: learner.wrong(name, slip)})[name]
                planted += 1
                named += slip in step.slips and step.state in {"slip", "alias", "convention"}
    assert planted > 150
    assert named >= 0.99 * planted


@each_exercise
def test_one_slip_in_a_chain_costs_one_step(slug):
    chains = costly = 0
    for learner in learners(slug, 20):
        for name, slips in learner.certificate.live.items():
            for slip in slips[:2]:
                before = dict(list(learner.certificate.exact.items())[: list(learner.keys).index(name)])
                answers = learner.right_from(before | {name: learner.wrong(name, slip)})
                lost = [step.name for step in learner.marked(answers).values() if step.state not in FULL_CREDIT]
                chains += 1
                costly += lost != [name]
    assert chains > 50
    assert costly <= 0.01 * chains


@each_exercise
def test_random_wrong_numbers_seldom_get_a_name(slug):
    random = Random(20)
    tried = named = asked = 0
    for learner in learners(slug, 15):
        for name in learner.keys:
            for _ in range(5):
                step = learner.marked({name: [round(random.uniform(-1, 1), 4) for _ in learner.keys[name].exact]})[name]
                tried += 1
                named += step.state == "slip"
                asked += step.state == "alias"
    assert named <= 0.02 * tried
    assert asked <= 0.03 * tried


@each_exercise
def test_a_whole_trace_rounded_early_is_called_that_or_right(slug):
    for learner in learners(slug, 20):
        early = sim.kept_to(learner.working.layer, *learner.working.inputs, decimals=2)
        answers = {name: early.at(quantity(name), step_number(name)).tolist() for name in learner.keys}
        first = learner.marked(answers)[learner.specification.asked[0]]
        assert first.state in {"rounded_early", "right"}


@each_exercise
def test_every_finding_is_told_in_whole_sentences(slug):
    for learner in learners(slug, 5):
        for name, slips in learner.certificate.live.items():
            for slip in slips:
                steps = list(learner.marked({name: learner.wrong(name, slip)}).values())
                told = next(
                    each
                    for each in tell(steps, learner.working, learner.specification, learner.rule, {})
                    if each["name"] == name
                )
                assert told["message"].endswith(".")
                if told["state"] == "slip":
                    assert f"{told['shown']['line']['text']} gives this number: " in told["message"]
                    assert "You evaluated" not in told["message"]
                    assert told["shown"]["line"]["formula"].startswith("<math>")


def told_of(learner, name, answer):
    steps = list(learner.marked({name: answer}).values())
    return next(
        each for each in tell(steps, learner.working, learner.specification, learner.rule, {}) if each["name"] == name
    )


@each_exercise
def test_of_a_mistake_that_these_numbers_hide_it_is_not_said_that_none_is_known(slug):
    hidden = 0
    for learner in learners(slug, 60):
        for name, live in learner.certificate.live.items():
            for slip in set(learner.specification.claimed(name)) - set(live):
                told = told_of(learner, name, learner.wrong(name, slip))
                if told["state"] == "unrecognised":
                    hidden += 1
                    assert told["message"] == "With these numbers we can't tell which mistake gives your answer."
    assert hidden


def test_a_number_that_no_known_mistake_gives_is_said_to_match_none_of_them():
    told = told_of(learners("lstm-step", 1)[0], "c@1", [7.5])
    assert told["message"] == "This number matches none of the errors we know for this step."


def test_a_number_rounded_early_is_said_not_to_count_yet():
    for learner in learners("lstm-step", 20):
        early = sim.kept_to(learner.working.layer, *learner.working.inputs, decimals=1).at("f", 1).tolist()
        if (told := told_of(learner, "f@1", early))["state"] == "rounded_early":
            assert told["message"].startswith("It does not count as right yet. To correct it, keep 4 decimals")
            return
    raise AssertionError("nothing was rounded early")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"f@1": ["abc"], "i@1": ["=1"], "c@1": ["0.4.1"]}, "f, i and c cannot be read as numbers, so nothing"),
        ({"f@1": ["abc"], "i@1": [""]}, "f cannot be read as a number, so nothing"),
        ({}, "No step holds a number yet, so nothing"),
    ],
)
def test_when_nothing_can_be_marked_the_reason_names_what_cannot_be_read(typed, said):
    message, hint = nothing_read(list(learners("lstm-step", 1)[0].marked(typed).values()))
    assert message == f"{said} was counted."
    assert hint == ("Write 0.4013, −0.38 or 1/3." if typed else "Fill in at least one.")


def test_a_vector_filled_in_by_half_is_said_to_be_that():
    message, _ = nothing_read(list(learners("gru-step", 1)[0].marked({"r@1": ["0.5", ""]}).values()))
    assert message == "r still has a blank entry, so nothing was counted."


@each_exercise
def test_naming_one_of_two_settles_the_question(slug):
    for learner in learners(slug, 15):
        for name, slips in learner.certificate.live.items():
            for slip in slips:
                steps = list(learner.marked({name: learner.wrong(name, slip)}).values())
                step = next(each for each in settled(steps, {name: slip}) if each.name == name)
                assert step.state in {"slip", "convention", "unrecognised", "alias"}
                assert step.state != "alias" or slip not in step.slips
