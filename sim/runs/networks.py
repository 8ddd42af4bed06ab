"""Networks by composition: what runs over one layer, run over several, level by level, in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sim.checks import check_step, described, of_kind
from sim.errors import ShapeError, SimError, UnknownName
from sim.language.declarations import Cell
from sim.layers import Array, Network, as_numbers
from sim.runs.traces import Trace

type Rows = Sequence[npt.ArrayLike | None] | Array | None  # a row for each layer: h0, c0, dh_last, dc_last

OF_A_LAYER = "Ask layers[k] for what is a layer's: its weights, and h0 and c0 where layers differ."


class NetworkTrace(Mapping[str, Array]):
    """The run of a network: `layers[k]` is the trace of a layer, `trace["h"]` what the top level gives.

    Of two directions, the forward half comes first: (T, 2H). Everything is in time order.
    """

    def __init__(self, network: Network, layers: Sequence[Trace]) -> None:
        self.network, self.layers = network, list(layers)

    def __repr__(self) -> str:
        kept = f", {self.decimals} decimals" if self.decimals else ""
        return f"<NetworkTrace of {'; '.join(repr(layer)[7:-1] for layer in self.network)}; T={self.T}{kept}>"

    @property
    def cell(self) -> Cell:
        """That of the top level; of another, ask `layers[k].cell`."""
        return self.top[0].cell

    @property
    def states(self) -> tuple[str, ...]:
        """Those of the top level, which it gives: "h", "c"."""
        return self.top[0].states

    @property
    def h0(self) -> Rows:
        """A row for each layer, as `forward` takes them; a list where the layers differ in size."""
        return _in_rows([trace.h0 for trace in self.layers])

    @property
    def c0(self) -> Rows:
        """The same; a layer without a cell state has None, and if none has one, there are no rows."""
        return _in_rows([trace.c0 for trace in self.layers])

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

    def at(self, name: str, step: int) -> Array:
        """What `name` is in the top level at a step counted from 1, both halves side by side; x is the network's.

        Raises: UnknownName; for a weight too, which is a layer's.
        """
        if name == "x":
            return np.asarray(self.x[check_step(step, self.T) - 1])
        _refuse_weight(name, self.top)
        return np.concatenate([trace.at(name, step) for trace in self.top])

    def __contains__(self, name: object) -> bool:
        return name in self.top[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self.top[0])

    def __len__(self) -> int:
        return len(self.top[0])

    __eq__, __hash__ = object.__eq__, object.__hash__


class OfLayer(Protocol):
    """The gradients of one layer, as far as a network's are made of them."""

    def __getitem__(self, name: str, /) -> Array: ...
    def __contains__(self, name: object, /) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def at(self, name: str, step: int) -> Array: ...


class NetworkGradients[G: OfLayer](Mapping[str, Array]):
    """The gradients of a network: `layers[k]` those of a layer; here x, and h0 and c0 with a row for each layer.

    The gradients of the top level's quantities stand here too, as its values do in the trace. Where the layers differ
    in size or in their states, h0 and c0 are asked of each layer.
    """

    def __init__(self, trace: NetworkTrace, layers: Sequence[G], top: Sequence[G], x: Array) -> None:
        self.trace, self.layers = trace, list(layers)
        self._top, self._x = list(top), x
        self._firsts = [name for name in ("h0", "c0") if isinstance(getattr(trace, name), np.ndarray)]
        self._names = [*(name for name in self._top[0] if name[0] == "d"), "x", *self._firsts]

    def __repr__(self) -> str:
        return f"<NetworkGradients of {self.trace!r}>"

    @property
    def T(self) -> int:
        return self.trace.T

    @property
    def decimals(self) -> int | None:
        return self.trace.decimals

    def at(self, name: str, step: int) -> Array:
        """What a name in an equation of the top level's backward pass is at a step, halves side by side.

        dx is the gradient of the network's x. Raises: UnknownName; for a weight's gradient too, which is a layer's.
        """
        if name in ("x", "dx"):
            return np.asarray(self._x[check_step(step, self.T) - 1] if name == "dx" else self.trace.at("x", step))
        _refuse_weight(name, self.trace.top)
        return np.concatenate([gradients.at(name, step) for gradients in self._top])

    def __getitem__(self, name: str) -> Array:
        if name == "x":
            return self._x
        if name in self._firsts:
            return np.array([gradients[name] for gradients in self.layers])
        if name not in self:
            raise UnknownName(f"There is no gradient {described(name)} of the whole network.", OF_A_LAYER)
        return np.concatenate([gradients[name] for gradients in self._top], axis=1)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    __eq__, __hash__ = object.__eq__, object.__hash__


def _refuse_weight(name: object, top: Sequence[Trace]) -> None:
    """Raises: UnknownName for a weight, and for the gradient of one: each layer has its own."""
    if str(name) in top[0].weights or str(name).removeprefix("d") in top[0].weights:
        raise UnknownName(f"There is no {described(name)} of the whole network.", OF_A_LAYER)


def _in_rows(firsts: Sequence[Array | None]) -> Rows:
    """A row for each layer as one array where that is possible; None where no layer has one."""
    found = [first for first in firsts if first is not None]
    if not found:
        return None
    return (
        np.array(firsts) if len({first.shape for first in found}) == 1 and len(found) == len(firsts) else list(firsts)
    )


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


def back_through[G: OfLayer](
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
    return NetworkGradients(trace, found, levels[-1], np.asarray(above))


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
