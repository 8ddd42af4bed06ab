"""One equation as a short list of operations, walked with the numbers at hand.

To compile a program costs as much as hundreds of walks. What is asked with numbers that nobody foresaw (a learner's
own, another pattern of them every time) is walked: the first answer comes nearly as fast as the hundredth. Values are
rounded as compiled programs round them, for the same writers make the operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import add, mul, neg, pos, sub
from typing import Any, NamedTuple

import numpy as np

from sim.compile import arrays
from sim.compile.decimals import BEYOND_TEN, MAGIC, Rounding
from sim.compile.graphs import Graph, Label, Node, write
from sim.compile.programs import writer_for
from sim.language.expressions import Expr

type Number = Any  # a float where everything has one entry, else an array
type Operation = Callable[..., Number]


class Arithmetic(NamedTuple):
    """How the operations of a graph are done: plain ones, those that carry a number, and how a number is held."""

    plain: Mapping[str, Operation]
    with_label: Mapping[str, Callable[[Label], Operation]]
    number: Callable[[float], Number]

    def operation(self, node: Node) -> Operation:
        return self.plain[node.op] if node.op in self.plain else self.with_label[node.op](node.label)


class Recipe(NamedTuple):
    """What an equation reads, in order; the numbers that stand in it; and operations on the values so far, by place."""

    leaves: tuple[str, ...]
    constants: tuple[Number, ...]
    operations: tuple[tuple[Operation, int, int | None], ...]

    def __call__(self, read: Sequence[Number]) -> Number:
        values = [*read, *self.constants]
        for operation, one, other in self.operations:
            values.append(operation(values[one]) if other is None else operation(values[one], values[other]))
        return values[-1]


def recipe_of(formula: Expr, rounding: Rounding | None, arithmetic: Arithmetic) -> Recipe:
    """The equation of a named value, rounded or not."""
    graph = Graph()
    writer = writer_for(graph, rounding)
    output = writer.named(write(writer, formula, writer.leaf))
    nodes = {number: graph.nodes[number] for number in graph.needed([output])}
    kinds = {"name": 0, "number": 1}
    order = sorted(nodes, key=lambda number: (kinds.get(nodes[number].op, 2), number))
    place = {number: place for place, number in enumerate(order)}
    found = [nodes[number] for number in order]
    return Recipe(
        tuple(str(node.label) for node in found if node.op == "name"),
        tuple(arithmetic.number(float(node.label)) for node in found if node.op == "number"),
        tuple((arithmetic.operation(node), *_two(place[arg] for arg in node.args)) for node in found if node.args),
    )


def _two(places: Iterable[int]) -> tuple[int, int | None]:
    one, *other = places
    return one, other[0] if other else None


def _sigmoid(a: float) -> float:
    return 0.5 * math.tanh(0.5 * a) + 0.5


def _round_arrays(factor: float) -> Operation:
    by = np.array(factor)  # so that NumPy need not convert it each time
    return lambda y: np.rint(y * by)


def _squash_floats(label: Label) -> Operation:
    """round(up · tanh(by · a) + shift), which a rounded σ is too."""
    by, up, shift = label
    return lambda a: (up * math.tanh(by * a) + (MAGIC + shift)) - MAGIC


def _squash_arrays(label: Label) -> Operation:
    by, up, shift = (np.array(number) for number in label)
    return lambda a: np.rint(up * np.tanh(by * a) + shift)


BOTH: dict[str, Operation] = {"*": mul, "+": add, "-": sub, "neg": neg}
FLOATS = Arithmetic(
    BOTH
    | {
        "@": mul,
        "outer": mul,
        "T": pos,
        "diag": pos,
        "tanh": math.tanh,
        "sigmoid": _sigmoid,
        "relu": lambda y: max(y, 0.0),
        "step": lambda y: float(y > 0.0),
        "switch": lambda y: float(y >= 0.5),
        "tenths": lambda y: ((y * BEYOND_TEN + MAGIC) - MAGIC) / 10.0,
        "clip": lambda y: max(-1.0, min(1.0, y)),
        "clip01": lambda y: max(0.0, min(1.0, y)),
    },
    {
        "over": lambda divisor: lambda y: y / divisor,
        "round": lambda factor: lambda y: (y * factor + MAGIC) - MAGIC,
        "cut": lambda factor: lambda y: float(math.trunc(y * factor)),
        "round_sigmoid": _squash_floats,
        "round_tanh": _squash_floats,
    },
    float,
)
ARRAYS = Arithmetic(
    BOTH
    | {
        "@": np.dot,
        "outer": np.outer,
        "T": np.transpose,
        "diag": np.diagonal,
        "tanh": np.tanh,
        "sigmoid": lambda a: arrays.HALF * np.tanh(arrays.HALF * a) + arrays.HALF,
        "relu": lambda y: np.maximum(y, arrays.ZERO),
        "step": arrays.step,
        "switch": arrays.switch,
        "tenths": arrays.tenths,
        "clip": lambda y: np.clip(y, -1.0, 1.0),
        "clip01": lambda y: np.clip(y, 0.0, 1.0),
    },
    {
        "over": lambda divisor: lambda y: y / divisor,
        "round": _round_arrays,
        "cut": lambda factor: lambda y: np.trunc(y * factor),
        "round_sigmoid": _squash_arrays,
        "round_tanh": _squash_arrays,
    },
    np.array,
)
