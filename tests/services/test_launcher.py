"""`make run`: every part comes up, comes back and goes away, and what can't be started is told in one sentence."""

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap

import pytest

from tests.servers import ROOT, Site, are_gone, wait_for

pytestmark = [pytest.mark.embedded, pytest.mark.slow]
PARTS = {"database", "broker", "worker", "relay"}


def refused(var, **env):
    """Start a site that can't start; its exit code and what it said."""
    site = Site(var, **env)
    done = subprocess.run(site.command, cwd=ROOT, env=site.env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr.strip()


def is_one_sentence(text):
    return text.count("\n") == 0 and 10 < len(text) < 300


def test_the_site_comes_up_whole_and_ends_without_a_trace(start_site):
    site = start_site()
    status, parts = site.readyz()
    assert (status, parts) == (200, dict.fromkeys(PARTS, "well"))
    processes = site.processes()
    assert len(processes) >= 8
    assert site.stop() == 0
    assert are_gone(processes)


def test_the_first_sign_in_is_printed_once_and_serves_once(start_site, tmp_path):
    first = start_site()
    link = re.search(r"http://\S+/account/\S+", first.read())
    assert link
    assert first.stop() == 0
    again = start_site()
    assert "/account/" not in again.read()


def test_ctrl_c_ends_it_like_any_other_way(start_site):
    site = start_site()
    processes = site.processes()
    assert site.stop(signal.SIGINT) == 0
    assert are_gone(processes)


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


def test_a_second_start_in_the_same_folder_is_refused_and_leaves_the_first_alone(start_site):
    site = start_site()
    code, said = refused(site.var)
    assert code != 0
    assert is_one_sentence(said)
    assert "already runs in this folder" in said
    assert site.readyz()[0] == 200


def test_a_very_deep_folder_gets_its_sockets_elsewhere(start_site, tmp_path):
    deep = tmp_path / "/".join(["a-folder-with-a-long-name"] * 8)
    deep.mkdir(parents=True)
    site = start_site(deep / "var")
    assert site.readyz()[0] == 200
    assert not list(deep.rglob("*.sock"))


def test_a_killed_part_is_named_by_readyz_and_comes_back_by_itself(start_site):
    site = start_site()
    for part in ("worker", "broker", "relay", "web"):
        os.kill(site.pid_of(part), signal.SIGKILL)
        wait_for(lambda part=part: f"The {part} ended unexpectedly" in site.read(), f"word of the {part}'s death")
        wait_for(lambda: site.readyz()[0] == 200, f"a new {part}", 60)


def test_the_dead_part_is_the_one_that_readyz_names(start_site):
    site = start_site()
    os.kill(site.pid_of("broker"), signal.SIGSTOP)
    stopped = site.pid_of("broker")
    status, parts = site.readyz()
    os.kill(stopped, signal.SIGCONT)
    assert status == 503
    assert parts["broker"] != "well"
    assert parts["database"] == parts["relay"] == "well"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_even_a_killed_launcher_leaves_no_process_behind(start_site):
    site = start_site()
    processes = site.processes()
    site.process.kill()
    site.process.wait()
    wait_for(lambda: are_gone(processes), "the end of all parts", 20)


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
