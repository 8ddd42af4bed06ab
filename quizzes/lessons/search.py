"""Search over what may be read by anybody: lessons, glossary, mnemonics, exercises. Never over questions: a stem shown
here would be known before the quiz is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from django.urls import reverse

from quizzes.formats import markup
from quizzes.items.models import Generator
from quizzes.lessons.models import GlossaryTerm, Lesson, Mnemonic, Section
from quizzes.lessons.queries import DEPTHS, holding
from quizzes.lessons.ranking import LONGEST, Found, excerpt, near, ranked

MOST = 100  # rows of one kind that are ranked


@dataclass(frozen=True)
class Hit:
    kind: str
    title: str
    href: str
    pieces: list[tuple[str, bool]]


def search(query: str) -> list[Hit]:
    """The best hits first; five queries whatever is asked. Every word must stand in the thing found."""
    query = query[:LONGEST].strip()
    if not query:
        return []
    found = [*_terms(query), *_lessons(query), *_sections(query), *_mnemonics(query), *_exercises(query)]
    return [Hit(each.kind, each.title, each.href, excerpt(query, each.text)) for each in ranked(query, found)]


def suggestions(query: str) -> list[GlossaryTerm]:
    """The terms of the glossary that look like a query with which nothing was found."""
    terms = {row.term: row for row in GlossaryTerm.objects.visible_to(None)}
    return [terms[term] for term in near(query[:LONGEST], terms)]


def _terms(query: str) -> list[Found]:
    rows = GlossaryTerm.objects.visible_to(None).filter(holding(query, "term", "letter", "definition", "note"))
    page = reverse("glossary")
    return [
        Found("Glossary", row.term, _plain(f"{row.definition_html} {row.note_html}"), f"{page}#{row.slug}", 1)
        for row in rows[:MOST]
    ]


def _lessons(query: str) -> list[Found]:
    rows = Lesson.objects.visible_to(None).filter(holding(query, "title", "summary"))
    return [Found("Lesson", row.title, row.summary, reverse("lesson", args=[row.slug]), 0) for row in rows[:MOST]]


def _sections(query: str) -> list[Found]:
    """Each section once, at the first depth in which the words stand."""
    rows = Section.objects.filter(holding(query, "title", "text"), lesson__is_published=True)
    first: dict[tuple[int, str], Section] = {}
    for row in sorted(rows.select_related("lesson")[:MOST], key=lambda row: DEPTHS.index(row.depth)):
        first.setdefault((row.lesson_id, row.anchor), row)
    return [_section(row) for row in first.values()]


def _section(row: Section) -> Found:
    href = f"{reverse('lesson', args=[row.lesson.slug])}?depth={row.depth}#{row.anchor}"
    return Found(f"Lesson: {row.lesson.title}", row.title, _plain(row.html), href, 2)


def _mnemonics(query: str) -> list[Found]:
    rows = Mnemonic.objects.visible_to(None).filter(holding(query, "title", "text", "meaning"))
    page = reverse("mnemonics")
    return [
        Found("Mnemonic", row.title, _plain(f"{row.text_html} {row.meaning_html}"), f"{page}#{row.slug}", 3)
        for row in rows[:MOST]
    ]


def _exercises(query: str) -> list[Found]:
    rows = Generator.objects.visible_to(None).filter(holding(query, "title", "summary"), current__isnull=False)
    return [Found("Exercise", row.title, row.summary, f"/exercises/{row.slug}/", 4) for row in rows[:MOST]]


def _plain(html: str) -> str:
    """The words as they are read: tags that ended before a full stop leave no space in front of it."""
    return re.sub(r" ([.,;:!?)])", r"\1", unescape(markup.plain_text(html)))
