"""A cell with its weights, and the checks that every array passes before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from sim.cells import Cell
from sim.cells import cell as find_cell
from sim.errors import NumberError, ShapeError, SizeError, UnknownName
from sim.expressions import Shape, shape_of

type Array = npt.NDArray[np.float64]

MOST_UNITS = 512
MOST_STEPS = 10_000
MOST_WORK = 20_000_000  # T · H · (D + H)


@dataclass(frozen=True, eq=False)
class Layer:
    """A cell with weights: D inputs, H units. Weights are float64 and finite; `weights["W_f"]` is (H, D)."""

    cell: Cell
    weights: Mapping[str, Array]
    D: int
    H: int

    @cached_property
    def flat(self) -> list[float]:
        """Every weight in one list, in the cell's order of parameters, row by row."""
        return [number for name in self.cell.parameters for number in self.weights[name].ravel().tolist()]

    @cached_property
    def largest(self) -> dict[str, float]:
        """The size of the largest entry of every weight."""
        return {name: float(np.abs(array).max()) for name, array in self.weights.items()}


def layer(cell: Cell | str, weights: Mapping[str, npt.ArrayLike]) -> Layer:
    """A layer from weights by name: `layer("rnn", {"W": [[0.5]], "U": [[0.8]], "b": [0.1]})`.

    Raises: UnknownName (weights missing or not the cell's), ShapeError (all wrong shapes at once), NumberError.
    """
    cell = find_cell(cell)
    _same_names(cell, weights)
    arrays = {name: numbers(name, weights[name]) for name in cell.parameters}
    D, H = _sizes(arrays)
    _check_sizes(D, H)
    wrong = [
        f"{name} has shape {array.shape}, needs {cell.shape(name, D, H)}"
        for name, array in arrays.items()
        if array.shape != cell.shape(name, D, H)
    ]
    if wrong:
        raise ShapeError("; ".join(wrong) + ".", f"Here D (inputs) is {D} and H (units) is {H}.")
    fits(cell, D, H)
    return Layer(cell, arrays, D, H)


@lru_cache(maxsize=4096)
def fits(cell: Cell, D: int, H: int) -> None:
    """Raises: SizeError for sizes out of bounds; ShapeError if an equation does not work with these sizes."""
    _check_sizes(D, H)
    for formula in cell.equations.values():
        shape_of(formula, lambda leaf: cell.shape(leaf, D, H))


def numbers(name: str, values: npt.ArrayLike) -> Array:
    """A fresh float64 array of finite numbers. Raises: NumberError, ShapeError for ragged lists."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        ragged = "inhomogeneous" in str(error)
        if ragged:
            raise ShapeError(f"{name} has rows of different lengths.", "Give every row the same length.") from error
        raise NumberError(f"{name} holds something that is not a number.") from error
    if isinstance(values, str) or not np.isfinite(array).all():
        raise NumberError(f"{name} holds a value that is not a finite number.", "Leave out nan and inf.")
    array.setflags(write=False)
    return array


def sequence(layer: Layer, x: npt.ArrayLike) -> Array:
    """The input as (T, D). Raises: ShapeError, SizeError."""
    array = numbers("x", x)
    if array.ndim != 2 or array.shape[1] != layer.D:
        raise ShapeError(f"x has shape {array.shape}, needs (T, D) with D = {layer.D}.")
    check_size(len(array), layer.D, layer.H)
    return array


def first_state(cell: Cell, name: str, values: npt.ArrayLike | None, shape: Shape) -> Array:
    """h0 or c0 of the shape needed, zeros where none is given. Raises: ShapeError, UnknownName."""
    if values is None:
        return np.zeros(shape)
    array = numbers(name, values)
    if name[0] not in cell.states:
        raise UnknownName(f"{cell.title} has no state {name[0]}, so it takes no {name}.")
    if array.shape != shape:
        raise ShapeError(f"{name} has shape {array.shape}, needs {shape}.")
    return array


def check_size(T: int, D: int, H: int) -> None:
    """Raises: SizeError when a sequence is empty or more work than one request may ask for."""
    if not 1 <= T <= MOST_STEPS:
        raise SizeError(f"x has {T} steps, needs 1 to {MOST_STEPS}.")
    if T * H * (D + H) > MOST_WORK:
        raise SizeError(f"T · H · (D + H) is {T * H * (D + H)}, at most {MOST_WORK} is allowed.", "Take fewer steps.")


def _same_names(cell: Cell, weights: Mapping[str, npt.ArrayLike]) -> None:
    missing = [name for name in cell.parameters if name not in weights]
    unknown = [str(name) for name in weights if name not in cell.parameters]
    said = [f"{word} {', '.join(names)}" for word, names in (("missing:", missing), ("unknown:", unknown)) if names]
    if said:
        raise UnknownName(f"Weights of {cell.title}: {'; '.join(said)}.", f"It has {', '.join(cell.parameters)}.")


def _check_sizes(D: int, H: int) -> None:
    for name, size in {"D": D, "H": H}.items():
        if not 1 <= size <= MOST_UNITS:
            raise SizeError(f"{name} is {size}, needs 1 to {MOST_UNITS}.")


def _sizes(arrays: Mapping[str, Array]) -> tuple[int, int]:
    """D and H as the first W that is a matrix has them."""
    for name, array in arrays.items():
        if name[0] == "W" and array.ndim == 2:
            return array.shape[1], array.shape[0]
    return 1, 1
