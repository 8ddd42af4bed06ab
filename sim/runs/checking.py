"""Do the gradients hold? Each is compared with the central difference of the loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, overload

import numpy as np

from sim.checks import of_kind
from sim.errors import SizeError
from sim.layers import Array, Layer, Network, Numbers
from sim.runs.backpropagation import backward
from sim.runs.many import forward_many
from sim.runs.networks import NetworkTrace, Rows, rows
from sim.runs.running import forward

MOST_PARAMETERS = 4_000
MOVES = (1, -1, 2, -2)  # steps by which a number is moved

type Losses = Mapping[str, Any]  # dh, dh_last, dc_last


@overload
def check_gradients(
    layer: Layer, x: Numbers, h0: Numbers | None = None, c0: Numbers | None = None, *, dh: Numbers | None = None,
    dh_last: Numbers | None = None, dc_last: Numbers | None = None, step: float = 3e-5,
) -> dict[str, float]: ...  # fmt: skip
@overload
def check_gradients(
    layer: Network, x: Numbers, h0: Rows = None, c0: Rows = None, *, dh: Numbers | None = None,
    dh_last: Rows = None, dc_last: Rows = None, step: float = 3e-5,
) -> dict[str, float]: ...  # fmt: skip
def check_gradients(
    layer: Layer | Network, x: Numbers, h0: Any = None, c0: Any = None, *, dh: Numbers | None = None,
    dh_last: Any = None, dc_last: Any = None, step: float = 3e-5,
) -> dict[str, float]:  # fmt: skip
    """How far each gradient of `backward` lies from the central difference, at its farthest entry, by name.

    The loss is L = Σ dh · h + dh_last · h_T + dc_last · c_T. Every number is moved by one step s and by two, both
    ways; the difference is (8 (L₊₁ − L₋₁) − (L₊₂ − L₋₂)) / 12 s, whose own error falls with s⁴. The weights of a
    network stand under their layer, "layers[1].W_f". Raises: SizeError for more than 4 000 numbers, or a step that is
    too small or too large.
    """
    of_kind("layer", layer, (Layer, Network), "a layer or a network")
    of_kind("step", step, (int, float), "a number")
    if not 1e-8 <= step <= 1e-2:
        raise SizeError(f"step is {step}, needs 1e-8 to 1e-2: else rounding or curvature hides the difference.")
    losses = {"dh": dh, "dh_last": dh_last, "dc_last": dc_last}
    trace: Any = forward(layer, x, h0, c0)
    gradients: Any = backward(trace, **losses)
    if isinstance(layer, Layer):
        arrays, found = _numbers_of(layer, trace.x, trace.h0, trace.c0), gradients
        moved: Callable[[str], Array] = partial(_of_a_layer, layer, arrays, step, losses)
    else:
        arrays, found = _numbers_of_all(trace), _gradients_of_all(gradients)
        moved = partial(_of_a_network, layer, arrays, step, losses)
    count = sum(array.size for array in arrays.values())
    if count > MOST_PARAMETERS:
        raise SizeError(f"There are {count} numbers to move, at most {MOST_PARAMETERS} are allowed.", "Take fewer.")
    return {name: _farthest(moved(name), np.asarray(found[name]), step) for name in arrays}


def _farthest(losses: Array, gradient: Array, step: float) -> float:
    """How far the gradient's farthest entry lies from the difference of the losses (4, entries)."""
    up, down, far_up, far_down = losses
    difference = (8 * (up - down) - (far_up - far_down)) / (12 * step)
    return float(np.abs(difference - gradient.ravel()).max())


def _numbers_of(layer: Layer, x: Array, h0: Array | None, c0: Array | None) -> dict[str, Array]:
    given = {**layer.weights, "x": x, "h0": h0, "c0": c0}
    return {name: array for name, array in given.items() if array is not None}


def _of_a_layer(layer: Layer, arrays: Mapping[str, Array], step: float, losses: Losses, name: str) -> Array:
    """The loss with each entry of one array moved, (4, entries): all of them as variants of one run."""
    size = arrays[name].size
    many = {key: np.repeat(array[..., None], 4 * size, axis=-1) for key, array in arrays.items()}
    moves = many[name].reshape(size, 4, size)
    for row, by in enumerate(MOVES):
        moves[np.arange(size), row, np.arange(size)] += by * step
    in_order = slice(None, None, -1 if layer.reverse else 1)
    weights = {key: many[key] for key in layer.weights}
    trace = forward_many(layer.cell, weights, many["x"][in_order], many["h0"], many.get("c0"))
    total = np.zeros(4 * size)
    if losses["dh"] is not None:
        total += np.einsum("th,thn->n", np.asarray(losses["dh"], dtype=float), trace["h"][in_order])
    for state in layer.cell.states:
        if losses[f"d{state}_last"] is not None:
            total += np.asarray(losses[f"d{state}_last"], dtype=float) @ trace[state][-1]
    return total.reshape(4, size)


def _under(k: int, name: str) -> str:
    return f"layers[{k}].{name}"


def _numbers_of_all(trace: NetworkTrace) -> dict[str, Array]:
    firsts = {name: [getattr(layer, name) for layer in trace.layers] for name in ("h0", "c0")}
    found = {
        f"layers[{k}].{name}": array for k, layer in enumerate(trace.layers) for name, array in layer.weights.items()
    }
    stacked = {name: np.array(arrays) for name, arrays in firsts.items() if arrays[0] is not None}
    return found | {"x": trace.x} | stacked


def _gradients_of_all(gradients: Any) -> dict[str, Array]:
    found = {
        f"layers[{k}].{name}": each[name] for k, each in enumerate(gradients.layers) for name in each.trace.weights
    }
    return found | {name: gradients[name] for name in ("x", "h0", "c0") if name in gradients}


def _of_a_network(network: Network, arrays: Mapping[str, Array], step: float, losses: Losses, name: str) -> Array:
    """The same for a network: one run for each number moved."""
    total = [[_loss(network, moved, losses) for moved in _moved(arrays, name, by * step)] for by in MOVES]
    return np.array(total)


def _moved(arrays: Mapping[str, Array], name: str, by: float) -> Iterator[Mapping[str, Array]]:
    for place in np.ndindex(arrays[name].shape):
        changed = arrays[name].copy()
        changed[place] += by
        yield {**arrays, name: changed}


def _loss(network: Network, arrays: Mapping[str, Array], losses: Losses) -> float:
    weighted = iter(
        replace(layer, weights={name: arrays[_under(k, name)] for name in layer.weights}, remembered={})
        for k, layer in enumerate(network.layers)
    )
    moved = Network(tuple(tuple(next(weighted) for _ in level) for level in network.levels))
    trace = forward(moved, arrays["x"], arrays["h0"], arrays.get("c0"))
    total = 0.0 if losses["dh"] is None else float(np.vdot(losses["dh"], trace["h"]))
    for state in "hc":
        for layer, last in zip(trace.layers, rows("", losses[f"d{state}_last"], len(trace.layers)), strict=True):
            if last is not None:
                total += float(np.dot(last, layer.computed(state)[-1]))
    return total
