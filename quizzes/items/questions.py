"""Questions: made, edited (an edit that changes anything makes the next version), and asked.

What is asked comes as plain `Asked` values: they carry no way to the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from quizzes.accounts.models import User
from quizzes.catalog.models import Course, KnowledgeComponent, Misconception, Source
from quizzes.catalog.rendering import Labels, rendered, source_labels
from quizzes.errors import Refused
from quizzes.formats import markup
from quizzes.items.models import Distractor, Option, Question, QuestionKey, QuestionVersion


@dataclass(frozen=True)
class Choice:
    """One option as an author writes it. Without a misconception (a catalogue id) it is the right one."""

    text: str
    misconception: str = ""

    @property
    def is_right(self) -> bool:
        return not self.misconception


@dataclass(frozen=True)
class Wording:
    """Everything of a question that makes a version. For authors: it holds the key."""

    stem: str
    choices: tuple[Choice, ...]
    explanation: str


@dataclass(frozen=True)
class Asked:
    """A question as a learner may see it before answering."""

    version_id: int
    slug: str
    stem_html: str
    options: tuple[tuple[int, str], ...]  # (option id, safe HTML), as authored; an attempt has its own order


@transaction.atomic
def create_question(
    *,
    course: Course,
    slug: str,
    wording: Wording,
    components: Iterable[str] = (),
    sources: Iterable[str] = (),
    is_published: bool = True,
    loaded_digest: str = "",
    edited_at: datetime | None = None,
    made_by: User | None = None,
    labels: Labels | None = None,
) -> Question:
    """A question and its first version. `components` and `sources` are ids; sources cited in the text are added."""
    if Question.objects.filter(slug=slug).exists():
        raise Refused("question_exists", f"There is a question {slug!r} already.", "Edit it, or choose another id.")
    question = Question(
        course=course, slug=slug, is_published=is_published, loaded_digest=loaded_digest, edited_at=edited_at
    )
    return save_question(
        question=question, wording=wording, components=components, sources=sources, made_by=made_by, labels=labels
    )


@transaction.atomic
def edit_question(
    *,
    question: Question,
    wording: Wording,
    edited_at: datetime | None = None,
    made_by: User | None = None,
    labels: Labels | None = None,
) -> QuestionVersion:
    """Another wording for a question that is there; gives the version that now reads so."""
    question.edited_at = edited_at or question.edited_at
    saved = save_question(question=question, wording=wording, made_by=made_by, labels=labels)
    assert saved.current is not None
    return saved.current


@transaction.atomic
def save_question(
    *,
    question: Question,
    wording: Wording,
    components: Iterable[str] | None = None,
    sources: Iterable[str] | None = None,
    made_by: User | None = None,
    labels: Labels | None = None,
) -> Question:
    """Save a new or changed question, whole. A changed wording becomes its next version; old ones stay as asked.

    `components` and `sources` are the ids it shall have, no part of its wording; None leaves them as they are.
    Sources cited in the text are always among them. Raises Refused.
    """
    latest = _locked_latest(question)
    question.save()
    if latest is None or wording_of(latest) != tidy(wording):
        latest = _add_version(question, wording, latest.number + 1 if latest else 1, made_by, labels)
    question.current = latest
    question.save(update_fields=["current"])
    if components is not None:
        question.components.set(_found(KnowledgeComponent, components, "component"))
    _relate_sources(question, sources, cited(wording))
    return question


def wording_of(version: QuestionVersion) -> Wording:
    """A version as its author wrote it, key included. Never for a learner's page."""
    options = version.options.select_related("distractor__misconception")
    choices = tuple(
        Choice(option.text, option.distractor.misconception.slug if hasattr(option, "distractor") else "")
        for option in options
    )
    return Wording(version.stem, choices, version.key.explanation)


def askable(version_ids: Iterable[int]) -> dict[int, Asked]:
    """These versions by id, as a learner may see them: one query, and no path to a key."""
    rows = Option.objects.filter(version__in=list(version_ids)).order_by("version_id", "position")
    found: dict[int, Asked] = {}
    for pk, slug, stem, option, html in rows.values_list(
        "version_id", "version__question__slug", "version__stem_html", "pk", "html"
    ):
        before = found[pk].options if pk in found else ()
        found[pk] = Asked(pk, slug, stem, (*before, (option, html)))
    return found


