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

from sim.compile.graphs import Graph, Node
from sim.language.expressions import Shape

type Text = str | list[Any]  # the code of a number, of a vector's entries, of a matrix's rows

MAGIC = 1.5 * 2**52  # (v + MAGIC) - MAGIC rounds a float to the nearest whole number, below 2**51
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
    "tenths": f"((({{0}}*{10 + 10 * 2.0**-48!r} + {MAGIC!r}) - {MAGIC!r}) / 10.0)",
    "over": "({0} / {label!r})",
    "round": f"(({{0}}*{{label!r}} + {MAGIC!r}) - {MAGIC!r})",
    "cut": "float(trunc({0}*{label!r}))",
}
READ_TWICE = ("relu", "@", "outer")  # their arguments deserve variables


def compile_scalar(
    graph: Graph, outputs: Sequence[int], inputs: Sequence[Sequence[tuple[str, Shape]]]
) -> Callable[..., list[float]]:
    """A function of one flat list of floats per group of inputs; it returns the outputs' entries in one flat list."""
    return _Compiler(graph, outputs).function(inputs)


class _Compiler:
    def __init__(self, graph: Graph, outputs: Sequence[int]) -> None:
        self.graph = graph
        self.outputs = outputs
        self.code: dict[int, Text] = {}
        self.lines: list[str] = []

    def function(self, inputs: Sequence[Sequence[tuple[str, Shape]]]) -> Callable[..., list[float]]:
        self.lines = [f"def program({', '.join(f'group{k}' for k in range(len(inputs)))}):"]
        leaves = {leaf: _entries(leaf, shape) for group in inputs for leaf, shape in group}
        for number, group in enumerate(inputs):
            if names := [entry for leaf, _ in group for entry in flat(leaves[leaf])]:
                self.lines.append(f"    ({', '.join(names)},) = group{number}")
        for number, keep in self._needed():
            node = self.graph.nodes[number]
            text = leaves[str(node.label)] if node.op == "name" else self._operation(node)
            self.code[number] = self._kept(f"n{number}", text) if keep and node.args else text
        returned = ", ".join(entry for output in self.outputs for entry in flat(self.code[output]))
        self.lines.append(f"    return [{returned}]")
        scope: dict[str, Any] = dict(NAMES)
        exec("\n".join(self.lines), scope)  # noqa: S102 - our own declarations, never a user's text
        program: Callable[..., list[float]] = scope["program"]
        return program

    def _needed(self) -> list[tuple[int, bool]]:
        """The needed nodes in order, and whether each is read so often that it deserves a variable."""
        needed = self.graph.needed(self.outputs)
        reads = Counter(arg for number in needed for arg in self.graph.nodes[number].args)
        reads.update(arg for number in needed for arg in self._read_again(self.graph.nodes[number]))
        reads.update(self.outputs)
        reads.update(self.outputs)
        return [(number, reads[number] > 1) for number in needed]

    def _read_again(self, node: Node) -> tuple[int, ...]:
        """A matrix product reads each entry of its vector once a row, and a factor is one for every entry."""
        is_scaled = node.op == "*" and self.graph.nodes[node.args[1]].op == "number"
        return node.args if node.op in READ_TWICE and not is_scaled else ()

    def _operation(self, node: Node) -> Text:
        args = [self.code[arg] for arg in node.args]
        match node.op, args:
            case "number", _:
                return repr(float(node.label))
            case "@", [list(matrix), list(vector)]:
                return ["(" + " + ".join(f"{w}*{v}" for w, v in zip(row, vector, strict=True)) + ")" for row in matrix]
            case "outer", [list(left), list(right)]:
                return [[f"({a}*{b})" for b in right] for a in left]
            case "T", [list(matrix)]:
                return [list(column) for column in zip(*matrix, strict=True)]
            case "diag", [list(matrix)]:
                return [row[k] for k, row in enumerate(matrix)]
            case (("*" | "+" | "-"), [left, right]):
                return _entry_by_entry(f"({{0}} {node.op} {{1}})", left, right)
            case (("round_sigmoid" | "round_tanh"), [only]):
                return _entry_by_entry(_rounded_squash(node), only, only)
            case _, [only]:
                return _entry_by_entry(UNARY[node.op].replace("{label!r}", repr(node.label)), only, only)
        raise AssertionError(f"no code for {node.op}")

    def _kept(self, name: str, text: Text) -> Text:
        """Give every entry a variable: the names, and on the way the lines that fill them."""
        if isinstance(text, list):
            return [self._kept(f"{name}_{k}", part) for k, part in enumerate(text)]
        if text.isidentifier():
            return text
        self.lines.append(f"    {name} = {text}")
        return name


def _rounded_squash(node: Node) -> str:
    by, up, shift = node.label
    return f"(({up!r}*tanh({by!r}*{{0}}) + {MAGIC + shift!r}) - {MAGIC!r})"


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


def flat(text: Text) -> list[str]:
    return [text] if isinstance(text, str) else [entry for part in text for entry in flat(part)]
