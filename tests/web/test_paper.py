"""Sheets on paper: the same bytes for everybody, the key on its own sheet, the seed with the keys."""

import gzip
import html
import re

import pytest

from quizzes import http
from quizzes.lessons.examples import address
from quizzes.lessons.paper.documents import document
from quizzes.lessons.paper.wanted import read

pytestmark = pytest.mark.django_db

EXAM = "/paper/lstm/?seed=9&variants=12"


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
    lines = [shown(line).replace(" ", "") for line in re.findall(r'<div class="substituted">.*?</div>', key, re.DOTALL)]
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


@pytest.mark.parametrize("table", ["once", "each"])
def test_the_seed_stands_with_the_keys_and_on_nothing_a_learner_gets(client, table):
    page = text_of(client.get(f"{EXAM}&table={table}"))
    *handed_out, keys = leaves(page)
    assert not any("seed" in leaf.lower() for leaf in handed_out) and "Seed 9" in keys
    assert "seed" not in re.search(r"<title>.*?</title>", page, re.DOTALL)[0]  # a browser prints it at the top
    sent = document(read("lstm", {"seed": ["9"], "variants": ["2"]}), "A4")["sheets.html"].decode()
    assert "seed" not in sent.lower().partition('id="keys"')[0]


def test_every_step_of_a_key_says_whose_it_is(client):
    keys = leaves(text_of(client.get("/paper/lstm/?D=2&H=2&T=3&seed=9&variants=2")))[-1]
    assert re.findall(r"<caption>(.*?)</caption>", keys) == [
        "Step 1", "Variant 1, step 2", "Variant 1, step 3", "Step 1", "Variant 2, step 2", "Variant 2, step 3"
    ]  # fmt: skip


def test_the_head_of_a_sheet_has_the_cell_the_variant_and_a_place_for_the_name(client):
    for number, leaf in enumerate(leaves(text_of(client.get(f"{EXAM}&table=none")))[:-1], 1):
        head = shown(re.search(r'<header class="leaf-head">.*?</header>', leaf, re.DOTALL)[0])
        assert head == f"LSTM, by hand variant {number} Name Date"


def test_a_sheet_is_checked_in_the_worked_example_with_its_numbers(client):
    page = text_of(client.get("/paper/lstm/?seed=9&variants=3&T=1"))
    links = [html.unescape(link) for link in re.findall(r'href="(/examples/lstm/\?[^"]+)"', page)]
    drawn = read("lstm", {"seed": ["9"], "variants": ["3"], "T": ["1"]}).examples
    assert links == [f"/examples/lstm/?{address.query(each)}" for each in drawn]
    alone = text_of(client.get("/paper/lstm/?T=1&x=0.3"))
    assert 'href="/exercises/">exercises</a> give fresh numbers' in alone
    assert "T=1&amp;x=0.3" in re.search(r'href="([^"]+)">Back to the worked example', alone)[1]


def test_a_worked_example_too_large_for_paper_says_so_in_place_of_the_button(client):
    fits, large = (text_of(client.get(f"/examples/lstm/?T={steps}")) for steps in (5, 6))
    assert ">On paper</a>" in fits and "On paper: up to" not in fits
    assert "On paper: up to 4 units and 5 steps" in large and ">On paper</a>" not in large


def test_what_is_too_large_leads_on_to_the_sheets_that_fit_and_back_to_the_example(client):
    answer = client.get("/paper/lstm/?T=6&x=0.1;0.2;0.3;0.4;0.5;0.6&b_f=1.5")
    page = html.unescape(text_of(answer))
    assert answer.status_code == 422 and "6 steps, at most 5" in page
    fitting, back = (
        re.search(r'href="(/paper/lstm/\?[^"]+)"', page)[1],
        re.search(r'"(/examples/lstm/\?[^"]+)"', page)[1],
    )
    assert "T=5&x=0.1;0.2;0.3;0.4;0.5&" in fitting and "b_f=1.5" in fitting
    assert "T=6&x=0.1;0.2;0.3;0.4;0.5;0.6&" in back
    assert client.get(fitting).status_code == client.get(back).status_code == 200


@pytest.mark.parametrize(
    "address", ["lstm/?T=6", "lstm/?variants=99", "transformer/", "lstm/?x=nan;1", "lstm/?variants=2&x=1;1"]
)
def test_a_refusal_shows_no_code_and_leads_on(client, address):
    page = text_of(client.get(f"/paper/{address}"))
    assert not re.search(r"no_room|bad_\w+|no_cell|lstm_peephole|numbers_of_variants|Nothing was recomputed", page)
    assert 'href="/paper/"' in page


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
