"""Before anything is installed: which Python is taken, and what is said and left behind when something is missing."""

import os
import shutil
import stat
import subprocess
import sys

import pytest

from tests.servers import ROOT, Site, wait_for, wait_until_gone

pytestmark = [pytest.mark.embedded, pytest.mark.slow]
SH = shutil.which("sh")


@pytest.fixture
def folder(tmp_path):
    """An empty folder with only the programs that come before the packages."""
    shutil.copytree(ROOT / "studyapp" / "launcher", tmp_path / "studyapp" / "launcher")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def find_python(folder, **env):
    command = [SH, "studyapp/launcher/find_python.sh"]
    return subprocess.run(
        command, cwd=folder, env={"PATH": "", "HOME": str(folder), **env}, capture_output=True, text=True
    )


def make_program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_without_a_fitting_python_one_sentence_says_what_is_needed(folder):
    done = find_python(folder)
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Python 3.12 or newer" in done.stderr


def test_a_shim_that_fails_is_passed_over_for_a_python_that_works(folder):
    make_program(folder / "bin" / "python3.14", f"#!{SH}\nexit 127\n")
    working = folder / ".pyenv" / "versions" / "3.13.0" / "bin" / "python"
    make_program(working, f'#!{SH}\nexec {sys.executable} "$@"\n')
    done = find_python(folder, PATH=str(folder / "bin"))
    assert done.stdout.strip() == str(working)


def test_an_old_python_is_not_taken(folder):
    make_program(folder / "bin" / "python3", f"#!{SH}\nexit 1\n")
    assert find_python(folder, PATH=str(folder / "bin")).returncode != 0


def test_without_a_network_one_sentence_is_said_and_nothing_half_made_is_left(folder):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_"))}
    command = [SH, "studyapp/launcher/start.sh", "run", "true"]
    done = subprocess.run(
        command, cwd=folder, env={**env, **nowhere, "PYTHON": sys.executable}, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert "is the network up?" in done.stderr
    assert not (folder / ".venv").exists()


def test_make_run_in_a_fresh_clone_needs_nothing_but_python_and_make(tmp_path):
    if not shutil.which("make") or not shutil.which("git"):
        pytest.skip("make or git is missing here")
    clone = tmp_path / "clone"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode:
        pytest.skip("this is no git clone")
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    site = Site(clone / "var", folder=clone, command=["make", "run"], PYTHON=sys.executable)
    site.start()
    processes = site.processes()
    wait_for(site.is_well, "word from every part")
    site.stop()
    wait_until_gone(processes)
