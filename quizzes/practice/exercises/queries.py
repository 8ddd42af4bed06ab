"""What the pages and the API of exercises read. Nothing here reaches a key before the solution is released."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

import sim
from quizzes.accounts.models import User
from quizzes.catalog.models import Misconception
from quizzes.errors import Conflict, NotFound, refused_by_sim
from quizzes.items.kinds.base import Kind, Worked
from quizzes.items.kinds.choices import OPTIONS
from quizzes.items.making import kind_of_version
from quizzes.items.marking import catalogue_id
from quizzes.items.models import Generator, Variant, VariantKey
from quizzes.items.specification import Specification, quantity, step_number
from quizzes.lessons.models import Lesson
from quizzes.practice.models import AnswerEvent, Attempt

MOST_HINTS = 4  # of one step


@dataclass(frozen=True)
class Taking:
    """One learner's taking of one variant: what is given and asked, and what he sent last."""

    attempt: Attempt
    variant: Variant
    specification: Specification
    last_event: AnswerEvent | None = None

    @cached_property
    def kind(self) -> Kind:
        return kind_of_version(self.variant.version)

    @property
    def asked(self) -> list[str]:
        """What is open; the other steps are shown worked."""
        return asked_of(self.attempt, self.kind.asked)

    @property
    def given(self) -> dict[str, Any]:
        """What the learner is told: the numbers, and the steps shown worked."""
        told = {name: value for name, value in self.variant.given.items() if name != OPTIONS}
        return told | self.kind.also_given | self.shown

    @property
    def shown(self) -> dict[str, Any]:
        return shown_worked(self.attempt, self.kind, is_complete=self.is_complete)

    def options(self, name: str) -> list[dict[str, str]]:
        """Where one chooses, among what."""
        return list(self.variant.given.get(OPTIONS, {}).get(name, []))

    @property
    def generator(self) -> Generator:
        return self.variant.version.generator

    @cached_property
    def result(self) -> dict[str, Any]:
        return self.last_event.result if self.last_event else {"steps": [], "complete": False}

    @property
    def answers(self) -> dict[str, Any]:
        return self.last_event.response.get("answers", {}) if self.last_event else {}

    @property
    def is_complete(self) -> bool:
        return bool(self.result["complete"])


def generators_for(user: User | None) -> QuerySet[Generator]:
    """The exercises there are, each with its current version, easy ones first."""
    visible = Generator.objects.visible_to(user).filter(current__isnull=False)
    return visible.select_related("current__generator").order_by("level", "position", "slug")


def generator_by_slug(user: User | None, slug: str) -> Generator:
    generator = generators_for(user).filter(slug=slug).first()
    if generator is None:
        raise NotFound("exercise_unknown", "There is no such exercise.", "Choose one from the list of exercises.")
    return generator


def asked_by(generator: Generator) -> tuple[str, ...]:
    """What every taking of it asks, in order of use."""
    return kind_of_version(generator.current).asked if generator.current else ()


def lesson_on(generator: Generator) -> str:
    """The slug of the lesson that leads to this exercise, or nothing."""
    lessons = Lesson.objects.visible_to(None).values_list("slug", "generators")
    return next((slug for slug, led_to in lessons if generator.slug in led_to), "")


def taking(user: User | None, attempt_id: UUID) -> Taking:
    """A learner's own taking. Raises NotFound for another's."""
    attempts = Attempt.objects.visible_to(user).select_related("variant__version__generator")
    attempt = attempts.filter(pk=attempt_id, variant__isnull=False).first()
    if attempt is None:
        raise taking_unknown()
    return _taking(attempt, attempt.events.order_by("-seq").first())


def taking_of(event: AnswerEvent) -> Taking:
    """The taking as it stands after an answer."""
    return _taking(event.attempt, event)


def _taking(attempt: Attempt, last_event: AnswerEvent | None) -> Taking:
    if attempt.variant is None:
        raise taking_unknown()
    specification = Specification.from_json(attempt.variant.version.specification)
    return Taking(attempt, attempt.variant, specification, last_event)


def still_open() -> Conflict:
    return Conflict("still_open", "The solution is not released yet.", "Ask for the worked solution first.")


def taking_unknown() -> NotFound:
    return NotFound("taking_unknown", "There is no such exercise of yours.", "Take one from the list of exercises.")


def asked_of(attempt: Attempt, names: Iterable[str]) -> list[str]:
    """Those of these that a taking asks for."""
    return [name for name in names if name not in attempt.shown]


def shown_worked(attempt: Attempt, kind: Kind, *, is_complete: bool) -> dict[str, Any]:
    """The worked steps that may be seen: those computed from an open one only when all is right."""
    shown = attempt.shown
    hidden = set() if is_complete else kind.computed_from(asked_of(attempt, kind.asked), shown)
    return {name: values for name, values in shown.items() if name not in hidden}


def worked_steps(taking: Taking) -> list[Worked]:
    """Every value in the order of use, as the solution tells it. Raises Conflict before the solution is released."""
    key = released_key(taking)
    try:
        return taking.kind.worked(taking.variant.given, key.exact)
    except sim.SimError as error:
        raise refused_by_sim(error) from error


def open_takings(user: User | None, generator: Generator) -> list[Attempt]:
    """What this learner has begun of this exercise and has not all right yet, the newest first."""
    if user is None:
        return []
    attempts = Attempt.objects.filter(user=user, variant__version__generator=generator, state=Attempt.State.OPEN)
    return list(attempts.exclude(events__result__complete=True).order_by("-started_at")[:3])


def whole_takings(user: User | None, generator: Generator) -> int:
    """How many takings of it this learner has got all right in the end."""
    if user is None:
        return 0
    takings = Attempt.objects.filter(user=user, variant__version__generator=generator, repairs=None)
    return takings.filter(events__result__complete=True).distinct().count()


def released_key(taking: Taking) -> VariantKey:
    """The key, once the solution was asked for. Raises Conflict before."""
    if taking.attempt.is_open:
        raise still_open()
    return VariantKey.objects.get(variant=taking.variant)


def corrections_of(slips: Iterable[str]) -> dict[str, str]:
    """The catalogue's line of correction for each slip; "B06a" stands in row B06."""
    rows = {slip: catalogue_id(slip) for slip in slips}
    if not rows:
        return {}
    lines = dict(Misconception.objects.filter(slug__in=set(rows.values())).values_list("slug", "correction"))
    return {slip: lines[row] for slip, row in rows.items() if row in lines}


def payload(taking: Taking) -> dict[str, Any]:
    """What the API says of a taking: no key, no slip, no certificate."""
    specification, variant = taking.specification, taking.variant
    return {
        "id": str(taking.attempt.pk),
        "generator": taking.generator.slug,
        "version": variant.version.number,
        "seed": variant.seed,
        "cell": specification.cell,
        "convention": specification.convention,
        "format": specification.format,
        "decimals": taking.kind.decimals,
        "tolerance": taking.kind.tolerance,
        "given": taking.given,
        "asked": [_asked(taking, name) for name in taking.asked],
    }


def _asked(taking: Taking, name: str) -> dict[str, Any]:
    said = {"name": quantity(name), "step": step_number(name), "shape": list(taking.kind.shape(name))}
    options = [{"id": option["id"], "text": option["text"]} for option in taking.options(name)]
    return said | ({"options": options} if options else {})
