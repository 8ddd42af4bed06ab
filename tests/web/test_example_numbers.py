"""Three hundred random addresses: every view and every export shows what the reference evaluator computes."""

import csv
import io
import json
import re
from random import Random
from urllib.parse import parse_qs

import numpy as np
import pytest

import sim
from quizzes.lessons.examples import address
from quizzes.lessons.examples.usual import CONVENTIONS, family_of
from sim.printers.canvas import MOST_DIGITS
from sim.runs.walk import walk_steps

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

KINDS = [(cell, convention) for cell, conventions in CONVENTIONS.items() for convention in conventions]
SHOWN_DECIMALS = 4


def random_address(k):
    """The k-th: any cell in any convention, any sizes, numbers by seed, one array with numbers of its own.

    These have three decimals: times tenths they make four, so that no sum lies on a tie of the fourth decimal, which
    the order of adding would break one way or the other. With ReLU, fifty steps may grow beyond all bounds.
    """
    chance = Random(k)
    cell, convention = KINDS[k % len(KINDS)]
    steps = [1, 2, 3, 5, 9] + [50] * (cell != "rnn_relu")
    sizes = {"D": chance.randint(1, 4), "H": chance.randint(1, 8), "T": chance.choice(steps)}
    example = address.usual(cell, convention, **sizes, seed=k + 1)
    moved = chance.choice(list(example.numbers))
    rows = [[round(chance.uniform(-2, 2), 3) for _ in row] for row in example.numbers[moved]]
    places = f"&step={chance.randint(1, sizes['T'])}&unit={chance.randint(1, sizes['H'])}"
    written = ";".join(",".join(map(str, row)) for row in rows)
    return cell, f"{address.query(example)}&{moved}={written}{places}"


def reference(example):
    numbers = {name: np.array(rows) for name, rows in example.numbers.items()}
    weights = {name: rows if name[0] in "WU" else rows[0] for name, rows in numbers.items()}
    first = [numbers[f"{state}0"][0] if f"{state}0" in numbers else None for state in "hc"]
    return walk_steps(example.declared, weights, numbers["x"], *first)


def digits(value, decimals=SHOWN_DECIMALS):
    shown = f"{value:.{decimals}f}"
    return (shown.lstrip("-") if not shown.strip("-0.") else shown).replace("-", "−")


def shortened(value):
    """With fewer decimals where a picture has no room for them."""
    decimals = next((d for d in range(SHOWN_DECIMALS, 0, -1) if len(digits(value, d)) <= MOST_DIGITS), 0)
    return digits(value, decimals)


def plain(html):
    return re.sub(r"<span class=\"visually-hidden\">.*?</span>|<[^>]+>", "", html).strip()


def numbers_in(row):
    return [plain(cell) for cell in re.findall(r'<td class="num"[^>]*>(.*?)</td>', row, re.DOTALL)]


def table_of(page, caption):
    table = next(each for each in re.findall(r"<table.*?</table>", page, re.DOTALL) if f'id="{caption}"' in each)
    return [numbers_in(row) for row in re.findall(r"<tr[^>]*>.*?</tr>", table, re.DOTALL)[1:]]


def check_step(page, example, expected):
    at, unit = example.step - 1, example.unit - 1
    for name, values in expected.items():
        row = re.search(rf'<tr data-q="{name}">.*?</tr>', page, re.DOTALL)[0]
        assert numbers_in(row) == [digits(value) for value in values[at]], name
        line = re.search(rf'<li data-q="{name}".*?</li>', page, re.DOTALL)[0]
        put_in = re.findall(r"<math[^>]*>.*?</math>", line, re.DOTALL)[1:]
        results = [plain(each.split("<mo>=</mo>")[0]) for each in put_in]
        assert results == [digits(value) for value in (values[at] if example.H <= 2 else values[at][unit : unit + 1])]
    lying, upright = re.findall(r'<svg class="cell.*?</svg>', page, re.DOTALL)
    for picture in (lying, upright):
        drawn = dict(re.findall(r'<text class="number" [^>]*data-q="(\w+)"[^>]*>([^<]+)<', picture))
        assert {"x", "h"} < drawn.keys()
        for name in drawn.keys() & expected.keys():
            assert drawn[name] == shortened(expected[name][at][unit])


def check_over_time(page, example, expected):
    names = [name for name in expected if not name.startswith("a") and name != "tanh_c"]
    head = re.search(r'id="time-caption".*?</thead>', page, re.DOTALL)[0]
    columns = [plain(each) for each in re.findall(r"<th[^>]*>(.*?)</th>", head, re.DOTALL)][2:]
    assert sorted(columns) == sorted(names)
    rows = table_of(page, "time-caption")
    for t, row in enumerate(rows):
        assert row[0] == ", ".join(map(digits, example.numbers["x"][t]))
        assert row[1:] == [digits(expected[name][t][example.unit - 1]) for name in columns]
    assert len(rows) == example.T


