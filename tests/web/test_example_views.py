"""The views of a worked example, each held against numbers worked out here in plain floats."""

import csv
import io
import re
from dataclasses import replace
from math import exp, prod, tanh
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from quizzes.lessons.examples import address
from quizzes.lessons.examples.gradient import left
from quizzes.lessons.examples.presets import PRESETS
from quizzes.lessons.examples.usual import CONVENTIONS
from tests.tiers import thorough

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
VIEWS = ("step", "time", "whatif", "gradient", "compare", "code")
LESSON = {  # the LSTM of the lessons: gate → (× x, × h, + b)
    "i": (-1.7, -0.6, 0.6),
    "f": (-1.4, -1.8, -0.4),
    "g": (-0.7, -1.7, 0.5),
    "o": (1.2, -0.6, -0.5),
}


def text_of(response):
    return response.content.decode()


def plain(html):
    """What a table cell shows: no tags, and one minus sign only."""
    return re.sub(r"<span class=\"visually-hidden\">.*?</span>|<[^>]+>", "", html).strip()


def table_of(page, caption):
    """The rows of a table by the id of its caption, as text."""
    table = next(each for each in re.findall(r"<table.*?</table>", page, re.DOTALL) if f'id="{caption}"' in each)
    body = table[table.index("<tbody>") :]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [[plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def shown(value):
    return f"{value:.4f}".replace("-", "−")


def sigmoid(a):
    return 1 / (1 + exp(-a))


def step(x, h, c, cell=lambda f, c, i, g: f * c + i * g):
    """One step of the lessons' LSTM in plain floats."""
    a = {gate: w * x + u * h + b for gate, (w, u, b) in LESSON.items()}
    i, f, o, g = sigmoid(a["i"]), sigmoid(a["f"]), sigmoid(a["o"]), tanh(a["g"])
    c = cell(f, c, i, g)
    return {"x": x, "i": i, "f": f, "o": o, "g": g, "c": c, "h": o * tanh(c)}


def run(xs, h=-0.7, c=1.3):
    steps = []
    for x in xs:
        steps.append(step(x, h, c))
        h, c = steps[-1]["h"], steps[-1]["c"]
    return steps


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


# --- the gradient


def test_the_direct_path_is_the_product_of_the_later_forget_gates(client):
    xs = [0.9, -0.4, 1, 0.5]
    page = text_of(client.get("/examples/lstm/?T=4&x=0.9;-0.4;1;0.5&view=gradient"))
    f = [each["f"] for each in run(xs)]
    direct = [float(row[1]) for row in table_of(page, "own-caption")]
    assert direct == pytest.approx([prod(f[t:]) for t in range(1, 5)], rel=0.005)


def test_the_total_derivative_is_that_of_a_central_difference(client):
    xs, s = [0.9, -0.4, 1, 0.5], 1e-5
    page = text_of(client.get("/examples/lstm/?T=4&x=0.9;-0.4;1;0.5&view=gradient"))
    steps = run(xs)
    for t, row in enumerate(table_of(page, "own-caption")[:-1]):
        o, c = steps[t]["o"], steps[t]["c"]  # a moved c moves the h that is read out of it, too
        up, down = (run(xs[t + 1 :], o * tanh(moved), moved)[-1]["c"] for moved in (c + s, c - s))
        assert float(row[2]) == pytest.approx(abs(up - down) / (2 * s), rel=0.005)


def test_what_fifty_steps_leave_is_said_in_a_sentence(client):
    preset = next(each for each in PRESETS if "fifty" in each.title)
    page = text_of(client.get(f"/examples/lstm/?{address.query(preset.example())}"))
    left = 100 * sigmoid(2.2) ** 49
    assert f"Along the cell’s direct path {left:.2g}\N{NO-BREAK SPACE}% of the signal is left after 49 steps." in page


def test_an_exploding_gradient_is_said_to_be_many_times_as_much(client):
    preset = next(each for each in PRESETS if "exploding" in each.title)
    page = text_of(client.get(f"/examples/rnn_relu/?{address.query(preset.example())}"))
    assert f"Through every path together, {1.5**19:.0f} times as much of it is left after 19 steps." in page


def test_each_curve_is_named_as_what_it_is(client):
    page = text_of(client.get("/examples/gru/?T=4&view=gradient"))
    assert "h, direct path" in page and "∂<i>h</i><sub>T</sub>/∂<i>h</i><sub>t</sub>, total" in page
    assert "has no direct path" in text_of(client.get("/examples/rnn/?view=gradient"))


def test_the_way_back_is_worked_out_in_equations_with_numbers(client):
    """One step: dh = 1, so the gradient of c is o (1 − tanh² c), and that of f is it times the old c."""
    page = text_of(client.get("/examples/lstm/?T=1&x=0.9&view=gradient"))
    lines = dict(re.findall(r'<li data-q="(\w+)".*?class="substituted">(.*?)</div>', page, re.DOTALL))
    only = step(0.9, -0.7, 1.3)
    dc = only["o"] * (1 - tanh(only["c"]) ** 2)
    assert plain(lines["dc"]).startswith(f"{shown(dc)}=")
    assert plain(lines["df"]) == f"{shown(dc * 1.3)}={shown(dc)}·1.3"


def test_a_gradient_too_large_to_write_is_said_to_be_so(client):
    page = text_of(client.get("/examples/rnn_relu/?T=25&U=3&W=0&h0=0&b=0.0001&view=gradient"))
    assert "too large to be written out" in page  # 3 to the 24th is beyond a thousand million


SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def value_of(shown):
    """A number of an equation or a table, be its exponent raised by a tag or by its digits."""
    text = plain(re.sub(r"<msup><mn>10</mn>(.*?)</msup>", r"10^\1", shown)).replace("−", "-")
    factor, _, exponent = re.sub(r"10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda found: f"10^{found[1]}", text).partition("·10^")
    return float(f"{factor}e{exponent.translate(SUPERSCRIPTS) or 0}")


@pytest.mark.parametrize("place", ["lstm/?T=20", "lstm/?T=50", "gru/?T=20", "gru/?T=50", "rnn/?T=50"])
def test_small_gradients_are_written_as_powers_of_ten_and_none_as_nothing(client, place):
    page = text_of(client.get(f"/examples/{place}&view=gradient"))
    lines = re.findall(r'<li data-q="d\w+".*?</li>', page, re.DOTALL)
    assert len(lines) >= 3
    for line in lines:
        result = re.search(r'class="substituted"><math[^>]*><mrow>(.*?)<mo>=</mo>', line, re.DOTALL)[1]
        assert 0 < abs(value_of(result)) < 1e-8 and "<msup><mn>10</mn>" in result
    assert "nothing of the loss arrives" not in page and "0.0000 %" not in page


def test_gradients_that_are_nothing_at_all_are_said_to_be_nothing(client):
    page = text_of(client.get("/examples/rnn_relu/?T=3&x=-1;-1;-1&view=gradient"))
    assert "At this step every gradient is 0: nothing of the loss arrives here." in page
    assert "Through every path together, nothing of it is left after 2 steps." in page


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0058, "0.58\N{NO-BREAK SPACE}%"), (0.9999, "100\N{NO-BREAK SPACE}%"), (17.02, "17.0 times as much"),
        (4e-5, "less than a ten-thousandth (4.000·10⁻⁵)"), (3.2171e-7, "less than a millionth (3.217·10⁻⁷)"),
        (1e-10, "less than a thousand-millionth (1.000·10⁻¹⁰)"), (0.0, "nothing"),
        (6.2e-41, "less than a millionth of a millionth (6.200·10⁻⁴¹)"),
    ],
)  # fmt: skip
def test_what_is_left_is_said_so_that_it_can_be_grasped(share, said):
    assert left(share) == said


