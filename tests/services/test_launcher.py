"""`make run`: every part comes up, comes back and goes away, and what can't be started is told in one sentence."""

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap

import pytest

from studyapp import places
from tests.conftest import need
from tests.servers import ROOT, Site, wait_for, wait_until_gone

pytestmark = [pytest.mark.embedded, pytest.mark.slow]


def refused(var, **env):
    """Start a site that can't start; its exit code and what it said."""
    site = Site(var, **env)
    done = subprocess.run(site.command, cwd=ROOT, env=site.env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr.strip()


def is_one_sentence(text):
    return text.count("\n") == 0 and 10 < len(text) < 300


def test_a_taken_port_is_told_in_one_sentence(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, said = refused(tmp_path, PORT=str(port))
    assert code != 0
    assert is_one_sentence(said)
    assert f"Port {port} is taken" in said


@pytest.mark.parametrize(("name", "value"), [("PORT", "http"), ("PORT", "99999"), ("HOST", "192.0.2.1")])
def test_an_impossible_address_is_told_in_one_sentence(tmp_path, name, value):
    code, said = refused(tmp_path, **{name: value})
    assert code != 0
    assert is_one_sentence(said)
    assert value in said


def test_a_part_that_dies_again_and_again_is_named():
    script = """
        import sys, tempfile
        from pathlib import Path
        from studyapp.launcher.supervisor import Failed, Part, Supervisor

        supervisor = Supervisor(print)
        supervisor.start(Part("oven", lambda: sys.exit(3), Path(tempfile.mkstemp()[1])))
        try:
            supervisor.wait(30)
        except Failed as fault:
            print(fault)
        finally:
            supervisor.stop()
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True)
    assert re.search(r"The oven died 5 times in a row \(exit code 3\)", done.stdout), done.stdout + done.stderr


@pytest.fixture(scope="module")
def deep_folder(tmp_path_factory):
    """So deep that no socket could have its path there."""
    folder = tmp_path_factory.mktemp("site") / "/".join(["a-folder-with-a-long-name"] * 8)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def site(deep_folder):
    """One site for all tests that leave it running. The last test of this file ends it."""
    need("Redis")
    running = Site(deep_folder / "var").start()
    yield running
    if running.process.poll() is None:
        running.stop()


def test_every_part_of_the_site_is_well(site):
    all_are_well = 200, dict.fromkeys(["database", "broker", "worker", "relay"], "well")
    wait_for(lambda: site.readyz() == all_are_well, "word from every part")
    assert len(site.processes()) >= 8


def test_a_very_deep_folder_has_its_sockets_elsewhere(site, deep_folder):
    assert site.pid_of("broker")
    assert not list(deep_folder.rglob("*.sock"))


def test_a_second_start_in_the_same_folder_is_refused_and_leaves_the_first_alone(site):
    code, said = refused(site.var)
    assert code != 0
    assert is_one_sentence(said)
    assert f"already runs in this folder: {site.url}" in said
    wait_for(site.is_well, "word from the first, which goes on")


def test_a_part_that_hangs_is_named_by_readyz(site):
    broker = site.pid_of("broker")
    os.kill(broker, signal.SIGSTOP)
    try:
        status, parts = site.readyz()
    finally:
        os.kill(broker, signal.SIGCONT)
    assert status == 503
    assert parts["broker"] != "well"
    assert parts["database"] == parts["relay"] == "well"


@pytest.mark.parametrize("part", ["worker", "broker", "relay", "beat", "web"])
def test_a_killed_part_comes_back_by_itself(site, part):
    killed = site.pid_of(part)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: f"The {part} ended unexpectedly (signal SIGKILL)" in site.read(), f"word of the {part}'s death")
    wait_for(lambda: site.pid_of(part) not in {None, killed}, f"a new {part}")
    wait_for(site.is_well, "a site that is well again")


def test_the_first_sign_in_is_printed_once_and_no_end_leaves_a_trace(site):
    """SIGTERM, then Ctrl-C, then kill -9 of the launcher itself, each after a start in the same folder."""
    assert len(re.findall(r"http://\S+/account/\S+", site.read())) == 1
    for number in (signal.SIGTERM, signal.SIGINT):
        processes = site.processes()
        assert site.stop(number) == 0
        wait_until_gone(processes)
        assert not places.socket_dir(site.var).exists()
        site.start()
        assert "/account/" not in site.read()
    if sys.platform == "linux":  # elsewhere nobody tells children that their parent died
        processes = site.processes()
        site.process.kill()
        site.process.wait()
        wait_until_gone(processes)
