"""make restore FILE=…: the site's data as they were when the backup was made. The present ones are kept aside."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import sqlite3
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

from studyapp.backup import FORMAT, BackupError, digests, free_name, run_tool

TOP = {"manifest.json", "db.sqlite3", "db.dump", "media", "secret-key"}


def restore(file: Path) -> Path:
    """Look at all of the backup first, then put it in place; gives the folder with what was there before."""
    from django.conf import settings

    var = Path(settings.VAR_DIR)
    (var / "backups").mkdir(mode=0o700, parents=True, exist_ok=True)
    with nobody_running(var), tempfile.TemporaryDirectory(dir=var, prefix=".restoring-") as work:
        found = Path(work)
        unpack(file, found)
        told = checked_manifest(found, deployed=settings.DEPLOYED)
        aside = free_name(var / "backups").with_suffix(".before-restore")
        aside.mkdir(mode=0o700)
        if settings.DEPLOYED:
            load_postgresql(found / told["database"])
        else:
            check_sqlite(found / "db.sqlite3")
            swap(var, found, aside, ["db.sqlite3", "secret-key"])
        swap(var, found, aside, ["media"])
    return aside


@contextlib.contextmanager
def nobody_running(var: Path) -> Iterator[None]:
    """Take the lock that a running site holds."""
    with open(var / "running.lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError("The site is running in this folder: stop it first (Ctrl-C), then restore.") from None
        yield


def unpack(file: Path, target: Path) -> None:
    """Only what a backup of ours holds; nothing outside the folder, no links and no devices."""
    try:
        with tarfile.open(file) as tar:
            strange = [member.name for member in tar if Path(member.name).parts[:1] and top(member.name) not in TOP]
            if strange:
                raise BackupError(f"{file} holds {strange[0]}, which no backup of ours does; nothing was changed.")
            tar.extractall(target, filter="data")
    except FileNotFoundError:
        raise BackupError(f"There is no file {file}: give one from var/backups, as in make restore FILE=…") from None
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupError(f"{file} is not a whole backup ({error}); nothing was changed.") from None


def top(name: str) -> str:
    return Path(name).parts[0]


def checked_manifest(found: Path, *, deployed: bool) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((found / "manifest.json").read_text())
    except (OSError, ValueError):
        raise BackupError("The file has no manifest, so it is no backup of ours; nothing was changed.") from None
    wanted = "db.dump" if deployed else "db.sqlite3"
    if told.get("format") != FORMAT or told.get("database") != wanted or not (found / wanted).exists():
        raise BackupError("The backup is of another kind of database or another version; nothing was changed.")
    files = {str(path.relative_to(found)): path for path in found.rglob("*") if path.is_file()}
    del files["manifest.json"]
    if told.get("sha256") != digests(files):
        raise BackupError("The file is not a whole backup: parts of it are missing or changed; nothing was changed.")
    if unknown := sorted(set(told.get("migrations", [])) - known_migrations()):
        raise BackupError(f"The backup was made by a newer version (it has {unknown[-1]}); nothing was changed.")
    return told


def known_migrations() -> set[str]:
    from django.db.migrations.loader import MigrationLoader

    return {".".join(key) for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}


def check_sqlite(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise BackupError("The database in the backup is damaged; nothing was changed.")


def swap(var: Path, found: Path, aside: Path, names: list[str]) -> None:
    """Put the old ones aside and the restored ones in their place.

    SQLite's side files belong to the old database. So does what lies in the broker: its tasks name rows that mean
    something else now; the restored outbox publishes again what is owed.
    """
    for name in names:
        for old in [name, f"{name}-wal", f"{name}-shm"]:
            if (var / old).exists():
                (var / old).rename(aside / old)
        if (found / name).exists():
            (found / name).rename(var / name)
    shutil.rmtree(var / "broker", ignore_errors=True)


def load_postgresql(dump: Path) -> None:
    command = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
    run_tool([*command, "--exit-on-error", "--dbname", os.environ["DATABASE_URL"], str(dump)])


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyapp.settings")
    if len(sys.argv) != 2 or not sys.argv[1]:
        print("Say which backup: make restore FILE=var/backups/…", file=sys.stderr)
        return 1
    django.setup()
    try:
        aside = restore(Path(sys.argv[1]))
    except (BackupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Restored from {sys.argv[1]}; what was there before is in {aside}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
