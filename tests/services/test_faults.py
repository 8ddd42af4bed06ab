"""kill -9 under the running site: what was answered is kept, work goes on, /readyz tells, and all of it comes back."""

import contextlib
import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from uuid import uuid4

import pytest

from tests.by_hand import given_in, i_and_f_swapped
from tests.conftest import need
from tests.learner import Learner
from tests.servers import ROOT, Site, wait_for

pytestmark = [pytest.mark.redis, pytest.mark.embedded, pytest.mark.slow]

BACKGROUND = ["worker", "broker"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """One site for all tests; the last one wipes and restores it."""
    need("Redis")
    running = Site(tmp_path_factory.mktemp("faults") / "var").start()
    yield running
    if running.process.poll() is None:
        running.stop()


@contextlib.contextmanager
def dead(site, part):
    """The part is killed and stays dead inside, for whoever would start it again is held; then it has to come back."""
    launcher = site.launcher()
    os.kill(launcher, signal.SIGSTOP)
    try:
        os.kill(site.pid_of(part), signal.SIGKILL)
        yield
    finally:
        os.kill(launcher, signal.SIGCONT)
    wait_for(lambda: is_well(site), f"a site that is well again after the death of its {part}")


def is_well(site):
    with contextlib.suppress(OSError):  # a web that is just dying answers nothing
        return site.readyz()[0] == 200
    return False


def query(site, sql):
    with contextlib.closing(sqlite3.connect(site.var / "db.sqlite3", timeout=20)) as database, database:
        return database.execute(sql).fetchall()


def is_at_rest(site):
    """No work is ordered, and none is under way."""
    return not query(site, "SELECT 1 FROM quizzes_outbox WHERE done_at IS NULL")


def in_pool(site):
    return query(site, "SELECT count(*) FROM quizzes_variant WHERE state = 'pool'")[0][0]


def slip(learner):
    """Take an exercise and swap i and f in it; the page that names the slip."""
    sheet = learner.take()
    mine = given_in(sheet.text).step(i_and_f_swapped)
    return learner.send(sheet, "check/", **{f"{name}-1": value for name, value in mine.items()})


def stored(learner):
    """The ids of a learner's answers. That he finished a quiz is an event too, with an empty response."""
    return {row["submission_id"] for row in json.loads(learner.everything())["answers"] if row["response"]}


@pytest.mark.parametrize("part", BACKGROUND)
def test_while_a_part_is_dead_readyz_names_it_and_every_page_works(site, part):
    learner = Learner(site.url)
    with dead(site, part):
        wait_for(lambda: site.readyz()[1][part] != "well", f"word of the dead {part}")
        status, parts = site.readyz()
        assert status == 503
        assert parts["database"] == "well"
        page = slip(learner)
        assert page.status == 200
        assert "i and f are swapped" in page.text
        question = learner.send(learner.start(), r"/1/$", choice="1")
        assert 'id="feedback"' in question.text
        before = stored(learner)
        assert len(before) == 2
        assert learner.open("/cards/review/").status == 200
    assert stored(learner) == before


@pytest.mark.parametrize("part", BACKGROUND)
def test_with_an_empty_pool_and_a_dead_part_exercises_are_made_at_once_and_the_pool_fills_afterwards(site, part):
    learner = Learner(site.url)
    wait_for(lambda: is_at_rest(site), "full pools", 90)  # a worker amid a piece would finish it without a broker
    with dead(site, part):
        query(site, "UPDATE quizzes_variant SET state = 'withdrawn' WHERE state = 'pool'")
        assert "i and f are swapped" in slip(learner).text
        assert "i and f are swapped" in slip(learner).text
        assert in_pool(site) == 0
    wait_for(lambda: in_pool(site) > 0, "a pool filled by the worker", 90)


def test_a_generation_whose_worker_is_killed_in_the_middle_makes_exactly_what_was_asked(site):
    wait_for(lambda: is_at_rest(site), "full pools", 90)
    before = query(site, "SELECT count(*) FROM quizzes_variant")[0][0]
    ordering = begin(site, "manage", "shell", "-c", GENERATE_1000)  # its end is not waited for: the worker is quick
    wait_for(lambda: generated(site) > 0, "the first piece of a generation")
    with dead(site, "worker"):
        assert ordering.wait() == 0
        assert 0 < generated(site) < 1000
        query(site, A_MINUTE_PASSES)
    wait_for(lambda: query(site, "SELECT state FROM quizzes_job") == [("done",)], "the end of the generation", 90)
    made = query(site, "SELECT count(*), count(DISTINCT version_id || ' ' || digest) FROM quizzes_variant")[0]
    assert made == (before + 1000, before + 1000)
    assert generated(site) == 1000


GENERATE_1000 = """
from quizzes.items.generation import generate_variants
from quizzes.items.models import Generator
generate_variants(generator=Generator.objects.exclude(current=None)[0], count=1000, requested_by=None)
"""
A_MINUTE_PASSES = """
UPDATE quizzes_outbox SET published_at = '2001-01-01', lease_until = CASE WHEN lease_until THEN '2001-01-01' END
WHERE done_at IS NULL
"""


def generated(site):
    return sum(done for (done,) in query(site, "SELECT done FROM quizzes_job"))


def test_no_answer_that_got_a_reply_is_lost_whatever_dies_and_none_counts_twice(site):
    people = [Busy(site.url) for _ in range(3)]
    for person in people:
        person.start()
    for part in ["worker", "broker", "web", "relay", "broker"]:
        goal = [len(person.told) + 2 for person in people]
        os.kill(site.pid_of(part), signal.SIGKILL)
        wait_for(
            lambda goal=goal: all(len(p.told) >= g or p.fault for p, g in zip(people, goal, strict=True)), "answers"
        )
        wait_for(lambda: is_well(site), f"a site that is well again after the death of its {part}")
    for person in people:
        person.stop()
    for person in people:
        assert not person.fault
        assert stored(person.learner) == person.told


def test_a_wiped_site_has_every_row_again_after_restore_and_knows_its_learners(site):
    learner = Learner(site.url)
    slip(learner)
    learner.send(learner.start(), r"/1/$", choice="1")
    before = learner.everything()
    site.stop()
    rows = dump(site)
    said = run(site, "studyapp.backup")
    for path in [*site.var.glob("db.sqlite3*"), site.var / "secret-key"]:
        path.unlink()
    run(site, "studyapp.restore", re.search(r"\S+\.tar\S*", said)[0].rstrip("."))
    assert dump(site) == rows
    site.start()
    learner.url = site.url
    assert learner.everything() == before


def dump(site):
    with contextlib.closing(sqlite3.connect(site.var / "db.sqlite3")) as database:
        return list(database.iterdump())


def run(site, module, *words):
    """`make backup` or `make restore`, without make."""
    said, _ = (process := begin(site, module, *words)).communicate()
    assert process.returncode == 0
    return said


def begin(site, module, *words):
    """The same, not waited for."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *words], cwd=ROOT, env=site.env, stdout=subprocess.PIPE, text=True
    )


class Busy(threading.Thread):
    """Somebody who takes and answers one exercise after the other, and a quiz; what gets no reply is sent again."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.learner, self.told, self.fault = Learner(url), set(), None
        self.is_over = threading.Event()

    def run(self):
        try:
            while not self.is_over.is_set():
                self.answer(self.insist(self.learner.take), "check/", **{"c-1": "0.5"})
                self.answer_a_question()
        except Exception as error:
            self.fault = error

    def answer_a_question(self):
        page = self.insist(self.learner.start)
        if "/finish/" in page.text:  # all are answered
            self.insist(lambda: self.learner.send(page, "finish/"))
        else:
            self.answer(page, r"/\d+/$", choice="1")

    def answer(self, page, part, **fields):
        """Answer, and note the id as told when the reply says so."""
        sent = {"submission_id": str(uuid4()), **fields}
        reply = self.insist(lambda: self.learner.send(page, part, **sent))
        assert reply.status == 200, reply.words()
        self.told.add(sent["submission_id"])

    def insist(self, act):
        """Do it until there is a reply of the site itself."""
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if (page := act()).status < 500:
                    return page
            self.is_over.wait(0.1)

    def stop(self):
        self.is_over.set()
        self.join(timeout=30)
