"""Thousands of variants at once, each with weights of its own: forward, and back. The last axis is the variant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

import numpy as np

from sim.cells import cell as find_cell
from sim.checks import of_kind
from sim.compile.memory import aligned, parts
from sim.compile.programs import (
    Sizes,
    array_program,
    gradients_of_many,
    passed_back,
)
from sim.errors import ShapeError, SizeError
from sim.language.declarations import Cell
from sim.language.expressions import leaves
from sim.layers import Array, Numbers, as_numbers, check_names, check_size, fits, no_state, of_shape
from sim.runs.running_back import check_finite
from sim.runs.traces import Trace
from sim.runs.walk import OVER_STEPS, value

BLOCK = 10_000  # variants computed at once: enough that the calls hardly count


def forward_many(
    cell: Cell | str, weights: Mapping[str, Numbers], x: Numbers, h0: Numbers | None = None,
    c0: Numbers | None = None,
) -> Trace:  # fmt: skip
    """N variants at once, each with its own weights; the last axis is the variant.

    Weights W (H, D, N), U (H, H, N), b (H, N); x (T, D, N); h0, c0 (H, N); results (T, H, N). Arrays of float64 are
    read, not copied.
    Raises: ShapeError, NumberError, SizeError, UnknownName.
    """
    cell = find_cell(cell)
    of_kind("weights", weights, Mapping, "a mapping from names to arrays")
    check_names(cell, weights)
    arrays = {name: as_numbers(name, weights[name]) for name in cell.parameters}
    xs = as_numbers("x", x)
    (T, D, N), H = _sizes(cell, arrays, xs)
    given: list[Any] = [xs]
    for name, values in (("h0", h0), ("c0", c0)):
        if name[0] in cell.states:
            given.append(np.zeros((H, N)) if values is None else of_shape(name, as_numbers(name, values), (H, N)))
        elif values is not None:
            raise no_state(cell, name)
    (table,) = aligned((T, len(cell.places), H, N))
    for part in _blocks(N):
        _fill(cell, (D, H), list(arrays.values()), given, table, part)
    trace = Trace((cell,) * T, None, given, table, (H, N), weights=arrays)
    trace.check_finite()
    return trace


def _sizes(cell: Cell, arrays: Mapping[str, Array], x: Array) -> tuple[tuple[int, int, int], int]:
    """(T, D, N) and H. Raises: ShapeError, SizeError."""
    first = arrays[cell.parameters[0]]
    if x.ndim != 3 or first.ndim != 3:
        raise ShapeError(f"x has shape {x.shape}, needs (T, D, N); {cell.parameters[0]} needs (H, D, N).")
    (T, D, N), H = x.shape, first.shape[0]
    fits(cell, D, H)
    check_size(T, D, H, N)
    if N == 0:
        raise SizeError("There are 0 variants, needs at least 1.")
    wrong = [
        f"{name} has shape {array.shape}, needs {(*cell.shape(name, D, H), N)}"
        for name, array in arrays.items()
        if array.shape != (*cell.shape(name, D, H), N)
    ]
    if wrong:
        raise ShapeError(f"{'; '.join(wrong)}.", f"Here D is {D}, H is {H}, and there are {N} variants.")
    return (T, D, N), H


def _blocks(N: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK, N)) for start in range(0, N, BLOCK))


def _fill(cell: Cell, sizes: Sizes, weights: list[Array], given: list[Array], table: Array, part: slice) -> None:
    """Compute some of the variants into their part of the table."""
    weights, (x, *states) = parts(weights, part), parts(given, part)
    program = array_program(cell, (cell,), sizes, None, True)
    scratch = aligned(*(shape + states[0].shape[-1:] for shape in program.registers))
    for now, values in zip(x, table[..., part], strict=True):
        program(weights, [now, *states], out=list(values), scratch=scratch)
        states = [values[cell.places[state]] for state in cell.states]


# --- and back


class WayBack:
    """The gradients of many variants. Those of what was given are computed at once, those of the steps when asked for.

    `cuts` and `dh` (T, H, N) are in the order of computing; `last` has what reaches each state from beyond.
    """

    def __init__(self, trace: Trace, cell: Cell, cuts: Collection[int], dh: Array, last: Sequence[Array]) -> None:
        self.trace, self.cell, self.cuts, self.dh = trace, cell, cuts, dh
        self.last = [array.copy() for array in last]
        self.sizes: Sizes = trace.x.shape[1], dh.shape[1]
        self.firsts = [f"d{state}0" for state in cell.states]

    def of_given(self) -> dict[str, Array]:
        """W_f (H, D, N), …, x (T, D, N), and h0, c0 (H, N). Raises: NumberError where something is not finite."""
        found = self._room([*(f"d{name}" for name in self.cell.parameters), "dx", *self.firsts])
        for part in _blocks(self.dh.shape[-1]):
            here = {name: array[..., part] for name, array in found.items()}
            steps = self._room(_read_by_weights(self.cell), part) | {"dx": here["dx"]}
            self._fill(part, steps, [here[name] for name in self.firsts])
            self._weigh(part, steps, here)
        return {name.removeprefix("d"): array for name, array in found.items()}

    def of_steps(self) -> dict[str, Array]:
        """Every gradient of every step, (T, H, N)."""
        found = self._room(passed_back(self.cell))
        for part in _blocks(self.dh.shape[-1]):
            firsts = self._room(self.firsts, part)
            self._fill(part, {name: array[..., part] for name, array in found.items()}, list(firsts.values()))
        return found

    def _room(self, names: Iterable[str], part: slice = slice(None)) -> dict[str, Array]:
        """Memory for gradients of some of the variants: for those of a step, of all steps."""
        N, steps = self.dh[..., part].shape[-1], dict.fromkeys(passed_back(self.cell), (self.trace.T,))
        shapes = {name: (*steps.get(name, ()), *self.cell.shape(name, *self.sizes), N) for name in names}
        return dict(zip(shapes, aligned(*shapes.values()), strict=True))

    def _fill(self, part: slice, places: Mapping[str, Array], firsts: list[Array]) -> None:
        """Compute the gradients of some of the variants that have a place, and those of the first states."""
        cell, (x, *given) = self.cell, parts(self.trace.given_in_units(), part)
        weights, dh, last = parts(list(self.trace.weights.values()), part), self.dh[..., part], parts(self.last, part)
        steps = list(batched(parts(self.trace.values_in_units(), part), len(cell.places)))
        program = gradients_of_many(cell, self.sizes, tuple(places))
        scratch = aligned(*(shape + dh.shape[-1:] for shape in program.registers))
        passed = [firsts, list(self._room(self.firsts, part).values())]  # what a step passes back stands here by turns
        for t in range(self.trace.T - 1, -1, -1):
            if t + 1 in self.cuts:
                last = [np.zeros_like(each) for each in last]
            before = [steps[t - 1][cell.places[state]] for state in cell.states] if t else given
            out = [*(place[t] for place in places.values()), *passed[t % 2]]
            program(weights, [x[t], *before], steps[t], [dh[t]], last, out=out, scratch=scratch)
            last = passed[t % 2]

    def _weigh(self, part: slice, steps: Mapping[str, Array], found: Mapping[str, Array]) -> None:
        """The gradients of the weights, over all steps at once: an outer product and its sum are one pass."""
        names = _Known(self.trace, self.cell, part, steps)
        for name in self.cell.parameters:
            formula, place = self.cell.gradients[f"d{name}"], found[f"d{name}"]
            if formula.op == "outer":
                left, right = (value(arg, names, OVER_STEPS) for arg in formula.args)
                np.einsum("thn,tkn->hkn", left, right, out=place)
            else:
                np.add.reduce(value(formula, names, OVER_STEPS), axis=0, out=place)
            check_finite({f"d{name}": place})  # at once, while the cache still holds it
        check_finite({"dx": found["dx"]})


def _read_by_weights(cell: Cell) -> list[str]:
    """The gradients of a step that those of the weights are made of."""
    read = [leaf for name in cell.parameters for leaf in leaves(cell.gradients[f"d{name}"])]
    return [leaf for leaf in dict.fromkeys(read) if leaf in passed_back(cell)]


class _Known(dict[str, Array]):
    """What a gradient's equation reads, over all steps of some of the variants, looked up when it is asked for."""

    def __init__(self, trace: Trace, cell: Cell, part: slice, found: Mapping[str, Array]) -> None:
        super().__init__(found)
        self.trace, self.part = trace, part
        self.firsts = dict(zip(cell.states, trace.given_in_units()[1:], strict=True))

    def __missing__(self, name: str) -> Array:
        self[name] = self._found(name)
        return self[name]

    def _found(self, name: str) -> Array:
        trace, part = self.trace, self.part
        if name.endswith("_prev"):
            state = name.removesuffix("_prev")
            first = self.firsts[state][None, ..., part]
            return np.concatenate([first, trace[state][:-1, ..., part]])
        source = trace.x if name == "x" else trace.weights.get(name)
        return (trace[name] if source is None else source)[..., part]
