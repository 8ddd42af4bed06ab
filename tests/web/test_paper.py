"""Sheets on paper: the same bytes for everybody, the key on its own sheet, a PDF for staff."""

import gzip
import html
import re

import pytest

from quizzes import http
from quizzes.errors import Unavailable
from quizzes.jobs.models import Job, Outbox
from quizzes.lessons.paper import chromium, services, tasks
from quizzes.lessons.paper.models import PaperOrder
from quizzes.lessons.paper.wanted import read
from studyapp.celery import app
from tests.factories import make_user
from tests.servers import wait_for, wait_until_gone

pytestmark = pytest.mark.django_db

EXAM = "/paper/lstm/?seed=9&variants=12"
NO_PDF = "There is no browser on the server"


def text_of(response):
    return response.content.decode()


def shown(page):
    """The text of a part of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def leaves(page):
    return re.findall(r'<section class="leaf.*?(?=<section class="leaf|</main>)', page, re.DOTALL)


def test_a_sheet_gives_the_numbers_and_leaves_room_for_every_value(client):
    sheet, table, key = leaves(text_of(client.get("/paper/lstm/")))
    assert sheet.count("<td></td>") == 22  # eleven values in two steps
    assert "W i = − 1.7" in shown(sheet) and "c 0 = 1.3" in shown(sheet) and "PyTorch" in sheet
    assert not re.search(r"0\.816|0\.492|0\.375", shown(sheet))
    assert "σ(−a) = 1 − σ(a)" in table and "tanh(−a) = −tanh(a)" in table
    assert key.count("<td></td>") == 0 and ">0.816<" in key and ">0.492<" in key


def test_the_working_shows_every_equation_with_its_numbers(client):
    key = leaves(text_of(client.get("/paper/lstm/?T=1&x=0.9")))[-1]
    lines = [shown(line).replace(" ", "") for line in re.findall(r'<div class="put">.*?</div>', key, re.DOTALL)]
    assert len(lines) == 11
    assert lines[8] == "0.816=0.401·1.3+0.375·0.786"  # by hand: 0.5213 + 0.29475 = 0.81605


def test_each_variant_has_a_sheet_and_a_key_with_its_number(client):
    page = text_of(client.get(EXAM))
    assert re.findall(r"variant (\d+)</span>", page) == [str(k) for k in range(1, 13)]
    assert re.findall(r"Key to variant (\d+)</h3>", page) == [str(k) for k in range(1, 13)]
    first_key = page.index("Key to variant 1<")
    assert page.rindex("by hand") < first_key  # no key among the sheets that are handed out


@pytest.mark.parametrize(("table", "count"), [("once", 1), ("each", 12), ("none", 0)])
def test_the_table_comes_once_with_each_sheet_or_not_at_all(client, table, count):
    assert text_of(client.get(f"{EXAM}&table={table}")).count('<div class="squash">') == count


def test_a_cell_without_squashing_has_no_table(client):
    assert "squash" not in text_of(client.get("/paper/rnn_relu/"))


def test_an_address_shows_the_same_sheets_to_everybody_and_may_be_kept(client, admin_client):
    stranger, staff = client.get(EXAM), admin_client.get(EXAM)
    assert stranger.content == staff.content
    assert "public" in stranger["Cache-Control"] and "Cookie" not in stranger["Vary"] and not stranger.cookies
    assert "csrf" not in text_of(stranger)
    assert client.get(EXAM, headers={"If-None-Match": stranger["ETag"]}).status_code == 304


def test_many_sheets_are_packed_and_not_kept_in_memory(client):
    kept = http._gzip.cache_info().currsize
    answer = client.get(EXAM, headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip" and len(gzip.decompress(answer.content)) > 100_000
    assert http._gzip.cache_info().currsize == kept


def test_sheets_ask_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(EXAM)


def test_the_form_leads_to_the_sheets_and_holds_what_was_typed(client):
    sent = {"choice": "gru.keras", "D": "2", "H": "2", "T": "1", "variants": "3", "seed": "5", "table": "each"}
    answer = client.get("/paper/", sent)
    assert answer["Location"] == "/paper/gru/?convention=keras&D=2&H=2&T=1&seed=5&variants=3&table=each"
    page = text_of(client.get(answer["Location"]))
    assert (
        '<option value="gru.keras" selected>' in page
        and 'name="seed" inputmode="numeric" maxlength="6" value="5"' in page
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"variants": "61"}, "Variants is “61”, needs a whole number from 1 to 60."),
        ({"seed": "many"}, "Seed is “many”"),
        ({"choice": "transformer.x"}, "no worked example of “transformer”"),
        ({"choice": "gru.<script>"}, "The convention “&lt;script&gt;” is not known here"),
        ({"H": "1000000"}, "H is “1000000”"),
    ],
)
def test_a_form_that_can_t_be_read_comes_back_with_one_sentence(client, changed, said):
    answer = client.get("/paper/", {"choice": "lstm.pytorch", "variants": "2", **changed})
    page = text_of(answer)
    assert answer.status_code == 422 and said in page and page.count('class="error"') == 1


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/paper/lstm/?H=1000000", 422, "H is “1000000”"),
        (f"/paper/lstm/?x={'1;' * 500_000}", 422, "This address has 1000002 characters"),
        (f"/paper/lstm/?{'a&' * 500_000}", 422, "This address has 1000000 characters"),
        ("/paper/lstm/?x=nan;1", 422, "x at step 1 is “nan”"),
        ("/paper/lstm/?W_i=1e999", 422, "W_i is “1e999”"),
        ("/paper/lstm/?variants=1e9", 422, "Variants is “1e9”"),
        ("/paper/lstm/?T=5&x=%00", 422, "x needs"),
        ("/paper/lstm/?seed=18446744073709551616&variants=2", 422, "Seed is “184467440737095516"),
        ("/paper/..%2f..%2fetc%2fpasswd/", 404, ""),
        ("/paper/transformer/?H=9", 404, "There is no worked example of “transformer”."),
    ],
)
def test_hostile_addresses_are_refused_in_one_sentence(client, address, status, said):
    answer = client.get(address)
    assert answer.status_code == status and said in html.unescape(text_of(answer))


# --- the PDF


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
