"""A graph as straight-line Python on floats: the fastest way to compute one small example.

Every entry of every vector becomes a variable, and what is read only once is written where it is read. The candidate
of an LSTM with one unit and one input, its sum being a named value that is returned too, becomes

    n25_0 = (((W_g__0__0*x__1__0) + b_g__0) + (U_g__0__0*h__0__0))
    n26_0 = tanh(n25_0)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from sim.expressions import Shape
from sim.graphs import Graph, Node

type Text = str | list[Any]  # the code of a number, of a vector's entries, of a matrix's rows

MAGIC = 1.5 * 2**52  # (v + MAGIC) - MAGIC rounds a float to the nearest whole number, below 2**51


def sigmoid(a: float) -> float:
    return 0.5 * math.tanh(0.5 * a) + 0.5


def rint(v: float) -> float:
    return (v + MAGIC) - MAGIC


NAMES = {"tanh": math.tanh, "sigmoid": sigmoid, "rint": rint, "trunc": math.trunc}
UNARY = {
    "neg": "-{0}",
    "sigmoid": "sigmoid({0})",
    "tanh": "tanh({0})",
    "relu": "({0} if {0} > 0.0 else 0.0)",
    "switch": "(1.0 if {0} >= 0.5 else 0.0)",
    "clip": "max(-1.0, min(1.0, {0}))",
    "clip01": "max(0.0, min(1.0, {0}))",
    "over": "({0} / {label!r})",
    "round": "rint({0} * (1 + 2**-48) / {label!r})",
    "round_ties_down": "rint({0} * (1 - 2**-48) / {label!r})",
    "cut": "float(trunc({0} * (1 + 2**-48) / {label!r}))",
}


def compile_scalar(
    graph: Graph, outputs: Sequence[int], inputs: Sequence[Sequence[tuple[str, Shape]]]
) -> Callable[..., list[float]]:
    """A function of one flat list of floats per group of inputs; it returns the outputs' entries in one flat list."""
    lines = [f"def program({', '.join(f'group{k}' for k in range(len(inputs)))}):"]
    code: dict[int, Text] = {}
    leaves: dict[str, Text] = {}
    for number, group in enumerate(inputs):
        names = [entry for leaf, shape in group for entry in _flat(leaves.setdefault(leaf, _entries(leaf, shape)))]
        if names:
            lines.append(f"    ({', '.join(names)},) = group{number}")
    for number, keep in _uses(graph, outputs):
        node = graph.nodes[number]
        text = leaves[str(node.label)] if node.op == "name" else _operation(node, [code[arg] for arg in node.args])
        if keep and node.op not in ("name", "number"):
            text, assignments = _kept(f"n{number}", text)
            lines += assignments
        code[number] = text
    lines.append(f"    return [{', '.join(entry for output in outputs for entry in _flat(code[output]))}]")
    scope: dict[str, Any] = dict(NAMES)
    exec("\n".join(lines), scope)  # noqa: S102 - our own declarations, never a user's text
    program: Callable[..., list[float]] = scope["program"]
    return program


def _uses(graph: Graph, outputs: Sequence[int]) -> list[tuple[int, bool]]:
    """The needed nodes in order, and whether each is read so often that it deserves a variable."""
    needed = graph.needed(outputs)
    reads = Counter(arg for number in needed for arg in graph.nodes[number].args)
    reads.update(arg for number in needed for arg in graph.nodes[number].args if _repeats(graph.nodes[number]))
    reads.update(outputs)
    reads.update(outputs)
    return [(number, reads[number] > 1) for number in needed]


def _repeats(node: Node) -> bool:
    """A matrix product reads each entry of its vector once a row; ReLU reads its argument twice."""
    return node.op in ("@", "relu", "*", "+", "-")


def _operation(node: Node, args: list[Text]) -> Text:
    match node.op, args:
        case "number", _:
            return repr(float(node.label))
        case "@", [list(matrix), list(vector)]:
            return ["(" + " + ".join(f"{w}*{v}" for w, v in zip(row, vector, strict=True)) + ")" for row in matrix]
        case "T", [list(matrix)]:
            return [list(column) for column in zip(*matrix, strict=True)]
        case "diag", [list(matrix)]:
            return [row[k] for k, row in enumerate(matrix)]
        case (("*" | "+" | "-"), [left, right]):
            return _entry_by_entry(f"({{0}} {node.op} {{1}})", left, right)
        case _, [only]:
            return _entry_by_entry(UNARY[node.op].replace("{label!r}", repr(node.label)), only, only)
    raise AssertionError(f"no code for {node.op}")


def _entry_by_entry(pattern: str, left: Text, right: Text) -> Text:
    if isinstance(left, str) and isinstance(right, str):
        return pattern.format(left, right)
    length = len(left if isinstance(left, list) else right)
    lefts = left if isinstance(left, list) else [left] * length
    rights = right if isinstance(right, list) else [right] * length
    return [_entry_by_entry(pattern, a, b) for a, b in zip(lefts, rights, strict=True)]


def _entries(name: str, shape: Shape) -> Text:
    safe = name.replace("@", "__")
    if not shape:
        return safe
    return [_entries(f"{safe}__{k}", shape[1:]) for k in range(shape[0])]


def _flat(text: Text) -> list[str]:
    return [text] if isinstance(text, str) else [entry for part in text for entry in _flat(part)]


def _kept(name: str, text: Text) -> tuple[Text, list[str]]:
    """Give every entry a variable: the names, and the lines that fill them."""
    if isinstance(text, str):
        return name, [f"    {name} = {text}"]
    parts = [_kept(f"{name}_{k}", part) for k, part in enumerate(text)]
    return [part for part, _ in parts], [line for _, lines in parts for line in lines]
