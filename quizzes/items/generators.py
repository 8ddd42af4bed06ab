"""Exercise generators as content: an edit of what is drawn, asked or claimed makes the next version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.db import transaction

import sim
from quizzes.accounts.models import User
from quizzes.catalog.models import KnowledgeComponent
from quizzes.errors import Refused, refused_by_sim
from quizzes.items.kinds import kind_of
from quizzes.items.malformed import first_fault
from quizzes.items.models import Generator, GeneratorVersion
from quizzes.items.specification import Specification
from quizzes.jobs.services import enqueue_once

TOP_UP = "quizzes.items.tasks.top_up_pool"
QUEUE = "variants"
TRIAL = 200


def save_generator(
    *,
    generator: Generator,
    specification: Mapping[str, Any],
    components: Iterable[KnowledgeComponent] | None = None,
    made_by: User | None = None,
) -> Generator:
    """Save a new or changed generator; a changed specification becomes its next version, and its pool is ordered.

    Raises Refused, and saves nothing, when the specification can't be read or none of its first candidates passes.
    """
    if not is_changed(generator, specification):
        return _save(generator, components)
    number = next_number(generator)
    check_specification(specification, stream_of(generator.slug, number))
    with transaction.atomic():
        _save(generator, components)
        generator.current = GeneratorVersion.objects.create(
            generator=generator, number=number, specification=dict(specification), made_by=made_by
        )
        generator.save(update_fields=["current"])
        order_top_up(generator)
    return generator


@transaction.atomic
def _save(generator: Generator, components: Iterable[KnowledgeComponent] | None) -> Generator:
    generator.save()
    if components is not None:
        generator.components.set(components)
    return generator


def is_changed(generator: Generator, specification: Any) -> bool:
    return generator.current is None or generator.current.specification != specification


def next_number(generator: Generator) -> int:
    if generator.pk is None:
        return 1
    return (generator.versions.order_by("-number").values_list("number", flat=True).first() or 0) + 1


def order_top_up(generator: Generator) -> None:
    """Owe a top-up, once; none for a version that was found dry: only another version can end that."""
    if generator.current and generator.current.dried_at:
        return
    enqueue_once(task=TOP_UP, arguments={"generator_id": generator.pk}, queue=QUEUE)


def check_specification(specification: Mapping[str, Any], stream: str = "trial") -> None:
    """Try it before anybody else does. Raises Refused."""
    if fault := first_fault(specification):
        raise Refused("bad_specification", f"The specification can't be read. {fault}")
    if reason := _tried(json.dumps(specification, sort_keys=True), stream):
        raise Refused(
            "no_candidate_passes",
            f"None of {TRIAL} candidates passed: {reason}.",
            "Widen the ranges, or claim fewer slips as must-show.",
        )


@lru_cache(maxsize=16)
def _tried(specification: str, stream: str) -> str:
    """Why no candidate passes; empty when one does. Remembered, for a form asks just before it saves."""
    try:
        kind = kind_of(Specification.from_json(json.loads(specification)), stream)
        kind.check()
        certificates = kind.certify(range(min(TRIAL, kind.space)) if kind.space else range(1, TRIAL + 1))
    except sim.SimError as error:
        raise refused_by_sim(error) from error
    return "" if any(not each.reasons for each in certificates) else certificates[0].reasons[0]


def stream_of(slug: str, number: int) -> str:
    """What the draws of a version hang on: with the seed it fixes every number, for ever, on any machine."""
    return f"{slug}/{number}"