def test_what_is_left_is_heard_in_words(client):
    page = text_of(client.get("/examples/rnn/?T=50&view=gradient", headers=HTMX))
    live = re.search(r'<p id="live"[^>]*>(.*?)</p>', page)[1]
    assert "times ten to the minus " in live and "⁻" not in live


@pytest.mark.parametrize("view", ["gradient", "compare", "whatif&slip=a_i.F04"])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_every_curve_has_its_own_mark_and_its_own_hue_and_pattern(client, cell, view):
    view = view.replace("a_i", "a_z") if cell == "gru" else view
    figures = re.findall(r"<figure.*?</figure>", text_of(client.get(f"/examples/{cell}/?T=5&view={view}")), re.DOTALL)
    assert figures
    for figure in figures:
        marks = re.findall(r'<path class="mark [^"]+" d="M17,7([^"]+)"', figure)
        kinds = re.findall(r'<path class="line ([^"]+)" d="M0,7H34"', figure)
        assert len(marks) == len(set(marks)) == len(set(kinds)) == figure.count("<li>")


def test_a_curve_that_ends_in_nothing_is_said_to(client):
    page = text_of(client.get("/examples/lstm/?T=2&view=gradient"))
    assert "is 0 at step 2, and 0 has no place on a logarithmic scale." in page


