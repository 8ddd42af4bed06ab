"""Every write of what is read: the Markdown is rendered once, here, and stored beside its text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from quizzes.catalog.models import KnowledgeComponent, Source
from quizzes.catalog.rendering import Labels, rendered, source_labels
from quizzes.formats import markup
from quizzes.lessons.models import Bet, DialogueLine, GlossaryTerm, Lesson, Mnemonic, Section


@dataclass(frozen=True)
class Parts:
    """All that a lesson holds, as yet unsaved."""

    sections: Sequence[Section]
    bets: Sequence[Bet]
    dialogue: Sequence[DialogueLine]


def render_section(section: Section, labels: Labels) -> Section:
    section.html = rendered("text", section.text, labels)
    return section


def render_bet(bet: Bet, labels: Labels) -> Bet:
    bet.prompt_html = rendered("prompt", bet.prompt, labels, markup.render_inline)
    bet.reveal_html = rendered("reveal", bet.reveal, labels)
    return bet


def render_line(line: DialogueLine, labels: Labels) -> DialogueLine:
    line.html = rendered("text", line.text, labels)
    return line


def render_term(term: GlossaryTerm, labels: Labels) -> GlossaryTerm:
    term.definition_html = rendered("definition", term.definition, labels)
    term.note_html = rendered("note", term.note, labels) if term.note else ""
    return term


def render_mnemonic(mnemonic: Mnemonic, labels: Labels) -> Mnemonic:
    mnemonic.text_html = rendered("text", mnemonic.text, labels)
    mnemonic.meaning_html = rendered("meaning", mnemonic.meaning, labels)
    return mnemonic


@transaction.atomic
def save_lesson(
    *,
    lesson: Lesson,
    components: Iterable[KnowledgeComponent] | None = None,
    parts: Parts | None = None,
    labels: Labels | None = None,
    edited_at: datetime | None = None,
) -> Lesson:
    """`parts` take the place of those it had; None leaves them as they are.

    `edited_at` is when a person edited it; a lesson so marked is kept when the course is loaded again.
    """
    lesson.edited_at = edited_at or lesson.edited_at
    lesson.save()
    if components is not None:
        lesson.components.set(components)
    if parts is not None:
        _replace_parts(lesson, parts, source_labels() if labels is None else labels)
    return lesson


def _replace_parts(lesson: Lesson, parts: Parts, labels: Labels) -> None:
    """Sections, bets and lines have no ids that others hold on to: they are written anew."""
    for old in (lesson.sections, lesson.bets, lesson.dialogue):
        old.all().delete()
    held: list[Section | Bet | DialogueLine] = [*parts.sections, *parts.bets, *parts.dialogue]
    for part in held:
        part.lesson = lesson
    sections = Section.objects.bulk_create(render_section(section, labels) for section in parts.sections)
    Bet.objects.bulk_create(render_bet(bet, labels) for bet in parts.bets)
    DialogueLine.objects.bulk_create(render_line(line, labels) for line in parts.dialogue)
    _relate_sections(sections)


def _relate_sections(sections: Iterable[Section]) -> None:
    cited = [(section.pk, source) for section in sections for source in markup.source_ids(section.text)]
    pk_of = dict(Source.objects.filter(slug__in={source for _, source in cited}).values_list("slug", "pk"))
    through = Section.sources.through
    through.objects.bulk_create(through(section_id=pk, source_id=pk_of[slug]) for pk, slug in cited if slug in pk_of)


@transaction.atomic
def save_section(*, section: Section, labels: Labels | None = None, edited_at: datetime | None = None) -> Section:
    render_section(section, source_labels() if labels is None else labels).save()
    section.sources.set(_cited(section.text))
    _mark_edited(section.lesson, edited_at)
    return section


@transaction.atomic
def save_line(*, line: DialogueLine, labels: Labels | None = None, edited_at: datetime | None = None) -> DialogueLine:
    render_line(line, source_labels() if labels is None else labels).save()
    _mark_edited(line.lesson, edited_at)
    return line


@transaction.atomic
def save_bet(*, bet: Bet, labels: Labels | None = None, edited_at: datetime | None = None) -> Bet:
    render_bet(bet, source_labels() if labels is None else labels).save()
    _mark_edited(bet.lesson, edited_at)
    return bet


@transaction.atomic
def save_term(
    *,
    term: GlossaryTerm,
    sources: Iterable[Source] | None = None,
    labels: Labels | None = None,
    edited_at: datetime | None = None,
) -> GlossaryTerm:
    """`sources` are those it shall have beside those its texts cite; None leaves what it has."""
    term.edited_at = edited_at or term.edited_at
    render_term(term, source_labels() if labels is None else labels).save()
    cited = _cited(term.definition, term.note)
    if sources is None:
        term.sources.add(*cited)
    else:
        term.sources.set({*sources, *cited})
    return term


@transaction.atomic
def save_mnemonic(
    *,
    mnemonic: Mnemonic,
    components: Iterable[KnowledgeComponent] | None = None,
    labels: Labels | None = None,
    edited_at: datetime | None = None,
) -> Mnemonic:
    mnemonic.edited_at = edited_at or mnemonic.edited_at
    render_mnemonic(mnemonic, source_labels() if labels is None else labels).save()
    if components is not None:
        mnemonic.components.set(components)
    return mnemonic


def _cited(*texts: str) -> Iterable[Source]:
    ids = {source_id for text in texts for source_id in markup.source_ids(text)}
    return Source.objects.filter(slug__in=ids) if ids else ()


def _mark_edited(lesson: Lesson, edited_at: datetime | None) -> None:
    if edited_at is not None:
        Lesson.objects.filter(pk=lesson.pk).update(edited_at=edited_at)
