"""Giving a learner numbers: from the pool, shared, of a seed, the same again, or for a repair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from quizzes.accounts.models import User
from quizzes.catalog.models import Misconception
from quizzes.errors import Forbidden, NotFound
from quizzes.items.making import kind_of_version, make_seed
from quizzes.items.models import Generator, Variant
from quizzes.items.pool import (
    LOOKED_AT,
    from_pool,
    made_inline,
    made_with,
    names,
    no_such_numbers,
    shared_variants,
)
from quizzes.items.specification import quantity
from quizzes.practice.answers import locked_attempt
from quizzes.practice.exercises.fading import worked_steps_for
from quizzes.practice.exercises.queries import taking_unknown
from quizzes.practice.models import Attempt


def take(*, user: User, generator: Generator, now: datetime, seed: int | None = None, fade: bool = False) -> Attempt:
    """Give the learner numbers that nobody else gets, or of a small exercise those he saw longest ago.

    With `fade` the first takings come with all steps worked but one, then two. Only staff may name a seed.
    Raises Forbidden, Refused (the seed's candidate is not fair), Unavailable (no fair numbers were found).
    """
    if seed is not None:
        return _of_seed(user, generator, seed, now, fade)
    shown = worked_steps_for(user, generator) if fade else []
    if generator.current and generator.current.is_small:
        return _start(user, _shared(user, generator), now, shown)
    with transaction.atomic():
        if variant := from_pool(generator=generator):
            return _start(user, variant, now, shown)
    return _start(user, made_inline(generator=generator), now, shown)


def _start(
    user: User, variant: Variant, now: datetime, shown: list[str], repairs: Misconception | None = None
) -> Attempt:
    """A blank taking of the same kind goes on; an answered one ends here, for its numbers are taken anew.

    What is shown worked is kept, so that no page reads the key.
    """
    asked = kind_of_version(variant.version).asked
    worked = {name: variant.key.exact[name] for name in shown}
    opened = Attempt.objects.filter(user=user, variant=variant, state=Attempt.State.OPEN)
    blank = opened.filter(last_seq=0, repairs=repairs, hints={})
    same = [attempt.pk for attempt in blank if attempt.shown == worked]  # a database may keep it in another order
    opened.exclude(pk__in=same).update(state=Attempt.State.FINISHED, finished_at=now)
    first = {"started_at": now, "asked": len(asked) - len(worked), "shown": worked, "repairs": repairs}
    return Attempt.objects.get_or_create(user=user, variant=variant, state=Attempt.State.OPEN, defaults=first)[0]


def _shared(user: User, generator: Generator) -> Variant:
    """One he has not seen, made now if need be; when he has seen all, the one he saw longest ago."""
    seen = _seen(user, generator)
    return _least_seen(list(shared_variants(generator=generator, more_than=len(seen))), seen)


def _seen(user: User, generator: Generator) -> dict[int | None, datetime]:
    """When this learner took each variant last."""
    takings = Attempt.objects.filter(user=user, variant__version=generator.current)
    return dict(takings.values_list("variant").annotate(last=Max("started_at")))


def _least_seen(variants: Sequence[Variant], seen: Mapping[int | None, datetime]) -> Variant:
    long_ago = datetime.min.replace(tzinfo=UTC)
    return min(variants, key=lambda variant: (seen.get(variant.pk, long_ago), variant.digest))


def _of_seed(user: User, generator: Generator, seed: int, now: datetime, fade: bool) -> Attempt:
    """The same seed again is the same taking, as long as it is open."""
    if not user.is_staff:
        raise Forbidden("staff_only", "Only staff may choose the seed.", "Leave the seed out.")
    if generator.current is None:
        raise NotFound("no_version", "This exercise has no numbers yet.", "Take another exercise.")
    variant = make_seed(version=generator.current, seed=seed)
    return _start(user, variant, now, worked_steps_for(user, generator) if fade else [])


def take_again(*, user: User, attempt_id: UUID, now: datetime) -> Attempt:
    """The same numbers once more, every step open and blank. It ends the first taking, and counts for practice only."""
    with transaction.atomic():
        attempt = locked_attempt(user, attempt_id)
        if attempt.variant is None:
            raise taking_unknown()
        attempt.finish(now)
        return _start(user, attempt.variant, now, [])


def take_repair(
    *, user: User, generator: Generator, slip: str, place: str, misconception: Misconception, now: datetime
) -> Attempt:
    """Numbers on which this slip can be named, with every step worked but the one where it was made.

    Raises Unavailable when no such numbers are found.
    """
    if generator.current and generator.current.is_small:
        able = [each for each in shared_variants(generator=generator, more_than=LOOKED_AT) if names(each, slip)]
        if not able:
            raise no_such_numbers()
        variant = _least_seen(able, _seen(user, generator))
    else:
        variant = made_with(generator=generator, slip=slip, place=place)
    asked, live = kind_of_version(variant.version).asked, variant.key.live
    able_in = [name for name in asked if slip in live[name]]
    chosen = next((name for name in able_in if quantity(name) == quantity(place)), able_in[0])
    return _start(user, variant, now, [each for each in asked if each != chosen], misconception)
