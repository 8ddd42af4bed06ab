"""Seeds → certificates → rows: claimed in a moment, computed with no transaction open, stored in a moment."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from itertools import islice

from django.db import IntegrityError, transaction
from django.db.models import F

import sim
from quizzes.errors import Refused, Unavailable, refused_by_sim
from quizzes.items.generators import stream_of
from quizzes.items.kinds import kind_of
from quizzes.items.kinds.base import Kind
from quizzes.items.models import GeneratorVersion, Variant, VariantKey
from quizzes.items.specification import Specification
from quizzes.jobs.services import UNOWED, Work

PIECE = 200  # variants that one transaction stores at most
LEAST_BLOCK = 16  # candidates certified at once
MOST_BLOCK = 1000
MOST_COLLISIONS = 5
LOOKED_THROUGH = 64  # candidates of a small exercise
MOST_TRIED = 5000  # a generator of which so many candidates give nothing new is dry


def make_variants(*, version: GeneratorVersion, count: int, state: str = Variant.State.POOL) -> list[Variant]:
    """Make so many certified variants, fewer where they are rare. Raises Unavailable when the generator is dry."""
    for _ in range(MOST_COLLISIONS):
        with suppress(IntegrityError):  # another stored the same numbers this very moment: new seeds, once more
            return insert(version, fair_certificates(version, count), state)
    raise Unavailable("pool_busy", "Too many others are making the same numbers.", "Try again in a moment.")


def make_small(*, version: GeneratorVersion, count: int) -> list[Variant]:
    """The first variants of a small exercise that are not stored yet, whoever else is making them just now."""
    for _ in range(MOST_COLLISIONS):
        stored = set(version.variants.values_list("seed", flat=True))
        seeds = [seed for seed in range(kind_of_version(version).space or 0) if seed not in stored][:LOOKED_THROUGH]
        with suppress(IntegrityError):
            return insert(version, passed(version, seeds, count), Variant.State.SHARED)
    raise Unavailable("pool_busy", "Too many others are making the same numbers.", "Try again in a moment.")


def make_seed(*, version: GeneratorVersion, seed: int) -> Variant:
    """The variant of exactly this seed, made if need be, and nobody else's from now on unless it is shared.

    Raises Refused with the reasons if it is not fair, was withdrawn, or has the numbers of another.
    """
    with transaction.atomic():
        lock(version)
        if found := version.variants.filter(seed=seed).first():
            return _named(found)
    certificate = certificates(version, [seed])[0]
    if certificate.reasons:
        reasons = "; ".join(certificate.reasons)
        raise Refused("candidate_refused", f"Seed {seed} was refused: {reasons}.", "Take another seed.")
    with transaction.atomic():
        lock(version)
        store(version, [certificate], Variant.State.SHARED if version.is_small else Variant.State.TAKEN)
        made = version.variants.get(digest=certificate.digest)
        if made.seed != seed:
            said = f"Seed {seed} was refused: seed {made.seed} has the same numbers."
            raise Refused("candidate_refused", said, "Take that one.")
        return made


def _named(variant: Variant) -> Variant:
    if variant.state == Variant.State.WITHDRAWN:
        raise Refused(
            "candidate_refused", f"Seed {variant.seed} was withdrawn: its numbers broke.", "Take another seed."
        )
    if variant.state == Variant.State.POOL:
        variant.state = Variant.State.TAKEN
        variant.save(update_fields=["state"])
    return variant


def fair_certificates(version: GeneratorVersion, count: int, work: Work = UNOWED) -> list[sim.Certificate]:
    """Of so many candidates that passed and are like no stored variant and no other here; fewer where they are rare.

    Nothing is locked meanwhile, so another may store the same numbers before the caller does: `store` looks again.
    Raises Unavailable when there is none.
    """
    found: dict[str, sim.Certificate] = {}
    tried = 0
    space = kind_of_version(version).space
    while len(found) < count and tried < MOST_TRIED:
        work.renew()
        missing = count - len(found)
        seeds = claim_seeds(version, _block_size(missing, tried) if space is None else missing)
        tried += len(seeds)
        if space is not None and not (seeds := range(seeds.start - 1, min(seeds.stop - 1, space))):
            break
        for each in unlike_stored(version, passed(version, seeds, count - len(found))):
            found.setdefault(each.digest, each)
    if not found:
        raise Unavailable("pool_dry", f"No fair numbers were found in {tried} tries.", "Take another exercise.")
    return list(found.values())[:count]


def certificates(version: GeneratorVersion, seeds: Iterable[int]) -> list[sim.Certificate]:
    """Of every one of these seeds, passed or not."""
    try:
        return kind_of_version(version).certify(list(seeds))
    except sim.SimError as error:
        raise refused_by_sim(error) from error


def passed(version: GeneratorVersion, seeds: Iterable[int], most: int) -> list[sim.Certificate]:
    """The first candidates that pass, so many at most; they cost far less than a look at each."""
    try:
        return list(islice(kind_of_version(version).accepted(seeds), most))
    except sim.NoneAccepted:
        return []
    except sim.SimError as error:
        raise refused_by_sim(error) from error


def kind_of_version(version: GeneratorVersion) -> Kind:
    specification = Specification.from_json(version.specification)
    return kind_of(specification, stream_of(version.generator.slug, version.number))


def _block_size(missing: int, tried: int) -> int:
    """At the least acceptance that ranges are chosen for, 20 %, one block is nearly always enough; else they grow."""
    return min(MOST_BLOCK, max(LEAST_BLOCK, 5 * missing, tried))


def claim_seeds(version: GeneratorVersion, count: int) -> range:
    """So many seeds that nobody else gets, whoever asks at the same time: one statement that returns what it wrote.

    The first is 1. An exercise whose seeds count its variants through takes them less one: it begins with 0.
    """
    version.next_seed = F("next_seed") + count
    version.save(update_fields=["next_seed"])
    return range(version.next_seed - count, version.next_seed)


def lock(version: GeneratorVersion) -> None:
    """Until the surrounding transaction ends, nobody else claims seeds of this version or stores its variants."""
    GeneratorVersion.objects.select_for_update().only("pk").get(pk=version.pk)


def unlike_stored(version: GeneratorVersion, made: Iterable[sim.Certificate]) -> list[sim.Certificate]:
    """Those that passed and whose numbers no stored variant has."""
    accepted = [each for each in made if not each.reasons]
    stored = version.variants.filter(digest__in=[each.digest for each in accepted])
    seen = set(stored.values_list("digest", flat=True))
    return [each for each in accepted if each.digest not in seen]


def store(version: GeneratorVersion, found: list[sim.Certificate], state: str) -> list[Variant]:
    """Insert what is not there yet. Under the lock of the version, so that this is still true when it commits."""
    return insert(version, unlike_stored(version, found), state)


@transaction.atomic
def insert(version: GeneratorVersion, fresh: list[sim.Certificate], state: str) -> list[Variant]:
    tolerance = kind_of_version(version).tolerance
    variants = Variant.objects.bulk_create(
        Variant(version=version, seed=each.seed, digest=each.digest, given=each.given, state=state) for each in fresh
    )
    VariantKey.objects.bulk_create(
        VariantKey(variant=variant, exact=each.exact, full=each.full, live=each.live, tolerance=tolerance)
        for variant, each in zip(variants, fresh, strict=True)
    )
    return variants
