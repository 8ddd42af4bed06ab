"""The course's own exercises: numbers that hide nothing, slips that all live, corrections that fit."""

from collections import Counter

import pytest

import sim
from quizzes.formats.course_pack import DEPTHS
from quizzes.items.kinds import kind_of
from quizzes.items.malformed import first_fault
from quizzes.items.specification import Specification, quantity
from quizzes.practice.exercises.pages import STEP_SECTION
from tests.course_packs import STANDING_FOR_ALL, real_pack
from tests.tiers import thorough

COURSE = real_pack()
ROWS = {each.id: each for each in COURSE.generators}
SPECIFICATIONS = {slug: Specification.from_json(row.specification) for slug, row in ROWS.items()}
CORRECTIONS = {each.id: each.correction for each in COURSE.misconceptions}
TANH = {"g", "n"}  # the candidates; every gate is a sigmoid
SINGLE_STEPS = [
    "forget-gate",
    "input-gate",
    "output-gate",
    "lstm-step",
    "gru-gates",
    "gru-step",
    "gru-blend-keeps",
    "gru-blend-admits",
]

each_exercise = pytest.mark.parametrize("slug", thorough(SPECIFICATIONS, quick=STANDING_FOR_ALL))


def test_the_course_has_exercises_on_all_that_it_teaches():
    assert len(SPECIFICATIONS) >= 40
    assert SPECIFICATIONS.keys() >= set(STANDING_FOR_ALL)
    assert {said.cell for said in SPECIFICATIONS.values()} == {
        "rnn", "lstm", "lstm_peephole", "lstm_coupled", "lstm_1997", "gru",
    }  # fmt: skip
    assert {said.format for said in SPECIFICATIONS.values()} == {
        "fill_one", "fill_all", "pick_formula", "find_error", "predict",
    }  # fmt: skip
    taught = {component for row in COURSE.generators for component in row.components}
    assert {each.id for each in COURSE.components} == taught
    assert {row.level for row in COURSE.generators} == {1, 2, 3, 4, 5}
    assert max(Counter(row.title for row in COURSE.generators).values()) == 1


@each_exercise
def test_the_panel_and_the_pool_can_read_it(slug):
    assert first_fault(ROWS[slug].specification) == ""
    kind_of(SPECIFICATIONS[slug], slug).check()


@each_exercise
def test_no_number_given_is_zero_since_a_zero_hides_what_was_left_out(slug):
    for name, span in SPECIFICATIONS[slug].ranges.items():
        if span["low"] < 0:
            steps = -span["low"] / span["step"]
            assert abs(steps - round(steps)) > 0.4, name
        else:
            assert span["low"] > 0, name


@pytest.mark.parametrize("slug", thorough(SINGLE_STEPS, quick=["forget-gate", "gru-step"]))
def test_a_bias_left_out_can_be_named_in_every_gate(slug):
    specification = SPECIFICATIONS[slug]
    gates = [name for name in specification.asked if name[0] in "fiorz"]
    fair = [each for each in kind_of(specification, "course").certify(range(1, 101)) if not each.reasons]
    assert gates and fair
    assert all("F07" in each.live[name] for each in fair for name in gates)


@each_exercise
def test_every_fifth_draw_is_fair_and_every_claim_can_come_true(slug):
    specification = SPECIFICATIONS[slug]
    kind = kind_of(specification, "course")
    certificates = kind.certify(range(min(kind.space, 200)) if kind.space else range(1, 201))
    fair = [each for each in certificates if not each.reasons]
    assert len(fair) >= len(certificates) / 5
    lives = {(quantity(name), slip) for each in fair for name, slips in each.live.items() for slip in slips if slip}
    if specification.format == "find_error":
        lives = {(quantity(each.exact["error"][0]), each.live["error"][0]) for each in fair}
    claimed = {(quantity(name), slip) for name, slips in specification.claims.items() for slip in slips}
    assert lives == claimed


def slip_of(specification, asked, slip):
    if specification.question:
        return kind_of(specification).question.slip(slip)
    return sim.slip_named(specification.declared(), asked, slip)


@each_exercise
def test_no_correction_speaks_of_another_quantity_than_the_one_it_corrects(slug):
    specification = SPECIFICATIONS[slug]
    for asked in specification.asked:
        for slip in specification.claimed(asked):
            for said in (CORRECTIONS[slip.rstrip("abcv")], slip_of(specification, asked, slip).correction):
                assert "before the sigmoid" not in said
                if quantity(asked) in TANH and slip.startswith("F"):
                    assert "gate" not in said.lower() or "candidate" in said, (asked, slip, said)


@pytest.mark.parametrize("slug", [slug for lesson in COURSE.lessons for slug in lesson.generators])
def test_a_lesson_leads_to_the_exercise_and_has_the_section_that_helps_with_it_at_every_depth(slug):
    lesson = next(each for each in COURSE.lessons if slug in each.generators)
    if SPECIFICATIONS[slug].cell == "rnn":
        return  # its lesson begins with the step itself
    assert {section.depth for section in lesson.sections if section.anchor == STEP_SECTION} == set(DEPTHS)
