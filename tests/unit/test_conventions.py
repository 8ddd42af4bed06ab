"""What is right in another convention is named as that, whatever the numbers are. Computed here in plain floats."""

from functools import cache
from itertools import islice, permutations
from math import exp, tanh

import pytest

import sim
from quizzes.items.kinds import kind_of
from quizzes.items.marking import CONVENTIONS, mark, read_answers
from quizzes.items.specification import Specification
from tests.samples import span


def specification(H, claims):
    return {
        "cell": "gru", "convention": "pytorch", "D": 2, "H": H, "asked": ["r@1", "z@1", "n@1", "h@1"],
        "ranges": {name: span(-1.5, 1.5, 0.2) for name in ("x", "h0", "W", "U")} | {"b": span(-0.9, 0.9, 0.2)},
        "claims": claims,
    }  # fmt: skip


CLAIMED = {"r": ["F05", "F07", "G07"], "z": ["F05", "F07", "G07"], "n": ["G02", "G03", "G04"], "h": ["G01", "G06"]}
UNCLAIMED = {"r": ["F05", "F07"], "z": ["F05", "F07"], "n": ["G03", "G04"], "h": ["G06"]}
LIBRARIES = ("pytorch", "keras", "onnx")
KINDS = {
    "two units": kind_of(Specification.from_json(specification(2, CLAIMED)), "conventions/1"),
    "one unit": kind_of(Specification.from_json(specification(1, UNCLAIMED)), "conventions/2"),
    "no row claimed": kind_of(Specification.from_json(specification(2, UNCLAIMED)), "conventions/3"),
}
kinds = pytest.mark.parametrize("kind", KINDS)


@cache
def variants(kind):
    return list(islice(KINDS[kind].accepted(range(400)), 120))


def sigmoid(a):
    return 1 / (1 + exp(-a))


def sums(given, W, U, b, h):
    x = given["x"][0]
    return [
        sum(w * v for w, v in zip(given[W][k], x, strict=True))
        + given[b][k]
        + sum(u * v for u, v in zip(given[U][k], h, strict=True))
        for k in range(len(h))
    ]


def gru(given, *, z_admits=False, reset_before=False, blocks=("r", "z")):
    """One step, by the papers: `blocks` says which rows are taken for r and for z."""
    h0 = given["h0"]
    r, z = ([sigmoid(a) for a in sums(given, f"W_{q}", f"U_{q}", f"b_{q}", h0)] for q in blocks)
    if reset_before:
        inside = sums(given, "W_n", "U_n", "b_in", [a * b for a, b in zip(r, h0, strict=True)])
        n = [tanh(a + b) for a, b in zip(inside, given["b_hn"], strict=True)]
    else:
        outer = sums(given, "W_n", "U_n", "b_in", [0] * len(h0))
        inner = [
            sum(u * v for u, v in zip(given["U_n"][k], h0, strict=True)) + given["b_hn"][k] for k in range(len(h0))
        ]
        n = [tanh(a + q * b) for a, q, b in zip(outer, r, inner, strict=True)]
    keep = [1 - q for q in z] if z_admits else z
    h = [(1 - k) * new + k * old for k, new, old in zip(keep, n, h0, strict=True)]
    return {"r@1": r, "z@1": z, "n@1": n, "h@1": h}


def marked(kind, variant, answers):
    keys = kind.keys(variant.given, variant.exact, variant.full)
    working = kind.working(variant.given, variant.live, variant.exact)
    sent = {name: [round(value, 4) for value in values] for name, values in answers.items()}
    return mark(read_answers(sent, keys), keys, working, kind.rule(kind.tolerance))


@kinds
def test_the_convention_in_force_is_right(kind):
    for variant in variants(kind):
        assert {step.state for step in marked(KINDS[kind], variant, gru(variant.given))} == {"right"}


@pytest.mark.parametrize(
    ("elsewhere", "row"),
    [({"z_admits": True}, "G01"), ({"reset_before": True}, "G02"), ({"blocks": ("z", "r")}, "G07")],
)
@kinds
def test_another_convention_is_never_called_wrong_without_its_name(kind, elsewhere, row):
    named = 0
    for variant in variants(kind):
        steps = marked(KINDS[kind], variant, gru(variant.given, **elsewhere))
        first = next((step for step in steps if not step.is_right), None)
        if first is None:
            continue  # these numbers are the same in both
        assert row in first.slips and first.state in {"convention", "alias"}, (variant.seed, first)
        named += first.state == "convention" or kind == "one unit"  # where G02 and G03 are one number
    assert named > 100


def test_the_rows_that_marking_names_as_conventions_are_those_that_sim_marks_as_such():
    cells = [cell for conventions in sim.CELLS.values() for cell in conventions.values()]
    orders = [sim.order_question(kind, *two) for kind in ("lstm", "gru") for two in permutations(LIBRARIES, 2)]
    places = [(cell, name) for cell in cells for name in (*cell.equations, *cell.gradients)]
    slips = [slip for place in places for slip in sim.slips_for(*place)]
    slips += [slip for question in (*sim.plain_questions(), *orders) for slip in question.slips]
    assert {slip.id for slip in slips if slip.convention} == CONVENTIONS


def test_a_gradient_clipped_by_value_is_right_elsewhere_though_no_exercise_claims_it():
    said = {
        "cell": "rnn", "convention": "none", "question": "clipped", "T": 2, "decimals": 3, "asked": ["clipped"],
        "ranges": {"gradient": span(-3.9, 3.9, 0.2), "threshold": span(1, 2.5, 0.5)}, "claims": {"clipped": ["B21"]},
    }  # fmt: skip
    kind = kind_of(Specification.from_json(said))
    given, right = {"gradient": [3.0, -4.0], "threshold": 1.0}, {"clipped": [0.6, -0.8]}
    working, keys = kind.working(given, {"clipped": ["B21"]}, right), kind.keys(given, right, right)
    (step,) = mark(read_answers({"clipped": [1, -1]}, keys), keys, working, kind.rule(kind.tolerance))
    assert (step.state, step.slips) == ("convention", ("B21v",))
