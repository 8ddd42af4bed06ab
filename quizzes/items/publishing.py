"""Only what is green on its bench is published from the panel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from quizzes.accounts.models import User
from quizzes.errors import Refused
from quizzes.items.bench import missing, try_out
from quizzes.items.generators import order_top_up, stream_of
from quizzes.items.kinds import kind_of
from quizzes.items.models import Generator
from quizzes.items.specification import Specification
from quizzes.jobs.services import audit

MOST_SAID = 3


def check_green(specification: Mapping[str, Any], stream: str) -> None:
    """Raises Refused, naming what is missing, for a version that learners should not get yet."""
    if found := _missing(json.dumps(specification, sort_keys=True), stream):
        more = f"; and {len(found) - MOST_SAID} more" if len(found) > MOST_SAID else ""
        said = "; ".join(found[:MOST_SAID])
        raise Refused(
            "not_green", f"It can't be published yet: {said}{more}.", "Save it unpublished and look at its bench."
        )


@lru_cache(maxsize=32)
def _missing(specification: str, stream: str) -> tuple[str, ...]:
    """Remembered, for a form asks just before it saves: the same draws give the same verdict for ever."""
    kind = kind_of(Specification.from_json(json.loads(specification)), stream)
    return tuple(missing(kind, try_out(kind).survey))


@transaction.atomic
def publish_generator(*, generator: Generator, by: User) -> Generator:
    """Let learners have it. Raises Refused when its current version is not green, or there is none."""
    if generator.current is None:
        raise Refused("no_version", "This generator has no version yet.", "Save its specification first.")
    check_green(generator.current.specification, stream_of(generator.slug, generator.current.number))
    generator.is_published, generator.edited_at = True, timezone.now()
    generator.save(update_fields=["is_published", "edited_at"])
    audit(actor=by, action="published", subject=f"generator {generator.slug}")
    order_top_up(generator)
    return generator
