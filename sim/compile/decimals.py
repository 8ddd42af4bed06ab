"""Exact decimal traces: every named value rounded once, half away from zero, as a careful learner writes it down.

Numbers are held as whole numbers of the last decimal (0.4013 at four decimals is 4013), in floats, which hold whole
numbers exactly up to 2**53. Sums and products are therefore exact, and only σ and tanh leave the whole numbers. A tie
is a tie: x · (1 + 2**-48) / q moves it away from zero, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from math import ceil, floor
from typing import Any, NamedTuple

import numpy as np

from sim.checks import described, whole_number
from sim.compile.graphs import Graph, Node
from sim.errors import DecimalsError, SizeError
from sim.layers import Array, Layer

MOST_DECIMALS = 4
LARGEST = 2.0**46
MOST_FACTORS = 3  # a product of more rounded values (which only slips have) is left to floats
NUDGE = 2.0**-48
BEYOND_TEN = 10 * (1 + NUDGE)  # one decimal of a value is kept: its tenths, a tie being a little more than one
MAGIC = 1.5 * 2**52  # (v + MAGIC) - MAGIC rounds a float to the nearest whole number, below 2**51
KEEP_SCALE = ("neg", "relu", "T", "diag", "sum")
TO_REALS = ("sigmoid", "tanh", "clip", "clip01", "softmax", "logsumexp")

type Ends = tuple[float, float]  # the least and the largest value


class Rounding(NamedTuple):
    """Inputs have `unit` decimals, named values are kept to `kept`; `op` says how ties (or all digits) fall."""

    unit: int = 4
    kept: int = 4
    op: str = "round"  # or "round_ties_down" (ties toward zero), "cut" (truncated)

    @property
    def nudge(self) -> float:
        """The factor that decides where a tie falls, and changes nothing else."""
        return 1 - NUDGE if self.op == "round_ties_down" else 1 + NUDGE

    def factor(self, scale: int | None) -> float:
        """What a number of this scale is multiplied by before it is made a whole number of the decimals kept."""
        return 10.0 ** (self.kept - self.unit * (scale or 0)) * self.nudge

    def of_sums(self, totals: Array, factor: float | Array) -> Array:
        """Sums as whole numbers of units, `factor` being that of their scale, or of each one's."""
        kept: Array = (np.trunc if self.op == "cut" else np.rint)(totals * factor)
        return kept * 10.0 ** (self.unit - self.kept)


NEAREST = {decimals: Rounding(decimals, decimals) for decimals in range(1, MOST_DECIMALS + 1)}


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
            case "tenths":
                return self._rounded(args[0], Rounding(self.rounding.unit, 1))
            case "switch" | "step":
                return self._set(self.graph.add(op, self._real(args[0])), 0)
            case "over":
                return self._set(self.graph.add(op, self._real(args[0]), label=label), None)
        if op in TO_REALS:
            return self._set(self.graph.add(op, self._real(args[0])), None)
        if op in KEEP_SCALE:
            return self._set(self.graph.add(op, args[0]), self.scale[args[0]])
        return self._binary(op, *args)

    def _binary(self, op: str, left: int, right: int) -> int:
        a, b = self.scale[left], self.scale[right]
        is_sum = op in ("+", "-")
        if a is None or b is None or (not is_sum and a + b > MOST_FACTORS):
            return self._set(self.graph.add(op, self._real(left), self._real(right)), None)
        if is_sum:
            common = max(a, b)
            return self._set(self.graph.add(op, self._raised(left, common), self._raised(right, common)), common)
        return self._set(self.graph.add(op, left, right), a + b)

    def named(self, node: int) -> int:
        """The node rounded to `kept` decimals, again a whole number of units."""
        return self._rounded(node, self.rounding)

    def _rounded(self, node: int, to: Rounding) -> int:
        """A node as a whole number of units that has no more than `to.kept` decimals."""
        scale = self.scale[node]
        if scale is not None and scale <= 1 and to.kept == to.unit:
            return self._set(self._raised(node, 1), 1)
        factor = to.factor(scale)
        rounded = self._squashed(node, factor) if to.op != "cut" else None
        rounded = rounded or self.graph.add("cut" if to.op == "cut" else "round", node, label=factor)
        return self._set(self._times(rounded, 10 ** (to.unit - to.kept)), 1)

    def _squashed(self, node: int, factor: float) -> int | None:
        """σ or tanh of a scaled whole number, rounded, as one operation: so far from a tie, it is the same.

        Its label (by, up, shift) says round(up · tanh(by · a) + shift), which σ is too.
        """
        squash = self.graph.nodes[node]
        scaled = self.graph.nodes[squash.args[0]] if squash.op in ("sigmoid", "tanh") else squash
        if squash is scaled or scaled.op != "*" or self.graph.nodes[scaled.args[1]].op != "number":
            return None
        by = float(self.graph.nodes[scaled.args[1]].label)
        label = (by, factor, 0.0) if squash.op == "tanh" else (by / 2, factor / 2, factor / 2)
        return self.graph.add(f"round_{squash.op}", scaled.args[0], label=label)

    def raised(self, node: int, scale: int | None) -> int:
        """A number in a finer scale, or as a real."""
        return self._set(self._real(node) if scale is None else self._raised(node, scale), scale)

    def _number(self, number: float) -> int:
        scale = 0 if number == round(number) else 1
        units = round(number * self.ten**scale)
        if units != number * self.ten**scale:
            return self._set(self.graph.add("number", label=number), None)
        return self._set(self.graph.add("number", label=float(units)), scale)

    def _real(self, node: int) -> int:
        scale = self.scale[node]
        return self._times(node, 1 / self.ten**scale) if scale else node

    def _raised(self, node: int, scale: int) -> int:
        return self._times(node, self.ten ** (scale - (self.scale[node] or 0)))

    def _times(self, node: int, factor: float) -> int:
        if factor == 1:
            return node
        read = self.graph.nodes[node]
        if read.op == "number":  # known now: no program need work it out
            return self.graph.add("number", label=float(read.label) * factor)
        return self.graph.add("*", node, self.graph.add("number", label=float(factor)))

    def _set(self, node: int, scale: int | None) -> int:
        self.scale[node] = scale
        return node


