"""What is left of the past, and the way back of a worked example; the steps of a long sequence."""

import re
from math import prod, tanh

import pytest

from quizzes.lessons.examples import address
from quizzes.lessons.examples.gradient import left
from quizzes.lessons.examples.presets import PRESETS
from tests.by_example import HTMX, plain, run, shown, sigmoid, step, table_of, text_of

pytestmark = pytest.mark.django_db

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
