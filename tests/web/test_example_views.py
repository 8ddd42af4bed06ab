"""The views of a worked example over time, side by side and line by line, held against numbers worked out in floats."""

import re
from math import tanh
from urllib.parse import parse_qs, urlsplit

import pytest

from quizzes.lessons.examples.usual import CONVENTIONS
from tests.by_example import HTMX, plain, run, shown, step, table_of, text_of
from tests.tiers import thorough

pytestmark = pytest.mark.django_db

VIEWS = ("step", "time", "whatif", "gradient", "compare", "code")


# --- over time


def test_every_step_stands_in_one_table(client):
    page = text_of(client.get("/examples/lstm/?T=4&x=0.9;-0.4;1;0&view=time"))
    expected = [
        [str(t), *(shown(each[name]) for name in "xifogch")] for t, each in enumerate(run([0.9, -0.4, 1, 0]), 1)
    ]
    assert table_of(page, "time-caption") == expected


def test_every_chart_stands_beside_its_table_and_is_told_to_an_ear(client):
    page = text_of(client.get("/examples/lstm/?view=time"))
    assert page.count("<figure") == 2 and page.count('role="img"') == 2
    assert "c goes from 0.8165 at step 1 to 0.2251 at step 2, between 0.2251 and 0.8165." in page
    assert "h goes from 0.4921 at step 1 to 0.0483 at step 2" in page


def test_every_curve_of_a_chart_has_a_mark_and_a_pattern_of_its_own(client):
    page = text_of(client.get("/examples/lstm/?view=time"))
    for figure in re.findall(r"<figure.*?</figure>", page, re.DOTALL):
        marks = re.findall(r'<path class="mark [\w-]+" d="M17,7([^"]+)"', figure)
        kinds = re.findall(r'<path class="line ([\w-]+)" d="M0,7H34"', figure)
        assert len(marks) == len(set(marks)) == len(set(kinds)) == figure.count("<li>")


def test_the_sequence_is_as_long_as_the_learner_types_it(client):
    sent = {"was": "1.1.2.pytorch", "T": "2", "view": "time", "sequence": "1 0, −0.5  0.25"}
    answer = client.get("/examples/lstm/", sent)
    numbers = parse_qs(urlsplit(answer["Location"]).query)
    assert (numbers["T"], numbers["x"]) == (["4"], ["1;0;-0.5;0.25"])


def test_a_typed_sequence_may_have_decimal_commas(client):
    sent = {"was": "1.1.2.pytorch", "T": "2", "view": "time", "sequence": "0,9 −0,4"}
    assert "x=0.9;-0.4" in client.get("/examples/lstm/", sent)["Location"]


@pytest.mark.parametrize("unclear", ["0,9,0,4", "1 0,9,0,4"])
def test_a_sequence_that_can_be_read_in_two_ways_is_refused_and_not_guessed(client, unclear):
    sent = {"was": "1.1.2.pytorch", "T": "2", "view": "time", "sequence": unclear}
    answer = client.get("/examples/lstm/", sent, headers=HTMX)
    assert answer.status_code == 422
    assert "“0,9,0,4” can be 2 numbers with decimal commas, or 4 without; write “;” between" in text_of(answer)


def test_another_number_of_steps_cuts_a_typed_sequence_or_goes_on_with_the_usual_numbers(client):
    sent = {"was": "1.1.2.pytorch", "T": "1", "view": "time", "sequence": "1 0"}
    assert "T=1&x=1&" in client.get("/examples/lstm/", sent)["Location"]
    longer = client.get("/examples/rnn/", sent | {"T": "4"})["Location"]
    assert "T=4&x=1;0;0;0&" in longer


def test_a_sequence_that_does_not_fill_its_steps_is_refused(client):
    sent = {"was": "2.1.2.pytorch", "D": "2", "T": "2", "view": "time", "sequence": "1 2 3"}
    answer = client.get("/examples/lstm/", sent, headers=HTMX)
    assert answer.status_code == 422
    assert "The sequence has 3 numbers at step 1; it needs 2 for each of 1 to 50 steps" in text_of(answer)


# --- compare


def test_three_cells_read_the_same_input(client):
    page = text_of(client.get("/examples/lstm/?T=2&view=compare"))
    rows = table_of(page, "three-caption")
    lstm = run([0.9, -0.4])
    rnn = [tanh(1.2 * 0.9)]
    rnn.append(tanh(1.2 * -0.4 + 0.6 * rnn[0]))
    assert [row[1] for row in rows] == ["0.9000", "−0.4000"]
    assert [row[2] for row in rows] == [shown(each) for each in rnn]
    assert [row[3:5] for row in rows] == [[shown(each["c"]), shown(each["h"])] for each in lstm]


def test_the_cell_of_1997_keeps_the_old_cell_whole(client):
    page = text_of(client.get("/examples/lstm/?T=2&view=compare"))
    h, c, expected = -0.7, 1.3, []
    for x in (0.9, -0.4):
        old = step(x, h, c, lambda f, c, i, g: c + i * g)
        h, c = old["h"], old["c"]
        expected.append([shown(c), shown(h)])
    assert [row[4:6] for row in table_of(page, "then-caption")] == expected


# --- one equation at a time


