"""Equations written out over time: one graph in which equal subtrees are one node.

A name in the graph carries its step: "c@2" is c at step 2, "h@0" the first state, "x@1" the first input, "dc@2" the
gradient that reaches c at step 2, "W_f" a weight and "dW_f" its gradient. The graph is what the compilers read.
`FloatWriter` writes formulas as they stand; `sim.compile.decimals` has a writer that rounds every named value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, Protocol

from sim.language.declarations import GIVEN, Cell
from sim.language.expressions import Expr

type Label = Any  # a name, a number, or two numbers: what the operation says


class Node(NamedTuple):
    """One operation on earlier nodes. `label` is a leaf's name, or what numbers an operation carries."""

    op: str
    args: tuple[int, ...] = ()
    label: Label = ""


class Graph:
    """A list of nodes, each written once: asking for an equal node gives the number of the first."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._number: dict[tuple[str, tuple[int, ...], Label], int] = {}

    def add(self, op: str, *args: int, label: Label = "") -> int:
        read = (op, args, label)  # most nodes are there already, and a plain tuple finds them sooner than a Node
        number = self._number.setdefault(read, len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(Node(*read))
        return number

    def needed(self, outputs: Collection[int]) -> list[int]:
        """The nodes that the outputs depend on, in an order in which they can be computed."""
        wanted = set(outputs)
        for number in range(len(self.nodes) - 1, -1, -1):
            if number in wanted:
                wanted.update(self.nodes[number].args)
        return sorted(wanted)

    def in_order_of_use(self, outputs: Sequence[int]) -> list[int]:
        """The same, each as late as the outputs in their order allow: little has to be kept meanwhile."""
        order: dict[int, None] = {}
        waiting = list(reversed(outputs))
        while waiting:
            number = waiting[-1]
            missing = [arg for arg in self.nodes[number].args if arg not in order]
            if missing:
                waiting += reversed(missing)
            else:
                order.setdefault(waiting.pop())
        return list(order)


class Writer(Protocol):
    """How formulas become nodes: as they stand, or with every named value rounded."""

    def leaf(self, label: str) -> int: ...
    def apply(self, op: str, args: Sequence[int], label: str | float) -> int: ...
    def named(self, node: int) -> int: ...
    def raised(self, node: int, scale: int | None) -> int: ...


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

    def raised(self, node: int, scale: int | None) -> int:
        return node


def write(writer: Writer, formula: Expr, node_of: Callable[[str], int]) -> int:
    """Write one formula into the graph; `node_of` finds the node of a name."""
    if formula.op == "name":
        return node_of(str(formula.label))
    return writer.apply(formula.op, [write(writer, arg, node_of) for arg in formula.args], formula.label)


def at_step(cell: Cell, label: str, step: int) -> str:
    """The name in the graph of what step `step` calls `label`: c_prev at step 2 is c@1, a weight is itself."""
    if label in cell.equations or label == "x" or label[0] == "d":
        return f"{label}@{step}"
    return f"{label.removesuffix('_prev')}@{step - 1}" if label in GIVEN else label


class Unrolled:
    """The steps of a cell written into a graph; `nodes["c@2"]` is the node of c at step 2.

    `cells` holds the cell of each step (a slip in one step is another cell in that step); the names in `given` are
    inputs instead of being computed (on the way back, what the way forward has found).
    """

    def __init__(self, writer: Writer, cells: Sequence[Cell], given: Collection[str] = ()) -> None:
        self.writer = writer
        self.cells = cells
        self.given = given
        self.nodes: dict[str, int] = {}
        for step, cell in enumerate(cells, 1):
            for name, formula in cell.equations.items():
                self._put(f"{name}@{step}", formula, step)

    def _put(self, key: str, formula: Expr, step: int) -> None:
        self.nodes[key] = self.writer.leaf(key) if key in self.given else self.writer.named(self.value(formula, step))

    def value(self, formula: Expr, step: int) -> int:
        """The node of a formula read at a step, not rounded."""
        return write(self.writer, formula, lambda label: self._node(label, step))

    def _cell(self, step: int) -> Cell:
        return self.cells[step - 1]

    def _node(self, label: str, step: int) -> int:
        key = at_step(self._cell(step), label, step)
        return self.nodes[key] if key in self.nodes else self.writer.leaf(key)


class UnrolledBackward(Unrolled):
    """The same with the backward pass: `nodes["dc@2"]`, and under "dW_f" the gradient of a weight over all steps.

    That one is a sum over the steps, rounded once; `sums["W_f"]` is the sum before it is rounded. "dW_f@2" is what step
    2 adds, rounded where it is asked for by itself.
    What a step passes back ("dh_prev", "dc_prev") enters the sum of the step before it as it stands, and is rounded
    only there. Nothing is passed back over a step in `cuts`. `beyond` is the cell of the step after the last one, of
    which every value is an input; without it, what reaches the last states from beyond is: "dc_last".
    """

    def __init__(
        self, writer: Writer, cells: Sequence[Cell], given: Collection[str] = (),
        *, cuts: Collection[int] = (), beyond: Cell | None = None, weights: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """`weights` are all that the layer has: a slip may leave one out."""
        self.cuts = cuts
        self.beyond = beyond
        super().__init__(writer, cells, given)
        for step in range(len(cells), 0, -1):
            for name, formula in cells[step - 1].gradients.items():
                self._put(f"{name}@{step}", formula, step)
        self.sums = {weight: self._over_all_steps(weight) for weight in weights or cells[0].parameters}
        self.nodes |= {f"d{weight}": writer.named(node) for weight, node in self.sums.items()}

    def _cell(self, step: int) -> Cell:
        return self.beyond if self.beyond and step > len(self.cells) else super()._cell(step)

    def _node(self, label: str, step: int) -> int:
        if not label.endswith("_back"):
            return super()._node(label, step)
        if step in self.cuts:
            return self.writer.apply("number", (), 0.0)
        if step == len(self.cells) and self.beyond is None:
            return self.writer.leaf(label.replace("_back", "_last"))
        return self.value(self._cell(step + 1).gradients[label.replace("_back", "_prev")], step + 1)

    def _over_all_steps(self, weight: str) -> int:
        """The contributions of all steps added up; of a weight that a slip left out of every step, 0."""
        steps = [(cell.gradients.get(f"d{weight}"), step) for step, cell in enumerate(self.cells, 1)]
        found = [self.value(formula, step) for formula, step in steps if formula is not None]
        total, *rest = found or [self._nothing(weight)]
        for node in rest:
            total = self.writer.apply("+", (total, node), "")
        return total

    def _nothing(self, weight: str) -> int:
        zero = self.writer.apply("number", (), 0.0)
        return self.writer.apply("*", (zero, self.writer.leaf(weight)), "")
