"""`python -m tests.bench.site.hostile`: how long each hostile file and address takes to refuse, and the most memory.

The files are made in one process and sent to the page in another, whose memory is what a web worker would need.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter


def refusals() -> dict[str, object]:
    """Milliseconds and status by case, and `memory_mb`: the largest the answering process ever was."""
    from tests import hostile

    with tempfile.TemporaryDirectory() as folder:
        for number, (make, _) in enumerate(hostile.FILES.values()):
            (Path(folder) / str(number)).write_bytes(make())
        command = [sys.executable, "-m", "tests.bench.site.hostile", folder]
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "VAR_DIR": f"{folder}/var"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def answer(folder: Path) -> dict[str, object]:
    import django

    django.setup()
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from tests.hostile import ADDRESSES, FILES

    client, cases = Client(), []
    client.get("/weights/"), client.get("/paper/lstm/")  # what a worker has done before
    before = _memory_mb()
    for number, name in enumerate(FILES):
        file = SimpleUploadedFile("layer.npz", (folder / str(number)).read_bytes())
        cases.append((name, *_timed(lambda file=file: client.post("/weights/", {"file": file}))))
    for name, (address, _) in ADDRESSES.items():
        cases.append((name, *_timed(lambda address=address: client.get(address))))
    return {"cases": cases, "before_mb": before, "memory_mb": _memory_mb()}


def _timed(ask) -> tuple[float, int]:  # type: ignore[no-untyped-def]
    start = perf_counter()
    status = ask().status_code
    return round(1000 * (perf_counter() - start), 1), status


def _memory_mb() -> float:
    """The most this program ever held. getrusage would count what the process was before it became this one."""
    status = Path("/proc/self/status").read_text()
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024, 1)


def main() -> int:
    if len(sys.argv) > 1:
        print(json.dumps(answer(Path(sys.argv[1]))))
        return 0
    found = refusals()
    for name, took, status in sorted(found["cases"], key=lambda case: -case[1]):  # type: ignore[call-overload]
        print(f"{took:8.1f} ms  {status}  {name}")
    print(f"{len(found['cases'])} cases; memory {found['memory_mb']} MB, {found['before_mb']} before the first")  # type: ignore[arg-type]
    return 0


if __name__ == "__main__":
    sys.exit(main())
