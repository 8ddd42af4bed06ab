"""The reference: it walks a declaration as it is written. Every compiler is tested against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sim.language.declarations import Cell
from sim.language.expressions import Expr
from sim.layers import Array

OPERATIONS: dict[str, Callable[..., Array]] = {
    "@": np.matmul,
    "*": np.multiply,
    "+": np.add,
    "-": np.subtract,
    "neg": np.negative,
    "T": np.transpose,
    "outer": np.outer,
    "diag": np.diagonal,
    "sum": np.sum,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "step": lambda y: (y > 0).astype(float),
    "switch": lambda y: (y >= 0.5).astype(float),
    "tenths": lambda y: np.sign(y) * np.floor(np.abs(y) * 10 * (1 + 2**-48) + 0.5) / 10,
    "clip": lambda y: np.clip(y, -1, 1),
    "clip01": lambda y: np.clip(y, 0, 1),
    "logsumexp": np.logaddexp.reduce,
    "softmax": lambda y: np.exp(y - np.logaddexp.reduce(y)),
}


# with an axis for the steps in front, and one for the variants behind
OVER_STEPS = OPERATIONS | {
    "@": lambda matrix, vector: np.einsum("hkn,tkn->thn", matrix, vector),
    "T": lambda matrix: np.swapaxes(matrix, 0, 1),
    "outer": lambda left, right: np.einsum("thn,tkn->thkn", left, right),
    "diag": lambda matrix: np.einsum("kkn->kn", matrix),
}


def value(
    formula: Expr, names: Mapping[str, Array], operations: Mapping[str, Callable[..., Array]] = OPERATIONS
) -> Array:
    """What a formula gives when its names have these values."""
    if formula.op == "name":
        return names[str(formula.label)]
    if formula.op == "number":
        return np.array(formula.label, dtype=float)
    if formula.op == "over":
        return value(formula.args[0], names, operations) / float(formula.label)
    return operations[formula.op](*(value(arg, names, operations) for arg in formula.args))


def walk_steps(
    cell: Cell, weights: Mapping[str, Array], x: Array, h0: Array, c0: Array | None = None
) -> dict[str, Array]:
    """Every named value, (T, H), computed one equation after the other."""
    names = dict(weights) | {"h_prev": h0} | ({} if c0 is None else {"c_prev": c0})
    steps: list[dict[str, Array]] = []
    for x_t in x:
        names["x"] = x_t
        for name, formula in cell.equations.items():
            names[name] = value(formula, names)
        steps.append({name: names[name] for name in cell.equations})
        names |= {f"{state}_prev": names[state] for state in cell.states}
    return {name: np.array([step[name] for step in steps]) for name in cell.equations}


def walk_back(
    cell: Cell, weights: Mapping[str, Array], trace: Mapping[str, Array], x: Array, first: Mapping[str, Array],
    dh: Array, last: Mapping[str, Array],
) -> dict[str, Array]:  # fmt: skip
    """Every gradient of every step, and under "dW_f" those of the weights added up.

    `trace` is what `walk_steps` gave, `first` the states h_prev and c_prev before step 1, `last` what reaches the last
    states from beyond, dh_back and dc_back.
    """
    names = {**weights, **last}
    steps: list[dict[str, Array]] = []
    for t in reversed(range(len(x))):
        names |= {name: values[t] for name, values in trace.items()} | {"x": x[t], "dh_loss": dh[t]}
        names |= {f"{state}_prev": trace[state][t - 1] if t else first[f"{state}_prev"] for state in cell.states}
        for name, formula in cell.gradients.items():
            names[name] = value(formula, names)
        steps.insert(0, {name: names[name] for name in cell.gradients})
        names |= {f"d{state}_back": names[f"d{state}_prev"] for state in cell.states}
    found = {name: np.array([step[name] for step in steps]) for name in cell.gradients}
    return found | {f"d{name}": found[f"d{name}"].sum(axis=0) for name in cell.parameters}
