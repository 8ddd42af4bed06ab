"""Other numbers for a worked example, and its numbers taken away: programs, tables, LaTeX."""

import csv
import io
from dataclasses import replace
from math import exp, tanh
from urllib.parse import parse_qs

import numpy as np
import pytest

from quizzes.lessons.examples import address
from quizzes.lessons.examples.usual import CONVENTIONS
from tests.by_example import text_of

pytestmark = pytest.mark.django_db

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
