"""Every write of what is read: the Markdown is rendered once, here, and stored beside its text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from quizzes.catalog.models import KnowledgeComponent, Source
from quizzes.catalog.rendering import Labels, rendered, source_labels
from quizzes.formats import markup
from quizzes.lessons.models import Bet, DialogueLine, GlossaryTerm, Lesson, Mnemonic, Section


def render_section(section: Section, labels: Labels) -> Section:
    section.html = rendered("text", section.text, labels)
    return section


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
    *, lesson: Lesson, components: Iterable[KnowledgeComponent] | None = None, edited_at: datetime | None = None
) -> Lesson:
    """`edited_at` is when a person edited it; a lesson so marked is kept when the course is loaded again."""
    lesson.edited_at = edited_at or lesson.edited_at
    lesson.save()
    if components is not None:
        lesson.components.set(components)
    return lesson


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
def save_bet(*, bet: Bet, edited_at: datetime | None = None) -> Bet:
    rendered("prompt", bet.prompt, {}, markup.render_inline)
    rendered("reveal", bet.reveal, {})
    bet.save()
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