# --- the steps of a long sequence


def test_of_many_steps_one_is_chosen_from_a_list(client):
    page = text_of(client.get("/examples/lstm/?T=50&step=7"))
    options = re.search(r'<select id="go-to" name="step".*?</select> of 50', page, re.DOTALL)[0]
    assert re.findall(r"<option[^>]*>(\d+)", options) == [str(t) for t in range(1, 51)]
    assert "<option selected>7</option>" in options
    assert 'id="go-to"' not in text_of(client.get("/examples/lstm/?T=8"))
    assert 'id="go-to"' not in text_of(client.get("/examples/lstm/?T=50&view=time"))


def test_without_a_script_the_list_leads_to_its_step(client):
    sent = {"was": "1.1.50.pytorch", "T": "50", "step": ["7", "25"], "view": "gradient"}
    assert "step=25&view=gradient" in client.get("/examples/lstm/", sent)["Location"]


def test_a_step_from_the_list_is_a_place_to_come_back_to_and_a_slider_is_none(client):
    for steps, header in ((["7", "25"], "HX-Push-Url"), (["7", "7"], "HX-Replace-Url")):
        sent = {"was": "1.1.50.pytorch", "T": "50", "step": steps}
        assert f"step={steps[1]}" in client.get("/examples/lstm/", sent, headers=HTMX)[header]


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


# --- conventions


def reset_after_the_product():
    """The second unit's h of the lessons' GRU where r acts after the product and the whole bias stands before it."""
    x, h = np.array([1.4, 1.4]), np.array([-0.4, -0.7])
    r = [sigmoid(w @ x + u @ h + b) for w, u, b in ((np.array([1.4, -0.4]), np.array([0.9, 1.1]), 0.5),
                                                  (np.array([0.1, -0.7]), np.array([0.1, -0.1]), 0.1))]  # fmt: skip
    z = sigmoid(np.array([0.3, -1.2]) @ x + np.array([0.2, -0.8]) @ h - 1.0)
    n = tanh(np.array([-1.2, 0.8]) @ x + 0.0 + r[1] * (np.array([-1.5, 0.5]) @ h))
    return (1 - z) * n + z * h[1]


def test_the_term_that_moved_stands_beside_the_one_it_replaces(client):
    page = text_of(client.get("/examples/gru/?D=2&H=2&T=1&convention=cho2014&unit=2"))
    note = re.search(r'<div class="note diff">(.*?)</div>\s*<div class="views', page, re.DOTALL)[1]
    assert note.count("<math") == 2 and "in place of" in note
    assert f"h is −0.3228 here, and {shown(reset_after_the_product())} there." in note


def test_another_order_of_the_same_terms_is_no_difference(client):
    assert "The same equations as in PyTorch" in text_of(client.get("/examples/gru/?convention=keras"))


def test_a_variant_says_what_it_does_otherwise_than_the_cell_it_varies(client):
    page = text_of(client.get("/examples/lstm_1997/"))
    assert "Unlike in the LSTM" in page and page.count("left out:") == 2  # a_f and f


# --- one equation at a time


def test_the_equation_whose_turn_it_is_is_marked_and_said(client):
    page = text_of(client.get("/examples/lstm/?line=f", headers=HTMX))
    assert '<li data-q="f" aria-current="step">' in page and "f is 0.4013." in page
    assert re.search(r'id="to-after" name="to" value="a_g"', page)
    assert re.search(r'id="to-before" name="to" value="a_f"', page)


