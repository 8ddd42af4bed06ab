"""Exercise generators as content: an edit of what is drawn, asked or claimed makes the next version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

import sim
from quizzes.accounts.models import User
from quizzes.catalog.models import KnowledgeComponent
from quizzes.errors import Refused, refused_by_sim
from quizzes.items.models import Generator, GeneratorVersion
from quizzes.items.specification import Specification
from quizzes.jobs.services import enqueue_once

TOP_UP = "quizzes.items.tasks.top_up_pool"
QUEUE = "variants"
TRIAL = range(1, 201)


@transaction.atomic
def save_generator(
    *,
    generator: Generator,
    specification: Mapping[str, Any],
    components: Iterable[KnowledgeComponent] | None = None,
    made_by: User | None = None,
) -> Generator:
    """Save a new or changed generator; a changed specification becomes its next version, and its pool is ordered.

    Raises Refused when the specification can't be read, or when none of its first candidates passes.
    """
    generator.save()
    if components is not None:
        generator.components.set(components)
    if generator.current is None or generator.current.specification != specification:
        generator.current = _next_version(generator, specification, made_by)
        generator.save(update_fields=["current"])
        order_top_up(generator)
    return generator


def order_top_up(generator: Generator) -> None:
    """Owe a top-up, once; none for a version that was found dry: only another version can end that."""
    if generator.current and generator.current.dried_at:
        return
    enqueue_once(task=TOP_UP, arguments={"generator_id": generator.pk}, queue=QUEUE)


def _next_version(generator: Generator, specification: Mapping[str, Any], made_by: User | None) -> GeneratorVersion:
    last = generator.versions.order_by("-number").values_list("number", flat=True).first() or 0
    check_specification(specification, stream=stream_of(generator.slug, last + 1))
    return GeneratorVersion.objects.create(
        generator=generator, number=last + 1, specification=dict(specification), made_by=made_by
    )


def check_specification(specification: Mapping[str, Any], stream: str = "trial") -> None:
    """Try it before anybody else does. Raises Refused."""
    try:
        certificates = sim.certify(Specification.from_json(specification).exercise(stream), TRIAL)
    except sim.SimError as error:
        raise refused_by_sim(error) from error
    except (KeyError, TypeError, ValueError) as error:
        raise Refused("bad_specification", f"The specification can't be read: {error!r}.") from error
    if not any(not certificate.reasons for certificate in certificates):
        raise Refused(
            "no_candidate_passes",
            f"None of {len(TRIAL)} candidates passed: {certificates[0].reasons[0]}.",
            "Widen the ranges, or claim fewer slips as must-show.",
        )


def stream_of(slug: str, number: int) -> str:
    """What the draws of a version hang on: with the seed it fixes every number, for ever, on any machine."""
    return f"{slug}/{number}"
