"""The pool: certified variants made ahead, taken one by one, never twice, never too many."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from quizzes.errors import Refused
from quizzes.items import generation, making, pool, tasks
from quizzes.items.generators import check_specification, save_generator
from quizzes.items.models import Variant
from quizzes.jobs.models import AuditEntry, Job, Outbox
from quizzes.jobs.services import cancel_job
from tests.samples import LSTM_STEP, make_generator

pytestmark = pytest.mark.django_db


def test_a_new_specification_is_the_next_version_and_an_unchanged_one_is_none():
    generator = make_generator()
    first = generator.current
    save_generator(generator=generator, specification=dict(LSTM_STEP))
    assert generator.current == first
    save_generator(generator=generator, specification=LSTM_STEP | {"decimals": 3})
    assert generator.current.number == 2
    assert first.specification["decimals"] == 4


@pytest.mark.parametrize(
    "broken",
    [
        {"cell": "no such cell"},
        {"asked": ["q@1"]},
        {"claims": {"c": ["F99"]}},
        {"ranges": {}},
        {"must_show": {"c": ["C06"]}, "ranges": LSTM_STEP["ranges"] | {"c0": {"low": 0.0, "high": 0.0, "step": 0.1}}},
    ],
)
def test_a_specification_that_could_give_no_exercise_is_refused(broken):
    with pytest.raises(Refused):
        make_generator(**broken)


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ({"ranges": []}, "“ranges” needs a range for each name."),
        ({"ranges": {"x": {"low": 0}}}, "The range of “x” needs the numbers low, high and step."),
        ({"ranges": {"x": {"low": 0, "high": float("inf"), "step": 1}}}, "The range of “x” needs the numbers"),
        ({"ranges": {"x": [0, 1, 1]}}, "The range of “x” needs the numbers low, high and step."),
        ({"claims": []}, "“claims” needs a list for each quantity."),
        ({"claims": {"c": "F03"}}, "“claims” of “c” needs a list"),
        ({"hints": {"c": [1]}}, "“hints” of “c” needs a list"),
        ({"asked": [1]}, "“asked” needs a list"),
        ({"asked": []}, "“asked” needs a list"),
        ({"asked": "c@1"}, "“asked” needs a list"),
        ({"asked": ["c"]}, "There is no “c” in LSTM."),
        ({"asked": ["c@one"]}, "“asked” has 'c@one', needs a quantity with its step"),
        ({"asked": ["c@1", "c@1"]}, "“asked” has 'c@1' twice."),
        ({"cell": 3}, "“cell” needs text."),
        ({"H": 9}, "“H” is 9, needs a whole number from 1 to 8."),
        ({"D": 0}, "“D” is 0, needs a whole number from 1 to 8."),
        ({"T": 21}, "“T” is 21, needs a whole number from 1 to 20."),
        ({"T": True}, "“T” is True, needs a whole number from 1 to 20."),
        ({"decimals": "4"}, "“decimals” is '4', needs a whole number from 2 to 4."),
    ],
)
def test_a_malformed_specification_is_refused_in_a_plain_sentence(broken, sentence):
    with pytest.raises(Refused, match=re.escape(sentence)):
        make_generator(**broken)


@pytest.mark.parametrize("missing", ["cell", "convention", "asked", "ranges"])
def test_what_a_specification_lacks_is_named(missing):
    specification = {name: value for name, value in LSTM_STEP.items() if name != missing}
    with pytest.raises(Refused, match=f"“{missing}” is missing"):
        check_specification(specification)


@pytest.mark.parametrize("nothing", [[], "text", 3, None])
def test_a_specification_that_is_no_mapping_is_refused(nothing):
    with pytest.raises(Refused, match="needs names and values"):
        check_specification(nothing)


def test_a_refused_specification_saves_nothing():
    generator = make_generator()
    generator.title = "Changed"
    with pytest.raises(Refused):
        save_generator(generator=generator, specification=LSTM_STEP | {"H": 9})
    generator.refresh_from_db()
    assert generator.title == "One LSTM step" and generator.versions.count() == 1


def test_a_variant_keeps_its_numbers_key_and_certificate():
    variant = making.make_variants(version=make_generator().current, count=1)[0]
    assert set(variant.given) >= {"x", "h0", "c0", "W_f", "U_f", "b_f"}
    assert set(variant.key.exact) == set(variant.key.full) == set(LSTM_STEP["asked"])
    assert "F03" in variant.key.live["c@1"]
    assert variant.key.tolerance == pytest.approx(3e-4)


def test_a_seed_gives_the_same_numbers_for_ever():
    version = make_generator().current
    variant = making.make_variants(version=version, count=1)[0]
    again = making.certificates(version, [variant.seed])[0]
    assert (again.given, again.digest) == (variant.given, variant.digest)


def test_seeds_and_numbers_are_never_used_twice():
    version = make_generator().current
    made = making.make_variants(version=version, count=30) + making.make_variants(version=version, count=30)
    assert len({variant.seed for variant in made}) == len({variant.digest for variant in made}) == 60


def test_the_pool_is_filled_and_not_overfilled():
    generator = make_generator()
    assert pool.top_up_pool(generator_id=generator.pk) == 8
    assert pool.top_up_pool(generator_id=generator.pk) == 0
    assert generator.current.variants.count() == 8


def test_a_taken_variant_is_nobody_elses():
    generator = make_generator()
    pool.top_up_pool(generator_id=generator.pk)
    taken = [take_variant(generator) for _ in range(8)]
    assert len({variant.pk for variant in taken}) == 8


def test_an_empty_pool_makes_one_inline():
    generator = make_generator()
    variant = take_variant(generator)
    assert variant.state == Variant.State.TAKEN
    assert generator.current.variants.count() == 1


def test_taking_below_the_low_water_mark_orders_one_top_up():
    generator = make_generator()
    pool.top_up_pool(generator_id=generator.pk)
    Outbox.objects.all().delete()
    for _ in range(4):
        take_variant(generator)
    assert not Outbox.objects.exists()
    take_variant(generator)
    take_variant(generator)
    (row,) = Outbox.objects.all()
    assert (row.task, row.arguments, row.queue) == (
        "quizzes.items.tasks.top_up_pool",
        {"generator_id": generator.pk},
        "variants",
    )


def test_a_task_handed_out_twice_is_done_once():
    generator = make_generator()
    row = Outbox.objects.get()
    tasks.top_up_pool(row.pk)
    generator.current.variants.all().delete()
    tasks.top_up_pool(row.pk)
    assert not generator.current.variants.exists()


def test_the_schedule_orders_what_is_low_and_nothing_else():
    low, full = make_generator("low"), make_generator("full")
    pool.top_up_pool(generator_id=full.pk)
    Outbox.objects.all().delete()
    tasks.top_up_pools()
    assert [row.arguments for row in Outbox.objects.all()] == [{"generator_id": low.pk}]


def test_only_variants_of_the_current_version_are_handed_out():
    generator = make_generator()
    pool.top_up_pool(generator_id=generator.pk)
    save_generator(generator=generator, specification=LSTM_STEP | {"decimals": 3})
    assert take_variant(generator).version == generator.current


@pytest.mark.parametrize("low_water", [0, 5001])
def test_a_low_water_mark_that_no_pool_can_serve_is_refused_by_form_and_database(low_water):
    generator = make_generator()
    generator.low_water = low_water
    with pytest.raises(ValidationError):
        generator.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        generator.save()


def test_a_dry_generator_is_told_to_staff_once_and_not_ordered_each_minute(monkeypatch):
    monkeypatch.setattr(making, "MOST_TRIED", 100)
    make_generator()
    monkeypatch.setattr(making, "passed", lambda version, seeds, most: [])
    row = Outbox.objects.get()
    for _ in range(3):
        tasks.top_up_pool(row.pk)
        tasks.top_up_pools()
    row.refresh_from_db()
    assert row.done_at is not None and row.fault == ""
    assert list(Outbox.objects.all()) == [row]
    assert AuditEntry.objects.get(action="generator dry").subject == "One LSTM step"


def test_the_next_version_of_a_dry_generator_is_topped_up_again():
    generator = make_generator()
    generator.versions.update(dried_at=timezone.now())
    Outbox.objects.all().delete()
    save_generator(generator=generator, specification=LSTM_STEP | {"decimals": 3})
    assert Outbox.objects.count() == 1
    assert pool.top_up_pool(generator_id=generator.pk) == 8


def take_variant(generator):
    return pool.from_pool(generator=generator) or pool.made_inline(generator=generator)


def work_off(task):
    """Do what the relay and a worker would do, until nothing of it is owed."""
    rounds = 0
    while row := Outbox.objects.filter(task=f"quizzes.items.tasks.{task}", done_at=None).first():
        getattr(tasks, task)(row.pk)
        rounds += 1
    return rounds


def test_many_variants_are_made_in_pieces_and_their_progress_shows():
    generator = make_generator()
    job = generation.generate_variants(generator=generator, count=450, requested_by=None)
    tasks.generate_piece(Outbox.objects.get(task="quizzes.items.tasks.generate_piece").pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (Job.State.RUNNING, 200, 450)
    assert work_off("generate_piece") == 2
    job.refresh_from_db()
    assert (job.state, job.done) == (Job.State.DONE, 450)
    assert generator.current.variants.count() == 450


def test_a_worker_that_dies_in_the_middle_costs_one_piece_and_resets_nothing(monkeypatch):
    generator = make_generator()
    job = generation.generate_variants(generator=generator, count=450, requested_by=None)
    piece = "quizzes.items.tasks.generate_piece"
    tasks.generate_piece(Outbox.objects.get(task=piece).pk)
    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(generation, "advance_job", lambda **_: (_ for _ in ()).throw(RuntimeError("out of memory")))
        tasks.generate_piece(Outbox.objects.get(task=piece, done_at=None).pk)
    job.refresh_from_db()
    assert (job.done, generator.current.variants.count()) == (200, 200)
    work_off("generate_piece")
    job.refresh_from_db()
    assert (job.state, job.done, generator.current.variants.count()) == (Job.State.DONE, 450, 450)


def test_a_cancelled_generation_keeps_what_was_made_and_makes_no_more():
    generator = make_generator()
    job = generation.generate_variants(generator=generator, count=450, requested_by=None)
    tasks.generate_piece(Outbox.objects.get(task="quizzes.items.tasks.generate_piece").pk)
    cancel_job(job_id=job.pk)
    work_off("generate_piece")
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert generator.current.variants.count() == 200


@pytest.mark.parametrize("count", [0, -1, 100_001])
def test_a_foolish_number_of_variants_is_refused(count):
    with pytest.raises(Refused):
        generation.generate_variants(generator=make_generator(), count=count, requested_by=None)


def test_a_variant_that_breaks_is_withdrawn_and_reported():
    generator = make_generator()
    variant = take_variant(generator)
    pool.withdraw_variant(variant=variant, fault="h is not finite")
    variant.refresh_from_db()
    assert variant.state == Variant.State.WITHDRAWN
    report = AuditEntry.objects.get(action="variant withdrawn")
    assert report.detail["fault"] == "h is not finite"
    assert report.at <= timezone.now()
