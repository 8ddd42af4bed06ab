"""Build .venv and fill it from the lock, when it does not hold that already: prepare.py run|dev

Standard library only: it runs before anything is installed. Every failure is one sentence and leaves nothing half-made.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": ["uv.txt", "run.txt"], "dev": ["uv.txt", "run.txt", "dev.txt"]}


class SetUpError(Exception):
    """What went wrong, as one sentence for the person at the terminal."""


def main(set_name: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    log = ROOT / "var" / "log" / "install.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with only_one(ROOT / "var" / "prepare.lock"):
        if is_filled(set_name):
            return
        with open(log, "w") as output, nothing_half_made():
            began = time.monotonic()
            print("Making .venv and installing the packages …", flush=True)
            if not is_usable():
                make_venv(output)
            install(set_name, output)
            print(f"They are there after {time.monotonic() - began:.1f} seconds.", flush=True)


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Two starts in one folder at the same moment must not build the same .venv."""
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetUpError("Another start is just preparing this folder; wait for it.") from None
        yield


@contextlib.contextmanager
def nothing_half_made() -> Iterator[None]:
    """If .venv was not there before, an interrupted or failed set-up takes it away again."""
    was_there = VENV.exists()
    try:
        yield
    except BaseException:
        if not was_there:
            shutil.rmtree(VENV, ignore_errors=True)
        raise


def is_filled(set_name: str) -> bool:
    """Whether .venv works and holds what the lock says. The copies of the lock in .venv are written last."""
    kept = [(ROOT / "requirements" / name, VENV / f"installed-{name}") for name in LOCKS[set_name]]
    return PYTHON.exists() and all(copy.exists() and lock.read_bytes() == copy.read_bytes() for lock, copy in kept)


def is_usable() -> bool:
    code = "import sys, pip; sys.exit(sys.version_info < (3, 12))"
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", code], capture_output=True).returncode == 0


def make_venv(output: IO[str]) -> None:
    python = str(Path(sys.executable).resolve())  # not the one in the .venv that goes away now
    shutil.rmtree(VENV, ignore_errors=True)
    if run(output, python, "-m", "venv", str(VENV)) != 0:
        raise SetUpError("Python could not make .venv (is the disk full?); see var/log/install.log.")


def install(set_name: str, output: IO[str]) -> None:
    """uv, itself locked with hashes, fills .venv; where it can't reach the packages, pip with its own settings may."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--retries", "1", "--timeout", "15", "install"]
    hashed = ["--require-hashes", "-r", str(ROOT / "requirements" / "uv.txt")]
    final = str(ROOT / "requirements" / f"{set_name}.txt")
    for old in VENV.glob("installed-*.txt"):
        old.unlink()
    if run(output, *pip, *hashed) != 0:
        raise SetUpError("The packages could not be fetched: is the network up? Details are in var/log/install.log.")
    sync = ["-m", "uv", "pip", "sync", "--require-hashes", "--python", str(PYTHON), *hashed[2:], final]
    if run(output, str(PYTHON), *sync) != 0 and run(output, *pip, *hashed, "-r", final) != 0:
        raise SetUpError("The packages could not be installed: is the network up? Details are in var/log/install.log.")
    for name in LOCKS[set_name]:
        shutil.copyfile(ROOT / "requirements" / name, VENV / f"installed-{name}")


def run(output: IO[str], *command: str) -> int:
    quiet = {**os.environ, "UV_HTTP_RETRIES": "1", "UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never"}
    return subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=quiet, cwd=ROOT).returncode


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except SetUpError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"The folder could not be prepared: {error}.")
