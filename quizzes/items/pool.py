"""The pool of certified variants: topped up by a worker, taken one by one, and one made inline when there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from quizzes.errors import Unavailable
from quizzes.items.generators import order_top_up
from quizzes.items.making import (
    PIECE,
    fair_certificates,
    insert,
    kind_of_version,
    lock,
    make_small,
    make_variants,
    store,
)
from quizzes.items.models import Generator, GeneratorVersion, Variant
from quizzes.items.specification import quantity
from quizzes.jobs.services import UNOWED, Work, audit

LOOKED_AT = 24  # variants, for one that can name a slip
SMALL_AT_ONCE = 8  # of a small exercise, when a learner comes before the worker


def pool_target(generator: Generator) -> int:
    """How many stand ready after a top-up; of a small exercise all there are."""
    return _space(generator) or 2 * generator.low_water


def _space(generator: Generator) -> int | None:
    return kind_of_version(generator.current).space if generator.current and generator.current.is_small else None


def top_up_pool(*, generator_id: int, work: Work = UNOWED) -> int:
    """Fill the pool of the current version, at most one piece now; how many were made. The rest is ordered again.

    The numbers are computed first. Under the lock of the version it is counted anew, so that many workers at once
    never overfill: what is too much is thrown away.
    """
    generator = Generator.objects.select_related("current__generator").get(pk=generator_id)
    if generator.current is None or _missing(generator) <= 0:
        return 0
    try:
        found = fair_certificates(generator.current, min(_missing(generator), PIECE), work)
    except Unavailable as error:
        _note_dry(generator.current, error, work)
        return 0
    with transaction.atomic():
        work.finish()
        lock(generator.current)
        missing = max(0, _missing(generator))
        made = len(store(generator.current, found[:missing], ready_state(generator.current)))
        if made < missing:
            order_top_up(generator)
    return made


def ready_state(version: GeneratorVersion) -> str:
    """What a variant is until somebody takes it."""
    return Variant.State.SHARED if version.is_small else Variant.State.POOL


@transaction.atomic
def _note_dry(version: GeneratorVersion, error: Unavailable, work: Work) -> None:
    """Tell staff, once for each version; no top-up is ordered from now on."""
    work.finish()
    wet = GeneratorVersion.objects.filter(pk=version.pk, dried_at=None)
    if wet.update(dried_at=timezone.now()):
        audit(actor=None, action="generator dry", subject=str(version.generator), detail={"fault": error.message})


def order_low_pools() -> int:
    """Order a top-up for every published generator whose pool is low; how many."""
    in_pool = Count("current__variants", filter=Q(current__variants__state=Variant.State.POOL))
    wet = Generator.objects.filter(is_published=True, current__isnull=False, current__dried_at=None)
    generators = wet.select_related("current__generator").annotate(in_pool=in_pool)
    low = [each for each in generators.filter(in_pool__lt=F("low_water")) if _missing(each) > 0]
    for generator in low:
        order_top_up(generator)
    return len(low)


def _in_pool(version: GeneratorVersion) -> QuerySet[Variant]:
    return version.variants.filter(state=Variant.State.POOL)


def _missing(generator: Generator) -> int:
    """Of a small exercise: the seeds nobody has looked at yet. It is made once, and never topped up."""
    if generator.current is None:
        return 0
    if generator.current.is_small:
        return max(0, pool_target(generator) - generator.current.next_seed + 1)
    return pool_target(generator) - _in_pool(generator.current).count()


# --- taking


@transaction.atomic(savepoint=False)
def from_pool(*, generator: Generator) -> Variant | None:
    """The oldest variant in the pool, taken so that nobody else gets it; None if there is none, or no version.

    What is taken with it (the attempt) is best committed in the same transaction.
    """
    if generator.current is None:
        return None
    pool = _in_pool(generator.current).order_by("id")
    variant = pool.select_for_update(skip_locked=True).first()
    if variant is None:
        order_top_up(generator)
        return None
    variant.state = Variant.State.TAKEN
    variant.save(update_fields=["state"])
    if not pool[generator.low_water - 1 : generator.low_water].exists():
        order_top_up(generator)
    return variant


def made_inline(*, generator: Generator) -> Variant:
    """One made now, taken from the start. Outside any transaction, so that it is computed without holding a lock.

    Raises Unavailable when the generator is dry or has no version.
    """
    if generator.current is None:
        raise Unavailable("no_version", "This exercise has no numbers yet.", "Take another exercise.")
    generator.current.generator = generator  # at hand already: one query less
    return make_variants(version=generator.current, count=1, state=Variant.State.TAKEN)[0]


def shared_variants(*, generator: Generator, more_than: int = 0) -> QuerySet[Variant]:
    """Those of a small exercise; where there are no more than so many, and more can be, some are made now.

    Raises Unavailable when there is none at all.
    """
    if generator.current is None:
        raise Unavailable("no_version", "This exercise has no numbers yet.", "Take another exercise.")
    generator.current.generator = generator
    if _missing(generator) > 0:
        order_top_up(generator)
    shared = generator.current.variants.filter(state=Variant.State.SHARED).select_related("version__generator", "key")
    if shared.count() <= more_than and not make_small(version=generator.current, count=SMALL_AT_ONCE) and not shared:
        raise Unavailable("pool_dry", "No fair numbers were found.", "Take another exercise.")
    return shared.all()


def made_with(*, generator: Generator, slip: str, place: str = "") -> Variant:
    """A variant whose numbers can name this slip there, taken from the pool or made now; none is left over.

    Raises Unavailable when none is found.
    """
    if generator.current is None:
        raise Unavailable("no_version", "This exercise has no numbers yet.", "Take another exercise.")
    version = generator.current
    version.generator = generator
    if variant := _ready_with(version, slip, place):
        return variant
    for _ in range(LOOKED_AT):
        found = [each for each in fair_certificates(version, 4) if _shows(each.live, slip, place)]
        if found:
            return insert(version, found[:1], Variant.State.TAKEN)[0]
    raise no_such_numbers()


def no_such_numbers() -> Unavailable:
    return Unavailable("no_such_numbers", "No numbers were found to practise this on.", "Take another exercise.")


@transaction.atomic
def _ready_with(version: GeneratorVersion, slip: str, place: str) -> Variant | None:
    ready = version.variants.filter(state=Variant.State.POOL).order_by("id")
    locked = ready.select_related("key", "version__generator").select_for_update(of=("self",), skip_locked=True)
    variant = next((each for each in locked[:LOOKED_AT] if _shows(each.key.live, slip, place)), None)
    if variant is not None:
        variant.state = Variant.State.TAKEN
        variant.save(update_fields=["state"])
    return variant


def _shows(live: Mapping[str, Sequence[str]], slip: str, place: str) -> bool:
    """Whether the slip lives in that quantity, or, where none is named, anywhere."""
    return any(slip in slips for name, slips in live.items() if not place or quantity(name) == quantity(place))


def names(variant: Variant, slip: str) -> bool:
    return _shows(variant.key.live, slip, place="")


@transaction.atomic
def withdraw_variant(*, variant: Variant, fault: str) -> None:
    """Take a variant that broke out of use; staff find the report in the audit log."""
    variant.state = Variant.State.WITHDRAWN
    variant.save(update_fields=["state"])
    audit(actor=None, action="variant withdrawn", subject=str(variant), detail={"variant": variant.pk, "fault": fault})
