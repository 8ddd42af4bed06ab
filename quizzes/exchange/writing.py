"""One row of a course pack to the database, through the services of the feature it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from quizzes.catalog.models import Course, KnowledgeComponent, Source
from quizzes.formats import course_pack as pack
from quizzes.items.generators import save_generator
from quizzes.items.models import Generator, Question
from quizzes.items.questions import Choice, Wording, save_question
from quizzes.lessons.models import Bet, DialogueLine, GlossaryTerm, Lesson, Mnemonic, Section
from quizzes.lessons.services import Parts, save_lesson, save_mnemonic, save_term
from quizzes.practice.models import Quiz
from quizzes.practice.quizzes.services import save_quiz


@dataclass(frozen=True)
class Known:
    """What rows refer to: read once for the whole pack."""

    course: Course
    labels: Mapping[str, str]
    sources: Mapping[str, Source]
    components: Mapping[str, KnowledgeComponent]

    @classmethod
    def read(cls, course: Course, labels: Mapping[str, str]) -> Self:
        sources = {row.slug: row for row in Source.objects.all()}
        return cls(course, labels, sources, {row.slug: row for row in KnowledgeComponent.objects.all()})

    def sources_of(self, ids: Iterable[str]) -> list[Source]:
        return [self.sources[each] for each in ids]

    def components_of(self, ids: Iterable[str]) -> list[KnowledgeComponent]:
        return [self.components[each] for each in ids]


def source_fields(row: pack.Source) -> dict[str, Any]:
    return {"authors": row.authors, "year": row.year, "title": row.title, "venue": row.venue, "url": row.url}


def component_fields(row: pack.Component) -> dict[str, Any]:
    return {"title": row.title}


def misconception_fields(row: pack.Misconception) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "title": row.title,
        "evaluates": row.evaluates,
        "correction": row.correction,
        "seen_in": row.seen_in,
    }


def erratum_fields(row: pack.Erratum) -> dict[str, Any]:
    return {
        "page": row.page,
        "claim": row.claim,
        "correction": row.correction,
        "severity": row.severity,
        "covered_by": list(row.covered_by),
    }


def relate_components(rows: Iterable[pack.Component]) -> None:
    rows = list(rows)
    there = {each.slug: each for each in KnowledgeComponent.objects.all()} if rows else {}
    for row in rows:
        there[row.id].prerequisites.set([there[slug] for slug in row.prerequisites])


def write_generator(target: Generator, row: pack.Generator, position: int, known: Known) -> None:
    target.title, target.summary, target.level, target.position = row.title, row.summary, row.level, position
    components = known.components_of(row.components)
    save_generator(generator=target, specification=row.specification, components=components)


def write_term(target: GlossaryTerm, row: pack.Term, position: int, known: Known) -> None:
    target.term, target.letter, target.definition, target.note = row.term, row.letter, row.definition, row.note
    save_term(term=target, sources=known.sources_of(row.sources), labels=known.labels)


def write_mnemonic(target: Mnemonic, row: pack.Mnemonic, position: int, known: Known) -> None:
    target.kind, target.title, target.text, target.meaning = row.kind, row.title, row.text, row.meaning
    save_mnemonic(mnemonic=target, components=known.components_of(row.components), labels=known.labels)


def write_question(target: Question, row: pack.Question, position: int, known: Known) -> None:
    choices = tuple(Choice(option.text, option.misconception) for option in row.options)
    wording = Wording(row.stem, choices, row.explanation)
    save_question(question=target, wording=wording, components=row.components, sources=row.sources, labels=known.labels)


def write_quiz(target: Quiz, row: pack.Quiz, position: int, known: Known) -> None:
    target.title, target.intro, target.position = row.title, row.intro, position
    target.minutes, target.feedback = row.minutes, row.feedback
    questions = {each.slug: each for each in Question.objects.filter(slug__in=row.questions)}
    save_quiz(quiz=target, questions=[questions[slug] for slug in row.questions])


def write_lesson(target: Lesson, row: pack.Lesson, position: int, known: Known) -> None:
    target.title, target.summary, target.minutes, target.position = row.title, row.summary, row.minutes, position
    target.generators, target.quizzes = list(row.generators), list(row.quizzes)
    save_lesson(lesson=target, components=known.components_of(row.components), parts=_parts(row), labels=known.labels)


def _parts(row: pack.Lesson) -> Parts:
    order = {section.anchor: place for place, section in enumerate(row.sections_at("detailed"), start=1)}
    return Parts(
        sections=[_section(section, order[section.anchor]) for section in row.sections],
        bets=[_bet(bet) for bet in row.bets],
        dialogue=[
            DialogueLine(position=place, speaker=line.speaker, text=line.text)
            for place, line in enumerate(row.dialogue, start=1)
        ],
    )


def _section(section: pack.Section, position: int) -> Section:
    return Section(
        depth=section.depth,
        anchor=section.anchor,
        position=position,
        title=section.title,
        text=section.text.strip(),
    )


def _bet(bet: pack.Bet) -> Bet:
    return Bet(anchor=bet.anchor, prompt=bet.prompt, answer=bet.answer, tolerance=bet.tolerance, reveal=bet.reveal)
