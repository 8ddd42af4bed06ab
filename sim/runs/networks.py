"""Networks by composition: what runs over one layer, run over several, level by level, in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.checks import of_kind
from sim.errors import ShapeError, SimError, UnknownName
from sim.layers import Array, Network, as_numbers
from sim.runs.traces import Trace

type Rows = Sequence[npt.ArrayLike] | Array | None  # a row for each layer: h0, c0, dh_last, dc_last


class NetworkTrace(Mapping[str, Array]):
    """The run of a network: `layers[k]` is the trace of a layer, `trace["h"]` what the top level gives.

    Of two directions, the forward half comes first: (T, 2H). Everything is in time order.
    """

    def __init__(self, network: Network, layers: Sequence[Trace]) -> None:
        self.network, self.layers = network, list(layers)

    @property
    def T(self) -> int:
        return self.layers[0].T

    @property
    def x(self) -> Array:
        return self.layers[0].x

    @property
    def decimals(self) -> int | None:
        return self.layers[0].decimals

    @property
    def top(self) -> list[Trace]:
        return self.layers[-len(self.network.levels[-1]) :]

    def __getitem__(self, name: str) -> Array:
        return np.concatenate([trace[name] for trace in self.top], axis=1)

    def __contains__(self, name: object) -> bool:
        return name in self.top[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self.top[0])

    def __len__(self) -> int:
        return len(self.top[0])

    __eq__, __hash__ = object.__eq__, object.__hash__


class NetworkGradients[G: Mapping[str, Array]](Mapping[str, Array]):
    """The gradients of a network: `layers[k]` those of a layer; here x, and h0 and c0 with a row for each layer.

    The gradients of the top level's quantities stand here too, as its values do in the trace.
    """

    def __init__(self, layers: Sequence[G], top: Sequence[G], x: Array) -> None:
        self.layers = list(layers)
        self._top, self._x = list(top), x
        self._firsts = [name for name in ("h0", "c0") if name in self.layers[0]]
        self._names = [*(name for name in self._top[0] if name[0] == "d"), "x", *self._firsts]

    def __getitem__(self, name: str) -> Array:
        if name == "x":
            return self._x
        if name in self._firsts:
            return np.array([gradients[name] for gradients in self.layers])
        if name not in self:
            raise UnknownName(f"There is no gradient “{name}” of the whole network.", "Ask layers[k] for a weight's.")
        return np.concatenate([gradients[name] for gradients in self._top], axis=1)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    __eq__, __hash__ = object.__eq__, object.__hash__


def through(network: Network, x: npt.ArrayLike, h0: Rows, c0: Rows, run: Callable[..., Trace]) -> NetworkTrace:
    """Run every layer over what the level below it gives. h0 and c0 have a row for each layer."""
    count = len(network.layers)
    firsts = iter(zip(rows("h0", h0, count), rows("c0", c0, count), strict=True))
    traces: list[Trace] = []
    below = x
    for level in network.levels:
        here = [_run(run, layer, below, *next(firsts), number=len(traces) + k) for k, layer in enumerate(level)]
        below = np.concatenate([trace["h"] for trace in here], axis=1)
        traces += here
    return NetworkTrace(network, traces)


def _run(run: Callable[..., Trace], *given: Any, number: int) -> Trace:
    """The run of one layer; what is refused says of which."""
    try:
        return run(*given)
    except SimError as error:
        raise type(error)(f"In layers[{number}]: {error.message}", error.hint, code=error.code) from error


def back_through[G: Mapping[str, Array]](
    trace: NetworkTrace, dh: npt.ArrayLike | None, dh_last: Rows, dc_last: Rows, back: Callable[..., G]
) -> NetworkGradients[G]:
    """Go back through every layer, from the top level down; both directions of a level add to what reaches x."""
    count = len(trace.layers)
    lasts = list(zip(rows("dh_last", dh_last, count), rows("dc_last", dc_last, count), strict=True))
    above = None if dh is None else _checked(trace, as_numbers("dh", dh))
    levels: list[list[G]] = []
    end = count
    for level in reversed(trace.network.levels):
        first, width = end - len(level), len(level)
        halves = [None] * width if above is None else np.split(above, width, axis=1)
        here = [back(trace.layers[k], half, *lasts[k]) for k, half in zip(range(first, end), halves, strict=True)]
        above = np.sum([gradients["x"] for gradients in here], axis=0)
        levels.insert(0, here)
        end = first
    found = [gradients for level in levels for gradients in level]
    return NetworkGradients(found, levels[-1], np.asarray(above))


def _checked(trace: NetworkTrace, dh: Array) -> Array:
    if dh.shape != trace["h"].shape:
        raise ShapeError(f"dh has shape {dh.shape}, needs {trace['h'].shape}.")
    return dh


def rows(name: str, values: Rows, count: int) -> Sequence[npt.ArrayLike | None]:
    """A row for each layer. Raises: ShapeError."""
    if values is None:
        return [None] * count
    of_kind(name, values, (list, tuple, np.ndarray), f"a row for each of the {count} layers")
    if isinstance(values, np.ndarray) and values.ndim == 0:
        raise ShapeError(f"{name} is one number, needs a row for each of the {count} layers.")
    if len(values) != count:
        raise ShapeError(f"{name} has {len(values)} rows, needs one for each of the {count} layers.")
    return list(values)
