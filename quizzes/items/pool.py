"""The pool of certified variants: made in blocks by a worker, taken one by one, made inline when there is none."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet

import sim
from quizzes.accounts.models import User
from quizzes.errors import Refused, Unavailable, refused_by_sim
from quizzes.items.generators import QUEUE, order_top_up, stream_of
from quizzes.items.models import Generator, GeneratorVersion, Variant, VariantKey
from quizzes.items.specification import Specification
from quizzes.jobs.models import Job
from quizzes.jobs.services import advance_job, audit, end_job, enqueue, start_job

PIECE = 200  # variants that one transaction makes at most
LEAST_BLOCK = 16  # candidates certified at once
MOST_BLOCK = 1000
MOST_CANDIDATES_EACH = 200  # a generator that needs more than this for one variant is dry
MOST_AT_ONCE = 100_000
GENERATE = "quizzes.items.tasks.generate_piece"


def make_variants(*, version: GeneratorVersion, count: int, state: str = Variant.State.POOL) -> list[Variant]:
    """Make so many certified variants from seeds nobody else has. Raises Unavailable when the generator is dry."""
    made: list[Variant] = []
    tried = 0
    while len(made) < count and tried < MOST_CANDIDATES_EACH * count:
        seeds = _claim_seeds(version, _block_size(count - len(made)))
        tried += len(seeds)
        accepted = [each for each in certificates(version, seeds) if not each.reasons]
        made += _store(version, accepted, count - len(made), state)
    if not made:
        raise Unavailable("pool_dry", f"No fair numbers were found in {tried} tries.", "Take another exercise.")
    return made


def make_seed(*, version: GeneratorVersion, seed: int) -> Variant:
    """The variant of exactly this seed, made if need be. Raises Refused with the reasons if it is not fair."""
    if found := version.variants.filter(seed=seed).first():
        return found
    certificate = certificates(version, [seed])[0]
    if certificate.reasons:
        reasons = "; ".join(certificate.reasons)
        raise Refused("candidate_refused", f"Seed {seed} was refused: {reasons}.", "Take another seed.")
    if twin := version.variants.filter(digest=certificate.digest).first():
        return twin
    return _store(version, [certificate], 1, Variant.State.TAKEN)[0]


def certificates(version: GeneratorVersion, seeds: Iterable[int]) -> list[sim.Certificate]:
    specification = Specification.from_json(version.specification)
    stream = stream_of(version.generator.slug, version.number)
    try:
        return sim.certify(specification.exercise(stream), list(seeds))
    except sim.SimError as error:
        raise refused_by_sim(error) from error


def _block_size(missing: int) -> int:
    """At the least acceptance that ranges are chosen for, 20 %, one block is nearly always enough."""
    return min(MOST_BLOCK, max(LEAST_BLOCK, 5 * missing))


def _claim_seeds(version: GeneratorVersion, count: int) -> range:
    """So many seeds that nobody else gets, whoever asks at the same time."""
    with transaction.atomic():
        locked = GeneratorVersion.objects.select_for_update().only("next_seed").get(pk=version.pk)
        GeneratorVersion.objects.filter(pk=version.pk).update(next_seed=F("next_seed") + count)
    return range(locked.next_seed, locked.next_seed + count)


def _store(version: GeneratorVersion, accepted: list[sim.Certificate], most: int, state: str) -> list[Variant]:
    """Store what no stored variant and no earlier one of the block is like."""
    unlike = list({each.digest: each for each in reversed(accepted)}.values())[::-1]
    try:
        return _insert(version, unlike[:most], state)
    except IntegrityError:  # some of these numbers are there already
        stored = version.variants.filter(digest__in=[each.digest for each in unlike])
        seen = set(stored.values_list("digest", flat=True))
        return _insert(version, [each for each in unlike if each.digest not in seen][:most], state)


@transaction.atomic
def _insert(version: GeneratorVersion, accepted: list[sim.Certificate], state: str) -> list[Variant]:
    tolerance = Specification.from_json(version.specification).tolerance
    variants = Variant.objects.bulk_create(
        Variant(version=version, seed=each.seed, digest=each.digest, given=each.given, state=state) for each in accepted
    )
    VariantKey.objects.bulk_create(
        VariantKey(variant=variant, exact=each.exact, full=each.full, live=each.live, tolerance=tolerance)
        for variant, each in zip(variants, accepted, strict=True)
    )
    return variants


# --- topping up


def pool_target(generator: Generator) -> int:
    return 2 * generator.low_water


@transaction.atomic
def top_up_pool(*, generator_id: int) -> int:
    """Fill the pool of the current version, at most one piece now; how many were made. The rest is ordered again.

    The version is locked while it counts and makes, so many workers at once never overfill.
    """
    generator = Generator.objects.select_related("current__generator").get(pk=generator_id)
    if generator.current is None:
        return 0
    GeneratorVersion.objects.select_for_update().get(pk=generator.current.pk)
    missing = pool_target(generator) - _in_pool(generator.current).count()
    if missing <= 0:
        return 0
    made = len(make_variants(version=generator.current, count=min(missing, PIECE)))
    if made < missing:
        enqueue(task="quizzes.items.tasks.top_up_pool", arguments={"generator_id": generator_id}, queue=QUEUE)
    return made


def order_low_pools() -> int:
    """Order a top-up for every published generator whose pool is low; how many."""
    in_pool = Count("current__variants", filter=Q(current__variants__state=Variant.State.POOL))
    generators = Generator.objects.filter(is_published=True, current__isnull=False).annotate(in_pool=in_pool)
    low = generators.filter(in_pool__lt=F("low_water"))
    for generator in low:
        order_top_up(generator)
    return len(low)


def _in_pool(version: GeneratorVersion) -> QuerySet[Variant]:
    return version.variants.filter(state=Variant.State.POOL)


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
    return make_variants(version=generator.current, count=1, state=Variant.State.TAKEN)[0]


@transaction.atomic
def withdraw_variant(*, variant: Variant, fault: str) -> None:
    """Take a variant that broke out of use; staff find the report in the audit log."""
    variant.state = Variant.State.WITHDRAWN
    variant.save(update_fields=["state"])
    audit(actor=None, action="variant withdrawn", subject=str(variant), detail={"variant": variant.pk, "fault": fault})


# --- many at once, watched by a person


@transaction.atomic
def generate_variants(*, generator: Generator, count: int, requested_by: User | None) -> Job:
    """Start making so many variants in pieces; the job shows how far it is, and can be cancelled."""
    if generator.current is None:
        raise Refused("no_version", "This generator has no version yet.", "Save its specification first.")
    if not 1 <= count <= MOST_AT_ONCE:
        raise Refused("bad_count", f"{count} variants were asked for, needs 1 to {MOST_AT_ONCE}.")
    title = f"{count} variants of {generator.title}"[:200]
    job = start_job(kind="variants", title=title, total=count, requested_by=requested_by)
    _order_piece(job, generator.current, count)
    return job


@transaction.atomic
def generate_piece(*, job_id: str, version_id: int, remaining: int) -> None:
    """One piece of a generation, and the order of the next; both are committed together."""
    job = Job.objects.get(pk=job_id)
    if job.is_over:
        return
    version = GeneratorVersion.objects.select_related("generator").get(pk=version_id)
    try:
        made = len(make_variants(version=version, count=min(remaining, PIECE)))
    except Unavailable as error:
        end_job(job_id=job_id, state=Job.State.FAILED, message=error.message)
        return
    job = advance_job(job_id=job_id, done=made)
    if not job.is_over:
        _order_piece(job, version, remaining - made)


def _order_piece(job: Job, version: GeneratorVersion, remaining: int) -> None:
    arguments = {"job_id": str(job.pk), "version_id": version.pk, "remaining": remaining}
    enqueue(task=GENERATE, arguments=arguments, queue=QUEUE)
