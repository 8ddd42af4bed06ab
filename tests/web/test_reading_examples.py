"""The worked example: three views of one number, its whole state in the address, the same bytes for everybody."""

import gzip
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

import sim
from quizzes.lessons.examples import address
from quizzes.lessons.examples.presets import presets_of
from quizzes.lessons.examples.quantities import NAMES, sentence_of
from quizzes.lessons.examples.usual import CONVENTIONS

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
PRESETS = [preset for cell in CONVENTIONS for preset in presets_of(cell)]
LINKS = [f"/examples/{preset.cell}/?{address.query(preset.example())}" for preset in PRESETS]
PLACES = [
    f"/examples/{preset.cell}/?{address.query(replace(preset.example(), view='step'))}" for preset in PRESETS
]  # the same numbers, one step of them


LAST_GOOD = next(place for place in PLACES if "T=5" in place and "lstm" in place)


def text_of(response):
    return response.content.decode()


def value_of(page, quantity):
    """The numbers of a row of the table of values, as they are shown."""
    row = re.search(rf'<tr data-q="{quantity}">(.*?)</tr>', page, re.DOTALL)[1]
    cells = re.findall(r'<td class="num"[^>]*>(.*?)</td>', row, re.DOTALL)
    return [re.sub(r"<span class=\"visually-hidden\">.*?</span>|<[^>]+>", "", cell) for cell in cells]


def form_of(page):
    """What a browser without a script would send: every named field in order."""
    fields = re.findall(r"<(?:input|select)[^>]* name=\"([^\"]+)\"[^>]*?(?: value=\"([^\"]*)\")?[^>]*>", page)
    sent = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        sent[name] = [re.search(r"<option(?: value=\"(\w+)\")? selected>([^<]+)", options).group(1) or
                      re.search(r"<option[^>]* selected>([^<]+)", options)[1]]  # fmt: skip
    return sent


def test_the_step_of_the_lessons_is_worked_out_on_paper_s_numbers(client):
    page = text_of(client.get("/examples/lstm/"))
    shown = {quantity: value_of(page, quantity)[0] for quantity in ("a_i", "i", "f", "g", "o", "c", "h")}
    assert shown == {
        "a_i": "−0.5100", "i": "0.3752", "f": "0.4013", "g": "0.7857", "o": "0.7311", "c": "0.8165", "h": "0.4921",
    }  # fmt: skip
    second = text_of(client.get("/examples/lstm/?step=2"))
    assert (value_of(second, "c"), value_of(second, "h")) == (["0.2251"], ["0.0483"])


@pytest.mark.parametrize(("convention", "h"), [("pytorch", "0.0620"), ("cho2014", "−0.3228"), ("chung2014", "−0.6364")])
def test_the_gru_s_second_unit_is_what_each_convention_gives(client, convention, h):
    page = text_of(client.get(f"/examples/gru/?D=2&H=2&T=1&convention={convention}"))
    assert value_of(page, "h")[1] == h


@pytest.mark.parametrize("place", PLACES, ids=[preset.title for preset in PRESETS])
def test_equation_diagram_and_table_tell_the_same_quantities_by_the_same_ids(client, place):
    page = text_of(client.get(place))
    table = re.findall(r'<tr data-q="(\w+)">', page)
    lines = re.findall(r'<li data-q="(\w+)">', page)
    lying, upright = (set(re.findall(r'data-q="(\w+)"', svg)) for svg in re.findall("<svg.*?</svg>", page, re.DOTALL))
    assert table[-len(lines) :] == lines
    assert lying == upright <= set(table) and {line for line in lines if not line.startswith("a")} <= lying
    assert page.count('class="pick"') == len(table) == len(set(table))


@pytest.mark.parametrize("place", [*PLACES[::3], "/examples/", "/"])
def test_no_id_stands_twice_on_a_page_with_a_diagram(client, place):
    page = text_of(client.get(place))
    ids = re.findall(r' id="([^"]+)"', page)
    assert 'class="cell upright"' in page and len(ids) == len(set(ids))


def test_every_declared_cell_has_a_page_in_each_of_its_conventions(client):
    for cell, conventions in CONVENTIONS.items():
        for convention in conventions:
            page = text_of(client.get(f"/examples/{cell}/?convention={convention}"))
            declared = sim.cell(cell, convention)
            assert re.findall(r'<li data-q="(\w+)">', page) == list(declared.equations)
            assert f'<a href="/examples/{cell}/" aria-current="page">' in page


def test_every_quantity_of_every_cell_has_a_name_and_a_sentence():
    for cell, conventions in sim.CELLS.items():
        for convention, declared in conventions.items():
            for quantity in declared.equations:
                assert quantity in NAMES
                assert sentence_of(quantity, cell, convention).endswith(".")


@pytest.mark.parametrize("place", PLACES, ids=[preset.title for preset in PRESETS])
def test_the_numbers_put_in_are_those_of_the_table(client, place):
    page = text_of(client.get(place))
    for quantity in re.findall(r'<li data-q="(\w+)">', page):
        line = re.search(rf'<li data-q="{quantity}">.*?</li>', page, re.DOTALL)[0]
        results = [
            re.sub("<[^>]+>", "", left) for left in re.findall(r"<math[^>]*><mrow>((?:(?!</math>).)*?)<mo>=</mo>", line)
        ]
        assert [shown for shown in results if shown[-1].isdigit()] == value_of(page, quantity)


