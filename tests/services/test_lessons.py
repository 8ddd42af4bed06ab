"""What is read is rendered once, when it is saved; what can't be shown as written is not saved at all."""

import pytest
from django.utils import timezone

from quizzes.catalog.models import Course, Source
from quizzes.errors import Refused
from quizzes.lessons.models import Bet, GlossaryTerm, Lesson, Mnemonic, Section
from quizzes.lessons.services import save_bet, save_lesson, save_mnemonic, save_section, save_term

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    Source.objects.create(slug="gers2000", authors="Gers et al.", year=2000, title="Learning to forget")
    return Course.objects.create(slug="rn", title="Recurrent networks")


@pytest.fixture
def lesson(course):
    return save_lesson(lesson=Lesson(course=course, slug="lstm", title="The LSTM", summary="Gates."))


def section_of(lesson, text):
    return Section(lesson=lesson, depth="basic", anchor="gate", title="Gate", text=text)


def test_a_section_is_stored_with_its_html_and_the_sources_it_cites(lesson):
    section = save_section(section=section_of(lesson, "[[f|It]] keeps [@gers2000]. <b>Not HTML</b>"))
    assert '<span class="q q-f">It</span>' in section.html and ">Gers et al. 2000</a>" in section.html
    assert "&lt;b&gt;Not HTML" in section.html
    assert [source.slug for source in section.sources.all()] == ["gers2000"]


def test_an_edited_section_marks_its_lesson_so_that_a_reload_keeps_it(lesson):
    now = timezone.now()
    save_section(section=section_of(lesson, "Kept."), edited_at=now)
    lesson.refresh_from_db()
    assert lesson.edited_at == now


@pytest.mark.parametrize("text", ["$\\frac{1$", "```formula\nc = f\n```"])
def test_a_text_that_can_t_be_shown_is_refused_by_field_and_nothing_is_saved(lesson, text):
    with pytest.raises(Refused) as refused:
        save_section(section=section_of(lesson, text))
    assert refused.value.message.startswith("text") and not Section.objects.exists()


def test_a_bet_whose_reveal_can_t_be_shown_is_refused(lesson):
    with pytest.raises(Refused):
        save_bet(bet=Bet(lesson=lesson, anchor="gate", prompt="How much?", answer=0.5, reveal="$\\frac{$"))
    assert not Bet.objects.exists()


def test_a_bet_is_stored_with_both_its_texts_as_they_will_be_shown(lesson):
    reveal = "Half of it [@gers2000].\n\nSo [[f]] keeps."
    save_bet(bet=Bet(lesson=lesson, anchor="gate", prompt="How *much*?", answer=0.5, reveal=reveal))
    bet = Bet.objects.get()
    assert bet.prompt_html == "How <em>much</em>?"
    assert ">Gers et al. 2000</a>" in bet.reveal_html and bet.reveal_html.count("<p>") == 2


def test_a_term_keeps_the_sources_it_was_given_beside_those_it_cites(course):
    term = GlossaryTerm(course=course, slug="gate", term="Gate", definition="A share.", note="See [@gers2000].")
    save_term(term=term)
    other = Source.objects.create(slug="cho2014", authors="Cho et al.", year=2014, title="GRU")
    term.sources.add(other)
    save_term(term=term)
    assert {source.slug for source in term.sources.all()} == {"gers2000", "cho2014"}
    assert term.note_html and term.definition_html


def test_a_mnemonic_is_stored_with_both_its_texts_rendered(course):
    mnemonic = Mnemonic(course=course, slug="doors", kind="rhyme", title="Doors", text="*Three*.", meaning="[[f]]")
    save_mnemonic(mnemonic=mnemonic)
    assert "<em>Three</em>" in mnemonic.text_html and 'class="q q-f"' in mnemonic.meaning_html
