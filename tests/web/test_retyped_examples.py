"""Without a script a slip of the finger costs nothing: the form comes back as it was typed, and says what is wrong."""

import html
import re

import pytest

from quizzes.errors import Refused
from quizzes.lessons.examples import address, views, worked
from tests.web.test_reading_examples import form_of, value_of

pytestmark = pytest.mark.django_db

CAROUSEL = f"/examples/lstm/?{address.query(address.usual('lstm', T=3, seed=4))}"


def text_of(response):
    return html.unescape(response.content.decode())


def typed_into(client, place, **changes):
    """The form of a page as a browser without a script sends it, with other texts in some fields."""
    return form_of(text_of(client.get(place))) | {name: [text] for name, text in changes.items()}


def send(client, sent, came_from=None, cell="lstm"):
    headers = {"Referer": f"http://testserver{came_from}"} if came_from else {}
    return client.get(f"/examples/{cell}/", sent, headers=headers)


def wrong_of(page):
    """The fields marked as wrong, by id, with the sentence that describes each."""
    found = dict(re.findall(r'<input id="([\w-]+)"[^>]*aria-describedby="(?:[\w-]+ )?([\w-]+-fault)"[^>]*', page))
    assert page.count('aria-invalid="true"') == len(found)
    return {
        field: re.search(rf'<p class="error" id="{fault}">([^<]+)</p>', page)[1].strip()
        for field, fault in found.items()
    }


def test_every_field_holds_what_was_typed_and_the_wrong_one_says_why(client):
    sent = typed_into(client, "/examples/lstm/", c0="2.5", W_f="0,75", T="4") | {"x": ["abc", "0.25"]}
    answer = send(client, sent)
    page = text_of(answer)
    assert answer.status_code == 422 and answer["Cache-Control"] == "no-store"
    again = form_of(page)
    assert {name: again[name] for name in sent} == sent
    assert wrong_of(page) == {"x-1-1": "x at step 1 is “abc”; it needs a number such as −0.4."}


def test_the_last_good_numbers_are_shown_and_said_to_be_those(client):
    sent = typed_into(client, CAROUSEL, h0="zz")
    page = text_of(send(client, sent, came_from=CAROUSEL))
    assert value_of(page, "c") == value_of(text_of(client.get(CAROUSEL)), "c")
    assert "The numbers below are the last that could be computed" in page


def test_without_a_page_to_go_back_to_the_usual_numbers_are_shown_and_said_to_be_those(client):
    page = text_of(send(client, typed_into(client, "/examples/lstm/", c0="2.5", h0="zz")))
    assert value_of(page, "c") == ["0.8165"] and form_of(page)["c0"] == ["2.5"]
    assert "The numbers below are the usual ones of this cell" in page


def test_however_many_typos_follow_nothing_is_lost_and_the_last_good_numbers_stay(client):
    good = value_of(text_of(client.get(CAROUSEL)), "c")
    page = text_of(send(client, typed_into(client, CAROUSEL, h0="zz", b_f="7"), came_from=CAROUSEL))
    for typo in ("y", "", "1e9"):
        sent = form_of(page) | {"h0": [typo]}
        page = text_of(send(client, sent, came_from="/examples/lstm/?h0=zz"))
        assert value_of(page, "c") == good
        assert form_of(page)["h0"] == [typo] and form_of(page)["b_f"] == ["7"] and list(wrong_of(page)) == ["h0-1-1"]
    answer = send(client, form_of(page) | {"h0": ["0.5"]})
    assert answer.status_code == 302 and "h0=0.5" in answer["Location"] and "b_f=7" in answer["Location"]
    assert "last=" not in answer["Location"]


def test_a_wrong_weight_stands_in_an_open_table(client):
    sent = typed_into(client, "/examples/gru/?D=2&H=2&T=1")
    sent["U_z"][2] = "one"
    page = text_of(send(client, sent, cell="gru"))
    assert wrong_of(page) == {"U_z-2-1": "U_z in row 2, column 1 is “one”; it needs a number such as −0.4."}
    assert '<details class="full weights" open>' in page


