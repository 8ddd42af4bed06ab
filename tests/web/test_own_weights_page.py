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

from quizzes.formats.weight_files.python_text import KERAS_LINE, TORCH_LINE
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


PRINTED = """OrderedDict([('weight_ih_l0', tensor([[-1.7000], [-1.4000], [-0.7000], [1.2000]])),
  ('weight_hh_l0', tensor([[-0.6000], [-1.8000], [-1.7000], [-0.6000]]))])"""


@pytest.mark.parametrize(("printed", "line"), [
    (PRINTED, "json.dumps({k: v.tolist() for k, v in layer.state_dict().items()})"),
    ("{'weight_ih_l0': tensor([[1.0]]), 'weight_hh_l0': tensor([[1.0]])}", "layer.state_dict().items()"),
    ("[array([[0.1, 0.2]], dtype=float32), array([[0.3]])]", "[w.tolist() for w in layer.get_weights()]"),
    ("[[ 0.1  0.2 -0.3]\n [ 0.4  0.5  0.6]]", "[w.tolist() for w in layer.get_weights()]"),
    ("[[0.1, 0.2, ..., 0.3]]", "[w.tolist() for w in layer.get_weights()]"),
])  # fmt: skip
def test_what_python_prints_is_answered_with_the_line_that_prints_json(client, printed, line):
    answer = send(client, **SAMPLE | {"weights": printed})
    page = text_of(answer)
    fault = re.search(r'<p class="error" id="weights-fault">(.*?)</p>', page, re.DOTALL)[1]
    assert answer.status_code == 422 and "This is what Python prints of arrays" in fault and line in fault


def test_the_line_is_told_beside_the_field_before_anything_goes_wrong(client):
    page = text_of(client.get("/weights/"))
    assert TORCH_LINE in page and KERAS_LINE in page
    compile(TORCH_LINE, "torch", "exec")
    compile(KERAS_LINE, "keras", "exec")


def test_a_printed_dict_of_plain_lists_is_read_as_it_is(client):
    printed = repr(json.loads(SAMPLE["weights"])).replace("]}", "],}")
    page = text_of(send(client, **SAMPLE | {"weights": printed}))
    assert "the blocks read in the order i, o, f, g (ONNX’s)" in page
    assert send(client, **SAMPLE | {"weights": "{'weight_ih_l0': __import__('os').getpid()}"}).status_code == 422


@pytest.mark.parametrize(("fields", "field"), [
    ({}, "weights"),
    (SAMPLE | {"weights": "{"}, "weights"),
    (SAMPLE | {"x": "1 much"}, "x"),
    (SAMPLE | {"h0": "1 2"}, "h0"),
    (SAMPLE | {"c0": "q"}, "c0"),
    (SAMPLE | {"numbers": "0.1 0.2 0.3"}, "numbers"),
    (SAMPLE | {"step": "3"}, "step"),
    (SAMPLE | {"unit": "0"}, "unit"),
])  # fmt: skip
def test_the_field_at_fault_is_marked_described_and_has_the_focus_and_the_summary_leads_to_it(client, fields, field):
    page = text_of(send(client, **fields))
    (marked,) = re.findall(r'<(?:input|textarea)[^>]* id="(\w+)"[^>]* aria-invalid="true"[^>]* autofocus', page)
    described = re.search(rf' id="{field}"[^>]* aria-describedby="([\w -]+)"', page)[1].split()
    assert marked == field and described[0] == f"{field}-fault"
    assert all(f'id="{name}"' in page for name in described)
    assert f'<a href="#{field}">' in page and page.count("aria-invalid") == page.count(" autofocus") == 1


def test_a_fault_of_a_file_is_told_beside_the_file_and_one_of_no_field_in_the_summary(client):
    assert 'id="file-fault"' in text_of(send(client, b"\x80 a pickle", x="1"))
    page = text_of(send(client, bytes(2_000_000)))
    assert 'id="file-fault"' in page
    huge = {"weight_ih_l0": [[1e308]], "weight_hh_l0": [[1e308]]}
    page = text_of(send(client, weights=json.dumps(huge), x="9 9 9", activation="relu"))
    assert '<div class="errors" role="alert" id="fault" tabindex="-1" autofocus>' in page


def test_two_layers_are_refused_with_what_to_do(client):
    two = json.loads(SAMPLE["weights"])
    two |= {name.replace("_l0", "_l1"): values for name, values in two.items()}
    page = text_of(send(client, **SAMPLE | {"weights": json.dumps(two)}))
    assert "There are 2 recurrent layers or directions (“weight_hh_l0”, “weight_hh_l1”); this page takes one." in page
    assert "Paste the arrays of one of them alone." in page


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
