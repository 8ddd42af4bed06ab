"""A graph as straight-line Python on floats: the fastest way to compute one small example.

Every entry of every vector becomes a variable, and what is read only once is written where it is read. The candidate
of an LSTM with one unit and one input, its sum being a named value that is returned too, becomes

    n25 = ((W_g__0__0 * x__1__0) + b_g__0 + (U_g__0__0 * h__0__0))
    n26 = tanh(n25)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sim.compile.decimals import BEYOND_TEN, MAGIC
from sim.compile.entries import by_entry
from sim.compile.graphs import Graph
from sim.language.expressions import Shape

NAMES = {"tanh": math.tanh, "trunc": math.trunc}
UNARY = {
    "neg": "-{0}",
    "sigmoid": "(0.5*tanh(0.5*{0}) + 0.5)",
    "tanh": "tanh({0})",
    "relu": "({0} if {0} > 0.0 else 0.0)",
    "step": "(1.0 if {0} > 0.0 else 0.0)",
    "switch": "(1.0 if {0} >= 0.5 else 0.0)",
    "clip": "max(-1.0, min(1.0, {0}))",
    "clip01": "max(0.0, min(1.0, {0}))",
    "tenths": f"((({{0}}*{BEYOND_TEN!r} + {MAGIC!r}) - {MAGIC!r}) / 10.0)",
    "over": "({0} / {label!r})",
    "round": f"(({{0}}*{{label!r}} + {MAGIC!r}) - {MAGIC!r})",
    "cut": "float(trunc({0}*{label!r}))",
}


def compile_scalar(
    graph: Graph, outputs: Sequence[int], inputs: Sequence[Sequence[tuple[str, Shape]]]
) -> Callable[..., list[float]]:
    """A function of one flat list of floats per group of inputs; it returns the outputs' entries in one flat list."""
    graph, outputs, inputs = by_entry(graph, outputs, inputs)
    lines = [f"def program({', '.join(f'group{k}' for k in range(len(inputs)))}):"]
    for k, group in enumerate(inputs):
        if group:
            lines.append(f"    ({', '.join(_safe(leaf) for leaf, _ in group)},) = group{k}")
    code = dict[int, str]()
    for number, is_kept in _needed(graph, outputs):
        code[number] = _code(graph, number, code)
        if is_kept and not code[number].isidentifier():
            lines.append(f"    n{number} = {code[number]}")
            code[number] = f"n{number}"
    lines.append(f"    return [{', '.join(code[output] for output in outputs)}]")
    scope: dict[str, Any] = dict(NAMES)
    exec("\n".join(lines), scope)  # noqa: S102 - our own declarations, never a user's text
    program: Callable[..., list[float]] = scope["program"]
    return program


def _needed(graph: Graph, outputs: Sequence[int]) -> Iterator[tuple[int, bool]]:
    """The needed nodes in order, and whether each is read so often that it deserves a variable."""
    needed = graph.needed(outputs)
    reads = Counter(arg for number in needed for arg in graph.nodes[number].args)
    reads.update(arg for number in needed for arg in graph.nodes[number].args if graph.nodes[number].op == "relu")
    kept = {*outputs, *(number for number, count in reads.items() if count > 1)}
    return ((number, number in kept and graph.nodes[number].op != "number") for number in needed)


def _code(graph: Graph, number: int, code: Mapping[int, str]) -> str:
    node = graph.nodes[number]
    args = [code[arg] for arg in node.args]
    match node.op, args:
        case "name", _:
            return _safe(str(node.label))
        case "number", _:
            return repr(float(node.label))
        case "+", [left, right]:
            is_open = left[0] == "(" and graph.nodes[node.args[0]].op == "+"  # a + b + c, as deep as it goes
            return f"({left[1:-1] if is_open else left} + {right})"
        case (("*" | "-"), [left, right]):
            return f"({left} {node.op} {right})"
        case (("round_sigmoid" | "round_tanh"), [only]):
            by, up, shift = node.label
            return f"(({up!r}*tanh({by!r}*{only}) + {MAGIC + shift!r}) - {MAGIC!r})"
    return UNARY[node.op].replace("{label!r}", repr(node.label)).format(*args)


def _safe(leaf: str) -> str:
    return leaf.replace("@", "__")