def test_a_wrong_sequence_comes_back_with_what_is_wrong(client):
    place = "/examples/rnn/?T=8&view=time"
    page = text_of(send(client, typed_into(client, place, sequence="1 0,9,0,4"), cell="rnn", came_from=place))
    assert form_of(page)["sequence"] == ["1 0,9,0,4"] and "2 numbers with decimal commas" in wrong_of(page)["sequence"]
    assert "Over time" in page and 'name="view" value="time"' in page


def test_the_chosen_convention_and_sizes_stay_chosen(client):
    sent = typed_into(client, "/examples/gru/", convention="cho2014", H="3", h0="zz")
    again = form_of(text_of(send(client, sent, cell="gru")))
    assert (again["convention"], again["H"], again["was"]) == (["cho2014"], ["3"], sent["was"])


def test_numbers_too_large_to_compute_with_come_back_too(client):
    sent = typed_into(client, "/examples/rnn_relu/?T=50", U="99")
    answer = send(client, sent, cell="rnn_relu")
    assert answer.status_code == 422 and form_of(text_of(answer))["U"] == ["99"]


def test_a_large_cell_s_hidden_weights_come_back_with_the_rest(client):
    place = "/examples/lstm/?H=5&D=2&seed=3&W_f=1,2;3,4;5,6;7,8;9,10"
    page = text_of(send(client, typed_into(client, place, unit="2") | {"h0": ["zz", *"1234"]}, came_from=place))
    again = form_of(page)
    assert again["W_f"] == ["1_2*3_4*5_6*7_8*9_10"] and again["h0"] == ["zz", *"1234"]
    assert list(wrong_of(page)) == ["h0-1-1"]


def test_what_is_typed_is_shown_as_text(client):
    page = send(client, typed_into(client, "/examples/lstm/", h0='"><script>')).content.decode()
    assert "<script>" not in page.replace("<script ", "") and "&quot;&gt;&lt;script&gt;" in page


@pytest.mark.parametrize("was", ["9.9.9.none", "x", "1.1.2.pytorch.1"])
def test_a_form_that_was_bent_is_refused_all_the_same(client, was):
    assert client.get("/examples/lstm/", {"was": was, "x": "much", "seed": "q"}).status_code == 422


def test_other_numbers_lead_on_past_a_seed_that_can_t_be_computed_with(client, monkeypatch):
    def run(example):
        if example.seed in (5, 6):
            raise Refused("grows_too_large", "h is beyond a thousand million.")
        return worked.run(example)

    monkeypatch.setattr(views, "run", run)
    sent = typed_into(client, "/examples/lstm/?seed=4", draw="5")
    assert "seed=7" in client.get("/examples/lstm/", sent)["Location"]
    assert "seed=7" in client.get("/examples/lstm/", sent, headers={"HX-Request": "true"})["HX-Push-Url"]


@pytest.mark.parametrize(("address", "status"), [
    ("/examples/transformer/", 404),
    ("/examples/lstm/take/nothing", 404),
    ("/examples/lstm/?made=zz", 422),
    ("/examples/lstm/?H=9", 422),
    ("/paper/lstm/?variants=0", 422),
])  # fmt: skip
def test_what_is_refused_is_told_in_plain_words_without_the_code_that_programs_get(client, address, status):
    answer = client.get(address)
    said = re.sub(r"<[^>]+>", " ", text_of(answer).partition("<main")[2])
    assert answer.status_code == status and not re.search(r"(?:no|bad)_\w+", said)


@pytest.mark.parametrize("query", ["made=zz", "convention=zz", "H=1000000", "x=zz", "T=50&x=1;2"])
def test_the_page_of_a_refused_address_is_a_heading_and_a_sentence_whatever_is_wrong(client, query):
    page = text_of(client.get(f"/examples/lstm/?{query}"))
    said = re.search(r'<p class="lead">(.*?)</p>', page)[1]
    assert "<h1>This example can’t be shown</h1>" in page
    assert said.endswith(".") and (said[0].isupper() or said.startswith("x "))
