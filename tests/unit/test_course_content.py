"""The course on recurrent networks: whole, cited, and nowhere teaching what is known to be wrong."""

import math
import re
from collections import Counter
from urllib.parse import parse_qs

import pytest

from quizzes.flashcards.own.lines import line_of, read_line
from quizzes.formats.course_pack import DEPTHS
from quizzes.lessons.minutes import minutes
from tests.course_packs import real_pack

OPEN_QUESTIONS = {  # the ten that a quiz page asks and leaves open, by what they are about
    "which-problem-lstm": "error signal",
    "rnn-against-lstm": "cell",
    "input-gate-purpose": "protects the memory",
    "carousel-purpose": "without shrinking",
    "old-cell-holds": "activations",
    "what-removes": "one minus its value",
    "lstm-advantage": "longer spans",
    "output-gate-purpose": "other units",
    "when-lstm": "1999/2000",
    "constant-flow-name": "Constant error carousel",
}
SEVERE = {1, 2, 4, 13, 14, 15, 17, 20, 27, 28, 29, 30, 31, 34}
FALSE = {  # what a sentence that teaches one of them would say
    1: r"(?:values? of|gates? (?:is|are)|multipl\w+ by) (?:either )?0 or 1",
    2: r"(?:is|are|means?) (?:known as |called )?the vanishing gradient problem\b(?! of training)",
    4: r"avoids? (?:the )?(?:problem|vanishing)",
    13: r"plain (?:recurrent )?network.{0,60}by (?:its|the) output gate",
    14: r"GRU has an? output gate|output gate of (?:a|the) GRU",
    17: r"candidate is computed (?:from|with) the update gate",
    20: r"1997.{0,40}(?:with|had) input, output and forget gate",
    28: r"blocks updates|earlier layers (?:get|receive) no update",
    29: r"solves? (?:the )?vanishing",
    30: r"(?:LSTMs and GRUs|both) have memory cells",
    31: r"into a single gate",
    34: r"GRUs excel",
}

CARD_LINK = re.compile(r"\(/cards/own/new/(\w+)/\?([^)]*)\)")


@pytest.fixture(scope="module")
def course():
    return real_pack()


def taught(course):
    """Every text that the course says in its own voice: no wrong options, no lines of the student."""
    for lesson in course.lessons:
        yield from ((s.where, s.text) for s in lesson.sections)
        yield from ((b.where, b.reveal) for b in lesson.bets)
        yield from ((line.where, line.text) for line in lesson.dialogue if line.speaker == "Teacher")
    yield from ((t.where, f"{t.definition} {t.note}") for t in course.terms)
    yield from ((m.where, f"{m.text} {m.meaning}") for m in course.mnemonics)
    yield from ((q.where, f"{q.right.text} {q.explanation}") for q in course.questions)
    yield from ((m.where, m.correction) for m in course.misconceptions)
    yield from ((e.where, e.correction) for e in course.errata)


def test_the_course_has_what_was_promised(course):
    assert [lesson.id for lesson in course.lessons] == ["why-rnns-forget", "the-lstm", "the-gru"]
    assert len(course.misconceptions) == 120
    assert len(course.terms) >= 35
    assert len(course.questions) >= 30
    assert len(course.errata) == 41
    kinds = Counter(mnemonic.kind for mnemonic in course.mnemonics)
    assert len(course.mnemonics) >= 12 and all(kinds[kind] >= 2 for kind in ("rhyme", "story", "gem", "acronym"))


def test_the_catalogue_has_every_row(course):
    rows = {"F": 26, "C": 20, "G": 15, "P": 16, "B": 23, "H": 20}
    expected = {f"{letter}{number:02}" for letter, count in rows.items() for number in range(1, count + 1)}
    assert {row.id for row in course.misconceptions} == expected


def test_every_lesson_has_three_depths_and_a_dialogue(course):
    for lesson in course.lessons:
        assert all(len(lesson.sections_at(depth)) >= 7 for depth in DEPTHS)
        assert {line.speaker for line in lesson.dialogue} == {"Student", "Teacher"}
        assert lesson.bets


def test_every_depth_of_a_section_says_a_number(course):
    without = [s.where for lesson in course.lessons for s in lesson.sections if not re.search(r"\d", s.text)]
    assert without == []


def test_the_teacher_answers_with_numbers(course):
    for lesson in course.lessons:
        said = [line.text for line in lesson.dialogue if line.speaker == "Teacher"]
        assert sum(bool(re.search(r"\d", text)) for text in said) >= len(said) - 2


def test_paragraphs_are_short_enough_for_a_phone(course):
    for lesson in course.lessons:
        for section in lesson.sections:
            prose = [p for p in section.text.split("\n\n") if not p.lstrip().startswith(("```", "|", "- "))]
            assert all(len(paragraph) < 500 for paragraph in prose), section.where


def test_every_question_explains_itself_and_ties_each_wrong_option_to_a_misconception(course):
    known = {row.id for row in course.misconceptions}
    for question in course.questions:
        assert 3 <= len(question.options) <= 4, question.id
        assert question.explanation and question.sources
        assert all(option.misconception in known for option in question.options if not option.is_right)


