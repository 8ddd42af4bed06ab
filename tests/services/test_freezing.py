"""A variant frozen into a quiz: the question it makes, what is refused, and who is not affected."""

from dataclasses import replace
from math import exp, tanh

import pytest

from quizzes.errors import Refused
from quizzes.formats import markup
from quizzes.items.generators import save_generator
from quizzes.items.kinds import kind_of
from quizzes.items.making import certificates, kind_of_version
from quizzes.items.models import Generator, Question
from quizzes.items.questions import faults, wording_of
from quizzes.items.specification import Specification
from quizzes.jobs.models import AuditEntry
from quizzes.practice.exercises.queries import catalogue_id
from quizzes.practice.models import Quiz, SlipRecord
from quizzes.practice.quizzes.freezing import freeze_variant, frozen_slug
from quizzes.practice.quizzes.frozen import frozen_wording
from quizzes.practice.quizzes.markdown import breakable
from tests.course_packs import real_pack
from tests.factories import answer, make_attempt, make_course, make_misconception, make_quiz, make_user
from tests.generators import COUNT, FORMULA
from tests.samples import generator_of, make_generator, span

pytestmark = pytest.mark.django_db


@pytest.fixture
def prof():
    for slug in ("F02", "F03", "C01", "C02", "C06", "F05", "F07", "F17", "P01", "P02", "P03", "P05"):
        make_misconception(slug, title=f"Misconception {slug}")
    return make_user("prof", is_staff=True)


def fair_seed(generator, name="c@1", fewest=5):
    """The first seed that passes and tells so many slips apart."""
    made = certificates(generator.current, range(1, 60))
    return next(each.seed for each in made if not each.reasons and len(each.live[name]) >= fewest)


def freeze(generator, quiz, prof, name="c@1", seed=None):
    seed = fair_seed(generator) if seed is None else seed
    return freeze_variant(quiz=quiz, generator=generator, name=name, seed=seed, made_by=prof)


def cell_state(given):
    """c of one step, on paper: every named value rounded to four decimals."""
    x, h, c = given["x"][0][0], given["h0"][0], given["c0"][0]

    def total(gate):
        return round(given[f"W_{gate}"][0][0] * x + given[f"b_{gate}"][0] + given[f"U_{gate}"][0][0] * h, 4)

    f, i = (round(1 / (1 + exp(-total(gate))), 4) for gate in "fi")
    g = round(tanh(total("g")), 4)
    return {"": f * c + i * g, "F02": (1 - f) * c + i * g, "F03": i * c + f * g, "C01": f * c + g, "C06": c + i * g}


def test_the_right_value_and_the_slips_are_what_paper_says_and_each_carries_its_misconception(prof):
    generator, quiz = make_generator(), make_quiz(1)
    seed = fair_seed(generator)
    place = freeze(generator, quiz, prof, seed=seed)
    choices = wording_of(place.question.current).choices
    found = {each.misconception: float(each.text.replace("−", "-")) for each in choices}
    expected = cell_state(certificates(generator.current, [seed])[0].given)
    assert set(found) == {"", "F02", "F03", "C01", "C02", "C06"}
    for slip, value in expected.items():
        assert found[slip] == pytest.approx(value, abs=0.00006), slip


def test_the_stem_gives_the_numbers_that_the_quantity_needs_and_no_others(prof):
    generator, quiz = make_generator(), make_quiz(1)
    seed = fair_seed(generator, "f@1", 3)
    given = certificates(generator.current, [seed])[0].given
    stem = freeze(generator, quiz, prof, "f@1", seed).question.current.stem
    assert f"$W_f = {given['W_f'][0][0]:g}$" in stem and f"$b_f = {given['b_f'][0]:g}$" in stem
    assert f"h_{{\\text{{prev}}}} = {given['h0'][0]:g}$" in stem
    assert "What is the forget gate, $f$?" in stem
    assert "W_o" not in stem and "c_{" not in stem


def test_the_explanation_puts_the_numbers_into_the_formula(prof):
    generator, quiz = make_generator(), make_quiz(1)
    question = freeze(generator, quiz, prof).question
    said = question.current.key.explanation
    right = question.current.key.option.text
    assert r"$c$ = $f \odot c_{\text{prev}}$ + $i \odot g$: " in said
    assert f"= {right}" in said


