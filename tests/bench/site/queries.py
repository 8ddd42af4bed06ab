"""How many queries each request of the bench makes."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizzes.practice.models import Attempt
from tests.bench.site.people import Learner

NOT_COUNTED = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "PRAGMA")


def counted(ask: Callable[[Client, Learner], object]) -> Callable[[Learner], int]:
    def count(learner: Learner) -> int:
        client = Client(HTTP_HOST="localhost")
        client.force_login(learner.user)
        with CaptureQueriesContext(connection) as queries:
            ask(client, learner)
        return sum(not query["sql"].startswith(NOT_COUNTED) for query in queries)

    return count


def _save(client: Client, learner: Learner) -> object:
    seq = Attempt.objects.values_list("last_seq", flat=True).get(pk=learner.attempt.pk) + 1
    form = {"submission_id": uuid4(), "seq": seq, "choice": 1}
    return client.post(f"/attempts/{learner.attempt.pk}/1/", form)


def _review(client: Client, learner: Learner) -> object:
    form = {"submission_id": uuid4(), "card": learner.cards[-1], "rating": 3}
    return client.post("/cards/review/", form, headers={"HX-Request": "true"})


COUNTED: dict[str, Callable[[Learner], int]] = {
    "lesson": counted(lambda client, learner: client.get("/lessons/the-lstm/")),
    "open_attempt": counted(lambda client, learner: client.get(f"/attempts/{learner.attempt.pk}/1/")),
    "save_answer": counted(_save),
    "take_variant": counted(lambda client, learner: client.post("/exercises/lstm-step/take/")),
    "review_card": counted(_review),
}
