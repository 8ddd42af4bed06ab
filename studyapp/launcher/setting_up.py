"""What must be true before the first page: a migrated database with the course in it, static files, an instructor.

No step does what is done already.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

from studyapp import math_font, places

UNUSED = ["redoc*"]  # the second reader of the API's schema, which comes in the same package: a third of all bytes
COURSE = places.ROOT / "quizzes" / "content" / "recurrent-networks"


def set_up_rows() -> str | None:
    """A migrated database with the course in it. Gives the first instructor's link, the first time only."""
    from django.core.management import call_command

    from quizzes.accounts.first import create_first_instructor

    call_command("check", databases=["default"])
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_course", str(COURSE))
    return create_first_instructor()


def set_up_files() -> None:
    collect_static()
    math_font.make_math_font(places.var_dir() / "math.woff")


def collect_static() -> None:
    """Gather and compress the static files, if any of them or of the packages that bring some has changed."""
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    stamp, mark = root / ".stamp", fingerprint(static_sources())
    if stamp.exists() and stamp.read_text() == mark:
        return
    root.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED, stdout=io.StringIO())
    stamp.write_text(mark)


def static_sources() -> Iterable[Path]:
    """Our own files, and the lock, which stands for those of the packages."""
    yield places.ROOT / "requirements" / "run.txt"
    yield places.ROOT / "studyapp" / "settings.py"
    yield from sorted(path for path in (places.ROOT / "quizzes" / "static").rglob("*") if path.is_file())


def fingerprint(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(places.ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
