"""A worked example in the conventions of libraries and papers."""

import re
from math import tanh

import numpy as np
import pytest

from tests.by_example import shown, sigmoid, text_of

pytestmark = pytest.mark.django_db

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