def test_it_is_asked_last_and_an_attempt_begun_before_keeps_its_questions(prof):
    generator, quiz = make_generator(), make_quiz(3)
    attempt = make_attempt(quiz)
    place = freeze(generator, quiz, prof)
    assert place.position == 4
    assert attempt.places.count() == 3
    assert make_attempt(quiz, make_user("later")).places.count() == 4


def test_the_quiz_counts_as_edited_and_the_audit_log_tells_who_froze_what(prof):
    quiz = make_quiz(1)
    place = freeze(make_generator(), quiz, prof)
    quiz.refresh_from_db()
    assert quiz.edited_at is not None
    entry = AuditEntry.objects.get(action="frozen")
    assert (entry.actor_id, entry.subject) == (prof.pk, f"question {place.question.slug}")


def test_the_same_numbers_come_in_the_same_order_whoever_freezes_them(prof):
    generator = make_generator()
    first = wording_of(freeze(generator, make_quiz(1), prof).question.current)
    Quiz.objects.all().delete()
    Question.objects.all().delete()
    assert wording_of(freeze(generator, make_quiz(1), prof).question.current) == first


def test_a_second_quiz_asks_the_same_question_and_the_same_quiz_never_twice(prof):
    generator, quiz = make_generator(), make_quiz(1)
    first = freeze(generator, quiz, prof)
    assert freeze(generator, make_quiz(1), prof).question == first.question
    with pytest.raises(Refused, match="asks this question already"):
        freeze(generator, quiz, prof)
    assert quiz.places.count() == 2


def test_with_fewer_than_two_slips_nothing_is_made(prof):
    generator, quiz = make_generator(claims={"c": ["F03"]}), make_quiz(1)
    before = Question.objects.count()
    with pytest.raises(Refused, match="fewer than two slips can be told apart in c"):
        freeze(generator, quiz, prof, seed=fair_seed(generator, fewest=1))
    assert Question.objects.count() == before and quiz.places.count() == 1


def test_a_seed_that_was_refused_is_not_frozen(prof):
    generator = make_generator(must_show={"h": ["C11"]})
    seed = next(each.seed for each in certificates(generator.current, range(1, 60)) if each.reasons)
    with pytest.raises(Refused, match=f"Seed {seed} was refused"):
        freeze(generator, make_quiz(1), prof, seed=seed)


def test_a_count_is_frozen_with_its_sizes_and_whole_numbers(prof):
    generator = save_generator(
        generator=Generator(course=make_course(), slug="count", title="Count"), specification=COUNT
    )
    given = certificates(generator.current, [100])[0].given
    D, H, T = given["D"], given["H"], given["T"]
    question = freeze(generator, make_quiz(1), prof, "count", 100).question
    right = 4 * (H * D + H * H + 2 * H)
    choices = {each.misconception: each.text for each in wording_of(question.current).choices}
    assert choices == {
        "": f"{right}",
        "P01": f"{4 * (H * D + H * H + H)}",
        "P02": f"{4 * (H * D + 2 * H)}",
        "P03": f"{4 * (H * D + H * H)}",
        "P05": f"{T * right}",
    }
    assert f"units: H = {H}" in question.current.stem


def test_picking_a_formula_is_frozen_with_its_own_options_and_each_wrong_one_is_its_slip(prof):
    generator = make_generator(**FORMULA)
    certificate = certificates(generator.current, [0])[0]
    question = freeze(generator, make_quiz(1), prof, "c", 0).question
    assert "Which formula gives the cell state, $c$?" in question.current.stem
    formulas = {
        "": r"$c$ = $f \odot c_{\text{prev}}$ + $i \odot g$",
        "F02": r"$c$ = $(1 - f) \odot c_{\text{prev}}$ + $i \odot g$",
        "F03": r"$c$ = $i \odot c_{\text{prev}}$ + $f \odot g$",
        "C01": r"$c$ = $f \odot c_{\text{prev}}$ + $g$",
    }
    choices = wording_of(question.current).choices
    assert {each.misconception: each.text for each in choices} == formulas
    right = next(place for place, each in enumerate(choices) if each.is_right)
    assert "abcd"[right] == certificate.exact["c"][0]
    said = question.current.key.explanation
    assert all(text in said for text in formulas.values())


def test_a_picked_formula_is_answered_in_a_quiz_and_its_slip_recorded(prof):
    generator, quiz = make_generator(**FORMULA), make_quiz(1)
    quiz.places.all().delete()
    freeze(generator, quiz, prof, "c", 0)
    attempt = make_attempt(quiz)
    event = answer(attempt, 1, "F03")
    assert event.result["misconception"] == "F03"
    assert SlipRecord.objects.get().misconception.slug == "F03"


