"""Every read of what is read. Public pages show what is published, whoever asks: so they pass nobody as the reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.safestring import SafeString

from quizzes.accounts.models import User
from quizzes.catalog.models import Source
from quizzes.catalog.rendering import stored_html
from quizzes.errors import NotFound
from quizzes.formats.markup import source_ids
from quizzes.items.models import Generator
from quizzes.lessons.examples.practice import Offered
from quizzes.lessons.minutes import minutes
from quizzes.lessons.models import Bet, Depth, DialogueLine, GlossaryTerm, Lesson, Mnemonic, Section

FILL_ALL = "fill_all"  # the format of an exercise that names none
DEPTHS = [depth.value for depth in Depth]


@dataclass(frozen=True)
class Part:
    """A place in a lesson: a section, or the announcement of one that only a deeper reading has."""

    anchor: str
    title: str
    section: Section | None = None
    bet: Bet | None = None
    deeper: str = ""  # the depth at which an announced section is found
    also: tuple[str, ...] = ()  # the other depths at which a shown section is found

    @property
    def html(self) -> SafeString:
        return stored_html(self.section.html) if self.section else SafeString("")

    @property
    def sources(self) -> list[Source]:
        """Those without a mark in the text: the others stand there already, each where it is needed."""
        if self.section is None:
            return []
        cited = source_ids(self.section.text)
        return [each for each in self.section.sources.all() if each.slug not in cited]


@dataclass(frozen=True)
class Line:
    """A line of a dialogue, as the page's component wants it."""

    speaker: str
    role: str
    html: SafeString


def lessons(reader: User | None = None) -> QuerySet[Lesson]:
    return Lesson.objects.visible_to(reader)


def lesson(slug: str, reader: User | None = None) -> Lesson:
    found = lessons(reader).filter(slug=slug).first()
    if found is None:
        raise NotFound("no_lesson", f"There is no lesson “{slug}”.", "The list of lessons has all there are.")
    return found


def lesson_parts(lesson: Lesson, depth: str) -> list[Part]:
    """The sections at this depth in order, those of greater depth announced where they would stand."""
    shown = lesson.sections.filter(depth=depth).prefetch_related("sources")
    others = lesson.sections.exclude(depth=depth).only("lesson_id", "anchor", "title", "depth", "position")
    return outline(depth, list(shown), list(others), {bet.anchor: bet for bet in lesson.bets.all()})


def outline(depth: str, shown: Sequence[Section], others: Sequence[Section], bets: dict[str, Bet]) -> list[Part]:
    """What is shown, with each section that only goes deeper announced after the one it follows there."""
    parts = [
        Part(each.anchor, each.title, each, bets.get(each.anchor), also=_depths_of(each.anchor, others))
        for each in shown
    ]
    for deeper in DEPTHS[DEPTHS.index(depth) + 1 :]:
        before = -1
        for section in sorted((each for each in others if each.depth == deeper), key=lambda each: each.position):
            here = _index(parts, section.anchor)
            if here is None:
                here = before + 1
                parts.insert(here, Part(section.anchor, section.title, deeper=deeper))
            before = here
    return parts


def _depths_of(anchor: str, sections: Sequence[Section]) -> tuple[str, ...]:
    there = {each.depth for each in sections if each.anchor == anchor}
    return tuple(depth for depth in DEPTHS if depth in there)


def _index(parts: Sequence[Part], anchor: str) -> int | None:
    return next((at for at, part in enumerate(parts) if part.anchor == anchor), None)


def minutes_by_depth(lessons: Iterable[Lesson]) -> dict[int, dict[str, int]]:
    """Of each lesson (by its key), the minutes of each depth it has; the dialogue is read at every depth."""
    asked = [each.pk for each in lessons]
    texts: dict[tuple[int, str], list[str]] = {}
    for pk, depth, text in Section.objects.filter(lesson__in=asked).values_list("lesson_id", "depth", "text"):
        texts.setdefault((pk, depth), []).append(text)
    for pk, text in DialogueLine.objects.filter(lesson__in=asked).values_list("lesson_id", "text"):
        for depth in DEPTHS:
            if (pk, depth) in texts:
                texts[pk, depth].append(text)
    return {pk: {depth: minutes(texts[pk, depth]) for depth in DEPTHS if (pk, depth) in texts} for pk in asked}


def dialogue_lines(lesson: Lesson) -> list[Line]:
    return [Line(each.speaker, each.speaker.lower(), stored_html(each.html)) for each in lesson.dialogue.all()]


def lesson_after(lesson: Lesson, reader: User | None = None) -> Lesson | None:
    later = Q(position__gt=lesson.position) | Q(position=lesson.position, slug__gt=lesson.slug)
    return lessons(reader).filter(later, course_id=lesson.course_id).first()


def exercises_of(lesson: Lesson, reader: User | None = None) -> list[Generator]:
    """Those a lesson leads to, in its own order."""
    if not lesson.generators:
        return []
    found = Generator.objects.visible_to(reader).filter(slug__in=lesson.generators)
    return sorted(found, key=lambda generator: lesson.generators.index(generator.slug))


def exercises_on(cells: Iterable[str], reader: User | None = None) -> list[Offered]:
    """The exercises on any of these cells, each as its current specification says, and no more of that than is told."""
    told = {name: f"current__specification__{name}" for name in ("cell", "convention", "asked", "H", "T")}
    kind = [f"current__specification__{name}" for name in ("question", "format")]
    found = Generator.objects.visible_to(reader).filter(current__specification__cell__in=list(cells))
    rows = found.values_list("slug", *kind, *told.values())
    return [_offered(slug, question, form, zip(told, values, strict=True)) for slug, question, form, *values in rows]


def _offered(slug: str, question: str | None, form: str | None, told: Iterable[tuple[str, Any]]) -> Offered:
    works_out = not question and (form or FILL_ALL).startswith("fill")
    return Offered(slug, **{name: value for name, value in told if value is not None}, works_out=works_out)


def glossary(text: str = "", reader: User | None = None) -> QuerySet[GlossaryTerm]:
    """The terms in which every word of `text` is found, by the alphabet."""
    terms = GlossaryTerm.objects.visible_to(reader).prefetch_related(Prefetch("sources", to_attr="cited"))
    return terms.filter(holding(text, "term", "letter", "definition", "note"))


def mnemonics(kind: str = "", reader: User | None = None) -> QuerySet[Mnemonic]:
    found = Mnemonic.objects.visible_to(reader)
    return found.filter(kind=kind) if kind else found


def mnemonic_kinds(reader: User | None = None) -> list[str]:
    """The kinds there are mnemonics of, in the order of their declaration."""
    there = set(Mnemonic.objects.visible_to(reader).order_by().values_list("kind", flat=True).distinct())
    return [kind for kind in Mnemonic.Kind.values if kind in there]


def sources(reader: User | None = None) -> QuerySet[Source]:
    return Source.objects.visible_to(reader)


def holding(text: str, *fields: str) -> Q:
    """Each word of the text stands in one of the fields."""
    condition = Q()
    for word in text.split():
        condition &= Q.create([(f"{field}__icontains", word) for field in fields], connector=Q.OR)
    return condition
