"""A graph of vectors as a graph of their entries: every node a single number, every product multiplied out.

What a number is afterwards is the compiler's affair: a float for one example, a row of floats for thousands of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from sim.compile.graphs import Graph, Label
from sim.language.expressions import Shape

type Nested = int | list[Any]  # the node of a number, of a vector's entries, of a matrix's rows
type Leaves = list[tuple[str, Shape]]


def by_entry(
    graph: Graph, outputs: Sequence[int], inputs: Sequence[Sequence[tuple[str, Shape]]]
) -> tuple[Graph, list[int], list[Leaves]]:
    """The graph, the outputs and the inputs by entry, row by row; the entries of W are W__0__0, W__0__1, …"""
    entries = Graph()
    shapes = dict(leaf for group in inputs for leaf in group)
    found: dict[int, Nested] = {}
    for number in graph.needed(outputs):
        node = graph.nodes[number]
        args = [found[arg] for arg in node.args]
        if node.op == "name":
            found[number] = _leaf(entries, str(node.label), shapes[str(node.label)])
        else:
            found[number] = _operation(entries, node.op, node.label, args)
    single: Shape = ()
    names = [[(name, single) for leaf, shape in group for name in _names(leaf, shape)] for group in inputs]
    return entries, [entry for output in outputs for entry in _flat(found[output])], names


def _leaf(entries: Graph, name: str, shape: Shape) -> Nested:
    if not shape:
        return entries.add("name", label=name)
    return [_leaf(entries, f"{name}__{k}", shape[1:]) for k in range(shape[0])]


def _operation(entries: Graph, op: str, label: Label, args: list[Nested]) -> Nested:
    match op, args:
        case "@", [list(matrix), list(vector)]:
            return [_weighted(entries, row, vector) for row in matrix]
        case "outer", [list(left), list(right)]:
            return [[entries.add("*", a, b) for b in right] for a in left]
        case "T", [list(matrix)]:
            return [list(column) for column in zip(*matrix, strict=True)]
        case "diag", [list(matrix)]:
            return [row[k] for k, row in enumerate(matrix)]
    return _each(partial(entries.add, op, label=label), args)


def _weighted(entries: Graph, row: Sequence[int], vector: Sequence[int]) -> int:
    first, *others = (entries.add("*", w, v) for w, v in zip(row, vector, strict=True))
    for product in others:
        first = entries.add("+", first, product)
    return first


def _each(add: Callable[..., int], args: Sequence[Nested]) -> Nested:
    """The operation on every entry; a single number is read by all."""
    length = next((len(arg) for arg in args if isinstance(arg, list)), None)
    if length is None:
        return add(*args)
    rows = (arg if isinstance(arg, list) else [arg] * length for arg in args)
    return [_each(add, row) for row in zip(*rows, strict=True)]


def _names(leaf: str, shape: Shape) -> Iterator[str]:
    if not shape:
        yield leaf
    for k in range(shape[0] if shape else 0):
        yield from _names(f"{leaf}__{k}", shape[1:])


def _flat(nested: Nested) -> Iterator[int]:
    if isinstance(nested, int):
        yield nested
    else:
        for part in nested:
            yield from _flat(part)
