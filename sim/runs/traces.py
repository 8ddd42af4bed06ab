"""Every named value of every step, in full precision or in exact decimals, of one example or of many."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sim.checks import check_step, described
from sim.compile.decimals import Rounding, whole_list
from sim.errors import NumberError, UnknownName
from sim.language.declarations import Cell
from sim.language.expressions import Shape
from sim.layers import Array, Layer, check_finite


def _only_read(array: Array) -> Array:
    """The same numbers, which may be a caller's own, to be read and not written."""
    view = array.view()
    view.setflags(write=False)
    return view


def by_name(given: Sequence[Any], states: Sequence[str], D: int, H: int) -> dict[str, Array]:
    """x (T, D) in the order of computing and the first states (H,), under x, h0 and c0, from what a run was given."""
    if isinstance(given[0], float):
        flat, cut = np.array(given), len(given) - H * len(states)
        given = [flat[:cut].reshape(-1, D), *flat[cut:].reshape(-1, H)]
    return dict(zip(("x", *(f"{state}0" for state in states)), given, strict=True))


class Table(Mapping[str, Array]):
    """Named values over time: `table["c"]` is (T, H), or (T, H, N) for N variants; step 1 comes first.

    The values are kept as they were computed: all floats in a row, or an array for each value, or one array (T, rows,
    H) and what is not among its rows. Where they are exact they count units. They are arranged when one is asked for.
    """

    def __init__(
        self, names: Mapping[str, int], raw: Any, shape: Shape, T: int, unit: float = 1.0, reverse: bool = False,
        *, rows: Mapping[str, int] | None = None, others: Mapping[str, Array] | None = None,
    ) -> None:  # fmt: skip
        self.T, self.unit, self.is_reverse = T, unit, reverse
        self._names, self._raw, self.shape = names, raw, shape
        self._rows, self._others = rows or names, others or {}
        self._table: Array | None = None

    def __getitem__(self, name: str) -> Array:
        values = self.computed(name)
        return values[::-1] if self.is_reverse else values

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    __eq__, __hash__ = object.__eq__, object.__hash__

    def computed(self, name: str) -> Array:
        """The values of one name in the order of computing. Raises: UnknownName."""
        if name in self._others:
            return self._others[name] / self.unit + 0.0
        if name not in self._rows:
            raise UnknownName(f"There is no {described(name)} in this trace.", f"There are: {', '.join(self)}.")
        values: Array = self._arranged()[:, self._rows[name]]
        return values

    def _arranged(self) -> Array:
        """All values as (T, rows, H) in the order of computing."""
        if self._table is None:
            raw = self._raw
            table = raw if isinstance(raw, np.ndarray) else np.array(raw).reshape(self.T, len(self._rows), *self.shape)
            self._table = table[:] if self.unit == 1 else table / self.unit + 0.0
            self._table.setflags(write=False)
        return self._table

    def in_order(self, step: int) -> int:
        """Where a step counted in time from 1 stands in the order of computing, counted from 0. Raises: UnknownName."""
        step = check_step(step, self.T)
        return self.T - step if self.is_reverse else step - 1

    def check_finite(self) -> None:
        """Raises: NumberError, naming the first value that is not finite."""
        for name in self:
            values = self[name]
            if not np.isfinite(values).all():
                step = int(np.argwhere(~np.isfinite(values))[0][0]) + 1
                raise NumberError(f"{name} at step {step} is not finite.", "Take smaller weights or fewer steps.")


