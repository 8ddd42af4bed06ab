"""From the equations of a cell to those of its backward pass, in the same language.

`d` before a name is the derivative of the loss with respect to it, over all paths: dc, da_f. For an LSTM:

    dh       dh_loss + dh_back
    dtanh_c  dh * o
    dc       dtanh_c * (1 - tanh_c * tanh_c) + dc_back
    …
    dh_prev  U_i.T @ da_i + …        what this step passes back to the one before it
    dW_f     outer(da_f, x)          this step's contribution to the gradient of a shared weight

`dh_loss` is what this step's loss gives h; `dc_back` what the next step passes back, or what is given for the last.
A derivative is written with the declared names it can be read from: that of f = σ(a_f) is f (1 − f).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from sim.errors import DeclarationError
from sim.language.expressions import Expr, leaves, name, number, substitute, sum_of

ONE = number(1)


def backward_equations(
    equations: Mapping[str, Expr], roots: Mapping[str, Expr], given: Sequence[str], states: Sequence[str] = ()
) -> dict[str, Expr]:
    """The equations of one step backward: of every declared name from the last to the first, then of what is given.

    `roots` say what reaches a name from outside the step. What nothing reaches has the gradient 0.
    Raises: DeclarationError for an operation that has no derivative here.
    """
    names = {formula: name(left) for left, formula in equations.items() if formula.args}
    flows: dict[str, list[Expr]] = defaultdict(list, {root: [flow] for root, flow in roots.items()})
    found: dict[str, Expr] = {}
    for declared in reversed(list(equations)):
        received = flows.pop(declared, [])
        if declared in states:
            received.append(name(f"d{declared}_back"))
        found[f"d{declared}"] = sum_of(received or _nothing(declared))
        for leaf, flow in pulled_back(equations[declared], name(f"d{declared}")) if received else ():
            flows[leaf].append(_with_names(flow, names))
    inputs = [*given, *(f"{state}_prev" for state in states)]
    weights = [leaf for leaf in reversed(flows) if leaf not in inputs]
    return found | {f"d{leaf}": sum_of((flows[leaf] or _nothing(leaf))[::-1]) for leaf in (*inputs, *weights)}


def _nothing(label: str) -> list[Expr]:
    """0 in the shape of a name."""
    return [Expr("*", (number(0), name(label)))]


def marked_next(flow: Expr, unmarked: Collection[str]) -> Expr:
    """What a step passes back, as the step before it writes it: δc_next ⊙ f_next. Weights stay unmarked."""
    changing = {leaf for leaf in leaves(flow) if leaf not in unmarked}
    return substitute(flow, {leaf: name(_of_the_next(leaf)) for leaf in changing})


def _of_the_next(leaf: str) -> str:
    """What the next step calls h_prev is this step's h."""
    return leaf.removesuffix("_prev") if leaf in ("h_prev", "c_prev") else f"{leaf}_next"


def _with_names(expr: Expr, names: Mapping[Expr, Expr]) -> Expr:
    """The same expression with every declared right-hand side in it written as its name."""
    return names.get(expr) or Expr(expr.op, tuple(_with_names(arg, names) for arg in expr.args), expr.label)


def pulled_back(formula: Expr, d: Expr) -> Iterator[tuple[str, Expr]]:
    """What each name in a formula receives, `d` being the derivative with respect to the formula's value."""
    if formula.op == "name":
        yield str(formula.label), d
    elif formula.op == "@":
        yield from _product(formula.args[0], formula.args[1], d)
    elif formula.op != "number":
        if formula.op not in RULES:
            raise DeclarationError(f"“{formula.op}” has no derivative here.")
        for arg, flow in zip(formula.args, RULES[formula.op](formula, d), strict=True):
            yield from pulled_back(arg, flow)


def _product(matrix: Expr, vector: Expr, d: Expr) -> Iterator[tuple[str, Expr]]:
    """W @ v: W receives the outer product of d and v, and v receives W.T @ d."""
    if matrix.op == "T":
        yield str(matrix.args[0].label), Expr("outer", (vector, d))
        yield from pulled_back(vector, Expr("@", (matrix.args[0], d)))
    else:
        yield str(matrix.label), Expr("outer", (d, vector))
        yield from pulled_back(vector, Expr("@", (Expr("T", (matrix,)), d)))


def _times(left: Expr, right: Expr) -> Expr:
    """left ⊙ right, with a minus sign outermost."""
    if left.op == "neg":
        return _minus(_times(left.args[0], right))
    return Expr("*", (left, right))


def _minus(expr: Expr) -> Expr:
    return expr.args[0] if expr.op == "neg" else Expr("neg", (expr,))


def _one_minus(expr: Expr) -> Expr:
    return Expr("-", (ONE, expr))


def _product_rule(formula: Expr, d: Expr) -> list[Expr]:
    left, right = formula.args
    return [_times(d, right), _times(d, left)]


def _inside(formula: Expr, d: Expr) -> list[Expr]:
    """clip01(y) is y itself between 0 and 1, and constant elsewhere."""
    (y,) = formula.args
    return [_times(d, Expr("*", (Expr("step", (y,)), Expr("step", (_one_minus(y),)))))]


# what each argument of an operation receives
RULES: dict[str, Callable[[Expr, Expr], list[Expr]]] = {
    "+": lambda y, d: [d, d],
    "-": lambda y, d: [d, _minus(d)],
    "*": _product_rule,
    "neg": lambda y, d: [_minus(d)],
    "over": lambda y, d: [Expr("over", (d,), y.label)],
    "sigmoid": lambda y, d: [_times(d, Expr("*", (y, _one_minus(y))))],
    "tanh": lambda y, d: [_times(d, _one_minus(Expr("*", (y, y))))],
    "relu": lambda y, d: [_times(d, Expr("step", (y,)))],
    "clip01": _inside,
    "sum": lambda y, d: [d],
    "logsumexp": lambda y, d: [_times(d, Expr("softmax", y.args))],
}
