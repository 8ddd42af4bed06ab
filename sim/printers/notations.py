"""The same equations in the letters of others: PyTorch's, the Γ of courses, and weights beside one another, W·[h, x].

A notation is a table of names and, for some, one more rewriting of the formula. What is computed does not change.
"""

from __future__ import annotations

from sim.checks import described
from sim.errors import UnknownName
from sim.language.declarations import Cell
from sim.language.expressions import Expr, leaves, name, substitute, sum_of, terms
from sim.printers.letters import is_gradient, marked

NOTATIONS = ("", "pytorch", "gamma", "joined")

# of a cell with a cell state, of one with gates, of one without; what is not named keeps its letters
GAMMA = {
    "lstm": {"i": "Γ_u", "f": "Γ_f", "o": "Γ_o", "g": "c̃", "h": "a"},
    "gru": {"r": "Γ_r", "z": "Γ_u", "f": "Γ_u", "n": "c̃", "h": "c"},
    "rnn": {"a": "s_a", "h": "a", "W": "W_a", "U": "U_a", "b": "b_a"},
}
GAMMA_BLOCKS = {
    "lstm": {"i": "u", "g": "c"},
    "gru": {"z": "u", "f": "u", "n": "c", "in": "c", "hn": "hc"},
    "rnn": {},
}
PYTORCH_RNN = {"W": "W_ih", "U": "W_hh"}


def in_notation(cell: Cell, left: str, formula: Expr, notation: str) -> tuple[str, Expr]:
    """The left and right side of an equation in other letters. Raises: UnknownName."""
    if notation not in NOTATIONS:
        raise UnknownName(
            f"There are no letters {described(notation)}.", f"There are: {', '.join(filter(None, NOTATIONS))}."
        )
    if notation == "pytorch":
        changed = {leaf: _pytorch(leaf) for leaf in leaves(formula) if leaf in cell.parameters}
        return _pytorch_left(cell, left), substitute(formula, changed)
    if notation == "joined":
        return left, _joined(formula)
    if notation == "gamma":
        formula = _joined(formula)
        return _gamma(cell, left), substitute(formula, {leaf: name(_gamma(cell, leaf)) for leaf in leaves(formula)})
    return left, formula


def _pytorch(leaf: str) -> Expr:
    """W_f as W_if, U_f as W_hf; of a bias that PyTorch keeps in two parts, their sum."""
    letter, _, block = leaf.partition("_")
    if leaf in ("b_in", "b_hn"):
        return name(leaf)
    if letter == "b":
        return Expr("+", (name(f"b_i{block or 'h'}"), name(f"b_h{block or 'h'}")))
    return name(PYTORCH_RNN.get(leaf) or f"{letter.replace('U', 'W')}_{'h' if letter == 'U' else 'i'}{block}")


def _pytorch_left(cell: Cell, left: str) -> str:
    """dW_f as dW_if; the two biases of a block have one gradient, db_f."""
    of = left.removeprefix("d")
    return f"d{_pytorch(of).label}" if of in cell.parameters and of[0] in "WU" else left


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
    """A name in the letters of Γ: δΓ_f for df, a_prev for h_prev."""
    stem, mark = marked(leaf)
    if mark:
        return f"{_gamma(cell, stem)}_{mark}"
    if is_gradient(leaf):
        return f"d{_gamma(cell, leaf[1:])}"
    kind = "lstm" if "c" in cell.states else "gru" if "n" in cell.equations else "rnn"
    if leaf in GAMMA[kind]:
        return GAMMA[kind][leaf]
    letter, _, block = leaf.partition("_")
    if not block or leaf == "tanh_c":
        return leaf
    return f"{'s' if letter == 'a' else letter}_{GAMMA_BLOCKS[kind].get(block, block)}"
