"""Exact decimal traces: every named value rounded once, half away from zero, as a careful learner writes it down.

Numbers are held as whole numbers of the last decimal (0.4013 at four decimals is 4013), in floats, which hold whole
numbers exactly up to 2**53. Sums and products are therefore exact, and only σ and tanh leave the whole numbers. A tie
is a tie: x · (1 + 2**-48) / q moves it away from zero, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.errors import DecimalsError
from sim.graphs import Graph
from sim.layers import Array, Layer

MOST_DECIMALS = 4
LARGEST = 2.0**46
MOST_FACTORS = 3  # a product of more rounded values (which only slips have) is left to floats


@dataclass(frozen=True)
class Rounding:
    """Inputs have `unit` decimals, named values are kept to `kept`; `op` says how ties (or all digits) fall."""

    unit: int = 4
    kept: int = 4
    op: str = "round"  # or "round_ties_down" (ties toward zero), "cut" (truncated)


class DecimalWriter:
    """Formulas over whole numbers. A node of scale s counts units of 10 ** (-unit · s); None: a real."""

    def __init__(self, graph: Graph, rounding: Rounding) -> None:
        self.graph = graph
        self.rounding = rounding
        self.ten = 10**rounding.unit
        self.scale: dict[int, int | None] = {}

    def leaf(self, label: str) -> int:
        return self._set(self.graph.add("name", label=label), 1)

    def apply(self, op: str, args: Sequence[int], label: str | float) -> int:
        match op:
            case "number":
                return self._number(float(label))
            case "sigmoid" | "tanh" | "clip" | "clip01":
                return self._set(self.graph.add(op, self._real(args[0])), None)
            case "switch":
                return self._set(self.graph.add(op, self._real(args[0])), 0)
            case "over":
                return self._set(self.graph.add(op, self._real(args[0]), label=label), None)
            case "neg" | "relu" | "T" | "diag":
                return self._set(self.graph.add(op, args[0]), self.scale[args[0]])
        left, right = args
        a, b = self.scale[left], self.scale[right]
        if a is None or b is None or (op in ("*", "@") and a + b > MOST_FACTORS):
            return self._set(self.graph.add(op, self._real(left), self._real(right)), None)
        if op in ("+", "-"):
            common = max(a, b)
            return self._set(self.graph.add(op, self._raised(left, common), self._raised(right, common)), common)
        return self._set(self.graph.add(op, left, right), a + b)

    def named(self, node: int) -> int:
        """The node rounded to `kept` decimals, again a whole number of units."""
        scale, kept = self.scale[node], self.rounding.kept
        if scale is None:
            node, divisor = self._times(node, 10**kept), 1
        else:
            node, scale = self._raised(node, max(scale, 1)), max(scale, 1)
            divisor = 10 ** (self.rounding.unit * scale - kept)
        if divisor == 1 and scale is not None:
            return self._set(node, 1)
        rounded = self.graph.add(self.rounding.op, node, label=float(divisor))
        return self._set(self._times(rounded, 10 ** (self.rounding.unit - kept)), 1)

    def _number(self, number: float) -> int:
        scale = 0 if number == round(number) else 1
        units = round(number * self.ten**scale)
        if units != number * self.ten**scale:
            return self._set(self.graph.add("number", label=number), None)
        return self._set(self.graph.add("number", label=float(units)), scale)

    def _real(self, node: int) -> int:
        scale = self.scale[node]
        return self.graph.add("over", node, label=float(self.ten**scale)) if scale else node

    def _raised(self, node: int, scale: int) -> int:
        return self._times(node, self.ten ** (scale - (self.scale[node] or 0)))

    def _times(self, node: int, factor: int) -> int:
        return node if factor == 1 else self.graph.add("*", node, self.graph.add("number", label=float(factor)))

    def _set(self, node: int, scale: int | None) -> int:
        self.scale[node] = scale
        return node


def whole(name: str, values: Array, decimals: int) -> Array:
    """Values as whole numbers of the last decimal. Raises: DecimalsError when a value has more decimals."""
    units: Array = np.rint(values * 10**decimals) + 0.0
    off = np.abs(units / 10**decimals - values) > 1e-12 * np.maximum(1, np.abs(values))
    if off.any():
        found = float(values[off].flat[0])
        raise DecimalsError(
            f"{name} holds {found!r}, which has more than {decimals} decimals.",
            f"Exact decimals need inputs and weights of at most {decimals} decimals.",
        )
    return units


@lru_cache(maxsize=512)
def whole_layer(layer: Layer, decimals: int) -> Layer:
    """The same layer with its weights as whole numbers of the last decimal. Raises: DecimalsError."""
    weights = {name: whole(name, array, decimals) for name, array in layer.weights.items()}
    return Layer(layer.cell, weights, layer.D, layer.H)


def check_decimals(decimals: int) -> None:
    if decimals not in range(1, MOST_DECIMALS + 1):
        raise DecimalsError(
            f"Exact traces have 1 to {MOST_DECIMALS} decimals, not {decimals}.",
            "With five, σ and tanh would come too near a tie.",
        )


def check_bounds(graph: Graph, outputs: Sequence[int], bound: Callable[[str], float], width: int) -> None:
    """Refuse what could reach 2**46 units on the way: leaves by their largest entry, products of `width` terms.

    Raises: DecimalsError.
    """
    size: dict[int, float] = {}
    for number in graph.needed(outputs):
        node = graph.nodes[number]
        args = [size[arg] for arg in node.args]
        match node.op:
            case "name":
                size[number] = bound(str(node.label))
            case "number":
                size[number] = abs(float(node.label))
            case "sigmoid" | "tanh" | "switch" | "clip" | "clip01":
                size[number] = 1.0
            case "@":
                size[number] = width * args[0] * args[1]
            case "*":
                size[number] = args[0] * args[1]
            case "+" | "-":
                size[number] = args[0] + args[1]
            case "over" | "round" | "round_ties_down" | "cut":
                size[number] = args[0] / float(node.label) + 1
            case _:
                size[number] = args[0]
    if max(size.values()) >= LARGEST:
        raise DecimalsError("These numbers are too large for exact decimals.", "Take smaller inputs or weights.")
