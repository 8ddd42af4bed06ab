"""A worker killed again and again in the middle of 10 000 variants: how many are there in the end?"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from studyapp.launcher.supervisor import SHORT_LIFE_S
from tests.servers import ROOT, Site, wait_for

NUMBER = 10_000
START = f"""
from quizzes.items.generation import generate_variants
from quizzes.items.models import Generator
generate_variants(generator=Generator.objects.get(slug="lstm-step"), count={NUMBER}, requested_by=None)
"""
A_MINUTE_PASSES = """
UPDATE quizzes_outbox SET published_at = '2001-01-01', lease_until = CASE WHEN lease_until THEN '2001-01-01' END
WHERE done_at IS NULL
"""


def report(times: int) -> int:
    """0 when nothing is missing and nothing is there twice."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "var").start()
        try:
            return _killed(site, times)
        finally:
            site.stop()


def _killed(site: Site, times: int) -> int:
    wait_for(lambda: not _query(site, "SELECT 1 FROM quizzes_outbox WHERE done_at IS NULL"), "full pools", 300)
    before = _count(site)
    subprocess.run([sys.executable, "manage.py", "shell", "-c", START], cwd=ROOT, env=site.env, check=True)
    for number in range(1, times + 1):
        wait_for(lambda: _done(site) >= number * NUMBER // (times + 2), "the next piece", 150)  # noqa: B023
        _kill_worker(site)
    wait_for(lambda: _query(site, "SELECT state FROM quizzes_job") == [("done",)], "the end", 300)
    made, all_differ = _count(site) - before, _differ(site)
    print(f"  A worker killed {times} times in {NUMBER} variants: {made} are there, all different: {all_differ}")
    return 0 if made == NUMBER and all_differ else 1


def _kill_worker(site: Site) -> None:
    """In the middle of its piece. It is held first for as long as the launcher takes a short life for a sick part."""
    launcher = site.launcher()
    worker = site.pid_of("worker")
    os.kill(worker, signal.SIGSTOP)
    time.sleep(SHORT_LIFE_S)
    os.kill(launcher, signal.SIGSTOP)
    os.kill(worker, signal.SIGKILL)
    _query(site, A_MINUTE_PASSES)
    os.kill(launcher, signal.SIGCONT)
    wait_for(lambda: site.pid_of("worker") not in (None, worker), "another worker", 60)


def _query(site: Site, sql: str) -> list[tuple]:  # type: ignore[type-arg]
    with contextlib.closing(sqlite3.connect(site.var / "db.sqlite3", timeout=20)) as database, database:
        return database.execute(sql).fetchall()


def _count(site: Site) -> int:
    return int(_query(site, "SELECT count(*) FROM quizzes_variant")[0][0])


def _done(site: Site) -> int:
    return sum(done for (done,) in _query(site, "SELECT done FROM quizzes_job"))


def _differ(site: Site) -> bool:
    found = _query(site, "SELECT count(*), count(DISTINCT version_id || ' ' || digest) FROM quizzes_variant")
    return bool(found[0][0] == found[0][1])
