"""Questions have versions: what was asked stays as it was asked."""

import dataclasses

import pytest
from django.utils import timezone

from quizzes.errors import Refused
from quizzes.items.models import Distractor, Option, Question, QuestionKey, QuestionVersion
from quizzes.items.questions import Choice, Wording, askable, create_question, edit_question, wording_of
from tests.factories import make_course, make_misconception, make_question, make_source, make_user, wording

pytestmark = pytest.mark.django_db


def rows_of(version):
    options = list(version.options.values_list("pk", "position", "text", "html"))
    key = QuestionKey.objects.values_list("option", "explanation", "explanation_html").get(version=version)
    return version.stem, version.stem_html, options, key


def test_a_new_question_has_one_version_whose_key_and_misconceptions_are_stored_apart():
    question = make_question(7)
    version = question.current
    assert (version.number, version.stem_html) == (1, "<p>Stem 7?</p>\n")
    assert [option.text for option in version.options.all()] == ["KEY 7", "Wrong 7, as in F02", "Wrong 7, as in F03"]
    assert version.key.option.text == "KEY 7" and version.key.explanation_html == "<p>WHY 7</p>\n"
    slips = Distractor.objects.filter(option__version=version).values_list("misconception__slug", flat=True)
    assert sorted(slips) == ["F02", "F03"]


def test_what_is_written_is_what_is_read_back():
    question = make_question(7)
    assert wording_of(question.current) == wording(7)


@pytest.mark.parametrize(
    "change",
    [
        {"stem": "Another stem?"},
        {"explanation": "Another reason."},
        {"choices": (Choice("KEY 7"), Choice("Wrong 7, as in F02", "F02"))},
        {"choices": (Choice("KEY 7", "F02"), Choice("Wrong 7, as in F02"), Choice("Wrong 7, as in F03", "F03"))},
        {"choices": (Choice("KEY 7"), Choice("Wrong 7, as in F02", "F03"), Choice("Wrong 7, as in F03", "F03"))},
    ],
    ids=["stem", "explanation", "an option less", "another right one", "another misconception"],
)
def test_any_change_makes_the_next_version_and_leaves_the_old_one_alone(change):
    question, editor = make_question(7), make_user(is_staff=True)
    old, before = question.current, rows_of(question.current)
    new = edit_question(
        question=question, wording=dataclasses.replace(wording(7), **change), made_by=editor, edited_at=timezone.now()
    )
    question.refresh_from_db()
    assert (new.number, question.current, new.made_by) == (2, new, editor)
    assert question.edited_at is not None
    assert rows_of(QuestionVersion.objects.get(pk=old.pk)) == before


def test_an_edit_that_changes_nothing_makes_no_version():
    question = make_question(7)
    same = edit_question(question=question, wording=dataclasses.replace(wording(7), stem="  Stem 7?\n"))
    assert same == question.current and question.versions.count() == 1


@pytest.mark.parametrize(
    ("choices", "complaint"),
    [
        ((Choice("a"), Choice("b")), "2 options are without a misconception"),
        ((Choice("a", "F02"), Choice("b", "F02")), "0 options are without a misconception"),
        ((Choice("a"),), "at least two are needed"),
        ((Choice("a"), Choice(" a ", "F02")), "Two options read the same"),
        ((Choice("a"), Choice(" ", "F02")), "An option has no text"),
        ((Choice("a"), Choice("b", "F99")), "No misconception has the id F99"),
        ((Choice("a"), Choice("$\\frac{$", "F02")), "option 2"),
    ],
)
def test_a_faulty_question_is_refused_with_its_reasons_and_nothing_is_stored(choices, complaint):
    make_misconception("F02")
    with pytest.raises(Refused, match=complaint.replace("$", r"\$")):
        create_question(course=make_course(), slug="faulty", wording=Wording("Stem?", choices, "Because."))
    assert not Question.objects.exists() and not Option.objects.exists()


def test_all_faults_are_told_at_once():
    with pytest.raises(Refused) as caught:
        create_question(course=make_course(), slug="faulty", wording=Wording(" ", (Choice("a"), Choice("b")), ""))
    assert [part in caught.value.message for part in ("no text", "explanation is missing", "2 options")] == [True] * 3


def test_a_faulty_edit_leaves_the_question_as_it_was():
    question = make_question(7)
    with pytest.raises(Refused):
        edit_question(question=question, wording=dataclasses.replace(wording(7), stem=""))
    question.refresh_from_db()
    assert question.versions.count() == 1 and question.current.number == 1


def test_a_source_cited_in_the_text_is_a_source_of_the_question():
    make_source("cho2014")
    question = make_question(7, sources=("gers2000",), explanation="As [@cho2014] has it:")
    assert sorted(question.sources.values_list("slug", flat=True)) == ["cho2014", "gers2000"]


def test_a_second_question_with_the_same_id_is_refused():
    make_question(7)
    with pytest.raises(Refused, match="question-7"):
        make_question(7)


def test_what_is_asked_carries_no_key_and_takes_one_query(django_assert_num_queries):
    versions = [make_question(n).current_id for n in (7, 8, 9)]
    with django_assert_num_queries(1):
        asked = askable(versions)
    question = asked[versions[0]]
    assert [text for _, text in question.options] == ["KEY 7", "Wrong 7, as in F02", "Wrong 7, as in F03"]
    assert "WHY" not in repr(asked) and "F02" not in {field.name for field in dataclasses.fields(question)}
    assert {field.name for field in dataclasses.fields(question)} == {"version_id", "slug", "stem_html", "options"}