def check_compared(page, example, expected):
    column = {"rnn": 1, "lstm": 3, "gru": 4}[family_of(example.cell)]
    rows = table_of(page, "three-caption")
    assert [row[column] for row in rows] == [digits(value[example.unit - 1]) for value in expected["h"]]


def check_files(fetch, example, expected):
    rows = list(csv.DictReader(io.StringIO(fetch("trace.csv"))))
    given, rows = rows[: example.H], rows[example.H :]
    assert len(rows) == example.T * example.H
    for state in example.declared.states:
        assert [float(row[state]) for row in given] == list(example.numbers[f"{state}0"][0])
    program = {}
    exec(compile(fetch("program.py"), "program.py", "exec"), program)
    document = json.loads(fetch("trace.json"))
    for name, values in expected.items():
        shown = [digits(value) for value in values.ravel()]
        assert [digits(float(row[name])) for row in rows] == shown
        assert [digits(value) for value in np.ravel(document["trace"][name])] == shown
        assert [digits(value) for value in program["trace"][name].ravel()] == shown


def by_significant_digits(value):
    """Of a gradient at least four decimals and four digits that count; below a thousandth, as a power of ten."""
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    if value and int(exponent) < -3:
        return f"{mantissa}·10{exponent.lstrip('-0')}".replace("-", "−").replace("·10", "·10^−")
    return digits(value, max(4, 3 - int(exponent)))


def as_typed(shown):
    """An exponent as the test writes it, be it set higher by a tag or by its digits."""
    shown = re.sub(r"<msup><mn>10</mn>(.*?)</msup>", r"10^\1", shown)
    raised = re.sub(r"10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", r"10^\1", plain(shown))
    return raised.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789"))


def gradients_of(example):
    numbers = {name: np.array(rows) for name, rows in example.numbers.items()}
    weights = {name: numbers[name] if name[0] in "WU" else numbers[name][0] for name in example.declared.parameters}
    start = [numbers[f"{state}0"][0] if f"{state}0" in numbers else None for state in "hc"]
    trace = sim.forward(sim.layer(example.declared, weights), numbers["x"], *start)
    return sim.backward(trace, None, dh_last=[1.0] * example.H)


def check_way_back(page, what_if, example):
    """Lines, table of weights and the right column beside a slip: one gradient reads alike wherever it stands."""
    if "too large to be written out" in page:
        return
    back, at, unit = gradients_of(example), example.step, example.unit - 1
    lines = dict(re.findall(r'<li data-q="(d\w+)"(.*?)</li>', page, re.DOTALL))
    shown = {}
    for name, line in lines.items():
        results = [
            as_typed(each.split("<mo>=</mo>")[0]) for each in re.findall(r"<math.*?</math>", line, re.DOTALL)[1:]
        ]
        values = back.at(name, at)
        expected = [by_significant_digits(value) for value in (values if example.H <= 2 else values[unit : unit + 1])]
        assert results == expected, name
        if name != "dx":
            shown[name] = expected[unit if example.H <= 2 else 0]
    if example.H <= 2:
        weights = re.search(r'id="weights-caption".*?</table>', page, re.DOTALL)[0]
        found = [re.split("[,;] ", as_typed(each)) for each in re.findall(r"<td>(.*?)</td>", weights, re.DOTALL)]
        assert found == [
            [by_significant_digits(value) for value in np.ravel(back[name])] for name in back.trace.weights
        ]
    if not gradient_slip(example.declared):
        return
    beside = re.search(r'id="slip-caption".*?</table>', what_if, re.DOTALL)[0]
    right = [as_typed(numbers_in(row)[0]) for row in re.findall(r"<tr[^>]*>.*?</tr>", beside, re.DOTALL)[1:]]
    assert right == list(shown.values())


def gradient_slip(cell):
    """A slip of the way back; a cell may have none."""
    names = [name for name in cell.gradients if name.startswith("da")]
    return next((f"{name}.{slip.id}" for name in names for slip in sim.slips_for(cell, name)), "")


@pytest.mark.parametrize("k", range(300))
def test_every_view_and_every_export_of_a_random_address_shows_the_same_numbers(client, k):
    cell, query = random_address(k)
    example = address.read(cell, parse_qs(query))
    expected = reference(example)

    def fetch(place):
        return client.get(f"/examples/{cell}/{place}").content.decode()

    check_step(fetch(f"?{query}"), example, expected)
    check_over_time(fetch(f"?{query}&view=time"), example, expected)
    check_compared(fetch(f"?{query}&view=compare"), example, expected)
    slip = f"view=whatif&made=always&slip={gradient_slip(example.declared)}"
    check_way_back(fetch(f"?{query}&view=gradient"), fetch(f"?{query}&{slip}"), example)
    check_files(lambda name: fetch(f"take/{name}?{query}"), example, expected)