def cited(wording: Wording) -> list[str]:
    """The source ids that the texts of a question name."""
    texts = [wording.stem, wording.explanation, *(choice.text for choice in wording.choices)]
    return list(dict.fromkeys(source for text in texts for source in markup.source_ids(text)))


def tidy(wording: Wording) -> Wording:
    choices = tuple(Choice(choice.text.strip(), choice.misconception.strip()) for choice in wording.choices)
    return Wording(wording.stem.strip(), choices, wording.explanation.strip())


def faults(wording: Wording) -> list[str]:
    """All that keeps a wording from being asked, as sentences."""
    texts = [choice.text for choice in wording.choices]
    right = sum(choice.is_right for choice in wording.choices)
    checks = {
        "The question has no text.": not wording.stem,
        "The explanation is missing.": not wording.explanation,
        f"There are {len(texts)} options; at least two are needed.": len(texts) < 2,
        "An option has no text.": not all(texts),
        "Two options read the same.": len(set(texts)) < len(texts),
        f"{right} options are without a misconception; exactly one, the right one, must be.": right != 1,
    }
    return [sentence for sentence, is_fault in checks.items() if is_fault]


def _locked_latest(question: Question) -> QuestionVersion | None:
    """The newest version; two who edit at once come one after the other."""
    if question.pk is None:
        return None
    Question.objects.select_for_update().get(pk=question.pk)
    return question.versions.first()


def _relate_sources(question: Question, sources: Iterable[str] | None, cited_ids: list[str]) -> None:
    if sources is None:
        question.sources.add(*_found(Source, cited_ids, "source"))
    else:
        question.sources.set(_found(Source, [*sources, *cited_ids], "source"))


def _add_version(
    question: Question, wording: Wording, number: int, made_by: User | None, labels: Labels | None
) -> QuestionVersion:
    wording = tidy(wording)
    if found := faults(wording):
        raise Refused("question_faulty", " ".join(found), "Every wrong option names the misconception behind it.")
    labels = source_labels() if labels is None else labels
    version = QuestionVersion.objects.create(
        question=question,
        number=number,
        stem=wording.stem,
        stem_html=rendered("question", wording.stem, labels),
        made_by=made_by,
    )
    _add_options(version, wording, labels)
    return version


def _add_options(version: QuestionVersion, wording: Wording, labels: Labels) -> None:
    known = _misconceptions(wording.choices)
    options = Option.objects.bulk_create(
        Option(version=version, position=position, text=choice.text, html=_inline(position, choice.text, labels))
        for position, choice in enumerate(wording.choices, start=1)
    )
    pairs = list(zip(options, wording.choices, strict=True))
    Distractor.objects.bulk_create(
        Distractor(option=option, misconception=known[choice.misconception])
        for option, choice in pairs
        if not choice.is_right
    )
    QuestionKey.objects.create(
        version=version,
        option=next(option for option, choice in pairs if choice.is_right),
        explanation=wording.explanation,
        explanation_html=rendered("explanation", wording.explanation, labels),
    )


def _inline(position: int, text: str, labels: Labels) -> str:
    return rendered(f"option {position}", text, labels, markup.render_inline)


def _misconceptions(choices: Sequence[Choice]) -> dict[str, Misconception]:
    slugs = [choice.misconception for choice in choices if not choice.is_right]
    return {row.slug: row for row in _found(Misconception, slugs, "misconception")}


def _found[M: (KnowledgeComponent, Source, Misconception)](model: type[M], slugs: Iterable[str], name: str) -> list[M]:
    wanted = set(slugs)
    rows = list(model.objects.filter(slug__in=wanted)) if wanted else []
    if missing := wanted - {row.slug for row in rows}:
        raise Refused(f"{name}_unknown", f"No {name} has the id {', '.join(sorted(missing))}.", "Add it first.")
    return rows
