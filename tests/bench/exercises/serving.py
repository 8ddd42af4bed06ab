"""How long a Check takes on the server, how large its answer is, and how fast a worker makes certified variants."""

from __future__ import annotations

import gzip
import statistics
import time
from typing import Any

from django.test import Client

from quizzes.accounts.models import User
from quizzes.items.generation import generate_piece, generate_variants
from quizzes.items.models import Generator, Variant
from quizzes.items.pool import top_up_pool
from quizzes.jobs.models import Job
from quizzes.practice.exercises.services import Marking, Sent
from quizzes.practice.models import Attempt

CHECKS = 200
PRAIRIELEARN_MS, NUMBAS_MS = 55.0, 4.5  # a variant, measured elsewhere on a machine like this


def report_checks(slug: str, *, all_wrong: bool) -> None:
    """Answers of one user: one slip a time, the rest right; or a slip in every step, so that all is diagnosed."""
    user = User.objects.create_user(username=f"bench-{slug}-{all_wrong}")
    client = Client()
    client.force_login(user)
    generator = Generator.objects.get(slug=slug)
    top_up_pool(generator_id=generator.pk)
    times, marking, sizes, packed = [], [], [], []
    for number in range(CHECKS):
        client.post(f"/exercises/{slug}/take/", {"whole": "1"})
        attempt = Attempt.objects.filter(user=user).order_by("-started_at")[0]
        answers = _answers(attempt, number, all_wrong=all_wrong)
        marking.append(_marking_ms(attempt, answers))
        reply, took = _checked(client, attempt, answers)
        times.append(took)
        sizes.append(len(reply.content))
        packed.append(len(gzip.compress(reply.content, 6)))
    which = "every step" if all_wrong else "one step"
    print(
        f"  Check of {slug}, {which} wrong: p50 {_at(times, 50):.1f}, p95 {_at(times, 95):.1f} ms; "
        f"of it marking and telling p50 {_at(marking, 50):.1f}, p95 {_at(marking, 95):.1f} ms; "
        f"{max(sizes)} bytes, {max(packed)} packed"
    )


def _answers(attempt: Attempt, number: int, *, all_wrong: bool) -> dict[str, list[float]]:
    """A live slip in every step, or in one, another each time."""
    assert attempt.variant is not None
    marking, key = Marking.of(attempt), attempt.variant.key
    asked = marking.kind.asked
    wrong = asked if all_wrong else [asked[number % len(asked)]]
    answers = {name: list(key.exact[name]) for name in asked}
    for name in wrong:
        slips = dict(marking.working.slips(name, {}))
        values = list(slips.values())[number % len(slips)] if slips else [each + 0.1 for each in key.exact[name]]
        answers[name] = [round(each, 4) for each in values]
    return answers


def _marking_ms(attempt: Attempt, answers: dict[str, Any]) -> float:
    marking = Marking.of(attempt)
    start = time.process_time()
    steps = marking.mark(Sent(answers, {}, in_a_row=True))
    marking.told(steps, (), ())
    return 1000 * (time.process_time() - start)


def _checked(client: Client, attempt: Attempt, answers: dict[str, Any]) -> tuple[Any, float]:
    page = client.get(f"/exercises/taken/{attempt.pk}/").content.decode()
    submission = page.partition('name="submission_id" value="')[2].partition('"')[0]
    fields = {name.replace("@", "-"): values for name, values in answers.items()}
    start = time.process_time()
    reply = client.post(
        f"/exercises/taken/{attempt.pk}/check/",
        {"submission_id": submission, "seq": 1, **fields},
        headers={"HX-Request": "true"},
    )
    return reply, 1000 * (time.process_time() - start)


def _at(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


def report_making(slug: str, number: int = 2000) -> None:
    """What the worker's task does, piece by piece, database writes included."""
    generator = Generator.objects.get(slug=slug)
    job = generate_variants(generator=generator, count=number, requested_by=None)
    version, left = generator.current, number
    assert version is not None
    start = time.process_time()
    while left > 0:
        generate_piece(job_id=str(job.pk), version_id=version.pk, remaining=left)
        left = number - Job.objects.get(pk=job.pk).done
    wall = time.process_time() - start
    made = Variant.objects.filter(version=version).count()
    each = 1000 * wall / number
    peers = f"{PRAIRIELEARN_MS / each:.0f} × PrairieLearn, {NUMBAS_MS / each:.1f} × Numbas"
    print(f"  {number} variants of {slug}: {number / wall:.0f} a second, {each:.2f} ms each")
    print(f"    {peers}; {made} are stored")