# --- other numbers


def test_a_seed_gives_the_same_numbers_for_ever():
    numbers = address.usual("lstm", seed=7, T=3).numbers
    assert numbers["x"] == address.usual("gru", seed=7, T=3).numbers["x"]
    assert numbers != address.usual("lstm", seed=8, T=3).numbers
    assert [numbers["x"], numbers["W_f"], numbers["b_o"]] == SEVEN


SEVEN = [((-1.3,), (-0.9,), (0.1,)), ((1.1,),), ((1.4,),)]


def test_other_numbers_are_a_seed_in_the_address(client):
    sent = {"was": "1.1.2.pytorch", "x": ["0.9", "-0.4"], "D": "1", "H": "1", "T": "2", "draw": "7"}
    answer = client.get("/examples/lstm/", sent)
    assert answer["Location"] == "/examples/lstm/?convention=pytorch&D=1&H=1&T=2&seed=7"


def test_a_number_changed_after_a_draw_is_all_that_is_added_to_the_seed():
    drawn = address.usual("lstm", seed=7)
    changed = replace(drawn, numbers={**drawn.numbers, "b_f": ((3.0,),)})
    assert address.query(changed) == "convention=pytorch&D=1&H=1&T=2&seed=7&b_f=3"
    assert address.read("lstm", parse_qs(address.query(changed))) == changed


def test_the_largest_example_has_an_address_that_a_server_takes():
    largest = address.usual("lstm_peephole", D=4, H=8, T=50)
    assert len(address.query(largest)) < 1_000
    numbers = {
        name: tuple(tuple(round(v + 0.05, 4) for v in row) for row in rows) for name, rows in largest.numbers.items()
    }
    changed = replace(largest, numbers=numbers)
    assert address.read("lstm_peephole", parse_qs(address.query(changed))) == changed
    assert len(address.query(changed)) < 8_000


def test_of_many_weights_one_gate_is_opened_and_the_others_come_back_as_they_were(client):
    page = text_of(client.get("/examples/lstm/?H=8&b_i=" + ",".join(["0.25"] * 8) + "&open=f"))
    assert page.count('name="W_f"') == 8 and 'name="b_i" value="0.25_0.25' in page and 'name="W_i"' not in page


# --- take away


@pytest.mark.parametrize("cell", CONVENTIONS)
def test_the_numpy_program_gives_the_numbers_of_the_page(client, cell):
    query = "D=2&H=2&T=3&seed=5"
    code = text_of(client.get(f"/examples/{cell}/take/program.py?{query}"))
    names = {}
    exec(compile(code, "program.py", "exec"), names)
    content = client.get(f"/examples/{cell}/take/trace.json?{query}").json()
    assert set(names["trace"]) == set(content["trace"])
    for name, values in content["trace"].items():
        np.testing.assert_allclose(names["trace"][name], values, rtol=1e-12)


def test_the_table_has_a_row_for_every_step_and_unit_after_those_of_step_0(client):
    answer = client.get("/examples/gru/take/trace.csv?D=2&H=2&T=3")
    rows = list(csv.DictReader(io.StringIO(text_of(answer))))
    assert [(row["step"], row["unit"]) for row in rows] == [(str(t), str(u)) for t in (0, 1, 2, 3) for u in (1, 2)]
    assert rows[3]["x_1"] == "1.4" and f"{float(rows[3]['h']):.4f}" == "0.0620"
    assert answer["Content-Disposition"] == 'attachment; filename="gru-trace.csv"'


def test_the_first_state_can_be_computed_again_from_the_table_alone(client):
    given, *computed = csv.DictReader(io.StringIO(text_of(client.get("/examples/lstm/take/trace.csv"))))
    c, h = float(given["c"]), float(given["h"])
    for row in computed:
        x = float(row["x_1"])
        a = {
            gate: float(given[f"W_{gate}_1"]) * x + float(given[f"b_{gate}"]) + float(given[f"U_{gate}_1"]) * h
            for gate in "ifgo"
        }
        i, f, o = (1 / (1 + exp(-a[gate])) for gate in "ifo")
        c = f * c + i * tanh(a["g"])
        h = o * tanh(c)
        assert (float(row["c"]), float(row["h"])) == pytest.approx((c, h), abs=1e-12)
        assert row["W_f_1"] == "" == given["x_1"]


