"""A learner followed with his own numbers: what comes out where his earlier values stand instead of the right ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.checks import check_step, of_kind
from sim.compile import ArrayProgram, Program, compile_scalar
from sim.compile.decimals import Rounding, check_decimals, whole_layer, whole_list
from sim.compile.graphs import Graph, Unrolled, UnrolledBackward
from sim.compile.programs import Sizes, Steps, inputs_of, is_small, writer_for
from sim.errors import SizeError, UnknownName
from sim.language.declarations import Cell
from sim.layers import Array, Layer, numbers, of_shape
from sim.runs.running import given_to, state, steps_in
from sim.runs.traces import Trace
from sim.slips.binding import Slip, slip_named

MOST_FOLLOWED = 64  # steps; they are compiled as one program


class Losses(NamedTuple):
    """What a backward pass is given: dh (T, H), and what reaches the last states from beyond. None is 0."""

    dh: npt.ArrayLike | None = None
    dh_last: npt.ArrayLike | None = None
    dc_last: npt.ArrayLike | None = None


class Follower:
    """One set of given numbers, checked once, and asked again and again with other own numbers and other slips.

    Raises: ShapeError, NumberError, UnknownName for a layer that reads from the end.
    """

    def __init__(
        self, layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
        *, dh: npt.ArrayLike | None = None, dh_last: npt.ArrayLike | None = None, dc_last: npt.ArrayLike | None = None,
    ) -> None:  # fmt: skip
        of_kind("layer", layer, Layer, "one layer")
        if layer.reverse:
            raise UnknownName("A layer that reads from the end can't be followed.", "Give it the sequence reversed.")
        self.layer, self.given, self.losses = layer, given_to(layer, x, h0, c0), Losses(dh, dh_last, dc_last)
        self.T = steps_in(layer, self.given)
        self.is_small = is_small(layer.D, layer.H)
        self._checked: dict[int | None, tuple[list[Any], list[Any], list[Any]]] = {}

    def value(
        self, own: Mapping[str, npt.ArrayLike], asked: str, *, slip: Slip | str | None = None, decimals: int | None = 4
    ) -> Array:
        """As `evaluate_with`."""
        layer, step = self.layer, step_of(asked)
        order = places(layer.cell, self.T)
        check_known(layer.cell, [asked, *own], order)
        slip = slip_named(layer.cell, asked, slip) if isinstance(slip, str) else slip
        replaced = {f"{name}@{step}" for name in (slip.changes if slip else ())} | {asked}
        used = {key: value for key, value in own.items() if key not in replaced and order[key] < order[asked]}
        raw = self.values(_cells(layer, slip, step, self.T), used, (asked,), decimals, backward=asked[0] == "d")
        return np.array(raw).reshape(layer.cell.shape(asked, layer.D, layer.H)) / _unit(decimals) + 0.0

    def values(
        self, cells: Steps, own: Mapping[str, npt.ArrayLike], outputs: tuple[str, ...], decimals: int | None,
        *, backward: bool,
    ) -> list[Any]:  # fmt: skip
        """The values asked for, in units; all floats in a row for small cells, else one array each."""
        keys = tuple(sorted(own))
        theirs = _as_list([own_value(self.layer, key, own[key]) for key in keys], self.is_small)
        weights, given, losses = self._in_units(decimals)
        rounding = None if decimals is None else Rounding(decimals, decimals)
        sizes = self.layer.D, self.layer.H
        program = _program(self.layer.cell, cells, sizes, rounding, keys, outputs, backward)
        theirs = theirs if decimals is None else _rounded(theirs, decimals)
        return program(weights, given, theirs, *([losses] if backward else []))

    def _in_units(self, decimals: int | None) -> tuple[list[Any], list[Any], list[Any]]:
        """Weights, what is given and what the loss gives; where it rounds, as whole numbers of the last decimal."""
        if decimals not in self._checked:
            self._checked[decimals] = self._made_in_units(decimals)
        return self._checked[decimals]

    def _made_in_units(self, decimals: int | None) -> tuple[list[Any], list[Any], list[Any]]:
        layer, given = self.layer, self.given if self.is_small else [*self.given[0], *self.given[1:]]
        losses = self._loss_list()
        if decimals is not None:
            check_decimals(decimals)
            given, losses = whole_list(given, decimals), whole_list(losses, decimals)
            layer = whole_layer(layer, decimals)
        return layer.flat if self.is_small else list(layer.weights.values()), given, losses

    def _loss_list(self) -> list[Any]:
        layer, losses = self.layer, self.losses
        dh = np.zeros((self.T, layer.H)) if losses.dh is None else numbers("dh", losses.dh)
        last = {"h": losses.dh_last, "c": losses.dc_last}
        beyond = [state(layer, f"d{each}_last", last[each]) for each in layer.cell.states]
        return _as_list([*of_shape("dh", dh, (self.T, layer.H)), *beyond], self.is_small)


def evaluate_with(
    layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, own: Mapping[str, npt.ArrayLike], asked: str, slip: Slip | str | None = None, decimals: int | None = 4,
    dh: npt.ArrayLike | None = None, dh_last: npt.ArrayLike | None = None, dc_last: npt.ArrayLike | None = None,
) -> Array:  # fmt: skip
    """One quantity ("c@1", "dc@1", "dW_f") where the values in `own` are the learner's, read to `decimals`.

    With a slip, it is made at that step. A value in `own` of the asked quantity, of one that comes after it, or of one
    whose equation the slip replaces, is not used. `decimals=None` computes in full precision. Whoever asks more than
    once keeps a `Follower`.
    Raises: UnknownName, ShapeError, NumberError, DecimalsError.
    """
    follower = Follower(layer, x, h0, c0, dh=dh, dh_last=dh_last, dc_last=dc_last)
    return follower.value(own, asked, slip=slip, decimals=decimals)


def trace_with(
    layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, own: Mapping[str, npt.ArrayLike], slip: Slip | None = None, step: int = 1, decimals: int | None = 4,
) -> Trace:  # fmt: skip
    """The whole trace where the values in `own` are the learner's; for printers, which then put his numbers in.

    With a slip, it is made at `step`, and what it replaces is computed there, not taken from `own`.
    Raises: as `evaluate_with`.
    """
    follower = Follower(layer, x, h0, c0)
    T = follower.T
    cells = _cells(layer, slip, step, T)
    check_known(layer.cell, own, places(layer.cell, T))
    replaced = {f"{name}@{step}" for name in ((slip.asked, *slip.changes) if slip else ())}
    used = {key: value for key, value in own.items() if key not in replaced}
    outputs = tuple(f"{name}@{t}" for t in range(1, T + 1) for name in layer.cell.equations)
    raw = follower.values(cells, used, outputs, decimals, backward=False)
    rounding = Rounding(decimals, decimals) if decimals else None
    own_values = {key: own_value(layer, key, value) for key, value in used.items()}
    return Trace(cells, layer, follower.given, raw, (layer.H,), rounding, own=own_values)


@lru_cache(maxsize=64)
def places(cell: Cell, T: int) -> Mapping[str, int]:
    """Every value of T steps forward and backward by key, with its place in the order of computing."""
    keys = [f"{name}@{step}" for step in range(1, T + 1) for name in cell.equations]
    keys += [f"{name}@{step}" for step in range(T, 0, -1) for name in cell.gradients]
    keys += [f"d{name}" for name in cell.parameters]
    return {key: place for place, key in enumerate(keys)}


def check_known(cell: Cell, keys: Iterable[str], known: Mapping[str, int]) -> None:
    """Raises: UnknownName for a value that these steps do not have."""
    for key in keys:
        of_kind("a name", key, str, "a text such as c@1")
        if key in known:
            continue
        name, _, step = key.partition("@")
        if f"{name}@1" in known and step.isdecimal():
            raise UnknownName(f"There is no step {step}.", f"“{key}” is asked of a shorter sequence.")
        raise UnknownName(
            f"There is no “{key}” in {cell.title}.",
            f"Write a name and a step, as in c@1; there are {', '.join(cell.equations)}, and gradients such as dh.",
        )


def step_of(key: str) -> int:
    """The step of "c@2"; of a value of all steps ("dW_f"), the first."""
    return int(key.partition("@")[2] or 1)


def own_value(layer: Layer, key: str, value: npt.ArrayLike) -> Array:
    """A learner's value in its shape; with one unit, a plain number will do."""
    shape = layer.cell.shape(key, layer.D, layer.H)
    array = numbers(key, value)
    return array.reshape(shape) if array.size == 1 and set(shape) == {1} else of_shape(key, array, shape)


