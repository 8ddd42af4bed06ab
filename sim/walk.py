"""The reference: sixteen lines that walk a declaration as it is written. Every compiler is tested against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sim.cells import Cell
from sim.expressions import Expr
from sim.layers import Array

OPERATIONS: dict[str, Callable[..., Array]] = {
    "@": np.matmul,
    "*": np.multiply,
    "+": np.add,
    "-": np.subtract,
    "neg": np.negative,
    "T": np.transpose,
    "diag": np.diagonal,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "switch": lambda y: (y >= 0.5).astype(float),
    "clip": lambda y: np.clip(y, -1, 1),
    "clip01": lambda y: np.clip(y, 0, 1),
}


def value(formula: Expr, names: Mapping[str, Array]) -> Array:
    """What a formula gives when its names have these values."""
    if formula.op == "name":
        return names[str(formula.label)]
    if formula.op == "number":
        return np.array(formula.label, dtype=float)
    if formula.op == "over":
        return value(formula.args[0], names) / float(formula.label)
    return OPERATIONS[formula.op](*(value(arg, names) for arg in formula.args))


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
