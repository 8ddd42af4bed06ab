"""The language of declarations: what it reads it can write, and what it does not know it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.errors import DeclarationError, ShapeError
from sim.language.expressions import FUNCTIONS, Expr, leaves, name, parse, shape_of, substitute, sum_of, terms, written

NAMES = st.sampled_from(["f", "c_prev", "W_f", "a_hn", "x"]).map(name)
NUMBERS = st.floats(0, 1e6, allow_nan=False).map(lambda value: Expr("number", (), value))


def grown(inner):
    one = st.tuples(inner)
    two = st.tuples(inner, inner)
    return st.one_of(
        st.builds(Expr, st.sampled_from([each for each in FUNCTIONS if each != "outer"]), one),
        st.builds(Expr, st.just("neg"), one),
        st.builds(Expr, st.just("T"), st.tuples(NAMES)),
        st.builds(Expr, st.sampled_from(["+", "-", "*", "@", "outer"]), two),
        st.builds(Expr, st.just("over"), one, st.floats(0.1, 100)),
    )


FORMULAS = st.recursive(NAMES | NUMBERS, grown, max_leaves=12)


@given(FORMULAS)
def test_what_is_written_is_read_back_as_it_was(formula):
    assert parse(written(formula)) == formula


@given(FORMULAS)
def test_putting_a_name_in_its_own_place_changes_nothing(formula):
    assert substitute(formula, {label: name(label) for label in leaves(formula)}) == formula


@given(st.lists(NAMES, min_size=1, max_size=5))
def test_a_sum_falls_apart_into_its_terms(parts):
    assert list(terms(sum_of(parts))) == parts


def test_the_sum_of_nothing_is_zero():
    assert sum_of([]) == parse("0")


@pytest.mark.parametrize(
    "text",
    ["f ** 2", "f / g", "f / 0", "f sim. g", "f.real", "len(f)", "tanh(f, g)", "outer(f)", "tanh(a=f)", "f if g else h",
     "'f'", "f[0]", "lambda: f", "(f, g)", "f; g", "", "True and f"],
)  # fmt: skip
def test_what_is_not_in_the_language_is_refused(text):
    with pytest.raises(DeclarationError):
        parse(text)


SHAPES = {"W": (2, 3), "U": (2, 2), "x": (3,), "h": (2,)}


@pytest.mark.parametrize(
    ("text", "shape"),
    [("W @ x", (2,)), ("U @ h + h", (2,)), ("W.T @ h", (3,)), ("outer(h, x)", (2, 3)), ("diag(U)", (2,)),
     ("sum(h)", ()), ("1 - h", (2,)), ("logsumexp(x)", ()), ("softmax(x)", (3,)), ("-h / 2", (2,))],
)  # fmt: skip
def test_shapes_follow_from_the_names(text, shape):
    assert shape_of(parse(text), SHAPES.__getitem__) == shape


@pytest.mark.parametrize("text", ["W @ h", "x + h", "h * W", "diag(W)", "sum(W)", "outer(W, x)", "h.T", "W.T @ x"])
def test_values_that_do_not_fit_are_refused(text):
    with pytest.raises(ShapeError, match="does not fit"):
        shape_of(parse(text), SHAPES.__getitem__)


def test_a_declaration_can_not_run_anything():
    with pytest.raises(sim.SimError, match="not in the language"):
        sim.cell("lstm").but(c="__import__('os').system('true')")