def _cells(layer: Layer, slip: Slip | None, step: int, T: int) -> Steps:
    """The cell of each step: the layer's own, with the slip in one of them. Raises: SizeError, UnknownName."""
    step = check_step(step, T)
    if T > MOST_FOLLOWED:
        raise SizeError(f"x has {T} steps; a learner is followed through {MOST_FOLLOWED} at most.")
    wrong = slip.cell_for(layer) if slip else layer.cell
    return tuple(wrong if t == step else layer.cell for t in range(1, T + 1))


def _as_list(arrays: list[Array], small: bool) -> list[Any]:
    return [number for array in arrays for number in array.ravel().tolist()] if small else arrays


def _rounded(values: list[Any], decimals: int) -> list[Any]:
    """A learner's own numbers in units, whatever decimals he wrote."""
    return [np.rint(value * 10.0**decimals) for value in values]


@lru_cache(maxsize=2048)
def _program(
    cell: Cell, cells: Steps, sizes: Sizes, rounding: Rounding | None, own: tuple[str, ...], outputs: tuple[str, ...],
    backward: bool,
) -> Program:  # fmt: skip
    graph = Graph()
    writer = writer_for(graph, rounding)
    inputs = [*inputs_of(cell, sizes, len(cells)), [(key, cell.shape(key, *sizes)) for key in own]]
    if backward:
        losses = [f"dh_loss@{step}" for step in range(1, len(cells) + 1)]
        inputs.append([(key, (sizes[1],)) for key in (*losses, *(f"d{state}_last" for state in cell.states))])
    nodes = (UnrolledBackward if backward else Unrolled)(writer, cells, own).nodes
    compiler = compile_scalar if is_small(*sizes) else lambda *of: ArrayProgram(*of, many=False)
    return compiler(graph, [nodes[key] for key in outputs], inputs)


def _unit(decimals: int | None) -> float:
    return 1.0 if decimals is None else 10.0**decimals
