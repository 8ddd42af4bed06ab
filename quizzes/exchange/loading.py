"""Load a course pack into the database: all or nothing, the same again changes nothing, what a person edited stays.

A row's stamp is the digest of its text in the pack, with its place there and the names of the sources it cites where
these are stored with it. It stands in `loaded_digest`; where it is the same, nothing is written. What left the pack is
withdrawn (unpublished), never deleted: learners' answers and reviews hang on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import models, transaction

from quizzes.catalog.models import Content, Course, Erratum, KnowledgeComponent, Misconception, Source
from quizzes.errors import Conflict
from quizzes.exchange import writing
from quizzes.exchange.tallies import LoadReport, Outcome
from quizzes.flashcards.making import sync_cards
from quizzes.formats import course_pack as pack
from quizzes.formats.markup import source_ids, source_name
from quizzes.items.models import Generator, Question
from quizzes.lessons.models import GlossaryTerm, Lesson, Mnemonic
from quizzes.practice.models import Quiz

RENDERING = "1"  # raise it when the markup changes: lessons, terms and mnemonics are then rendered again
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class _Kind:
    name: str
    model: type[Content]
    write: Callable[..., None]
    has_place: bool = False
    shows_sources: bool = False

    def stamp(self, row: pack.Row, position: int, labels: Mapping[str, str]) -> str:
        facts: list[object] = [RENDERING, row.digest]
        if self.has_place:
            facts.append(position)
        if self.shows_sources:
            facts.append([source_name(each, labels) for each in source_ids(repr(row))])
        return sha256(repr(facts).encode()).hexdigest()


GENERATORS = _Kind("generator", Generator, writing.write_generator, has_place=True)
LESSONS = _Kind("lesson", Lesson, writing.write_lesson, has_place=True, shows_sources=True)
TERMS = _Kind("term", GlossaryTerm, writing.write_term, shows_sources=True)
MNEMONICS = _Kind("mnemonic", Mnemonic, writing.write_mnemonic, shows_sources=True)
QUESTIONS = _Kind("question", Question, writing.write_question)  # a version stays as it was asked, names and all
QUIZZES = _Kind("quiz", Quiz, writing.write_quiz, has_place=True)


@transaction.atomic
def load_course(*, course_pack: pack.CoursePack) -> LoadReport:
    """Bring the course in the database to what the pack says. Raises Conflict, Refused; then nothing is changed."""
    report = LoadReport(course_pack.title)
    _load_references(course_pack, report)
    course, _ = Course.objects.update_or_create(
        slug=course_pack.id, defaults={"title": course_pack.title, "summary": course_pack.summary}
    )
    known = writing.Known.read(course, course_pack.labels)
    for kind, rows in (
        (GENERATORS, course_pack.generators),
        (LESSONS, course_pack.lessons),
        (TERMS, course_pack.terms),
        (MNEMONICS, course_pack.mnemonics),
        (QUESTIONS, course_pack.questions),
        (QUIZZES, course_pack.quizzes),
    ):
        _load_rows(kind, rows, known, report)
    _load_cards(course, report)
    return report


def _load_rows(kind: _Kind, rows: Iterable[pack.Row], known: writing.Known, report: LoadReport) -> None:
    there = {row.slug: row for row in kind.model._default_manager.all()}
    mine = set()
    for position, row in enumerate(rows, start=1):
        mine.add(row.id)
        stamp, found = kind.stamp(row, position, known.labels), there.get(row.id)
        outcome = _outcome(found, stamp, known.course)
        if outcome in (Outcome.CREATED, Outcome.CHANGED):
            target = found or kind.model(slug=row.id, course=known.course)  # type: ignore[misc]
            target.loaded_digest, target.is_published = stamp, True
            kind.write(target, row, position, known)
        report.count(kind.name, row.id, outcome)
    _withdraw(kind, [row for slug, row in there.items() if slug not in mine], known.course, report)


def _outcome(found: Any, stamp: str, course: Course) -> Outcome:
    if found is None:
        return Outcome.CREATED
    if found.course_id != course.pk:
        raise Conflict(
            "id_taken", f"The id {found.slug!r} belongs to another course.", "Give the row of this pack another id."
        )
    if found.edited_at:
        return Outcome.KEPT
    return Outcome.UNCHANGED if found.loaded_digest == stamp else Outcome.CHANGED


def _withdraw(kind: _Kind, rows: Iterable[Any], course: Course, report: LoadReport) -> None:
    for row in rows:
        came_from_the_pack = row.loaded_digest not in ("", WITHDRAWN)
        if row.course_id == course.pk and came_from_the_pack and not row.edited_at:
            row.is_published, row.loaded_digest = False, WITHDRAWN
            row.save(update_fields=["is_published", "loaded_digest"])
            report.count(kind.name, row.slug, Outcome.WITHDRAWN)


# What courses share: sources, components, misconceptions, errata. Rows no text of a learner hangs on, so nobody edits
# them but the pack.


def _load_references(course_pack: pack.CoursePack, report: LoadReport) -> None:
    _load_references_of(Source, "source", {row.id: row for row in course_pack.sources}, writing.source_fields, report)
    components = {row.id: row for row in course_pack.components}
    changed = _load_references_of(KnowledgeComponent, "component", components, writing.component_fields, report)
    writing.relate_components([components[slug] for slug in changed])
    misconceptions = {row.id: row for row in course_pack.misconceptions}
    _load_references_of(Misconception, "misconception", misconceptions, writing.misconception_fields, report)
    errata = {row.number: row for row in course_pack.errata}
    _load_references_of(Erratum, "erratum", errata, writing.erratum_fields, report, key="number")


def _load_references_of(
    model: type[models.Model],
    kind: str,
    rows: Mapping[Any, Any],
    fields_of: Callable[[Any], dict[str, Any]],
    report: LoadReport,
    key: str = "slug",
) -> list[Any]:
    """Insert or update what changed in one statement; gives the keys of those."""
    stamps = dict(model._default_manager.values_list(key, "loaded_digest"))
    changed = [name for name, row in rows.items() if stamps.get(name) != row.digest]
    for name in rows:
        report.count(kind, str(name), _reference_outcome(name in changed, name in stamps))
    objects = [model(**{key: name, "loaded_digest": rows[name].digest}, **fields_of(rows[name])) for name in changed]
    if objects:
        fields = ["loaded_digest", *fields_of(rows[changed[0]])]
        model._default_manager.bulk_create(
            objects, update_conflicts=True, unique_fields=[key], update_fields=fields, batch_size=100
        )
    return changed


def _reference_outcome(is_changed: bool, was_there: bool) -> Outcome:
    if not is_changed:
        return Outcome.UNCHANGED
    return Outcome.CHANGED if was_there else Outcome.CREATED


def _load_cards(course: Course, report: LoadReport) -> None:
    made = sync_cards(course)
    counts = {
        Outcome.CREATED: made.created,
        Outcome.CHANGED: made.changed,
        Outcome.UNCHANGED: made.unchanged,
        Outcome.KEPT: made.kept,
    }
    report.tallies["card"] = +Counter(counts)  # without the zeros
