"""The other way to run: PostgreSQL, a Redis of one's own, and each part started by whoever deploys it."""

import contextlib
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.servers import READY_WITHIN_S, ROOT, listening, redis_server, wait_for

pytestmark = [pytest.mark.embedded, pytest.mark.slow, pytest.mark.postgresql, pytest.mark.redis]
BIN, WSGI = Path(sys.executable).parent, "studyapp.wsgi"


def gunicorn(listener):
    bind = f"--bind=fd://{listener.fileno()}"
    return [str(BIN / "gunicorn"), "--config", "python:studyapp.web", "--no-control-socket", "--threads=2", bind, WSGI]


@pytest.fixture
def env(tmp_path, postgresql_url, redis_url):
    names = {"DATABASE_URL": postgresql_url, "REDIS_URL": redis_url, "PUBLIC_URL": "http://localhost"}
    settings = {
        "DJANGO_SETTINGS_MODULE": "studyapp.settings",
        "SECRET_KEY": "for this test only",
        "VAR_DIR": str(tmp_path),
    }
    return {**os.environ, **names, **settings}


@contextlib.contextmanager
def running(env, listener, *commands):
    how = {"cwd": ROOT, "env": env, "stderr": subprocess.DEVNULL, "pass_fds": [listener.fileno()]}
    started = [subprocess.Popen(command, **how) for command in commands]
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=90)  # gunicorn and Celery give what is under way thirty seconds


def readyz(listener):
    port = listener.getsockname()[1]
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": "localhost"})
    try:
        return json.load(urllib.request.urlopen(request, timeout=30))
    except urllib.error.HTTPError as reply:
        return json.load(reply)
    except OSError:
        return {"ready": False}


def test_a_deployed_site_is_ready_when_web_worker_and_relay_run(env):
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "--verbosity=0"], cwd=ROOT, env=env, check=True)
    worker = [str(BIN / "celery"), "-A", "studyapp", "worker", "--concurrency=1", "--queues=default,variants"]
    with listening() as listener, running(env, listener, gunicorn(listener), worker, [*manage, "relay"]):
        wait_for(lambda: readyz(listener)["ready"], "a ready site", READY_WITHIN_S)


def test_the_web_refuses_to_start_on_a_broker_that_may_forget_tasks(env):
    with redis_server(appendonly="no", maxmemory_policy="allkeys-lru") as unsafe, listening() as listener:
        how = {"env": {**env, "REDIS_URL": unsafe}, "pass_fds": [listener.fileno()], "timeout": READY_WITHIN_S * 2}
        done = subprocess.run(gunicorn(listener), cwd=ROOT, capture_output=True, text=True, **how)
    assert done.returncode != 0
    assert "The broker's appendonly is no, needs yes: tasks must survive a restart of the broker." in done.stderr
