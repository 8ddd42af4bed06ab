"""The page of one's own weights: every value of a layer that was sent, why a number differs, and nothing kept."""

import csv
import html
import io
import json
import re

import numpy as np
import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from quizzes.lessons.weights import uploads
from quizzes.lessons.weights.pages import SAMPLE
from tests import hostile
from tests.bench.site.hostile import refusals
from tests.unit.test_own_weights import CASES, case_of, gru, parts

pytestmark = pytest.mark.django_db


def text_of(response):
    return html.unescape(response.content.decode())


def send(client, content=None, name="layer.npz", **fields):
    file = {} if content is None else {"file": SimpleUploadedFile(name, content)}
    return client.post("/weights/", {**fields, **file})


def is_kept_by_the_browser_alone(answer):
    """For Back, and to be asked for anew at any other time: no cache of a proxy has it."""
    return answer["Cache-Control"] == "private, max-age=0" or answer["Cache-Control"] == "max-age=0, private"


def of_case(case, **more):
    return hostile.npz({name: np.array(values) for name, values in case["weights"].items()}, **more)


def cells_of(page, caption):
    """The numbers of a table, row by row."""
    table = page[page.index(caption) :].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    plain = [re.findall(r'<td class="num">(.*?)</td>', row, re.DOTALL) for row in rows]
    drop = r'<span class="visually-hidden">.*?</span>|<[^>]+>'
    return [[float(re.sub(drop, "", cell).replace("−", "-")) for cell in row] for row in plain]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['cell']} {case['D']} {case['H']} {case['T']}")
def test_a_file_shows_the_last_h_and_every_h_over_time_as_pytorch_computed_them(client, case):
    more = {name: np.array(case[name]) for name in ("x", "h0", "c0") if name in case}
    page = text_of(send(client, of_case(case, **more)))
    last = [row[-1] for row in cells_of(page, "After the last step")]
    assert last == pytest.approx(case["h"][-1], abs=1e-6)
    for unit in range(case["H"]):
        over_time = [row[-1] for row in cells_of(page, f"Every value of unit {unit + 1} over time")]
        assert over_time == pytest.approx([h[unit] for h in case["h"]], abs=1e-6)


def test_the_example_shows_whose_order_of_blocks_gives_the_number(client):
    page = text_of(client.get("/weights/?sample=lstm"))
    assert SAMPLE["weights"] in page
    page = text_of(send(client, **SAMPLE))
    assert "the blocks read in the order i, o, f, g (ONNX’s) instead of i, f, g, o" in page
    assert "one way gives it" in page


def test_a_number_that_nothing_gives_is_said_not_to_be_recognised(client):
    page = text_of(send(client, **SAMPLE | {"numbers": "0.987654"}))
    assert "not recognised" in page and re.search(r"None of the \d{3,} ways that were tried gives this number", page)


def test_keras_as_a_list_with_the_reset_before_the_product(client):
    W, U, b_x, _, x, h0 = parts(case_of("gru"))
    after = gru(x, W, U, b_x, 0 * b_x, 0 * h0, order="zrn")
    sent = json.dumps([W.T.tolist(), U.T.tolist(), b_x.tolist()])
    typed = "\n".join(" ".join(map(str, row)) for row in x)
    page = text_of(send(client, weights=sent, x=typed, numbers=" ".join(f"{each:.6f}" for each in after)))
    assert "read as Keras stores it" in page
    assert "the reset gate acting after the product with U (reset_after=True; PyTorch)" in page


