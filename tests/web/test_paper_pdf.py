"""A PDF of sheets for staff: ordered, made by a worker with a browser, fetched, thrown away."""

import re

import pytest

from quizzes.errors import Unavailable
from quizzes.jobs.models import Job, Outbox
from quizzes.lessons.paper import chromium, services, tasks
from quizzes.lessons.paper.models import PaperOrder
from quizzes.lessons.paper.wanted import read
from studyapp.celery import app
from tests.factories import make_user
from tests.servers import wait_for, wait_until_gone

pytestmark = pytest.mark.django_db

NO_PDF = "There is no browser on the server"


def text_of(response):
    return response.content.decode()


@pytest.fixture
def staff(client):
    user = make_user("prof", is_staff=True)
    client.force_login(user)
    return user


def order(staff, **fields):
    asked = read("lstm", {"seed": ["9"], "variants": ["2"]})
    return services.order_pdf(**{"asked": asked, "size": "a4", "requested_by": staff} | fields)


@pytest.fixture
def chromium_there(monkeypatch):
    monkeypatch.setattr(chromium, "found", lambda: "/usr/bin/chromium")


def test_a_pdf_of_what_can_t_be_printed_is_refused_like_the_sheets(client, staff):
    answer = client.get("/paper/lstm/pdf/?T=6")
    assert answer.status_code == 422 and "Sheets with what fits" in text_of(answer)
    assert "no-store" in answer["Cache-Control"]


def test_an_order_is_owed_and_the_page_shows_it_waiting(client, staff, chromium_there):
    answer = client.post("/paper/lstm/pdf/?seed=9&variants=12", {"size": "letter"})
    assert answer.status_code == 302
    row, made = Outbox.objects.get(), PaperOrder.objects.get()
    assert (row.task, row.arguments) == ("quizzes.lessons.paper.tasks.make_pdf", {"job_id": str(made.pk)})
    assert (made.size, made.query) == ("letter", "convention=pytorch&D=1&H=1&T=2&seed=9&variants=12")
    page = text_of(client.get(answer["Location"]))
    assert "LSTM on paper: 12 sheets, seed 9" in page and "waiting" in page and "every 2s" in page


def test_without_a_browser_the_button_is_not_offered_and_the_page_says_why(client, staff, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    page = text_of(client.get("/paper/lstm/pdf/"))
    assert "The server can make no PDF" in page and "chromium-browser" in page and "<button" not in page
    answer = client.post("/paper/lstm/pdf/", {"size": "a4"})
    assert answer.status_code == 503 and not PaperOrder.objects.exists() and not Job.objects.exists()


def test_a_made_pdf_is_fetched_by_staff_and_by_nobody_else(client, staff, chromium_there, monkeypatch):
    monkeypatch.setattr(chromium, "printed", lambda files, **how: b"%PDF-1.7 made")
    made = order(staff)
    services.make_pdf(job_id=str(made.pk))
    job = Job.objects.get()
    assert (job.state, job.done) == (Job.State.DONE, 1)
    answer = client.get(f"/paper/files/{made.pk}/")
    assert answer.content == b"%PDF-1.7 made" and answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="lstm-')
    assert "no-store" in answer["Cache-Control"]
    assert f'href="/paper/files/{made.pk}/"' in text_of(client.get("/paper/lstm/pdf/"))
    client.force_login(make_user("learner"))
    assert client.get(f"/paper/files/{made.pk}/").status_code == 403


def test_the_browser_is_given_the_sheets_with_all_they_link_and_nothing_else(staff, chromium_there, monkeypatch):
    seen = {}
    monkeypatch.setattr(chromium, "printed", lambda files, **how: seen.update(files) or b"%PDF")
    services.make_pdf(job_id=str(order(staff, size="letter").pk))
    page = seen["sheets.html"].decode()
    linked = set(re.findall(r'(?:href|src)="([^"]+)"', page))
    assert linked <= set(seen) and not re.search(r"<script|https?://(?!www\.w3\.org)", page)
    assert b"size: Letter" in seen["page.css"] and page.count("by hand") == 2


def test_a_browser_that_fails_fails_the_job_in_a_sentence(client, staff, chromium_there, monkeypatch):
    monkeypatch.setattr(chromium, "found", iter(["/usr/bin/chromium", None, None]).__next__)
    services.make_pdf(job_id=str(order(staff).pk))
    job = Job.objects.get()
    assert job.state == Job.State.FAILED and job.message.startswith(NO_PDF)


def test_a_cancelled_order_is_not_printed(staff, chromium_there, monkeypatch):
    monkeypatch.setattr(chromium, "printed", lambda files, **how: pytest.fail("printed"))
    made = order(staff)
    Job.objects.update(state=Job.State.CANCELLED)
    services.make_pdf(job_id=str(made.pk))
    assert PaperOrder.objects.get().pdf is None


def test_files_are_thrown_away_after_a_week(staff, chromium_there, monkeypatch):
    monkeypatch.setattr(chromium, "printed", lambda files, **how: b"%PDF")
    old, young = order(staff), order(staff)
    services.make_pdf(job_id=str(old.pk))
    Job.objects.filter(pk=old.pk).update(ended_at=Job.objects.get(pk=old.pk).ended_at - services.KEPT * 1.01)
    services.make_pdf(job_id=str(young.pk))
    assert [PaperOrder.objects.get(pk=each.pk).pdf for each in (old, young)] == [None, b"%PDF"]


@pytest.mark.chromium
def test_a_real_browser_makes_a_pdf_of_as_many_pages_as_there_are_leaves(staff):
    made = order(staff)
    services.make_pdf(job_id=str(made.pk))
    assert Job.objects.get().message == ""
    pdf = bytes(PaperOrder.objects.get(pk=made.pk).pdf)
    assert pdf.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", pdf)) == 4  # two sheets, table, keys
    assert re.search(rb"/MediaBox\s*\[0 0 59[45]\.\d+ 84[12]\.\d+\]", pdf)  # A4 in points


def test_the_task_works_the_row_that_the_order_owes(staff, chromium_there, monkeypatch):
    monkeypatch.setattr(chromium, "printed", lambda files, **how: b"%PDF")
    made = order(staff)
    row = Outbox.objects.get()
    assert row.task in app.tasks  # a worker knows it by this name
    tasks.make_pdf(row.pk)
    row.refresh_from_db()
    assert row.done_at is not None and PaperOrder.objects.get(pk=made.pk).pdf == b"%PDF"
    tasks.make_pdf(row.pk)  # published twice: nothing happens again
    assert Job.objects.get().done == 1


def test_a_browser_that_hangs_is_ended_and_its_folder_is_gone(tmp_path, monkeypatch):
    hanging = tmp_path / "chromium"
    hanging.write_text("#!/bin/sh\nsleep 60 & echo $! > $HOME/child; wait\n")
    hanging.chmod(0o700)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(chromium, "found", lambda: str(hanging))
    monkeypatch.setattr(chromium, "LONGEST_S", 1)
    monkeypatch.setattr(chromium, "PIECE_S", 1)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    child, renewed = tmp_path / "child", []

    def still():
        wait_for(lambda: child.exists() and child.read_text().endswith("\n"), "the child of the browser")
        renewed.append(True)

    with pytest.raises(Unavailable, match="took longer than 1 seconds"):
        chromium.printed({"sheets.html": b""}, still=still)
    assert renewed == [True] and list(tmp_path.glob("paper-*")) == []
    wait_until_gone([int(child.read_text())])  # killed with its parent
