"""Equations written out over time: one graph in which equal subtrees are one node.

A name in the graph carries its step: "c@2" is c at step 2, "h@0" the first state, "x@1" the first input,
"W_f" a weight. The graph is what the compilers read. `FloatWriter` writes formulas as they stand; `sim.decimals` has a
writer that rounds every named value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol

from sim.cells import GIVEN, Cell
from sim.expressions import Expr


class Node(NamedTuple):
    """One operation on earlier nodes. `label` is a leaf's name, or the number an operation carries."""

    op: str
    args: tuple[int, ...] = ()
    label: str | float = ""


class Graph:
    """A list of nodes, each written once: asking for an equal node gives the number of the first."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._number: dict[Node, int] = {}

    def add(self, op: str, *args: int, label: str | float = "") -> int:
        node = Node(op, args, label)
        if node not in self._number:
            self._number[node] = len(self.nodes)
            self.nodes.append(node)
        return self._number[node]

    def needed(self, outputs: Collection[int]) -> list[int]:
        """The nodes that the outputs depend on, in an order in which they can be computed."""
        wanted = set(outputs)
        for number in range(len(self.nodes) - 1, -1, -1):
            if number in wanted:
                wanted.update(self.nodes[number].args)
        return sorted(wanted)


class Writer(Protocol):
    """How formulas become nodes: as they stand, or with every named value rounded."""

    def leaf(self, label: str) -> int: ...
    def apply(self, op: str, args: Sequence[int], label: str | float) -> int: ...
    def named(self, node: int) -> int: ...


class FloatWriter:
    """Formulas as they stand, in floating point."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def leaf(self, label: str) -> int:
        return self.graph.add("name", label=label)

    def apply(self, op: str, args: Sequence[int], label: str | float) -> int:
        return self.graph.add(op, *args, label=label)

    def named(self, node: int) -> int:
        return node


def write(writer: Writer, formula: Expr, node_of: Callable[[str], int]) -> int:
    """Write one formula into the graph; `node_of` finds the node of a name."""
    if formula.op == "name":
        return node_of(str(formula.label))
    return writer.apply(formula.op, [write(writer, arg, node_of) for arg in formula.args], formula.label)


def at_step(cell: Cell, label: str, step: int) -> str:
    """The name in the graph of what step `step` calls `label`: c_prev at step 2 is c@1, a weight is itself."""
    if label in cell.equations or label == "x":
        return f"{label}@{step}"
    return f"{label.removesuffix('_prev')}@{step - 1}" if label in GIVEN else label


class Unrolled:
    """The steps of a cell written into a graph; `nodes["c@2"]` is the node of c at step 2.

    `cells` holds the cell of each step (a slip in one step is another cell in that step); the names in `given` are
    inputs instead of being computed (the learner's own numbers).
    """

    def __init__(self, writer: Writer, cells: Sequence[Cell], given: Collection[str] = ()) -> None:
        self.writer = writer
        self.cells = cells
        self.nodes: dict[str, int] = {}
        for step, cell in enumerate(cells, 1):
            for name, formula in cell.equations.items():
                key = f"{name}@{step}"
                self.nodes[key] = writer.leaf(key) if key in given else self.value(formula, step)

    def value(self, formula: Expr, step: int) -> int:
        """The node of a formula read at a step, rounded as a named value is."""
        cell = self.cells[step - 1]
        return self.writer.named(write(self.writer, formula, lambda label: self._node(at_step(cell, label, step))))

    def _node(self, key: str) -> int:
        return self.nodes[key] if key in self.nodes else self.writer.leaf(key)
