"""What a diagram of a cell has to show, read from its declaration: the operations, and which value goes where.

A weighted sum is not drawn as an operation of its own where a gate squashes it: the gate's box reads x, h_prev and,
through a peephole, c.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sim.language.declarations import GIVEN, Cell
from sim.language.expressions import Expr, leaves, terms

SHOWN = {"+": "+", "*": "×", "-": "−", "neg": "−", "sigmoid": "σ", "tanh": "tanh", "relu": "ReLU", "sum": "Σ"}
SAME = "="  # a value handed on under another name
SQUASHES = ("sigmoid", "tanh", "relu")


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
        return f"{name}.0"

    def into(self, target: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.target == target]

    def out_of(self, source: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.source == source]

    def has_sum(self, key: str) -> bool:
        """Whether a part weighs and adds up what it reads: the box of a gate or a candidate."""
        return any(edge.source == "x" for edge in self.into(key))


def network_of(cell: Cell) -> Network:
    network = Network(cell)
    merged = {_squashed_sum(cell, formula) for formula in cell.equations.values()} - {""}
    if len(merged) == 1:  # a plain RNN has one sum, and room to show it
        merged = set()
    for name, formula in cell.equations.items():
        if name not in merged:
            _draw(network, name, formula, merged)
    network.edges = list(dict.fromkeys(network.edges))
    return network


def _squashed_sum(cell: Cell, formula: Expr) -> str:
    """The weighted sum that a formula squashes, a hidden 1 added or not; "" if it does nothing of the kind."""
    if formula.op not in SQUASHES:
        return ""
    read = [leaf for leaf in leaves(formula) if leaf in cell.equations]
    is_plain = formula.args[0].op == "name" or {term.op for term in terms(formula.args[0])} == {"name", "number"}
    return read[0] if len(read) == 1 and is_plain and has_weights(cell.equations[read[0]]) else ""


def has_weights(formula: Expr) -> bool:
    return formula.op == "@" or any(has_weights(arg) for arg in formula.args)


def _draw(network: Network, name: str, formula: Expr, merged: set[str]) -> None:
    """Add the operations of one equation."""
    if formula.op == "name":
        read = str(formula.label)
        _add(network, Part(f"{name}.0", SAME, name), [(network.source(read), read)])
        return
    if has_weights(formula):  # a slip may squash a sum without a name
        label = SHOWN[formula.op] if formula.op in SQUASHES else SHOWN["sum"]
        _add(network, Part(f"{name}.0", label, name), _sum_sources(network, name, formula))
        return
    if (squashed := _squashed_sum(network.cell, formula)) in merged:
        sources = _sum_sources(network, squashed, network.cell.equations[squashed])
        _add(network, Part(f"{name}.0", SHOWN[formula.op] + _hidden(formula), name), sources)
        return
    keys = {id(node): f"{name}.{k}" for k, node in enumerate(_operations(formula))}
    for node in _operations(formula):
        sources = []
        for arg in node.args:
            if arg.op == "name":
                sources.append((network.source(str(arg.label)), str(arg.label)))
            elif arg.op != "number":
                sources.append((keys[id(arg)], ""))
        _add(network, Part(keys[id(node)], _label(node), name if node is formula else ""), sources)


def _label(node: Expr) -> str:
    if node.op == "-" and node.args[0].op == "number":
        return f"{node.args[0].label:g}−"
    return f"÷{node.label:g}" if node.op == "over" else SHOWN.get(node.op, node.op)


def _hidden(formula: Expr) -> str:
    """ " +1" for σ(a + 1)."""
    numbers = [term.label for term in terms(formula.args[0]) if term.op == "number"]
    return f" +{numbers[0]:g}" if numbers else ""


def _sum_sources(network: Network, name: str, formula: Expr) -> list[tuple[str, str]]:
    """What flows into a weighted sum: x, the states, and products with a gate, which are parts of their own."""
    sources: list[tuple[str, str]] = []
    for term in terms(formula.args[0] if formula.op in SQUASHES else formula):
        product = next((node for node in _operations(term) if _is_gating(network.cell, node)), None)
        if product is None:
            sources += [(network.source(leaf), leaf) for leaf in leaves(term) if _flows(network.cell, leaf)]
        else:
            part = Part(f"{name}.1", SHOWN["*"], "")
            _add(network, part, [_factor(network, name, arg) for arg in product.args])
            sources.append((part.key, ""))
    return sources


def _factor(network: Network, name: str, factor: Expr) -> tuple[str, str]:
    """What flows into a product: a value, or a sum of its own where values are weighed before they are gated."""
    flowing = [(network.source(leaf), leaf) for leaf in leaves(factor) if _flows(network.cell, leaf)]
    if not has_weights(factor):
        return flowing[0]
    part = Part(f"{name}.2", SHOWN["sum"], "")
    _add(network, part, flowing)
    return part.key, ""


def _is_gating(cell: Cell, node: Expr) -> bool:
    """Whether values meet in a product; a weight times a value, as in a peephole, is only weighed."""
    return node.op == "*" and all(any(_flows(cell, leaf) for leaf in leaves(arg)) for arg in node.args)


def _flows(cell: Cell, leaf: str) -> bool:
    return leaf in GIVEN or leaf in cell.equations


def _operations(formula: Expr) -> Iterator[Expr]:
    """Every operation of a formula, the outermost first."""
    if formula.op not in ("name", "number"):
        yield formula
        for arg in formula.args:
            yield from _operations(arg)


def _add(network: Network, part: Part, sources: list[tuple[str, str]]) -> None:
    network.parts[part.key] = part
    network.edges += [Edge(source, part.key, name) for source, name in sources]
