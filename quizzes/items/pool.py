"""The pool of certified variants: topped up by a worker, taken one by one, and one made inline when there is none."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from quizzes.errors import Unavailable
from quizzes.items.generators import order_top_up
from quizzes.items.making import PIECE, fair_certificates, lock, make_variants, store
from quizzes.items.models import Generator, GeneratorVersion, Variant
from quizzes.jobs.services import UNOWED, Work, audit


def pool_target(generator: Generator) -> int:
    return 2 * generator.low_water


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
        made = len(store(generator.current, found[:missing], Variant.State.POOL))
        if made < missing:
            order_top_up(generator)
    return made


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
    generators = wet.select_related("current").annotate(in_pool=in_pool)
    low = generators.filter(in_pool__lt=F("low_water"))
    for generator in low:
        order_top_up(generator)
    return len(low)


def _in_pool(version: GeneratorVersion) -> QuerySet[Variant]:
    return version.variants.filter(state=Variant.State.POOL)


def _missing(generator: Generator) -> int:
    return pool_target(generator) - _in_pool(generator.current).count() if generator.current else 0


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


@transaction.atomic
def withdraw_variant(*, variant: Variant, fault: str) -> None:
    """Take a variant that broke out of use; staff find the report in the audit log."""
    variant.state = Variant.State.WITHDRAWN
    variant.save(update_fields=["state"])
    audit(actor=None, action="variant withdrawn", subject=str(variant), detail={"variant": variant.pk, "fault": fault})
