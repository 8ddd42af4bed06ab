"""A graph as a list of NumPy calls: for thousands of variants at once, and for large cells whose steps differ.

With `many`, the LAST axis of every array is the variant: W is (H, D, N), h is (H, N). That is the fastest layout, and
element-wise operations need no change. Intermediate values share a few registers, which stay in the processor's cache.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from sim.compile import decimals
from sim.compile.graphs import Graph, Label
from sim.language.expressions import Shape, combined
from sim.layers import Array

ZERO, HALF = np.array(0.0), np.array(0.5)  # a number as an array saves NumPy the conversion, half of a small call
TEN, BEYOND_TEN = np.array(10.0), np.array(decimals.BEYOND_TEN)


def step(y: Array, out: Array | None = None) -> Array:
    """1 above 0, else 0."""
    found: Array = np.greater(y, ZERO, out=np.empty_like(y) if out is None else out)
    return found


def switch(y: Array, out: Array | None = None) -> Array:
    """y rounded to 0 or 1."""
    found: Array = np.greater_equal(y, HALF, out=np.empty_like(y) if out is None else out)
    return found


def tenths(y: Array, out: Array | None = None) -> Array:
    """y rounded to one decimal, half away from zero: a tie is a little more than one."""
    found: Array = np.multiply(y, BEYOND_TEN, out)
    np.rint(found, found)
    np.divide(found, TEN, found)
    return found


NAMES: dict[str, Any] = {
    "step": step,
    "switch": switch,
    "tenths": tenths,
    "ZERO": ZERO,
    "HALF": HALF,
    **{name: getattr(np, name) for name in ("add", "subtract", "multiply", "divide", "negative", "tanh", "maximum")},
    **{
        name: getattr(np, name) for name in ("rint", "trunc", "clip", "dot", "einsum", "swapaxes", "diagonal", "copyto")
    },
}
# σ by one tanh neither overflows nor leaves [0, 1]
HALF_TANH = "multiply(tanh(multiply({0}, HALF, {out}), {out}), HALF, {out})"
SCALED_TANH = "multiply(tanh(multiply({0}, {label[0]}, {out}), {out}), {label[1]}, {out})"
CODE = {
    "*": "multiply({0}, {1}, {out})",
    "+": "add({0}, {1}, {out})",
    "-": "subtract({0}, {1}, {out})",
    "neg": "negative({0}, {out})",
    "sigmoid": f"add({HALF_TANH}, HALF, {{out}})",
    "tanh": "tanh({0}, {out})",
    "relu": "maximum({0}, ZERO, out={out})",
    "step": "step({0}, {out})",
    "switch": "switch({0}, {out})",
    "tenths": "tenths({0}, {out})",
    "clip": "clip({0}, -1.0, 1.0, {out})",
    "clip01": "clip({0}, 0.0, 1.0, {out})",
    "over": "divide({0}, {label}, {out})",
    "round": "rint(multiply({0}, {label}, {out}), {out})",
    "round_sigmoid": f"rint(add({SCALED_TANH}, {{label[2]}}, {{out}}), {{out}})",
    "round_tanh": f"rint({SCALED_TANH}, {{out}})",
    "cut": "trunc(multiply({0}, {label}, {out}), {out})",
    "outer": "multiply({0}[:, None], {1}, {out})",
}
ONE = {"@": "dot({0}, {1})", "T": "{0}.T", "diag": "diagonal({0})"}
MANY = {"@": "einsum('hkn,kn->hn', {0}, {1}, out={out})", "T": "swapaxes({0}, 0, 1)", "diag": "einsum('kkn->kn', {0})"}
NOT_IN_PLACE = ("@", "outer")  # they read an argument again after writing
VIEWS = ("T", "diag")  # of a weight: nothing is computed
NO_SIGNS = str.maketrans("+-.", "pm_")


class Constants(dict[str, Array]):
    """The numbers of a program, each as an array of its own name; where they differ by lane, each for so many units."""

    def __init__(self, units: int = 1) -> None:
        super().__init__()
        self.units = units

    def name(self, value: float | tuple[float, ...]) -> str:
        by_lane = value if isinstance(value, tuple) else (value,)
        name = f"k{'_'.join(map(float.hex, by_lane))}".translate(NO_SIGNS)
        self[name] = np.repeat(np.array(value)[:, None], self.units, 1) if by_lane is value else np.array(value)
        return name

    def call(self, code: str, args: Sequence[str], label: Label, out: str) -> str:
        """The code of an operation with its arguments, its numbers and its place put in."""
        if isinstance(label, tuple):
            return code.format(*args, label=[*map(self.name, label)], out=out)
        return code.format(*args, label=self.name(float(label)) if label != "" else "", out=out)


class ArrayProgram:
    """A compiled graph: a function of one sequence of arrays per group of inputs.

    It returns the outputs as new arrays; with `out`, it writes them there. `registers` are the shapes of the arrays
    that `scratch`, if it is given, has to hold for intermediate values.
    """

    def __init__(
        self, graph: Graph, outputs: Sequence[int], inputs: Sequence[Sequence[tuple[str, Shape]]], *, many: bool
    ) -> None:
        self._graph, self._outputs = graph, outputs
        self._code = CODE | (MANY if many else ONE)
        self._needed = graph.in_order_of_use(outputs)
        self._shape = self._shapes(dict(leaf for group in inputs for leaf in group))
        self.registers: list[Shape] = []
        self._constants = Constants()
        lines = list(self._lines())
        lines = [*self._unpacked(inputs), *(f"register{k} = scratch[{k}]" for k in range(len(self.registers))), *lines]
        head = f"def program({', '.join(f'group{k}' for k in range(len(inputs)))}, out, scratch):"
        scope: dict[str, Any] = NAMES | self._constants
        exec("\n".join([head, *(f"    {line}" for line in lines)]), scope)  # noqa: S102 - our own declarations only
        self._program: Callable[..., list[Array]] = scope["program"]

    def __call__(
        self, *groups: Sequence[Array], out: Sequence[Array] | None = None, scratch: Sequence[Array] | None = None
    ) -> list[Array]:
        return self._program(*groups, out or [None] * len(self._outputs), scratch or [None] * len(self.registers))

    def _shapes(self, leaves: dict[str, Shape]) -> dict[int, Shape]:
        shape: dict[int, Shape] = {}
        for number in self._needed:
            node = self._graph.nodes[number]
            if node.args:
                shape[number] = combined(node.op, [shape[arg] for arg in node.args])
            else:
                shape[number] = leaves[str(node.label)] if node.op == "name" else ()
        return shape

    def _unpacked(self, inputs: Sequence[Sequence[tuple[str, Shape]]]) -> list[str]:
        groups = [(k, group) for k, group in enumerate(inputs) if group]
        return [f"({', '.join(_safe(leaf) for leaf, _ in group)},) = group{k}" for k, group in groups]

    def _lines(self) -> Iterator[str]:
        """A call for each node, into its place among the outputs or into a register that nobody reads any more."""
        text: dict[int, str] = {}
        place = {output: k for k, output in reversed(list(enumerate(self._outputs)))}
        left = Counter(arg for number in self._needed for arg in self._graph.nodes[number].args)
        free: dict[Shape, list[str]] = defaultdict(list)
        for number in self._needed:
            node = self._graph.nodes[number]
            if not node.args:
                text[number] = _safe(str(node.label)) if node.op == "name" else self._constants.name(float(node.label))
                continue
            args = [text[arg] for arg in node.args]
            released = list(self._released(node.args, left, text, place))
            if node.op not in NOT_IN_PLACE:
                self._free(released, free)
            if number in place:
                text[number], out = f"o{place[number]}", f"out[{place[number]}]"
            elif node.op in VIEWS:
                text[number] = out = f"v{number}"
            else:
                text[number] = out = self._register(self._shape[number], free)
            yield f"{text[number]} = {self._constants.call(self._code[node.op], args, node.label, out)}"
            if node.op in NOT_IN_PLACE:
                self._free(released, free)
        for k, output in enumerate(self._outputs):
            if text[output] != f"o{k}":
                yield f"out[{k}] is None or copyto(out[{k}], {text[output]})"
        yield f"return [{', '.join(text[output] for output in self._outputs)}]"

    def _released(
        self, args: Sequence[int], left: Counter[int], text: dict[int, str], place: dict[int, int]
    ) -> Iterator[tuple[Shape, str]]:
        """The registers of the arguments that are read for the last time."""
        left.subtract(args)
        for arg in dict.fromkeys(args):
            if not left[arg] and text[arg].startswith("register"):
                yield self._shape[arg], text[arg]

    @staticmethod
    def _free(registers: Sequence[tuple[Shape, str]], free: dict[Shape, list[str]]) -> None:
        for shape, register in registers:
            free[shape].append(register)

    def _register(self, shape: Shape, free: dict[Shape, list[str]]) -> str:
        if free[shape]:
            return free[shape].pop()
        self.registers.append(shape)
        return f"register{len(self.registers) - 1}"


def _safe(leaf: str) -> str:
    return leaf.replace("@", "__")
