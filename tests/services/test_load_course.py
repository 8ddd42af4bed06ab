"""Loading a course pack: all or nothing, the same again changes nothing, what a person edited stays."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from quizzes.catalog.models import Course, Erratum, KnowledgeComponent, Misconception, Source
from quizzes.errors import Conflict, NotFound, Refused
from quizzes.exchange.folders import read_folder
from quizzes.exchange.loading import load_course
from quizzes.exchange.tallies import Outcome
from quizzes.flashcards.models import Card
from quizzes.items.models import Generator, Question
from quizzes.items.questions import Choice, Wording, edit_question
from quizzes.lessons.models import GlossaryTerm, Lesson, Mnemonic
from quizzes.lessons.services import save_term
from quizzes.practice.models import Quiz
from tests.course_packs import RECURRENT_NETWORKS, SMALL, real_pack, small_files, small_pack

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
STORED = (Course, Source, KnowledgeComponent, Misconception, Erratum, Lesson, GlossaryTerm, Mnemonic, Question, Quiz)


@pytest.fixture
def loaded():
    return load_course(course_pack=small_pack())


def counted(report):
    return {outcome: report.total(outcome) for outcome in Outcome if report.total(outcome)}


def changed_term():
    return SMALL["glossary.yaml"].replace("that is kept", "that stays")


def everything():
    """Every row of every kind of content, as stored."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in (*STORED, Card, Generator)}


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


# --- what is loaded ---


def test_every_row_of_the_pack_is_there_with_its_html(loaded):
    section = Lesson.objects.get(slug="one").sections.get(depth="detailed", anchor="first")
    assert section.html == (
        '<p>The <span class="q q-f">forget gate</span> keeps. '
        '<a class="source" href="/sources/#gers2000">Gers et al. 2000</a></p>\n'
    )
    assert [source.slug for source in section.sources.all()] == ["gers2000"]
    assert GlossaryTerm.objects.get().sources.get().slug == "gers2000"
    assert Quiz.objects.get().places.get().question.slug == "kept"
    assert Lesson.objects.get().bets.get().answer == 0.52
    assert [line.speaker for line in Lesson.objects.get().dialogue.all()] == ["Student", "Teacher"]
    assert Erratum.objects.get().covered_by == ["kept"]


def test_a_question_has_its_key_and_its_misconception_behind_the_wrong_option(loaded):
    version = Question.objects.get(slug="kept").current
    assert version.number == 1
    assert version.key.option.text == "0.52"
    assert version.options.get(text="0.78").distractor.misconception.slug == "F02"


def test_a_generator_has_a_version_with_its_specification(loaded):
    specification = Generator.objects.get(slug="gate").current.specification
    assert specification["asked"] == ["f@1"]
    assert specification["must_show"] == {"f": ["F05"]}


def test_a_card_is_made_of_every_term_mnemonic_and_question(loaded):
    assert sorted(Card.objects.values_list("slug", flat=True)) == [
        "mnemonic-keeps",
        "question-kept",
        "term-forget-gate",
    ]


# --- again ---


def test_the_same_pack_again_changes_nothing_at_all(loaded):
    before = everything()
    again = load_course(course_pack=small_pack())
    assert counted(again) == {Outcome.UNCHANGED: loaded.total(Outcome.CREATED)}
    assert everything() == before


def test_a_changed_row_is_changed_and_no_other(loaded):
    report = load_course(course_pack=small_pack(glossary=changed_term()))
    assert report.tallies["term"] == {Outcome.CHANGED: 1}
    assert report.tallies["card"] == {Outcome.CHANGED: 1, Outcome.UNCHANGED: 2}
    assert report.total(Outcome.CHANGED) == 2 and report.total(Outcome.CREATED) == 0
    assert "stays" in GlossaryTerm.objects.get().definition_html


def test_a_changed_question_becomes_a_new_version_and_the_old_one_stays(loaded):
    load_course(course_pack=small_pack(questions_one=SMALL["questions/one.yaml"].replace("gate 0.40", "gate 0.4")))
    question = Question.objects.get(slug="kept")
    assert question.current.number == 2
    stems = [version.stem for version in question.versions.order_by("number")]
    assert ["0.40." in stem for stem in stems] == [True, False]


def test_a_changed_name_of_a_source_is_shown_wherever_it_is_cited(loaded):
    renamed = SMALL["sources.yaml"].replace("Gers et al.", "Gers and others")
    report = load_course(course_pack=small_pack(sources=renamed))
    assert "Gers and others 2000" in Lesson.objects.get().sections.first().html
    assert report.total(Outcome.CHANGED) == 2  # the source and the lesson that cites it


def test_what_a_person_edited_is_kept_and_told(loaded):
    term = GlossaryTerm.objects.get()
    term.definition = "The share kept, as our teacher puts it."
    save_term(term=term, edited_at=NOON)
    report = load_course(course_pack=small_pack(glossary=changed_term()))
    assert report.kept == ["term forget-gate"]
    assert GlossaryTerm.objects.get().definition == "The share kept, as our teacher puts it."


