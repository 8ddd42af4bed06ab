"""One connection after another request on it: what nobody read of a body is not taken for the next request."""

import http.client
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT, listening, wait_for

pytestmark = pytest.mark.embedded
GUNICORN = str(Path(sys.executable).parent / "gunicorn")
NOWHERE = "/api/v1/variants/00000000-0000-0000-0000-000000000000/answers/"


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """gunicorn alone, as a deployment starts it; no page that needs a database is asked for."""
    config = ["--config", "python:studyapp.web", "--no-control-socket", "--worker-class=gthread", "--threads=2"]
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    env |= {"DJANGO_SETTINGS_MODULE": "studyapp.settings", "VAR_DIR": str(tmp_path_factory.mktemp("var"))}
    with listening() as listener:
        port, number = listener.getsockname()[1], listener.fileno()
        command = [GUNICORN, *config, f"--bind=fd://{number}", "studyapp.wsgi"]
        with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL, pass_fds=[number]) as server:
            wait_for(lambda: is_there(port), "gunicorn")
            yield port
            server.terminate()


def is_there(port):
    try:
        return asked(http.client.HTTPConnection("127.0.0.1", port, timeout=30), "GET", "/healthz").status == 200
    except OSError:
        return False


def asked(connection, method, path, body=None, **options):
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {}, **options)
    reply = connection.getresponse()
    reply.read()
    return reply


@pytest.mark.parametrize(("path", "status"), [(NOWHERE, 401), ("/api/v1/nothing/", 404)])
@pytest.mark.parametrize("size", [70_000, 500_000, 1_000_000])
def test_a_large_body_that_is_refused_leaves_the_connection_in_order(port, path, status, size):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(3):
        reply = asked(connection, "POST", path, b"x" * size)
        assert reply.status == status and reply.headers["Connection"] == "keep-alive"
        assert asked(connection, "GET", "/healthz").status == 200


def test_a_body_that_never_comes_holds_no_thread(port):
    """As many of them as gunicorn has threads."""
    slow = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(2)]
    for each in slow:
        each.sendall(b"POST /api/v1/nothing/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    assert asked(connection, "GET", "/healthz").status == 200
    assert all(each.recv(12) == b"HTTP/1.1 404" for each in slow)


def test_after_a_body_too_large_to_be_read_the_reply_says_that_the_connection_ends(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    assert asked(connection, "POST", "/api/v1/nothing/", b"x" * 1_100_000).headers["Connection"] == "close"
    assert asked(connection, "GET", "/healthz").status == 200  # http.client opens another


def test_a_body_in_chunks_ends_the_connection_too(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    reply = asked(connection, "POST", "/api/v1/examples/", iter([b'{"cell":', b'"lstm"}']), encode_chunked=True)
    assert reply.status == 411 and reply.headers["Connection"] == "close"