def test_after_a_file_the_form_holds_it_as_text_so_that_the_next_try_needs_no_file(client):
    page = text_of(send(client, hostile.npz()))
    held = json.loads(re.search(r'<textarea[^>]*name="weights"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1])
    assert {name: np.array(values).tolist() for name, values in hostile.GOOD.items()} == held


def test_the_csv_has_every_value_of_every_unit_and_step(client):
    case = case_of("lstm")
    more = {name: np.array(case[name]) for name in ("x", "h0", "c0")}
    answer = send(client, of_case(case, **more), **{"as": "csv"})
    rows = list(csv.DictReader(io.StringIO(text_of(answer))))
    assert len(rows) == case["T"] * case["H"] and "attachment" in answer["Content-Disposition"]
    assert [float(row["h"]) for row in rows] == pytest.approx(np.ravel(case["h"]).tolist(), abs=1e-12)


def test_a_small_layer_leads_on_to_the_same_numbers_as_a_worked_example(client):
    page = text_of(send(client, **SAMPLE))
    example = re.search(r'href="(/examples/lstm/[^"]+)"', page)[1]
    (last,) = cells_of(page, "After the last step")
    assert f"{last[-1]:.4f}" in text_of(client.get(example))


def test_the_largest_layer_is_answered_with_as_many_units_as_a_page_has_room_for(client):
    layer = hostile.lstm(32, 64)
    page = text_of(send(client, hostile.npz(layer, x=np.ones((200, 64), "f4"))))
    assert "LSTM: 32\xa0units, 64\xa0inputs, 200\xa0steps" in page and "of 32 here; the CSV below has them all" in page


@pytest.mark.parametrize(("fields", "said"), [
    ({}, "There are no weights yet. Paste them, or choose a file."),
    (SAMPLE | {"x": ""}, "The input sequence is missing. Type x: a number for each step."),
    (SAMPLE | {"x": "1 much"}, "x at step 2 is “much”"),
    (SAMPLE | {"step": "3"}, "The step is “3”, needs a whole number from 1 to 2."),
    (SAMPLE | {"unit": "0"}, "The unit is “0”"),
    (SAMPLE | {"h0": "1 2"}, "h0 has the shape (2,), needs (H,) with H = 1."),
    (SAMPLE | {"weights": "{"}, "This is no JSON: line 1, column 2 can't be read."),
    (SAMPLE | {"numbers": "<b>"}, "“<b>” can’t be read"),
])  # fmt: skip
def test_what_can_t_be_read_comes_back_with_one_sentence_and_what_was_typed(client, fields, said):
    answer = send(client, **fields)
    page = answer.content.decode()
    assert answer.status_code == 422 and said in html.unescape(page) and page.count('class="error"') == 1
    assert html.escape(fields.get("x", "")) in page and "<b>" not in page


@pytest.mark.parametrize("name", hostile.FILES)
def test_each_hostile_file_is_refused_in_one_plain_sentence(client, name):
    make, said = hostile.FILES[name]
    answer = send(client, make(), x="")
    page = answer.content.decode()
    assert answer.status_code == 422 and page.count('class="error"') == 1
    assert said in html.unescape(page) and "<script>alert" not in page
    assert is_kept_by_the_browser_alone(answer)


@pytest.mark.parametrize("name", hostile.ADDRESSES)
def test_each_hostile_address_is_refused_in_one_plain_sentence(client, name):
    address, said = hostile.ADDRESSES[name]
    answer = client.get(address)
    assert answer.status_code == 422 and said in text_of(answer)


def test_there_are_forty_of_them_and_more():
    assert len(hostile.FILES) + len(hostile.ADDRESSES) >= 40


def test_a_form_larger_than_any_layer_is_refused_before_it_is_read(client):
    answer = send(client, bytes(uploads.LARGEST_BODY))
    assert answer.status_code == 422 and re.search(r"What was sent has 24\d{5} bytes", text_of(answer))


def test_nothing_of_what_was_sent_is_kept_by_the_server(client, tmp_path, settings, monkeypatch):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    answer = send(client, hostile.npz(big=np.random.default_rng(1).normal(size=100)))
    assert answer.status_code == 200 and list(tmp_path.iterdir()) == []
    assert not Session.objects.exists() and is_kept_by_the_browser_alone(answer)


def test_the_page_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        send(client, hostile.npz())


def test_a_form_without_its_token_is_refused():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/weights/", SAMPLE).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text_of(strict.get("/weights/")))[1]
    assert strict.post("/weights/", {**SAMPLE, "csrfmiddlewaretoken": token}).status_code == 200


def test_all_of_them_together_take_less_than_200_mb_of_memory():
    """A process that answers nothing else; the files come from another one."""
    found = refusals()
    assert {status for _, _, status in found["cases"]} == {422}
    assert found["memory_mb"] < 200