def whole(name: str, values: Array, decimals: int) -> Array:
    """Values as whole numbers of the last decimal. Raises: DecimalsError when a value has more decimals."""
    units: Array = np.rint(values * 10.0**decimals) + 0.0
    if (units / 10.0**decimals == values).all():
        return units
    off = np.abs(units / 10**decimals - values) > 1e-12 * np.maximum(1, np.abs(values))
    if off.any():
        found = float(values[off].flat[0])
        raise DecimalsError(
            f"{name} holds {found!r}, which has more than {decimals} decimals.",
            f"Exact decimals need inputs and weights of at most {decimals} decimals.",
        )
    return units


def whole_list(values: list[Any], decimals: int, named: Callable[[], Mapping[str, Array]]) -> list[Any]:
    """Floats in a row, or arrays, as whole numbers of the last decimal; `named` gives them as arrays by name.

    Raises: DecimalsError, naming what has more decimals.
    """
    if not isinstance(values[0], float):
        return [whole(name, array, decimals) for name, array in named().items()]
    ten = 10.0**decimals
    units = [(value * ten + MAGIC) - MAGIC for value in values]
    if [unit / ten for unit in units] == values:
        return units
    return [unit for name, array in named().items() for unit in whole(name, array, decimals).ravel().tolist()]


def whole_layer(layer: Layer, decimals: int) -> Layer:
    """The same layer with its weights as whole numbers of the last decimal. Raises: DecimalsError."""
    if decimals not in layer.remembered:
        weights = {name: whole(name, array, decimals) for name, array in layer.weights.items()}
        layer.remembered[decimals] = Layer(layer.cell, weights, layer.D, layer.H, layer.reverse)
    found: Layer = layer.remembered[decimals]
    return found


def check_decimals(decimals: int) -> int:
    """The number of decimals as an int. Raises: DecimalsError."""
    try:
        return whole_number("decimals", decimals, 1, MOST_DECIMALS)
    except SizeError as error:
        raise DecimalsError(
            f"Exact traces have 1 to {MOST_DECIMALS} decimals, not {described(decimals)}.",
            f"Take from 1 to {MOST_DECIMALS}: with more, σ and tanh would come too near a tie.",
        ) from error


def exactly(decimals: int | None) -> Rounding | None:
    """Every named value rounded once to so many decimals, or not at all. Raises: DecimalsError."""
    return None if decimals is None else NEAREST[check_decimals(decimals)]


def check_largest(units: float) -> None:
    """Raises: DecimalsError for what could leave the whole numbers."""
    if units >= LARGEST:
        raise DecimalsError("These numbers are too large for exact decimals.", "Take smaller inputs or weights.")


def bounds_of(
    graph: Graph, outputs: Collection[int], bound: Callable[[str], float], width: int,
    seen: Mapping[int, float] | None = None,
) -> dict[int, float]:  # fmt: skip
    """How large each node can become: leaves by their largest entry, products of `width` terms.

    `seen` are nodes that were computed, with the largest entry they had. Raises: DecimalsError where something could
    reach 2**46 units.
    """
    within: dict[int, Ends] = {}
    size: dict[int, float] = {}
    for number in graph.needed(outputs):
        node = graph.nodes[number]
        if node.op == "name":
            high = bound(str(node.label))
            low = -high
        else:
            low, high = _between(node, [within[arg] for arg in node.args], width)
        if seen and number in seen:
            low, high = max(low, -seen[number]), min(high, seen[number])
        within[number] = low, high
        size[number] = max(-low, low, -high, high)
        check_largest(size[number])
    return size


def _between(node: Node, args: list[Ends], width: int) -> Ends:
    """The ends of an operation, from those of what it reads."""
    if node.op in ("@", "sum"):
        low, high = _product(args) if node.op == "@" else args[0]
        return low * width, high * width
    return ENDS[node.op](node.label, args) if node.op in ENDS else args[0]


def _product(args: list[Ends]) -> Ends:
    corners = [a * b for a in args[0] for b in args[1]]
    return min(corners), max(corners)


def _rounded(factor: float, args: list[Ends]) -> Ends:
    low, high = args[0]
    return float(floor(low * factor)), float(ceil(high * factor))


ENDS: dict[str, Callable[[Any, list[Ends]], Ends]] = {
    "number": lambda value, _: (value, value),
    **dict.fromkeys(("sigmoid", "step", "switch", "clip01"), lambda label, args: (0.0, 1.0)),
    **dict.fromkeys(("tanh", "clip"), lambda label, args: (-1.0, 1.0)),
    "round_sigmoid": lambda label, _: (0.0, label[1] + label[2]),
    "round_tanh": lambda label, _: (-label[1], label[1]),
    **dict.fromkeys(("round", "cut"), _rounded),
    "over": lambda divisor, args: (args[0][0] / divisor, args[0][1] / divisor),
    "+": lambda _, args: (args[0][0] + args[1][0], args[0][1] + args[1][1]),
    "-": lambda _, args: (args[0][0] - args[1][1], args[0][1] - args[1][0]),
    **dict.fromkeys(("*", "outer"), lambda _, args: _product(args)),
    "neg": lambda _, args: (-args[0][1], -args[0][0]),
}