def test_without_a_script_a_sent_form_leads_to_the_canonical_address(client):
    sent = form_of(text_of(client.get("/examples/lstm/")))
    sent["x"] = ["1,5", "−0.4"]
    answer = client.get("/examples/lstm/", sent)
    assert answer.status_code == 302
    numbers = parse_qs(urlsplit(answer["Location"]).query)
    assert numbers["x"] == ["1.5;-0.4"] and "was" not in numbers
    assert 'value="1.5"' in text_of(client.get(answer["Location"]))


@pytest.mark.parametrize("place", PLACES, ids=[preset.title for preset in PRESETS])
def test_a_form_sent_as_it_came_leads_back_to_where_it_came_from(client, place):
    sent = form_of(text_of(client.get(place)))
    assert client.get(place.split("?")[0], sent)["Location"] == place


def test_a_step_is_a_button_of_the_form(client):
    sent = form_of(text_of(client.get("/examples/lstm/"))) | {"go": ["2"]}
    assert client.get("/examples/lstm/", sent)["Location"].endswith("&step=2")


def test_htmx_gets_the_step_alone_and_the_canonical_address(client):
    sent = form_of(text_of(client.get("/examples/lstm/")))
    answer = client.get("/examples/lstm/", sent, headers=HTMX)
    assert "<html" not in text_of(answer) and 'id="bench"' not in text_of(answer)
    assert answer["HX-Replace-Url"] == f"/examples/lstm/?{address.query(address.usual('lstm'))}"
    assert 'id="live" hx-swap-oob="innerHTML">Step 1: c 0.8165, h 0.4921' in text_of(answer)


def test_a_change_of_size_brings_the_whole_bench(client):
    sent = form_of(text_of(client.get("/examples/lstm/"))) | {"H": ["2"]}
    answer = client.get("/examples/lstm/", sent, headers=HTMX)
    assert answer["HX-Retarget"] == "#bench" and "H=2" in answer["HX-Push-Url"]
    assert text_of(answer).count('name="U_f"') == 4


def test_a_bad_number_is_refused_in_one_sentence_and_nothing_on_the_page_changes(client):
    answer = client.get("/examples/lstm/?x=much;1", headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#refusal")
    assert "x at step 1 is “much”; it needs a number such as −0.4." in text_of(answer)
    page = client.get("/examples/lstm/?x=much;1")
    assert page.status_code == 422 and "x at step 1 is “much”" in text_of(page)
    assert page["Cache-Control"] == "no-store"


def test_a_bad_address_leads_on_to_the_usual_numbers_of_its_cell(client):
    page = text_of(client.get("/examples/gru/?x=zz"))
    assert "“zz” is not a number" in page and "go back" not in page
    assert '<a class="btn" href="/examples/gru/">Start from the usual GRU numbers</a>' in page


@pytest.mark.parametrize(
    "query", ["x=%3Cscript%3E", "convention=%22%3E%3Cscript%3E", "H=%00", "b_f=1&b_f=%F0%9F%98%80"]
)
def test_what_is_refused_is_shown_as_text(client, query):
    answer = client.get(f"/examples/lstm/?{query}")
    assert answer.status_code == 422 and "<script>" not in text_of(answer)


def test_without_a_script_a_refusal_stands_on_the_page_of_the_last_good_numbers(client):
    answer = client.get("/examples/lstm/?x=much;1", headers={"Referer": f"http://testserver{LAST_GOOD}&step=2"})
    page = text_of(answer)
    assert answer.status_code == 422 and answer["Cache-Control"] == "no-store"
    assert "x at step 1 is “much”" in page and "Step 2 of 5" in page


@pytest.mark.parametrize("came_from", ["http://testserver/examples/lstm/?x=worse", "http://[", "/glossary/"])
def test_a_page_of_no_use_to_go_back_to_is_not_gone_back_to(client, came_from):
    answer = client.get("/examples/lstm/?x=much;1", headers={"Referer": came_from})
    assert answer.status_code == 422 and "This example can’t be shown" in text_of(answer)


def test_an_unknown_cell_is_not_found(client):
    assert client.get("/examples/transformer/").status_code == 404


def test_an_address_shows_the_same_to_everybody_and_may_be_kept(client, admin_client):
    stranger, staff = client.get(PLACES[0]), admin_client.get(PLACES[0])
    assert stranger.content == staff.content
    assert "public" in stranger["Cache-Control"] and "Cookie" not in stranger["Vary"] and not stranger.cookies
    assert "csrf" not in text_of(stranger)
    assert client.get(PLACES[0], headers={"If-None-Match": stranger["ETag"]}).status_code == 304


def test_an_example_asks_the_database_at_most_once(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        client.get("/examples/gru/")
    with django_assert_max_num_queries(0):
        client.get("/examples/gru/", headers=HTMX)


@pytest.mark.parametrize("where", ["lstm/?T=3", "gru/?T=3&D=2&H=2", "lstm/?T=3&D=2&H=2"])
def test_a_fragment_is_small(client, where):
    assert len(gzip.compress(client.get(f"/examples/{where}", headers=HTMX).content)) <= 6_000


def test_the_index_leads_to_every_preset(client):
    page = text_of(client.get("/examples/"))
    for place in LINKS:
        assert f'href="{place.replace("&", "&amp;")}"' in page