class Trace(Table):
    """Every named value of a run. Besides: `cell`, `layer`, `x`, `h0`, `c0`, `T`, `decimals` (None: full precision).

    Where a slip was made, `cell_at(step)` is the cell with the slip in it; `own` are numbers of a learner ("c@1") that
    stand in it as he gave them.
    """

    def __init__(
        self, cells: tuple[Cell, ...], layer: Layer | None, given: list[Any], raw: Any, shape: Shape,
        rounding: Rounding | None = None, *, rows: Mapping[str, int] | None = None,
        others: Mapping[str, Array] | None = None, weights: Mapping[str, Array] | None = None,
        own: Mapping[str, Array] | None = None,
    ) -> None:  # fmt: skip
        unit = 10.0**rounding.unit if rounding else 1.0
        reverse = layer is not None and layer.reverse
        super().__init__(cells[0].places, raw, shape, len(cells), unit, reverse, rows=rows, others=others)
        self.cells = cells
        self.rounding = rounding
        self._layer, self._given = layer, given
        self.states = (layer.cell if layer else cells[0]).states
        self.weights = layer.weights if layer else weights or {}
        self.own = own or {}

    def __repr__(self) -> str:
        kept = f", {self.decimals} decimals" if self.decimals else ""
        return f"<Trace of {self.cell.title}, T={self.T}, H={self.shape[0]}{kept}>"

    @property
    def decimals(self) -> int | None:
        return self.rounding.kept if self.rounding else None

    @property
    def cell(self) -> Cell:
        """The cell of the last step computed; for a slip in one step only, ask `cell_at(step)`."""
        return self.cells[-1]

    @property
    def layer(self) -> Layer:
        if self._layer is None:
            raise UnknownName("A trace of many variants has no single layer.")
        return self._layer

    @property
    def is_of_many(self) -> bool:
        return self._layer is None

    def cell_at(self, step: int) -> Cell:
        return self.cells[self.in_order(step)]

    @property
    def x(self) -> Array:
        x = self._inputs()["x"]
        return x[::-1] if self.is_reverse else x

    @property
    def h0(self) -> Array | None:
        return self._inputs().get("h0")

    @property
    def c0(self) -> Array | None:
        return self._inputs().get("c0")

    def _inputs(self) -> dict[str, Array]:
        """x in the order of computing, and the first states, by name."""
        D = self._layer.D if self._layer else 0  # the arrays of many variants stand as they are
        given = by_name(self._given, self.states, D, self.shape[0])
        return {name: _only_read(array) for name, array in given.items()}

    def given_in_units(self) -> list[Any]:
        """What the run was given, as it was computed with: x, then the first states."""
        return whole_list(self._given, self.rounding.unit, self._inputs) if self.rounding else self._given

    def values_in_units(self) -> list[Any]:
        """Every value as it was computed, step by step: all floats in a row, or an array each."""
        if isinstance(self._raw, list):
            return self._raw
        columns = [self.computed(name) * self.unit for name in self] if self._rows is not self._names else None
        if columns is None:
            return [value for step in self._raw for value in step]
        return [column[t] for t in range(self.T) for column in columns]

    def at(self, name: str, step: int) -> Array:
        """What `name` is at a step counted from 1: a declared value, x, h_prev, c_prev, or a weight.

        Raises: UnknownName.
        """
        place = self.in_order(step)
        if name in self:
            return np.asarray(self.computed(name)[place])
        if name == "x":
            return np.asarray(self.x[step - 1])
        state = str(name).removesuffix("_prev")
        if name != state and state in self.states:
            return self._inputs()[f"{state}0"] if place == 0 else np.asarray(self.computed(state)[place - 1])
        if name in self.weights:
            return self.weights[name]
        raise UnknownName(f"There is no {described(name)} in this trace.", f"There are: {', '.join(self)}.")

    def check_finite(self) -> None:
        """Raises: NumberError, naming what was given, else the first value, that is not finite."""
        if math.isfinite(self._sum()):
            return
        for name, values in {**self._inputs(), "x": self.x, **self.weights}.items():
            check_finite(name, values)
        super().check_finite()

    def _sum(self) -> float:
        """Finite if all values are, and modest; of many variants, those that no function keeps in bounds."""
        raw = self._raw
        if isinstance(raw, list):
            return sum(raw) if isinstance(raw[0], float) else float(self._arranged().sum())
        if not self.is_of_many:
            return float(np.vdot(raw, raw))
        rows = [self._rows[name] for name in self.cells[0].unbounded]
        return sum(float(np.vdot(step[row], step[row])) for step in raw for row in rows)
