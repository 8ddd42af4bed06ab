"""Cells with weights: a layer, a network of several, and the checks that every array passes before it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import pairwise
from numbers import Real
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.cells import cell as find_cell
from sim.checks import of_kind
from sim.errors import NumberError, ShapeError, SizeError, UnknownName
from sim.language.declarations import Cell
from sim.language.expressions import Expr, Shape, shape_of

type Array = npt.NDArray[np.float64]
type Numbers = npt.ArrayLike  # what people give: nested lists or arrays

FLOAT = np.dtype(np.float64)
MOST_UNITS = 512
MOST_STEPS = 10_000
MOST_WORK = 20_000_000  # T · H · (D + H)
MOST_VARIANTS = 100  # times that, over all variants computed at once


@dataclass(frozen=True, eq=False)
class Layer:
    """A cell with weights: D inputs, H units. Weights are float64 and finite; `weights["W_f"]` is (H, D).

    With `reverse` it reads the sequence from its end; whatever it gives is in time order all the same.
    """

    cell: Cell
    weights: Mapping[str, Array]
    D: int
    H: int
    reverse: bool = False
    remembered: dict[Any, Any] = field(default_factory=dict, repr=False)  # what was made of it once, by whoever made it

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))  # to be read

    def __reduce__(self) -> tuple[Any, ...]:
        """As it goes to another process: without what is remembered."""
        return Layer, (self.cell, dict(self.weights), self.D, self.H, self.reverse)

    def __repr__(self) -> str:
        return f"<Layer {self.cell.title}, D={self.D}, H={self.H}{', reverse' * self.reverse}>"

    @cached_property
    def flat(self) -> list[float]:
        """Every weight in one list, in the cell's order of parameters, row by row."""
        return [number for name in self.cell.parameters for number in self.weights[name].ravel().tolist()]

    @cached_property
    def zeros(self) -> Array:
        """A state where none is given."""
        return np.zeros(self.H)

    @cached_property
    def largest(self) -> dict[str, float]:
        """The size of the largest entry of every weight."""
        return {name: float(np.abs(array).max()) for name, array in self.weights.items()}

    @cached_property
    def top(self) -> float:
        """The size of the largest entry of all weights."""
        return max(self.largest.values())


@dataclass(frozen=True, eq=False)
class Network:
    """Layers on top of one another; a level of two reads the sequence in both directions, forward half first.

    Its layers, and the rows of h0 and c0, count level by level: forward, reverse, forward, reverse, …
    """

    levels: tuple[tuple[Layer, ...], ...]

    def __repr__(self) -> str:
        return f"<Network {', '.join(repr(layer)[7:-1] for layer in self)}>"

    def __iter__(self) -> Iterator[Layer]:
        return (layer for level in self.levels for layer in level)

    @property
    def layers(self) -> list[Layer]:
        return list(self)


def layer(cell: Cell | str, weights: Mapping[str, Numbers], *, reverse: bool = False) -> Layer:
    """A layer from weights by name: `layer("rnn", {"W": [[0.5]], "U": [[0.8]], "b": [0.1]})`.

    Raises: UnknownName (weights missing or not the cell's), ShapeError (all wrong shapes at once), NumberError.
    """
    cell = find_cell(cell)
    of_kind("weights", weights, Mapping, "a mapping from names to arrays")
    check_names(cell, weights)
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
    of_kind("reverse", reverse, bool, "True or False")
    return Layer(cell, arrays, D, H, reverse)


def network(levels: Sequence[Layer | Sequence[Layer]]) -> Network:
    """A network from layers, the lowest first; two in one level read the same input in both directions.

    Raises: ShapeError where a level does not fit the one below it.
    """
    of_kind("levels", levels, (list, tuple), "a list of layers, or of pairs of layers")
    for level in levels:
        of_kind("a level", level, (Layer, list, tuple), "a layer, or a forward and a reverse one")
    found = tuple((level,) if isinstance(level, Layer) else tuple(level) for level in levels)
    for each in (each for level in found for each in level):
        of_kind("a level", each, Layer, "layers")
    if not found or not all(found):
        raise ShapeError("A network without layers.", "Give at least one layer.")
    for number, (below, level) in enumerate(pairwise(found), 2):
        width = sum(each.H for each in below)
        for each in level:
            if width != each.D:
                raise ShapeError(f"Level {number} takes {each.D} inputs, and the level below it gives {width}.")
    for level in found:
        _check_level(level)
    return Network(found)


