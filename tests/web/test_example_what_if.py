"""What if: right and wrong numbers of a worked example side by side, forward and back."""

import re
from math import tanh

import pytest

from tests.by_example import HTMX, LESSON, run, shown, step, table_of, text_of
from tests.tiers import thorough

pytestmark = pytest.mark.django_db

# --- what if


@pytest.mark.parametrize(("made", "slipping"), [("step", {1}), ("always", {1, 2, 3})])
def test_a_slip_is_shown_beside_the_right_numbers_in_every_later_step(client, made, slipping):
    page = text_of(client.get(f"/examples/lstm/?T=3&x=0.9;-0.4;1&view=whatif&slip=c.F03&made={made}"))
    right, h, c, expected = run([0.9, -0.4, 1]), -0.7, 1.3, []
    for t, x in enumerate([0.9, -0.4, 1], 1):
        swapped = {"cell": lambda f, c, i, g: i * c + f * g} if t in slipping else {}
        wrong = step(x, h, c, **swapped)
        h, c = wrong["h"], wrong["c"]
        pairs = [(right[t - 1][name], wrong[name]) for name in "ch"]
        expected.append([str(t), *(shown(value) for pair in pairs for value in pair)])
    without_differences = [[row[k] for k in (0, 1, 2, 4, 5)] for row in table_of(page, "later-caption")]
    assert without_differences == expected
    assert [row[1:3] for row in table_of(page, "slip-caption") if row[0] == "c"] == [["0.8165", "0.8030"]]


def test_a_difference_is_that_of_the_numbers_as_they_are_shown(client):
    page = text_of(client.get("/examples/lstm/?view=whatif&slip=c.F03"))
    row = next(row for row in table_of(page, "slip-caption") if row[0] == "c")
    assert row == ["c", "0.8165", "0.8030", "−0.0135"]


def test_a_slip_made_later_leaves_the_steps_before_it_alone(client):
    page = text_of(client.get("/examples/lstm/?T=3&view=whatif&slip=c.F03&step=2"))
    assert [row[0] for row in table_of(page, "later-caption")] == ["2", "3"]


def test_numbers_that_hide_a_slip_are_said_to_hide_it(client):
    zero = "/examples/lstm/?T=1&h0=0&c0=0&U_f=0&b_f=0&W_f=0&view=whatif&slip="
    assert "they hide the slip" in text_of(client.get(f"{zero}f.F02"))  # 1 − σ(0) is σ(0)
    assert "they hide the slip" not in text_of(client.get("/examples/lstm/?view=whatif&slip=f.F02"))


def test_only_slips_that_these_sizes_allow_can_be_chosen(client):
    def choices(sizes):
        return set(re.findall(r'<option value="([^"]+)"', text_of(client.get(f"/examples/lstm/?{sizes}&view=whatif"))))

    square, oblong = choices("D=2&H=2"), choices("D=1&H=2")
    assert oblong < square


def test_a_slip_that_another_convention_does_not_know_is_dropped(client):
    sent = {"was": "2.2.2.pytorch", "convention": "cho2014", "view": "whatif", "slip": "a_n.G03", "line": "b"}
    answer = client.get("/examples/gru/", sent)
    assert "view=whatif" in answer["Location"] and "slip" not in answer["Location"]
    assert "Choose a slip" in text_of(client.get(answer["Location"]))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("view=whatif&slip=zzz", "The slip “zzz” is not known here; it is written as its quantity and its id: c.F03"),
        ("view=whatif&slip=c.F99", "The slip “c.F99” is not known here"),
        ("line=zzz", "The equation “zzz” is not known here; known are: a_i, i, "),
        ("open=zzz", "The gate “zzz” is not known here; known are: f, g, i, o"),
        ("W_q=1", "“W_q” is no number of this cell; it has x, h0, c0, W_i, "),
        ("b_in=1", "“b_in” is no number of this cell"),
    ],
)
def test_what_a_cell_does_not_have_is_refused_in_an_address_and_left_out_of_a_form(client, asked, said):
    answer = client.get(f"/examples/lstm/?{asked}")
    assert answer.status_code == 422 and said in text_of(answer)
    assert client.get(f"/examples/lstm/take/trace.csv?{asked}").status_code == 422
    if "=1" not in asked:
        assert client.get(f"/examples/lstm/?was=1.1.2.pytorch&{asked}").status_code == 302


def test_names_that_are_not_ours_are_left_alone(client):
    plain, marked = (client.get(f"/examples/lstm/?{query}") for query in ("", "utm_source=mail&foo=bar&fbclid=x"))
    assert plain.content == marked.content


@pytest.mark.parametrize(("x", "said"), [("0,9", "“0,9” with a decimal comma"), ("0.9", "there is only one.")])
def test_one_number_is_not_taken_for_two_steps_because_of_its_comma(client, x, said):
    page = text_of(client.get("/examples/lstm/", {"x": x}))
    assert "x needs 2 numbers, one for each step; there is only one" in page and said in page


def back(steps):
    """The gradients of c on the way back from h of two steps, in plain floats: right, and what forgets the next c."""
    first, second = steps
    dc = second["o"] * (1 - tanh(second["c"]) ** 2)
    slopes = {gate: second[gate] * (1 - second[gate]) for gate in "ifo"} | {"g": 1 - second["g"] ** 2}
    reaching = {"i": dc * second["g"], "f": dc * first["c"], "g": dc * second["i"], "o": tanh(second["c"])}
    dh = sum(LESSON[gate][1] * reaching[gate] * slopes[gate] for gate in "ifgo")
    through_h = dh * first["o"] * (1 - tanh(first["c"]) ** 2)
    return through_h + dc * second["f"], through_h


def test_a_slip_of_the_way_back_stands_beside_the_right_gradients(client):
    page = text_of(client.get("/examples/lstm/?T=2&view=whatif&slip=dc.B08&step=1"))
    row = next(row for row in table_of(page, "slip-caption") if row[0] == "δc")
    shown_back = [float(number.replace("−", "-")) for number in row[1:3]]
    assert shown_back == pytest.approx(back(run([0.9, -0.4])), abs=0.6e-4)


def test_a_slip_of_the_way_back_is_followed_into_the_earlier_steps(client):
    page = text_of(client.get("/examples/lstm/?T=4&view=whatif&slip=dc.B08&step=3"))
    assert [row[0] for row in table_of(page, "later-caption")] == ["3", "2", "1"]


@pytest.mark.parametrize("cell", thorough(["lstm", "gru"], quick=["gru"]))
def test_every_slip_that_is_offered_can_be_made(client, cell):
    page = text_of(client.get(f"/examples/{cell}/?D=1&H=5&T=2&view=whatif"))
    offered = re.findall(r'<option value="(\w+\.\w+)"', page)
    assert len(offered) > 50
    for slip in offered:
        made = client.get(f"/examples/{cell}/?D=1&H=5&T=2&view=whatif&slip={slip}", headers=HTMX)
        assert made.status_code == 200 and 'id="slip-caption"' in text_of(made), slip
