"""Settings: unsafe ones are refused with one sentence, and a dead cache is no more than an empty one."""

import os
import subprocess
import sys

import pytest
from django.core.cache import caches
from django.core.checks import Tags, run_checks
from django.db import connection

from studyapp import checks
from studyapp.cache import PatientRedisCache
from studyapp.sign_in import login_name
from tests.servers import ROOT, redis_server

DEPLOYED = {
    "DATABASE_URL": "postgres://study@127.0.0.1:1/study",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "for this test only",
    "PUBLIC_URL": "https://study.example",
}


def settings_say(tmp_path, expression, **env):
    """What a fresh process prints for an expression on the settings, or its last line of complaint."""
    kept = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **env}
    code = f"from studyapp import settings; print({expression})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=kept, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("name", ["REDIS_URL", "SECRET_KEY", "PUBLIC_URL"])
def test_a_deployed_site_says_which_setting_it_lacks(tmp_path, name):
    env = {key: value for key, value in DEPLOYED.items() if key != name}
    assert f"Set {name}" in settings_say(tmp_path, "1", **env)


def test_a_deployed_site_refuses_to_be_reached_without_encryption(tmp_path):
    said = settings_say(tmp_path, "1", **{**DEPLOYED, "PUBLIC_URL": "http://study.example"})
    assert "must begin with https://" in said


def test_a_deployed_site_refuses_another_database_than_postgresql(tmp_path):
    assert "must name a PostgreSQL" in settings_say(tmp_path, "1", **{**DEPLOYED, "DATABASE_URL": "mysql://host/name"})


def test_a_deployed_site_never_shows_its_faults_to_visitors(tmp_path):
    assert settings_say(tmp_path, "settings.DEBUG", **DEPLOYED, DEBUG="1") == "False"


def test_the_cache_lives_in_the_database_after_the_broker_s(tmp_path):
    said = settings_say(tmp_path, "settings.CACHES['default']['LOCATION']", **DEPLOYED)
    assert said == "redis://127.0.0.1:1/1"


def test_an_embedded_site_reaches_broker_and_cache_by_its_private_socket(tmp_path):
    assert (
        settings_say(tmp_path, "settings.CELERY_BROKER_URL")
        == f"redis+socket://{tmp_path}/run/broker.sock?virtual_host=0"
    )
    assert settings_say(tmp_path, "settings.CACHES['default']['LOCATION']") == f"unix://{tmp_path}/run/broker.sock?db=1"


def test_the_embedded_secret_key_is_made_once_for_its_owner_only(tmp_path):
    first, again = (settings_say(tmp_path, "settings.SECRET_KEY") for _ in range(2))
    assert first == again
    assert len(first) >= 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_mail_goes_to_files_unless_a_server_is_named(tmp_path):
    assert "ReadableFiles" in settings_say(tmp_path, "settings.MAILERS['default']['BACKEND']")
    options = settings_say(tmp_path, "settings.MAILERS['default']['OPTIONS']", EMAIL_URL="smtps://me:pw@mail.example")
    assert "'host': 'mail.example', 'port': 465" in options
    assert "'use_ssl': True" in options


# --- the servers' own settings ---


@pytest.mark.django_db
def test_the_database_that_we_test_on_is_safe():
    assert run_checks(tags=[Tags.database], databases=["default"]) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a setting of SQLite")
def test_sqlite_that_may_lose_an_answer_in_a_power_cut_is_refused():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=NORMAL")
    try:
        (fault,) = checks.sqlite_faults("default")
    finally:
        connection.close()
    assert fault.id == "study.E001"
    assert "synchronous is 1, needs 2" in fault.msg


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a setting of SQLite")
def test_sqlite_without_immediate_transactions_is_refused(settings):
    options = connection.settings_dict["OPTIONS"]
    options["transaction_mode"] = "DEFERRED"
    try:
        assert [fault.id for fault in checks.sqlite_faults("default")] == ["study.E002"]
    finally:
        options["transaction_mode"] = "IMMEDIATE"


@pytest.mark.redis
def test_a_broker_that_may_forget_tasks_is_refused(redis_url):
    assert checks.redis_faults(redis_url) == []
    with redis_server(appendonly="no", maxmemory_policy="allkeys-lru") as unsafe:
        faults = checks.redis_faults(unsafe)
    assert [fault.msg.split(":")[0] for fault in faults] == [
        "The broker's appendonly is no, needs yes",
        "The broker's maxmemory-policy is allkeys-lru, needs noeviction",
    ]


# --- the cache ---


@pytest.fixture
def dead_cache(monkeypatch):
    monkeypatch.setattr(PatientRedisCache, "_resting_until", 0.0)
    return PatientRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 0.2}})


def test_a_dead_cache_answers_like_an_empty_one(dead_cache):
    dead_cache.set("name", "ada")
    assert dead_cache.get("name", "nobody") == "nobody"
    assert dead_cache.add("name", "ada") is True
    assert dead_cache.get_many(["name"]) == {}
    assert dead_cache.get_or_set("name", lambda: "made") == "made"
    assert dead_cache.incr("count") == 1
    assert dead_cache.delete("name") is False
    dead_cache.clear()


@pytest.mark.redis
def test_a_cache_that_is_back_works_again(redis_url, monkeypatch, dead_cache):
    assert dead_cache.get("name") is None
    monkeypatch.setattr(PatientRedisCache, "_resting_until", 0.0)
    alive = PatientRedisCache(redis_url, {})
    alive.set("name", "ada")
    assert alive.get("name") == "ada"
    assert alive.get_many(["name", "other"]) == {"name": "ada"}


def test_tests_use_no_redis():
    assert "locmem" in type(caches["default"]).__module__


# --- the log-in brake ---


@pytest.mark.parametrize("given", [{"login": "Ada "}, {"username": "ada"}, {"email": "ADA"}])
def test_a_name_is_counted_the_same_whatever_form_it_came_by(given, rf):
    assert login_name(None, given) == "ada"
    assert login_name(rf.post("/account/login/", given), None) == "ada"