def test_the_table_holds_every_weight_by_the_unit_it_leads_to(client):
    place = "?D=2&H=2&T=1&U_z=1,2;3,4&b_z=5,6&W_z=7,8;9,10&h0=0.5,0.25"
    rows = list(csv.DictReader(io.StringIO(text_of(client.get(f"/examples/gru/take/trace.csv{place}")))))
    named = [[row[name] for name in ("U_z_1", "U_z_2", "b_z", "W_z_1", "W_z_2", "h")] for row in rows[:2]]
    assert named == [["1.0", "2.0", "5.0", "7.0", "8.0", "0.5"], ["3.0", "4.0", "6.0", "9.0", "10.0", "0.25"]]


def test_the_latex_holds_every_equation_with_its_numbers(client):
    latex = text_of(client.get("/examples/lstm/take/computation.tex"))
    assert latex.count(r"\begin{aligned}") == 1 and r"\text{Step 2}" in latex
    assert "0.8165 &= 0.4013" in latex


def test_what_was_given_comes_with_what_was_computed(client):
    content = client.get("/examples/lstm/take/trace.json").json()
    assert content["given"]["x"] == [[0.9], [-0.4]] and content["given"]["W_f"] == [[-1.4]]
    assert content["given"]["b_f"] == [-0.4] and content["note"]


def test_a_file_is_public_and_is_not_sent_again_unchanged(client):
    first = client.get("/examples/lstm/take/trace.csv")
    assert "public" in first["Cache-Control"]
    again = client.get("/examples/lstm/take/trace.csv", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_a_file_nobody_makes_is_not_found(client):
    assert client.get("/examples/lstm/take/trace.pkl").status_code == 404
    assert client.get("/examples/transformer/take/trace.csv").status_code == 404


def test_a_file_of_a_bad_address_is_refused(client):
    assert client.get("/examples/lstm/take/trace.csv?x=nan;1").status_code == 422


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


@pytest.mark.parametrize(("convention", "facts"), [
    ("pytorch", ["i, f, g, o", "two biases for each block", "the states as (h, c)", "No peepholes"]),
    ("keras", ["i, f, c, o", "one bias for each block", "the states as [h, c]", "No peepholes"]),
    ("onnx", ["i, o, f, c", "two biases for each block", "h and c are inputs of their own", "Peepholes are left out"]),
])  # fmt: skip
def test_an_lstm_is_told_as_each_library_stores_it(client, convention, facts):
    page = text_of(client.get(f"/examples/lstm/?convention={convention}"))
    badge = re.search(r'<p class="badge">(.*?)</p>', page)[1]
    assert all(fact in badge for fact in facts)
    assert f'<option value="{convention}" selected>' in page
    moved = "No term moves: only the order and the form in which the weights are stored." in page
    assert moved == (convention != "pytorch") and "Unlike in" not in page


def test_libraries_that_only_store_otherwise_give_the_same_numbers(client):
    numbers = {key: cells_of(client, f"/examples/lstm/?convention={key}") for key in ("pytorch", "keras", "onnx")}
    assert numbers["pytorch"] == numbers["keras"] == numbers["onnx"]


def cells_of(client, place):
    return re.findall(r'<td class="num">(.*?)</td>', text_of(client.get(place)))


@pytest.mark.parametrize(("convention", "facts"), [
    ("pytorch", ["r, z, n", "two biases for each block", "z keeps the old state", "after the product"]),
    ("keras", ["z, r, h", "two rows of biases", "z keeps the old state", "after the product"]),
    ("cho2014", ["no biases", "z keeps the old state", "before the product"]),
    ("onnx", ["z, r, h", "two biases for each block", "before the product"]),
])  # fmt: skip
def test_a_gru_is_told_as_each_library_and_paper_has_it(client, convention, facts):
    badge = re.search(r'<p class="badge">(.*?)</p>', text_of(client.get(f"/examples/gru/?convention={convention}")))[1]
    assert all(fact in badge for fact in facts)


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
