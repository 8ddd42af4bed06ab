"""A graph as a list of NumPy calls: for large cells, and for thousands of variants at once.

With `many`, the LAST axis of every array is the variant: W is (H, D, N), h is (H, N). That is the fastest layout, and
element-wise operations need no change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim.expressions import Shape
from sim.graphs import Graph, Node
from sim.layers import Array

UP, DOWN = 1 + 2.0**-48, 1 - 2.0**-48


def sigmoid(a: Array) -> Array:
    """The logistic function by one tanh, which neither overflows nor leaves [0, 1]."""
    y = np.tanh(np.multiply(a, 0.5))
    y *= 0.5
    y += 0.5
    return y


def switch(y: Array) -> Array:
    return np.greater_equal(y, 0.5).astype(np.float64)


NAMES: dict[str, Any] = {
    "sigmoid": sigmoid,
    "switch": switch,
    "UP": UP,
    "DOWN": DOWN,
    **{name: getattr(np, name) for name in ("add", "subtract", "multiply", "negative", "tanh", "maximum")},
    **{name: getattr(np, name) for name in ("rint", "trunc", "clip", "dot", "einsum", "swapaxes", "diagonal")},
}
CODE = {
    "*": "multiply({0}, {1})",
    "+": "add({0}, {1})",
    "-": "subtract({0}, {1})",
    "neg": "negative({0})",
    "sigmoid": "sigmoid({0})",
    "tanh": "tanh({0})",
    "relu": "maximum({0}, 0.0)",
    "switch": "switch({0})",
    "clip": "clip({0}, -1.0, 1.0)",
    "clip01": "clip({0}, 0.0, 1.0)",
    "T": "swapaxes({0}, 0, 1)",
    "over": "({0} / {label!r})",
    "round": "rint({0} * UP / {label!r})",
    "round_ties_down": "rint({0} * DOWN / {label!r})",
    "cut": "trunc({0} * UP / {label!r})",
}
ONE = {"@": "dot({0}, {1})", "diag": "diagonal({0})"}
MANY = {"@": "einsum('hkn,kn->hn', {0}, {1})", "diag": "einsum('kkn->kn', {0})"}


def compile_arrays(
    graph: Graph, outputs: Sequence[int], inputs: Sequence[Sequence[tuple[str, Shape]]], *, many: bool
) -> Callable[..., list[Array]]:
    """A function of one sequence of arrays per group of inputs; it returns the list of output arrays."""
    code = CODE | (MANY if many else ONE)
    lines = [f"def program({', '.join(f'group{k}' for k in range(len(inputs)))}):"]
    for number, group in enumerate(inputs):
        if group:
            lines.append(f"    ({', '.join(_safe(leaf) for leaf, _ in group)},) = group{number}")
    text = {number: _name(graph.nodes[number], number) for number in graph.needed(outputs)}
    for number, name in text.items():
        node = graph.nodes[number]
        if node.op not in ("name", "number"):
            call = code[node.op].format(*(text[arg] for arg in node.args), label=node.label)
            lines.append(f"    {name} = {call}")
    lines.append(f"    return [{', '.join(text[output] for output in outputs)}]")
    scope = dict(NAMES)
    exec("\n".join(lines), scope)  # noqa: S102 - our own declarations, never a user's text
    program: Callable[..., list[Array]] = scope["program"]
    return program


def _name(node: Node, number: int) -> str:
    if node.op == "name":
        return _safe(str(node.label))
    return repr(float(node.label)) if node.op == "number" else f"n{number}"


def _safe(leaf: str) -> str:
    return leaf.replace("@", "__")
