"""Every named value of every step, in full precision or in exact decimals, of one example or of many."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.cells import Cell
from sim.cells import cell as find_cell
from sim.decimals import Rounding, check_decimals, whole, whole_layer
from sim.errors import NumberError, ShapeError, UnknownName
from sim.expressions import Shape
from sim.layers import Array, Layer, check_size, first_state, fits, numbers, sequence
from sim.programs import check_magnitudes, is_small, run


class Trace(Mapping[str, Array]):
    """Every named value of a run: `trace["h"]` is (T, H), or (T, H, N) for N variants; h at step 1 comes first.

    Besides: `cell` (with the slip, if one was made), `layer`, `x`, `h0`, `c0`, `T`, `decimals` (None: full precision).
    """

    def __init__(
        self, cells: Sequence[Cell], layer: Layer | None, given: Mapping[str, Array], raw: list[Any], shape: Shape,
        decimals: int | None = None, unit: float = 1.0,
    ) -> None:  # fmt: skip
        self.cells, self.T = tuple(cells), len(cells)
        self._layer = layer
        self.x, self.h0, self.c0 = given["x"], given["h0"], given.get("c0")
        self.decimals = decimals
        self._raw, self._shape, self._unit = raw, shape, unit
        self._position = {name: k for k, name in enumerate(self.cells[0].equations)}
        self._table: Array | None = None

    @property
    def cell(self) -> Cell:
        """The cell of the last step; for a slip in one step only, ask `cell_at(step)`."""
        return self.cells[-1]

    @property
    def layer(self) -> Layer:
        if self._layer is None:
            raise UnknownName("A trace of many variants has no single layer.")
        return self._layer

    def cell_at(self, step: int) -> Cell:
        return self.cells[step - 1]

    def __getitem__(self, name: str) -> Array:
        if name not in self._position:
            raise UnknownName(f"There is no “{name}” in this trace.", f"There are: {', '.join(self._position)}.")
        values: Array = self._arranged()[:, self._position[name]]
        return values

    def __iter__(self) -> Iterator[str]:
        return iter(self._position)

    def __len__(self) -> int:
        return len(self._position)

    def at(self, name: str, step: int) -> Array:
        """What `name` is at a step counted from 1: a declared value, x, h_prev, c_prev, or a weight."""
        if name == "x":
            return np.asarray(self.x[step - 1])
        if name in ("h_prev", "c_prev"):
            first = self.h0 if name == "h_prev" else self.c0
            if step == 1 and first is not None:
                return first
            return np.asarray(self[name[0]][step - 2])
        return np.asarray(self[name][step - 1]) if name in self._position else self.layer.weights[name]

    def _arranged(self) -> Array:
        """All values as (T, names, H), made when first asked for."""
        if self._table is None:
            table = np.array(self._raw, dtype=np.float64)
            table = table.reshape(self.T, len(self._position), *self._shape)
            self._table = table if self._unit == 1 else table / self._unit + 0.0
            self._table.setflags(write=False)
        return self._table

    def check_finite(self) -> None:
        """Raises: NumberError, naming the first value that is not finite."""
        if isinstance(self._raw[0], float) and math.isfinite(sum(self._raw)):
            return
        table = self._arranged()
        if np.isfinite(table).all():
            return
        step, place = np.argwhere(~np.isfinite(table))[0][:2]
        name = list(self._position)[place]
        raise NumberError(f"{name} at step {step + 1} is not finite.", "Take smaller weights or fewer steps.")


def forward(layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None) -> Trace:
    """Every named value in full precision. x (T, D); h0, c0 (H,), zeros if left out.

    Raises: ShapeError, NumberError, SizeError, naming the array, what was found and what is needed.
    """
    return traced(layer, (), x, h0, c0)


def exact(
    layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, decimals: int = 4,
) -> Trace:  # fmt: skip
    """The trace a careful learner writes down: every named value rounded half away from zero.

    Shapes as in `forward`; the floats returned are the nearest to the decimals.
    Raises: DecimalsError for inputs or weights with more decimals, or too large; and what `forward` raises.
    """
    check_decimals(decimals)
    return traced(layer, (), x, h0, c0, Rounding(decimals, decimals))


def kept_to(
    layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, decimals: int, truncate: bool = False,
) -> Trace:  # fmt: skip
    """The trace of someone who keeps every named value to so few decimals, or cuts it off there.

    Unlike `exact`, inputs and weights may have up to four decimals whatever `decimals` is.
    """
    check_decimals(decimals)
    return traced(layer, (), x, h0, c0, Rounding(4, decimals, "cut" if truncate else "round"))


def traced(
    layer: Layer, cells: Sequence[Cell], x: npt.ArrayLike, h0: npt.ArrayLike | None, c0: npt.ArrayLike | None,
    rounding: Rounding | None = None,
) -> Trace:  # fmt: skip
    """A run in which step k follows `cells[k - 1]`; with no cells, every step follows the layer's own."""
    given = checked(layer, x, h0, c0)
    cells = tuple(cells) or (layer.cell,) * len(given["x"])
    if rounding is None:
        trace = Trace(cells, layer, given, _computed(layer, cells, given, None), (layer.H,))
        trace.check_finite()
        return trace
    units = {name: whole(name, array, rounding.unit) for name, array in given.items()}
    in_units, unit = whole_layer(layer, rounding.unit), 10.0**rounding.unit
    raw = _computed(in_units, cells, units, rounding)
    trace = Trace(cells, layer, given, raw, (layer.H,), rounding.kept, unit)
    trace.check_finite()
    largest = {name[0]: float(np.abs(array).max()) for name, array in units.items()}
    for state in layer.cell.states:
        largest[state] = max(largest[state], float(np.abs(trace[state]).max()) * unit)
    for cell in set(cells):
        check_magnitudes(cell, max(layer.D, layer.H), in_units.largest | largest, rounding)
    return trace