def test_the_right_option_is_not_always_in_the_same_place_nor_always_the_longest(course):
    places = Counter(question.options.index(question.right) for question in course.questions)
    longest = sum(max(q.options, key=lambda o: len(o.text)) is q.right for q in course.questions)
    assert max(places.values()) < len(course.questions) * 0.6
    assert longest < len(course.questions) * 0.6


def test_each_of_the_ten_open_questions_has_its_answer(course):
    by_id = {question.id: question for question in course.questions}
    for question_id, words in OPEN_QUESTIONS.items():
        assert words in by_id[question_id].right.text, question_id


def test_every_question_is_asked_in_a_quiz(course):
    assert {q.id for q in course.questions} == {slug for quiz in course.quizzes for slug in quiz.questions}


def test_the_fourteen_severe_errors_are_each_put_as_a_question_to_spot(course):
    severe = [erratum for erratum in course.errata if erratum.severity == "A"]
    assert {erratum.number for erratum in severe} == SEVERE
    for erratum in severe:
        assert any(covered.startswith("spot-") for covered in erratum.covered_by), erratum.number


@pytest.mark.parametrize(("number", "pattern"), FALSE.items())
def test_no_severe_error_is_taught(course, number, pattern):
    guilty = [(where, text) for where, text in taught(course) if re.search(pattern, text, re.IGNORECASE)]
    assert guilty == []


def test_the_wrong_claims_are_recognised_by_the_patterns_that_look_for_them(course):
    claims = {erratum.number: erratum.claim for erratum in course.errata}
    for number in FALSE:
        assert re.search(FALSE[number], claims[number], re.IGNORECASE), claims[number]


def test_every_source_of_the_list_is_used(course):
    used = {s for lesson in course.lessons for section in lesson.sections for s in section.sources}
    used |= {s for row in (*course.questions, *course.terms) for s in row.sources}
    assert {source.id for source in course.sources} - used == set()


def test_the_sides_of_every_mnemonic_differ(course):
    assert all(mnemonic.text != mnemonic.meaning for mnemonic in course.mnemonics)


def test_a_link_to_a_card_puts_the_number_of_its_own_section_on_it(course):
    sections = [section for lesson in course.lessons for section in lesson.sections]
    links = [(each, *link) for each in sections for link in CARD_LINK.findall(each.text)]
    assert Counter(each.depth for each, *_ in links) == dict.fromkeys(DEPTHS, 8)
    for section, cell, query in links:
        asked = line_of(read_line(cell, parse_qs(query)))
        assert asked.value in section.text, section.where


def test_the_minutes_of_a_lesson_are_those_of_the_depth_it_opens_at(course):
    for lesson in course.lessons:
        texts = [section.text for section in lesson.sections_at("standard")]
        assert lesson.minutes == minutes([*texts, *(line.text for line in lesson.dialogue)])


def numbers_in(text):
    return {float(found.replace("−", "-")) for found in re.findall(r"[−-]?\d+(?:\.\d+)?", text)}


def test_no_bet_is_answered_by_the_text_below_it(course):
    for lesson in course.lessons:
        for bet in lesson.bets:
            texts = [section.text for section in lesson.sections if section.anchor == bet.anchor]
            assert len(texts) == len(DEPTHS), bet.where
            shown = numbers_in(" ".join(texts))
            assert not {bet.answer, -bet.answer} & shown, f"{bet.where}: the text says {bet.answer}"


@pytest.mark.parametrize(
    ("lesson", "anchor", "exact"),
    [
        ("the-lstm", "gates", 1 / (1 + math.exp(1.5))),
        ("the-lstm", "forget", 0.30 * 2.5),
        ("the-lstm", "cell", 0.42 + 0.25 * -0.64),
        ("the-lstm", "output", 0.60 * math.tanh(-0.50)),
        ("the-lstm", "gradient", 0.95**40),
        ("the-gru", "gates", 1 / (1 + math.exp(-0.90))),
        ("the-gru", "candidate", 0.60 + 0.30 * -0.80),
        ("the-gru", "blend", 0.25 * -0.2 + 0.75 * 0.8),
        ("the-gru", "counting", 3 * (4 * 5 + 4 * 4 + 2 * 4)),
        ("why-rnns-forget", "loop", math.tanh(0.5 + 0.1 + 0.75 * 0.8)),
        ("why-rnns-forget", "vanishing", 0.7**10),
        ("why-rnns-forget", "exploding", 6 / math.hypot(6, -2, 3)),
    ],
)
def test_the_answer_of_a_bet_is_its_prompt_computed(course, lesson, anchor, exact):
    bet = next(b for each in course.lessons if each.id == lesson for b in each.bets if b.anchor == anchor)
    shown = str(bet.answer)
    decimals = 0 if shown.endswith(".0") else len(shown.split(".")[1])
    assert bet.answer == round(exact, decimals)
    assert shown.removesuffix(".0").replace("-", "−") in bet.reveal
