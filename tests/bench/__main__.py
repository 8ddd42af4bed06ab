"""`make bench`: the numbers of `sim` beside other libraries, the exercises, then the whole site under load.

    make bench                          all
    make bench ARGS=numbers             one of them
    make bench ARGS="site --seconds 4"  with its own options

The other libraries are the group `bench`; they are fetched once, into `.venv-peers`.
"""

from __future__ import annotations

import subprocess
import sys

from studyapp import places

PEERS = places.ROOT / ".venv-peers"
PYTHON = PEERS / "bin" / "python"


def numbers(options: list[str]) -> int:
    python = str(PYTHON) if peers_are_there() else sys.executable
    return subprocess.run([python, "-m", "tests.bench.numbers", *options], cwd=places.ROOT).returncode


def site(options: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "tests.bench.site", *options], cwd=places.ROOT).returncode


def exercises(options: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "tests.bench.exercises", *options], cwd=places.ROOT).returncode


def peers_are_there() -> bool:
    """Whether the other libraries are installed, after trying to."""
    if not PYTHON.exists():
        print("Fetching the libraries to compare with, about 2 GB, this once …", flush=True)
        uv = [sys.executable, "-m", "uv"]
        made = subprocess.run([*uv, "venv", "--quiet", str(PEERS)], cwd=places.ROOT).returncode == 0
        filled = made and _fill([*uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--group", "bench"])
        if not filled:
            print("They could not be fetched: what needs them is left out.", flush=True)
            return False
    return True


def _fill(command: list[str]) -> bool:
    if subprocess.run(command, cwd=places.ROOT).returncode == 0:
        return True
    PYTHON.unlink()  # so that the next run tries again
    return False


def main(arguments: list[str]) -> int:
    parts = {"numbers": numbers, "exercises": exercises, "site": site}
    if arguments and arguments[0] in parts:
        return parts[arguments[0]](arguments[1:])
    return max(part(arguments) for part in parts.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