def test_the_equation_whose_turn_it_is_is_marked_and_said(client):
    page = text_of(client.get("/examples/lstm/?line=f", headers=HTMX))
    assert '<li data-q="f" aria-current="step">' in page and "f is 0.4013." in page
    assert re.search(r'id="to-after" name="to" value="a_g"', page)
    assert re.search(r'id="to-before" name="to" value="a_f"', page)


# --- every view


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("cell", thorough(CONVENTIONS, quick=["lstm"]))
def test_every_view_of_every_cell_is_a_page_of_its_own(client, cell, view):
    for convention in CONVENTIONS[cell]:
        page = client.get(f"/examples/{cell}/?convention={convention}&view={view}&D=2&H=2&T=3")
        assert page.status_code == 200
        assert f'id="tab-{view}" name="tab" value="{view}" aria-current="true"' in text_of(page)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_the_same_to_everybody_and_may_be_kept(client, admin_client, view):
    place = f"/examples/lstm/?T=3&view={view}&slip=c.F03"
    stranger, staff = client.get(place), admin_client.get(place)
    assert stranger.content == staff.content
    assert "public" in stranger["Cache-Control"] and "csrf" not in text_of(stranger) and not stranger.cookies
    assert client.get(place, headers={"If-None-Match": stranger["ETag"]}).status_code == 304


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("sizes", ["T=3&D=4&H=8", "T=3&D=2&H=2"])
def test_the_fragment_of_a_view_is_small(client, view, sizes):
    for cell in ("rnn", "lstm_peephole", "lstm", "gru"):
        place = f"/examples/{cell}/?{sizes}&view={view}" + ("&slip=h.C18" if view == "whatif" else "")
        fragment = client.get(place, headers=HTMX | {"Accept-Encoding": "gzip"})
        assert fragment.status_code == 200 and fragment["Content-Encoding"] == "gzip"
        assert len(fragment.content) <= 6_000


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_of_fifty_steps_is_light(client, view):
    page = client.get(f"/examples/lstm/?D=4&H=8&T=50&view={view}", headers={"Accept-Encoding": "gzip"})
    assert len(page.content) <= 14_000  # the styles, scripts and htmx of a first page take 36 of its 50 kB


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_says_once_what_came_out(client, view):
    fragment = text_of(client.get(f"/examples/lstm/?T=3&view={view}&slip=c.F03", headers=HTMX))
    assert re.search(r'<p id="live" hx-swap-oob="innerHTML">[^<]+</p>', fragment)
    assert fragment.count('id="live"') == 1


def test_a_tab_brings_the_whole_bench_and_an_entry_in_the_history(client):
    answer = client.get("/examples/lstm/?was=1.1.2.pytorch&view=step&tab=time", headers=HTMX)
    assert answer["HX-Retarget"] == "#bench" and answer["HX-Push-Url"].endswith("&view=time")
    assert 'name="sequence"' in text_of(answer)


def test_the_view_stays_when_a_number_changes_and_no_entry_is_added(client):
    answer = client.get("/examples/lstm/?was=1.1.2.pytorch&view=time&sequence=1 2", headers=HTMX)
    assert "HX-Retarget" not in answer and answer["HX-Replace-Url"].endswith("&view=time")


def test_without_a_script_a_tab_leads_to_the_address_of_the_view(client):
    answer = client.get("/examples/lstm/?was=1.1.2.pytorch&view=step&tab=gradient")
    assert answer.status_code == 302 and answer["Location"].endswith("&view=gradient")


# --- what is refused


@pytest.mark.parametrize(
    "query",
    [
        "x=nan;1", "x=inf;1", "x=1e400;1", "W_f=NaN", "H=1000000", "H=-1", "H=0", "H=9", "T=51", "T=1000000000",
        "D=1e9", "D=4&H=8&T=50&x=1", "seed=-1", "seed=1000000", "seed=x", "view=all", "made=never", "step=51", "unit=9",
        "was=9.9.99.pytorch&x=1", "was=1.1.50.pytorch&sequence=" + "1+" * 51 + "1", "sequence=zz",
        "convention=__class__", "x=" + "0;" * 3_000, "b_f=" + "9" * 7_000, "x=1_2_3_4",
        "x=1_000", "T=1&x=1_000", "T=3&x=0,9,0,4",
    ],
)  # fmt: skip
def test_what_can_t_be_shown_is_refused_in_one_plain_sentence(client, query):
    answer = client.get(f"/examples/lstm/?{query}", headers=HTMX)
    said = plain(text_of(answer))
    assert answer.status_code == 422
    assert said.endswith(".") and len(said) < 400 and "Traceback" not in said


def test_a_state_that_grows_without_bound_is_explained_and_not_printed(client):
    answer = client.get("/examples/rnn_relu/?T=50&U=100&x=" + ";".join(["1"] * 50), headers=HTMX)
    assert answer.status_code == 422
    assert "h at step 6 is beyond a thousand million" in text_of(answer)


def test_an_address_with_thousands_of_names_is_refused(client):
    answer = client.get("/examples/lstm/?" + "&".join(f"x{k}=1" for k in range(5_000)))
    assert answer.status_code == 400


def test_numbers_beside_which_another_cell_can_t_be_shown_are_refused_in_place(client):
    """The comparison runs three cells; none of them may break the page."""
    for view in ("compare", "gradient"):
        page = client.get(f"/examples/lstm/?T=50&D=4&H=8&seed=3&view={view}")
        assert page.status_code == 200
