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
from quizzes.items.models import GeneratorVersion, Variant, VariantKey
from quizzes.items.specification import Specification
from quizzes.jobs.services import UNOWED, Work

PIECE = 200  # variants that one transaction stores at most
LEAST_BLOCK = 16  # candidates certified at once
MOST_BLOCK = 1000
MOST_COLLISIONS = 5
MOST_TRIED = 5000  # a generator of which so many candidates give nothing new is dry


def make_variants(*, version: GeneratorVersion, count: int, state: str = Variant.State.POOL) -> list[Variant]:
    """Make so many certified variants, fewer where they are rare. Raises Unavailable when the generator is dry."""
    for _ in range(MOST_COLLISIONS):
        with suppress(IntegrityError):  # another stored the same numbers this very moment: new seeds, once more
            return insert(version, fair_certificates(version, count), state)
    raise Unavailable("pool_busy", "Too many others are making the same numbers.", "Try again in a moment.")


def make_seed(*, version: GeneratorVersion, seed: int) -> Variant:
    """The variant of exactly this seed, made if need be. Raises Refused with the reasons if it is not fair."""
    if found := version.variants.filter(seed=seed).first():
        return found
    certificate = certificates(version, [seed])[0]
    if certificate.reasons:
        reasons = "; ".join(certificate.reasons)
        raise Refused("candidate_refused", f"Seed {seed} was refused: {reasons}.", "Take another seed.")
    with transaction.atomic():
        lock(version)
        store(version, [certificate], Variant.State.TAKEN)
        return version.variants.get(digest=certificate.digest)


def fair_certificates(version: GeneratorVersion, count: int, work: Work = UNOWED) -> list[sim.Certificate]:
    """Of so many candidates that passed and are like no stored variant and no other here; fewer where they are rare.

    Nothing is locked meanwhile, so another may store the same numbers before the caller does: `store` looks again.
    Raises Unavailable when there is none.
    """
    found: dict[str, sim.Certificate] = {}
    tried = 0
    while len(found) < count and tried < MOST_TRIED:
        work.renew()
        seeds = claim_seeds(version, _block_size(count - len(found), tried))
        tried += len(seeds)
        for each in unlike_stored(version, passed(version, seeds, count - len(found))):
            found.setdefault(each.digest, each)
    if not found:
        raise Unavailable("pool_dry", f"No fair numbers were found in {tried} tries.", "Take another exercise.")
    return list(found.values())[:count]


def certificates(version: GeneratorVersion, seeds: Iterable[int]) -> list[sim.Certificate]:
    """Of every one of these seeds, passed or not."""
    try:
        return sim.certify(_exercise(version), list(seeds))
    except sim.SimError as error:
        raise refused_by_sim(error) from error


def passed(version: GeneratorVersion, seeds: Iterable[int], most: int) -> list[sim.Certificate]:
    """The first candidates that pass, so many at most; they cost far less than a look at each."""
    try:
        return list(islice(sim.accepted(_exercise(version), seeds), most))
    except sim.NoneAccepted:
        return []
    except sim.SimError as error:
        raise refused_by_sim(error) from error


def _exercise(version: GeneratorVersion) -> sim.Exercise:
    return Specification.from_json(version.specification).exercise(stream_of(version.generator.slug, version.number))


def _block_size(missing: int, tried: int) -> int:
    """At the least acceptance that ranges are chosen for, 20 %, one block is nearly always enough; else they grow."""
    return min(MOST_BLOCK, max(LEAST_BLOCK, 5 * missing, tried))


def claim_seeds(version: GeneratorVersion, count: int) -> range:
    """So many seeds that nobody else gets, whoever asks at the same time: one statement that returns what it wrote."""
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
    tolerance = Specification.from_json(version.specification).tolerance
    variants = Variant.objects.bulk_create(
        Variant(version=version, seed=each.seed, digest=each.digest, given=each.given, state=state) for each in fresh
    )
    VariantKey.objects.bulk_create(
        VariantKey(variant=variant, exact=each.exact, full=each.full, live=each.live, tolerance=tolerance)
        for variant, each in zip(variants, fresh, strict=True)
    )
    return variants
