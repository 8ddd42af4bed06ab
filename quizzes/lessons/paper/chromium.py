"""A Chromium found on the path, which prints files of ours and nothing from any network."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from quizzes.errors import Unavailable

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MISSING = f"There is no browser on the server that could make a PDF (looked for {', '.join(PROGRAMS)})."
LONGEST_S, PIECE_S = 75, 15  # below the limit of a task; each piece renews its lease
ARGUMENTS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)


def found() -> str | None:
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def printed(files: Mapping[str, bytes], *, is_tagged: bool = True, still: Callable[[], None] = lambda: None) -> bytes:
    """The PDF of `sheets.html` among these files; `still` is called while it takes long. Raises: Unavailable.

    Tags tell a screen reader what is a heading and what a table. They take most of the time and the size.
    """
    program = found()
    if program is None:
        raise Unavailable("no_browser", MISSING)
    with TemporaryDirectory(prefix="paper-", ignore_cleanup_errors=True) as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        made = Path(folder) / "sheets.pdf"
        untagged = [] if is_tagged else ["--disable-pdf-tagging"]
        _run([program, *ARGUMENTS, *untagged], Path(folder), made, still)
        if not made.exists():
            raise Unavailable("no_pdf", "The browser on the server made no PDF.")
        return made.read_bytes()


def _run(command: list[str], folder: Path, made: Path, still: Callable[[], None]) -> None:
    """In a session of its own, so that whatever it starts ends with it."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to run as root within one
    own = [f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={made}", (folder / "sheets.html").as_uri()]
    process = subprocess.Popen(  # noqa: S603
        [*command, *sandbox, *own],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(process, still)
    finally:
        _end(process)


def _wait(process: subprocess.Popen[bytes], still: Callable[[], None]) -> None:
    for _ in range(0, LONGEST_S, PIECE_S):
        with suppress(subprocess.TimeoutExpired):
            process.wait(PIECE_S)
            return
        still()
    raise Unavailable("too_slow", f"The browser on the server took longer than {LONGEST_S} seconds.")


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