def _check_level(level: tuple[Layer, ...]) -> None:
    """Raises: ShapeError for what is neither one layer nor a forward and a reverse one of the same sizes."""
    if len({(each.D, each.H) for each in level}) > 1:
        raise ShapeError("The layers of one level need the same sizes.")
    if [each.reverse for each in level] not in ([False], [True], [False, True]):
        said = ", ".join("reverse" if each.reverse else "forward" for each in level)
        raise ShapeError(f"A level has the layers {said}, needs one, or a forward and a reverse one.")


@lru_cache(maxsize=4096)
def fits(cell: Cell, D: int, H: int) -> None:
    """Raises: SizeError for sizes out of bounds; ShapeError if an equation does not work with these sizes."""
    _check_sizes(D, H)
    check_shapes({**cell.equations, **cell.broken}, cell, D, H)


def check_shapes(equations: Mapping[str, Expr], cell: Cell, D: int, H: int) -> None:
    """Raises: ShapeError if one of these equations of the cell does not work with these sizes."""
    for name, formula in equations.items():
        found, needed = shape_of(formula, lambda leaf: cell.shape(leaf, D, H)), cell.shape(name, D, H)
        if found not in ((), needed):
            raise ShapeError(
                f"{name} comes out as {found}, needs {needed}.", "Some slips need as many inputs as units."
            )


def numbers(name: str, values: Numbers) -> Array:
    """A fresh float64 array of finite numbers. Raises: NumberError, ShapeError for ragged lists."""
    if isinstance(values, np.ma.MaskedArray):
        raise NumberError(f"{name} is masked.", "Give an array whose every entry is a number.")
    try:
        read = np.asarray(values)
        array = np.array(read, dtype=np.float64) if read.dtype.kind in "biuf" else _from_objects(read)
    except ValueError as error:
        raise ShapeError(f"{name} has rows of different lengths.", "Give every row the same length.") from error
    except (TypeError, OverflowError, RuntimeError) as error:
        raise NumberError(f"{name} holds something that is not a number.", "Give numbers, not texts.") from error
    check_finite(name, array)
    array.setflags(write=False)
    return array


def check_finite(name: str, array: Array) -> None:
    """Raises: NumberError, saying what was found first, nan or inf, and at which place."""
    if np.isfinite(array).all():
        return
    place = np.argwhere(~np.isfinite(array))[0].tolist()
    found = f"{array[tuple(place)]} at {place}" if place else f"{array}"
    raise NumberError(f"{name} holds a value that is not a finite number: {found}.", "Leave out nan and inf.")


def _from_objects(read: npt.NDArray[Any]) -> Array:
    """Decimals, fractions, floats and whole numbers of any size. Raises: TypeError for texts and the like."""
    if read.dtype.kind != "O" or not all(isinstance(each, (Real, Decimal)) for each in read.ravel()):
        raise TypeError
    return read.astype(np.float64)


def as_numbers(name: str, values: Numbers) -> Array:
    """The values as float64, not copied where they are. Raises: NumberError, ShapeError for what is no such array."""
    if type(values) is np.ndarray and values.dtype == FLOAT:  # no masked array, no matrix
        return values
    return numbers(name, values)


def of_shape(name: str, array: Array, shape: Shape) -> Array:
    """The array itself. Raises: ShapeError if it has another shape."""
    if array.shape != shape:
        raise ShapeError(f"{name} has shape {array.shape}, needs {shape}.")
    return array


def check_size(T: int, D: int, H: int, N: int = 1) -> None:
    """Raises: SizeError when a sequence is empty, or it or N of them are more work than one request may ask for."""
    if not 1 <= T <= MOST_STEPS:
        raise SizeError(f"x has {T} steps, needs 1 to {MOST_STEPS}.")
    if T * H * (D + H) > MOST_WORK:
        raise SizeError(f"T · H · (D + H) is {T * H * (D + H)}, at most {MOST_WORK} is allowed.", "Take fewer steps.")
    if T * H * (D + H) * N > MOST_VARIANTS * MOST_WORK:
        raise SizeError(
            f"T · H · (D + H) · N is more than {MOST_VARIANTS * MOST_WORK}.", "Take fewer variants at once."
        )


def no_state(cell: Cell, name: str) -> UnknownName:
    """The refusal of h0, c0, dh_last or dc_last for a cell without that state."""
    return UnknownName(f"{cell.title} has no state {name.removeprefix('d')[0]}, so it takes no {name}.")


def check_names(cell: Cell, weights: Mapping[str, Numbers]) -> None:
    """Raises: UnknownName for weights that are missing, and for those that the cell does not have."""
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
