"""The course's own exercises: numbers that hide nothing, corrections that fit every quantity they are given for."""

import pytest

import sim
from quizzes.formats.course_pack import DEPTHS
from quizzes.items.kinds import kind_of
from quizzes.items.specification import Specification
from quizzes.practice.exercises.pages import STEP_SECTION
from tests.course_packs import real_pack

COURSE = real_pack()
SPECIFICATIONS = {each.id: Specification.from_json(each.specification) for each in COURSE.generators}
CORRECTIONS = {each.id: each.correction for each in COURSE.misconceptions}
TANH = {"g", "n"}  # the candidates; every gate is a sigmoid

each_exercise = pytest.mark.parametrize("slug", SPECIFICATIONS)


@each_exercise
def test_no_number_given_is_zero_since_a_zero_hides_what_was_left_out(slug):
    for name, span in SPECIFICATIONS[slug].ranges.items():
        steps = -span["low"] / span["step"]
        assert abs(steps - round(steps)) > 0.4, name


@each_exercise
def test_a_bias_left_out_can_be_named_in_every_gate_and_every_fifth_draw_is_fair(slug):
    specification = SPECIFICATIONS[slug]
    gates = [name for name in specification.asked if name[0] in "fiorz"]
    certificates = kind_of(specification, "course").certify(range(1, 201))
    fair = [each for each in certificates if not each.reasons]
    assert len(fair) >= 40
    assert all("F07" in each.live[name] for each in fair for name in gates)


@each_exercise
def test_no_correction_speaks_of_another_quantity_than_the_one_it_corrects(slug):
    specification = SPECIFICATIONS[slug]
    for name, slips in specification.claims.items():
        for slip in slips:
            ours = CORRECTIONS[slip.rstrip("abcdefgh")]
            for said in (ours, sim.slip_named(specification.declared(), f"{name}@1", slip).correction):
                assert "before the sigmoid" not in said
                if name in TANH and slip.startswith("F"):
                    assert "gate" not in said.lower() or "candidate" in said, (name, slip, said)


@each_exercise
def test_a_lesson_leads_to_the_exercise_and_has_the_section_that_helps_with_it_at_every_depth(slug):
    lesson = next(each for each in COURSE.lessons if slug in each.generators)
    assert {section.depth for section in lesson.sections if section.anchor == STEP_SECTION} == set(DEPTHS)
