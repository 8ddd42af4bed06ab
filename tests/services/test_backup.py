"""Backup, loss, restore: everything as it was. And what is no backup of ours changes nothing."""

import fcntl
import json
import os
import sqlite3
import subprocess
import sys
import tarfile

import pytest

from studyapp.backup import BackupError, back_up
from studyapp.restore import restore
from tests.servers import ROOT


def command(var, *words, **env):
    settings = {"VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "studyapp.settings", **env}
    kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    return subprocess.run([sys.executable, *words], cwd=ROOT, env={**kept, **settings}, capture_output=True, text=True)


def dump(path):
    with sqlite3.connect(path) as database:
        return "\n".join(database.iterdump())


@pytest.fixture
def var(tmp_path, settings, db):
    """The folder of an embedded site: any database will do, for nothing here depends on what its tables mean."""
    settings.VAR_DIR, settings.MEDIA_ROOT, settings.DEPLOYED = tmp_path, tmp_path / "media", False
    with sqlite3.connect(tmp_path / "db.sqlite3") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE learner (name)")
    add_learner(tmp_path, "ada")
    (tmp_path / "secret-key").write_text("the key")
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "note.txt").write_text("kept")
    return tmp_path


def add_learner(var, name):
    with sqlite3.connect(var / "db.sqlite3") as database:
        database.execute("INSERT INTO learner VALUES (?)", [name])


def test_a_wiped_site_is_as_it_was_after_restore(var):
    before = dump(var / "db.sqlite3")
    file = back_up()
    for path in [*var.glob("db.sqlite3*"), var / "secret-key", var / "media" / "note.txt"]:
        path.unlink()
    restore(file)
    assert dump(var / "db.sqlite3") == before
    assert (var / "secret-key").read_text() == "the key"
    assert (var / "media" / "note.txt").read_text() == "kept"


def test_what_was_there_before_a_restore_is_kept_aside(var):
    file = back_up()
    add_learner(var, "later")
    aside = restore(file)
    assert "'later'" not in dump(var / "db.sqlite3")
    assert "'later'" in dump(aside / "db.sqlite3")


def test_an_answer_written_while_the_backup_is_made_harms_neither(var):
    with sqlite3.connect(var / "db.sqlite3", isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO learner VALUES ('halfway')")
        file = back_up()
        writer.execute("COMMIT")
    assert "'halfway'" in dump(var / "db.sqlite3")
    restore(file)
    assert "'halfway'" not in dump(var / "db.sqlite3")


def test_a_running_site_is_not_restored_under_its_feet(var):
    file = back_up()
    with open(var / "running.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="stop it first"):
            restore(file)


def test_a_backup_is_readable_by_its_owner_only_and_never_replaces_another(var):
    first, second = back_up(), back_up()
    assert first != second
    assert first.stat().st_mode & 0o077 == 0


def rewritten(file, **changes):
    """The same backup with another manifest."""
    target = file.with_name("changed.tar")
    folder = file.parent / "changed"
    with tarfile.open(file) as tar:
        tar.extractall(folder, filter="data")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **changes}))
    with tarfile.open(target, "w") as tar:
        for path in folder.iterdir():
            tar.add(path, path.name)
    return target


def hostile(file):
    target = file.with_name("hostile.tar")
    outside = file.parent / "outside.txt"
    outside.write_text("x")
    with tarfile.open(target, "w") as tar:
        tar.add(outside, "../../outside.txt")
    return target


def truncated(file):
    target = file.with_name("truncated.tar")
    with tarfile.open(file) as tar:
        last = tar.getmembers()[-1]
    target.write_bytes(file.read_bytes()[: last.offset])  # tar itself can't tell: it ends between two members
    return target


CASES = {
    "cut off": (truncated, "not a whole backup"),
    "with a path outside": (hostile, "which no backup of ours does"),
    "newer than the code": (lambda file: rewritten(file, migrations=["quizzes.9999_later"]), "newer version"),
    "of another database": (lambda file: rewritten(file, database="db.dump"), "another kind"),
    "missing": (lambda file: file.with_name("nothing.tar"), "There is no file"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_is_no_backup_of_ours_changes_nothing(var, case):
    make, words = CASES[case]
    file = make(back_up())
    before = dump(var / "db.sqlite3")
    with pytest.raises(BackupError, match=words):
        restore(file)
    assert dump(var / "db.sqlite3") == before


@pytest.mark.slow
@pytest.mark.embedded
@pytest.mark.postgresql
def test_a_deployed_site_is_as_it_was_after_restore(tmp_path, postgresql_url):
    env = {
        "DATABASE_URL": postgresql_url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "only for this test",
        "PUBLIC_URL": "http://testserver",
    }
    steps = """
import django; django.setup()
from django.core.management import call_command
from pathlib import Path
from quizzes.accounts.models import User
from studyapp.backup import back_up
from studyapp.restore import restore
call_command("migrate", verbosity=0)
User.objects.create_user("ada")
file = back_up()
User.objects.all().delete()
restore(file)
print([user.username for user in User.objects.all()])
"""
    done = command(tmp_path, "-c", steps, **env)
    assert done.stdout.strip() == "['ada']", done.stderr
