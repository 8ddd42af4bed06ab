"""make backup: the whole of the site's data in one file under var/backups/, taken while it runs."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import django

FORMAT = 1


class BackupError(Exception):
    """What went wrong, as one sentence for the person at the terminal."""


def back_up() -> Path:
    """Write the backup and give its path. A file with this name is whole, or it is not there."""
    from django.conf import settings

    folder = Path(settings.VAR_DIR) / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = free_name(folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as work:
        database = dump_database(Path(work))
        files = {database.name: database, **other_files(Path(settings.VAR_DIR), Path(settings.MEDIA_ROOT))}
        told = Path(work) / "manifest.json"
        told.write_text(json.dumps(manifest(database.name, files), indent=2))
        part = Path(work) / "backup.tar"
        with tarfile.open(part, "w") as tar:
            for name, path in {"manifest.json": told, **files}.items():
                tar.add(path, name)
        part.chmod(0o600)
        flush_to_disk(part)
        part.rename(target)
    return target


def other_files(var: Path, media: Path) -> dict[str, Path]:
    """What is kept outside the database, by the name it gets in the backup."""
    found = {f"media/{path.relative_to(media)}": path for path in sorted(media.rglob("*")) if path.is_file()}
    if (var / "secret-key").exists():
        found["secret-key"] = var / "secret-key"  # guests are known by what it signed
    return found


def free_name(folder: Path) -> Path:
    now = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d-%H%M%S")
    names = (folder / f"carousel-{now}{mark}.tar" for mark in ("", *(f"-{n}" for n in range(2, 100))))
    return next(name for name in names if not name.exists())


def dump_database(folder: Path) -> Path:
    from django.conf import settings

    if settings.DEPLOYED:
        return dump_postgresql(folder)
    return copy_sqlite(Path(settings.VAR_DIR) / "db.sqlite3", folder / "db.sqlite3")


def copy_sqlite(source: Path, target: Path) -> Path:
    """SQLite's own online backup: one consistent moment, whatever is being written meanwhile."""
    if not source.exists():
        raise BackupError(f"There is no database yet at {source}: start the site once with make run.")
    with contextlib.closing(sqlite3.connect(source)) as live, contextlib.closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        if (found := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise BackupError(f"The database is damaged ({found}); the backup was not written.")
    return target


def dump_postgresql(folder: Path) -> Path:
    target = folder / "db.dump"
    command = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", "--dbname"]
    run_tool([*command, os.environ["DATABASE_URL"]])
    return target


def run_tool(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BackupError(f"{command[0]} is not installed: install PostgreSQL's client programs.") from None
    if done.returncode:
        raise BackupError(
            f"{command[0]} failed: {done.stderr.strip().splitlines()[-1] if done.stderr else 'no reason'}"
        )


def manifest(database: str, files: dict[str, Path]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "database": database,
        "made_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "migrations": applied_migrations(),
        "sha256": digests(files),
    }


def digests(files: dict[str, Path]) -> dict[str, str]:
    found = {}
    for name, path in files.items():
        with open(path, "rb") as file:
            found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def applied_migrations() -> list[str]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


def flush_to_disk(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyapp.settings")
    django.setup()
    try:
        path = back_up()
    except (BackupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Backed up to {path} ({path.stat().st_size / 1e6:.1f} MB). It holds personal data: keep it safe.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
