"""/healthz and /readyz: who is alive, who is at work, each part by name."""

from datetime import timedelta

import pytest
from django.utils import timezone

from quizzes.jobs.models import Heartbeat
from studyapp import health
from tests.servers import wait_for

pytestmark = pytest.mark.django_db


def test_alive_asks_nobody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_ready_names_each_part_that_is_not(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    reply = client.get("/readyz")
    parts = reply.json()["parts"]
    assert reply.status_code == 503
    assert parts["database"] == "well"
    assert "can't be reached" in parts["broker"]
    assert "can't be reached" in parts["worker"]
    assert "not been heard of" in parts["relay"]
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_fault_tells_strangers_no_address_and_no_password(client, settings):
    settings.REDIS_URL = "redis://:secret-word@127.0.0.1:1/0"
    assert b"secret-word" not in client.get("/readyz").content
    assert b"127.0.0.1" not in client.get("/readyz").content


@pytest.mark.redis
def test_the_broker_is_well_when_it_answers(redis_url, settings):
    settings.REDIS_URL = redis_url
    wait_for(lambda: health.fault_of("broker") == "", "word from the broker")  # it has half a second for each try


@pytest.mark.parametrize(("seconds", "is_well"), [(1, True), (60, False)])
def test_the_relay_is_well_while_its_heart_beats(seconds, is_well):
    Heartbeat.objects.create(name="relay", at=timezone.now() - timedelta(seconds=seconds))
    assert (health.fault_of("relay") == "") is is_well


def test_every_answer_carries_its_request_s_id(client):
    assert len(client.get("/healthz").headers["X-Request-ID"]) >= 8
    given = client.get("/healthz", headers={"X-Request-ID": "from-the-proxy-1"})
    assert given.headers["X-Request-ID"] == "from-the-proxy-1"
    forged = client.get("/healthz", headers={"X-Request-ID": "a b\tc"})
    assert forged.headers["X-Request-ID"] != "a b\tc"