def checked(layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None, c0: npt.ArrayLike | None) -> dict[str, Array]:
    """The arrays of a run by name: x, h0 and, where the cell has a c, c0."""
    given = {"x": sequence(layer, x), "h0": first_state(layer.cell, "h0", h0, (layer.H,))}
    if c0 is not None or "c" in layer.cell.states:
        given["c0"] = first_state(layer.cell, "c0", c0, (layer.H,))
    return given


def _computed(layer: Layer, cells: Sequence[Cell], given: Mapping[str, Array], rounding: Rounding | None) -> list[Any]:
    states: list[Any] = [given[f"{state}0"] for state in layer.cell.states]
    weights: list[Any] = [layer.weights[name] for name in layer.cell.parameters]
    if is_small(layer.D, layer.H):
        states = [number for state in states for number in state.tolist()]
        weights = layer.flat
    return run(layer.cell, cells, (layer.D, layer.H), weights, given["x"], states, rounding=rounding)


def forward_many(
    cell: Cell | str, weights: Mapping[str, npt.ArrayLike], x: npt.ArrayLike, h0: npt.ArrayLike | None = None,
    c0: npt.ArrayLike | None = None,
) -> Trace:  # fmt: skip
    """N variants at once, each with its own weights; the last axis is the variant.

    Weights W (H, D, N), U (H, H, N), b (H, N); x (T, D, N); h0, c0 (H, N); results (T, H, N).
    Raises: ShapeError, NumberError, SizeError, UnknownName.
    """
    cell = find_cell(cell)
    missing = [name for name in cell.parameters if name not in weights]
    if missing:
        raise UnknownName(f"Weights of {cell.title} are missing: {', '.join(missing)}.")
    arrays = {name: numbers(name, weights[name]) for name in cell.parameters}
    xs = numbers("x", x)
    first = arrays[cell.parameters[0]]
    if xs.ndim != 3 or first.ndim != 3:
        raise ShapeError(f"x has shape {xs.shape}, needs (T, D, N); {cell.parameters[0]} needs (H, D, N).")
    (T, D, N), H = xs.shape, first.shape[0]
    fits(cell, D, H)
    check_size(T, D, H)
    wrong = [name for name, array in arrays.items() if array.shape != (*cell.shape(name, D, H), N)]
    if wrong or N == 0:
        raise ShapeError(f"{', '.join(wrong) or 'x'}: the shapes do not fit D = {D}, H = {H}, N = {N}.")
    given = {"x": xs} | {f"{state}0": first_state(cell, f"{state}0", start, (H, N)) for state, start in
                         (("h", h0), ("c", c0)) if state in cell.states or start is not None}  # fmt: skip
    raw = run(cell, [cell] * T, (D, H), list(arrays.values()), xs, [given[f"{s}0"] for s in cell.states], many=True)
    trace = Trace([cell] * T, None, given, raw, (H, N))
    trace.check_finite()
    return trace
