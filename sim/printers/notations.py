"""The same equations in the letters of others: PyTorch's, the Γ of courses, and weights beside one another, W·[h, x].

A notation is a table of names and, for some, one more rewriting of the formula. What is computed does not change.
"""

from __future__ import annotations

from sim.errors import UnknownName
from sim.language.declarations import Cell
from sim.language.expressions import Expr, leaves, name, substitute, sum_of, terms

NOTATIONS = ("", "pytorch", "gamma", "joined")

# of an LSTM and of a GRU; what is not named keeps its letters
GAMMA = {
    "lstm": {"i": "Γ_u", "f": "Γ_f", "o": "Γ_o", "g": "c̃", "h": "a", "h_prev": "a_prev"},
    "gru": {"r": "Γ_r", "z": "Γ_u", "n": "c̃", "h": "c", "h_prev": "c_prev"},
}
GAMMA_WEIGHTS = {
    "lstm": {"i": "u", "f": "f", "g": "c", "o": "o"},
    "gru": {"r": "r", "z": "u", "n": "c", "in": "c", "hn": "hc"},
}


def in_notation(cell: Cell, left: str, formula: Expr, notation: str) -> tuple[str, Expr]:
    """The left and right side of an equation in other letters. Raises: UnknownName."""
    if notation not in NOTATIONS:
        raise UnknownName(f"There are no letters “{notation}”.", f"There are: {', '.join(filter(None, NOTATIONS))}.")
    if notation == "pytorch":
        return left, substitute(formula, {leaf: _pytorch(leaf) for leaf in leaves(formula) if leaf in cell.parameters})
    if notation == "joined":
        return left, _joined(formula)
    if notation == "gamma":
        return _gamma(cell, left), substitute(
            _joined(formula), {leaf: name(_gamma(cell, leaf)) for leaf in leaves(formula)}
        )
    return left, formula


def _pytorch(leaf: str) -> Expr:
    """W_f as W_if, U_f as W_hf; of a bias that PyTorch keeps in two parts, their sum."""
    letter, _, block = leaf.partition("_")
    if leaf in ("b_in", "b_hn"):
        return name(leaf)
    if letter == "b":
        return Expr("+", (name(f"b_i{block}"), name(f"b_h{block}")))
    return name(f"W_i{block}" if letter == "W" else f"W_h{block}" if letter == "U" else leaf)


def _joined(formula: Expr) -> Expr:
    """W x + b + U h as W [h, x] + b: one matrix for what stands side by side."""
    parts = list(terms(formula))
    W = next(
        (part for part in parts if part.op == "@" and part.args[1] == name("x") and part.args[0].op == "name"), None
    )
    U = next((part for part in parts if part.op == "@" and part is not W and part.args[0].op == "name"), None)
    if W and U:
        both = Expr("@", (W.args[0], Expr("beside", (U.args[1], W.args[1]))))
        return sum_of([both, *(part for part in parts if part is not W and part is not U)])
    return Expr(formula.op, tuple(map(_joined, formula.args)), formula.label)


def _gamma(cell: Cell, leaf: str) -> str:
    """A name in the letters of Γ."""
    kind = "gru" if "z" in cell.equations else "lstm"
    letter, _, block = leaf.partition("_")
    if leaf in GAMMA[kind]:
        return GAMMA[kind][leaf]
    if letter in ("W", "U", "b") and block in GAMMA_WEIGHTS[kind]:
        return f"{letter}_{GAMMA_WEIGHTS[kind][block]}"
    return f"s_{GAMMA_WEIGHTS[kind].get(block, block)}" if letter == "a" and block else leaf
