"""A slip made twice becomes a repair: an exercise of two minutes on exactly the step where it was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quizzes.accounts.models import User
from quizzes.catalog.models import Misconception
from quizzes.errors import NotFound
from quizzes.items.marking import catalogue_id
from quizzes.items.models import Generator
from quizzes.items.specification import quantity
from quizzes.practice.exercises.queries import generators_for
from quizzes.practice.exercises.taking import take_repair
from quizzes.practice.models import Attempt, SlipRecord


@dataclass(frozen=True)
class Repair:
    """What is to be mended, with which exercise, the slip's own id there, and the place where it was made."""

    misconception: Misconception
    generator: Generator
    slip: str
    place: str


def repair_of(user: User, slug: str) -> Repair:
    """The repair of a slip that this learner has made. Raises NotFound where he has not, or no exercise can show it."""
    records = SlipRecord.objects.filter(user=user, misconception__slug=slug).order_by("-at")
    record = records.select_related("misconception", "event__attempt__variant__version").first()
    if record is None:
        raise NotFound("repair_unknown", "There is nothing of that kind to repair.", "Choose an exercise.")
    variant = record.event.attempt.variant
    made_in = variant.version.generator_id if variant else 0
    generators = sorted(generators_for(user), key=lambda generator: generator.pk != made_in)
    for generator in generators:
        if slip := _slip_in(generator, slug, record.place):
            return Repair(record.misconception, generator, slip, record.place)
    for generator in generators:
        if slip := _slip_in(generator, slug):
            return Repair(record.misconception, generator, slip, "")
    raise NotFound("no_exercise", "No exercise of this course can show that slip.", "Read the lesson on it again.")


def _slip_in(generator: Generator, slug: str, place: str = "") -> str:
    """The slip of that catalogue row which the exercise can name there; nothing where it names none."""
    specification = generator.current.specification if generator.current else {}
    if specification.get("format", "fill_all") not in ("fill_all", "fill_one"):
        return ""
    claims = specification.get("claims", {}).items()
    claimed = [slip for name, slips in claims if not place or quantity(name) == quantity(place) for slip in slips]
    return next((slip for slip in claimed if catalogue_id(slip) == slug), "")


def start_repair(*, user: User, repair: Repair, now: datetime) -> Attempt:
    """Raises Unavailable when no numbers are found that can show the slip."""
    return take_repair(
        user=user,
        generator=repair.generator,
        slip=repair.slip,
        place=repair.place,
        misconception=repair.misconception,
        now=now,
    )