def test_a_formula_whose_slip_the_catalogue_does_not_hold_is_no_option():
    version = make_generator(**FORMULA).current
    kind, (certificate,) = kind_of_version(version), certificates(version, [0])
    wording = frozen_wording(kind, certificate, "c", {"F02", "C01"})
    assert {each.misconception for each in wording.choices} == {"", "F02", "C01"}
    with pytest.raises(Refused, match="fewer than two slips"):
        frozen_wording(kind, certificate, "c", {"C01"})


# --- rows that are right in another convention

GRU_GATE = {
    "cell": "gru", "convention": "pytorch", "D": 1, "H": 1, "asked": ["r@1"],
    "ranges": {name: span(-1.9, 1.9) for name in ("x", "h0", "W", "U", "b")},
    "claims": {"r": ["G07", "F05", "F07", "F17", "F15", "F01"]},
}  # fmt: skip


def gates(live):
    """A reset gate, and its first fair numbers that tell so many rows apart."""
    kind = kind_of(Specification.from_json(GRU_GATE), "gates")
    return kind, next(each for each in kind.accepted(range(400)) if len(each.live["r@1"]) == live)


def wrong_options(kind, certificate):
    known = {*GRU_GATE["claims"]["r"]}
    return [each for each in frozen_wording(kind, certificate, "r@1", known).choices if each.misconception]


def test_another_convention_is_an_option_only_where_slips_leave_a_place():
    kind, certificate = gates(live=6)
    assert {each.misconception for each in wrong_options(kind, certificate)} == {"F05", "F07", "F17", "F15", "F01"}
    fewer = replace(certificate, live={"r@1": ["G07", "F05", "F07"]})
    assert {each.misconception for each in wrong_options(kind, fewer)} == {"G07", "F05", "F07"}


def test_another_convention_that_gives_the_right_number_is_no_wrong_option():
    """With the weights of z as those of r nothing tells the two blocks apart."""
    kind, certificate = gates(live=6)
    same = {name.replace("_r", "_z"): value for name, value in certificate.given.items() if name.endswith("_r")}
    alike = replace(certificate, given=certificate.given | same, live={"r@1": ["F05", "F07"]})
    (right,) = [each for each in frozen_wording(kind, alike, "r@1", {"G07", "F05", "F07"}).choices if each.is_right]
    assert float(right.text.replace("−", "-")) == certificate.exact["r@1"][0]
    assert {each.misconception for each in wrong_options(kind, alike)} == {"F05", "F07"}
    assert right.text not in {each.text for each in wrong_options(kind, alike)}


@pytest.mark.parametrize("kind", ["error", "direction"])
def test_where_a_wrong_choice_shows_no_slip_nothing_is_frozen(prof, kind):
    generator = generator_of(kind)
    with pytest.raises(Refused, match="show no misconception"):
        freeze(generator, make_quiz(1), prof, "error" if kind == "error" else "c@1", 0)


@pytest.mark.parametrize("slug", ["pick-lstm-formulas", "pick-gru-formulas"])
def test_every_formula_of_the_course_can_be_read_as_a_question(slug):
    rows = {row.id: row for row in real_pack().generators}
    kind = kind_of(Specification.from_json(rows[slug].specification), slug)
    known = {catalogue_id(slip) for slips in kind.specification.claims.values() for slip in slips}
    for certificate in kind.certify(range(kind.space)):
        for name in kind.asked:
            wording = frozen_wording(kind, certificate, name, known)
            assert len(wording.choices) == kind.specification.options
            assert not faults(wording)
            assert all("<math>" in markup.render_inline(each.text) for each in wording.choices)


def test_a_long_name_is_cut_to_an_id_of_its_own(prof):
    generator = make_generator(slug="a" * 80)
    slugs = {frozen_slug(generator.current, "c@1", seed) for seed in (2**62, 2**62 - 1)}
    assert len(slugs) == 2 and all(len(slug) == 80 for slug in slugs)


def test_an_equation_may_break_between_its_terms_and_never_within_a_bracket():
    assert breakable(r"a = W x + r \odot (U h + b_{in})") == r"$a$ = $W x$ + $r \odot (U h + b_{in})$"
