"""What a diagram of a cell has to show, read from its declaration: the operations, and which value goes where.

A weighted sum is not drawn as an operation of its own where a gate squashes it: the gate's box reads x and h_prev.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sim.cells import GIVEN, Cell
from sim.expressions import Expr, leaves

SHOWN = {"+": "+", "*": "×", "-": "−", "neg": "−", "sigmoid": "σ", "tanh": "tanh", "relu": "ReLU", "sum": "Σ"}


@dataclass(frozen=True)
class Part:
    """One operation: `key` is the quantity it helps to make and its number there ("c.0"); `label` what is drawn."""

    key: str
    label: str
    name: str  # the declared quantity that leaves it, or "" inside a formula


@dataclass(frozen=True)
class Edge:
    """A value on its way: `source` is a part's key, or a given name; `name` the quantity, "" if it has none."""

    source: str
    target: str
    name: str


@dataclass
class Network:
    cell: Cell
    parts: dict[str, Part] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def source(self, name: str) -> str:
        """Where a value comes from: the part that makes it, or itself if it is given."""
        formula = self.cell.equations.get(name)
        if formula is None:
            return name
        return self.source(str(formula.label)) if formula.op == "name" else f"{name}.0"


def network_of(cell: Cell) -> Network:
    network = Network(cell)
    gated = {str(f.args[0].label) for f in cell.equations.values() if f.op in SHOWN and f.args[0].op == "name"}
    merged = {name for name in gated if name in cell.equations and has_weights(cell.equations[name])}
    if len(merged) == 1:  # a plain RNN has one sum, and room to show it
        merged = set()
    for name, formula in cell.equations.items():
        if name not in merged:
            _draw(network, name, formula, merged)
    network.edges = list(dict.fromkeys(network.edges))
    return network


def has_weights(formula: Expr) -> bool:
    return formula.op == "@" or any(has_weights(arg) for arg in formula.args)


def _draw(network: Network, name: str, formula: Expr, merged: set[str]) -> None:
    """Add the operations of one equation."""
    if formula.op == "name":
        return
    if has_weights(formula):
        _add(network, Part(f"{name}.0", SHOWN["sum"], name), _sum_sources(network, name, formula))
        return
    keys = {id(node): f"{name}.{k}" for k, node in enumerate(_operations(formula))}
    for node in _operations(formula):
        sources: list[tuple[str, str]] = []
        for arg in node.args:
            if arg.op == "name" and arg.label in merged:
                sources += _sum_sources(network, str(arg.label), network.cell.equations[str(arg.label)])
            elif arg.op == "name":
                sources.append((network.source(str(arg.label)), str(arg.label)))
            elif arg.op != "number":
                sources.append((keys[id(arg)], ""))
        label = "1−" if node.op == "-" and node.args[0].op == "number" else SHOWN[node.op]
        _add(network, Part(keys[id(node)], label, name if node is formula else ""), sources)


def _sum_sources(network: Network, name: str, formula: Expr) -> list[tuple[str, str]]:
    """What flows into a weighted sum: x, h_prev, and products with a gate, which are parts of their own."""
    sources: list[tuple[str, str]] = []
    for term in _terms(formula):
        product = next((node for node in _operations(term) if node.op == "*"), None)
        if product is None:
            sources += [(network.source(leaf), leaf) for leaf in leaves(term) if _flows(network.cell, leaf)]
        else:
            flowing = [leaf for leaf in leaves(product) if _flows(network.cell, leaf)]
            part = Part(f"{name}.1", SHOWN["*"], "")
            _add(network, part, [(network.source(leaf), leaf) for leaf in flowing])
            sources.append((part.key, ""))
    return sources


def _flows(cell: Cell, leaf: str) -> bool:
    return leaf in GIVEN or leaf in cell.equations


def _terms(formula: Expr) -> Iterator[Expr]:
    if formula.op == "+":
        for arg in formula.args:
            yield from _terms(arg)
    else:
        yield formula


def _operations(formula: Expr) -> Iterator[Expr]:
    """Every operation of a formula, the outermost first."""
    if formula.op not in ("name", "number"):
        yield formula
        for arg in formula.args:
            yield from _operations(arg)


def _add(network: Network, part: Part, sources: list[tuple[str, str]]) -> None:
    network.parts[part.key] = part
    network.edges += [Edge(source, part.key, name) for source, name in sources]