def test_a_question_edited_in_the_panel_keeps_its_version(loaded):
    wording = Wording("How much?", (Choice("0.52"), Choice("0.78", "F02")), "It keeps.")
    edit_question(question=Question.objects.get(), wording=wording, edited_at=NOON)
    changed = SMALL["questions/one.yaml"].replace("gate 0.40", "gate 0.4")
    assert load_course(course_pack=small_pack(questions_one=changed)).kept == ["question kept"]
    assert Question.objects.get().current.stem == "How much?"


def test_what_left_the_pack_is_withdrawn_and_comes_back_with_it(loaded):
    two = SMALL["mnemonics.yaml"] + "  - {id: two, kind: gem, title: Two, text: Two., meaning: Two gates.}\n"
    load_course(course_pack=small_pack(mnemonics=two))
    report = load_course(course_pack=small_pack())
    assert report.withdrawn == ["mnemonic two"]
    assert not Mnemonic.objects.get(slug="two").is_published
    assert set(counted(load_course(course_pack=small_pack()))) == {Outcome.UNCHANGED}
    load_course(course_pack=small_pack(mnemonics=two))
    assert Mnemonic.objects.get(slug="two").is_published


def test_what_was_written_in_the_panel_is_not_withdrawn(loaded):
    own = Mnemonic(course=Course.objects.get(), slug="own", kind="gem", title="Own", text="Own.", meaning="Ours.")
    own.save()
    assert load_course(course_pack=small_pack()).withdrawn == []
    assert Mnemonic.objects.get(slug="own").is_published


def test_an_id_that_belongs_to_another_course_is_refused_and_nothing_is_loaded(loaded):
    before = everything()
    with pytest.raises(Conflict, match="belongs to another course"):
        load_course(course_pack=small_pack(course=SMALL["course.yaml"].replace("id: small", "id: other")))
    assert everything() == before


# --- all or nothing ---


def test_a_generator_that_no_candidate_passes_undoes_all_of_it():
    hopeless = SMALL["generators.yaml"].replace("h0: {low: -1.5, high: 1.5", "h0: {low: -0.0, high: 0.00001")
    with pytest.raises(Refused):
        load_course(course_pack=small_pack(generators=hopeless))
    assert not any(everything().values())


def test_a_faulty_pack_loads_nothing_and_every_fault_is_told(tmp_path):
    files = small_files(glossary=SMALL["glossary.yaml"].replace("term: Forget gate", "term: 5"), errata=None)
    with pytest.raises(CommandError) as caught:
        call_command("load_course", str(write(tmp_path, files)))
    assert "glossary.yaml, line 3, glossary[1].term: needs text, found 5" in str(caught.value)
    assert "errata.yaml, line 1, file: is missing" in str(caught.value)
    assert "2 faults" in str(caught.value)
    assert not any(everything().values())


# --- the command and the folder ---


def test_the_command_says_what_it_did(tmp_path):
    said = StringIO()
    call_command("load_course", str(write(tmp_path, small_files())), stdout=said)
    assert said.getvalue().startswith("Small: 15 created, 0 changed, 0 unchanged, 0 kept because edited.\n")
    said = StringIO()
    call_command("load_course", str(tmp_path), stdout=said)
    assert said.getvalue() == "Small: 0 created, 0 changed, 15 unchanged, 0 kept because edited.\n"


def test_a_folder_that_is_no_course_is_refused(tmp_path):
    with pytest.raises(NotFound, match="is no course pack"):
        read_folder(tmp_path)


def test_a_file_that_points_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "secret.yaml").write_text("secret: 1")
    folder = write(tmp_path / "pack", small_files())
    (folder / "questions" / "two.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(Refused, match="points out of the course's folder"):
        read_folder(folder)


def test_a_huge_file_is_refused_unread(tmp_path):
    folder = write(tmp_path, small_files())
    (folder / "glossary.yaml").write_bytes(b"x" * 600_000)
    with pytest.raises(Refused, match="has 600000 bytes"):
        read_folder(folder)


# --- the real course ---


def test_the_course_loads_and_loads_again_unchanged_in_thirty_queries_at_most(django_assert_max_num_queries):
    first = load_course(course_pack=real_pack())
    assert Question.objects.filter(current__isnull=False).count() == len(real_pack().questions)
    assert Generator.objects.filter(current__isnull=False).count() == len(real_pack().generators) > 24
    remembered = (real_pack().terms, real_pack().mnemonics, real_pack().questions)
    assert Card.objects.count() == sum(map(len, remembered))
    with django_assert_max_num_queries(30):
        again = load_course(course_pack=real_pack())
    assert counted(again) == {Outcome.UNCHANGED: first.total(Outcome.CREATED)}


def test_the_real_course_is_where_the_launcher_looks_for_it():
    assert (RECURRENT_NETWORKS / "course.yaml").is_file()
