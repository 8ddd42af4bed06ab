"""How much of the past is left: along the direct path of a state, and in total, through every later path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.checks import of_kind
from sim.errors import SizeError
from sim.language.declarations import Cell
from sim.language.expressions import Expr, leaves, number, sum_of
from sim.language.gradients import pulled_back
from sim.layers import Array, Layer, Numbers
from sim.runs.backpropagation import Gradients, backward, propagated
from sim.runs.many import forward_many
from sim.runs.running import forward
from sim.runs.traces import Trace
from sim.runs.walk import value

MOST_UNITS = 64  # a Jacobian takes a backward pass for each unit
MOST_PARAMETERS = 4_000


@dataclass(frozen=True)
class Influence:
    """What is left of every step t = 1 … T at the one computed last, as spectral norms; that one's entry is 1 where it
    is the same state. A reverse layer computes step 1 last.

    direct   of the carried state (c, or h where there is no c) along its own line alone: the product of what multiplies
             it in every later step, for an LSTM the forget gates; None where the cell has no such line
    total    ∂ of a last state with respect to a state of step t, through every later path: ("c", "h") is ∂c_T/∂h_t
    """

    direct: Array | None
    total: Mapping[tuple[str, str], Array]


def influence(trace: Trace) -> Influence:
    """The direct path and the total derivatives of the last states. Raises: SizeError for more than 64 units."""
    of_kind("trace", trace, Trace, "the trace of one layer")
    H, states = trace.layer.H, trace.states
    if H > MOST_UNITS:
        raise SizeError(f"The layer has {H} units; the total derivative is computed for {MOST_UNITS} at most.")
    total = {}
    for last in states:
        rows = [_back_from(trace, last, unit) for unit in range(H)]
        for state in states:
            jacobians = np.stack([gradients[f"d{state}"] for gradients in rows], axis=1)  # (T, H of last, H of state)
            total[last, state] = np.linalg.norm(jacobians, ord=2, axis=(1, 2))
    return Influence(_direct(trace), total)


def _back_from(trace: Trace, state: str, unit: int) -> Gradients:
    """The gradients of one unit of a last state."""
    seed = np.zeros(trace.layer.H)
    seed[unit] = 1.0
    dh_last, dc_last = (seed if state == each else None for each in "hc")
    return backward(trace, None, dh_last, dc_last)


def _direct(trace: Trace) -> Array | None:
    state = trace.states[-1]
    factor = direct_factor(trace.cells[0], state)
    if factor is None:
        return None
    names = list(leaves(factor))
    last_first = range(1, trace.T + 1) if trace.is_reverse else range(trace.T, 0, -1)
    factors = [value(factor, {leaf: trace.at(leaf, t) for leaf in names}) * np.ones(trace.layer.H) for t in last_first]
    later = np.cumprod([np.ones(trace.layer.H), *factors[:-1]], axis=0)
    in_time = later if trace.is_reverse else later[::-1]
    return np.asarray(np.abs(in_time).max(axis=1))


def direct_factor(cell: Cell, state: str) -> Expr | None:
    """What multiplies the old state in the state's own equation, as an expression: f of an LSTM, z of a GRU."""
    flows = pulled_back(cell.equations[state], number(1))
    found = [flow for leaf, flow in flows if leaf == f"{state}_prev" and cell.equations[state].op in ("+", "-")]
    return sum_of(found) if found else None


# --- do the gradients hold?


def check_gradients(
    layer: Layer, x: Numbers, h0: Numbers | None = None, c0: Numbers | None = None, *, dh: Numbers | None = None,
    dh_last: Numbers | None = None, dc_last: Numbers | None = None, step: float = 3e-5,
) -> dict[str, float]:  # fmt: skip
    """How far each gradient of `backward` lies from the central difference, at its farthest entry, by name.

    The loss is L = Σ dh · h + dh_last · h_T + dc_last · c_T. Every number is moved by one step s and by two, both
    ways, all of them as variants of one run; the difference is (8 (L₊₁ − L₋₁) − (L₊₂ − L₋₂)) / 12 s, whose own error
    falls with s⁴. Raises: SizeError for more than 4 000 numbers, or a step that is too small or too large.
    """
    of_kind("layer", layer, Layer, "one layer")
    if not 1e-8 <= step <= 1e-2:
        raise SizeError(f"step is {step}, needs 1e-8 to 1e-2: else rounding or curvature hides the difference.")
    trace = forward(layer, x, h0, c0)
    gradients = propagated(trace, trace.cells, dh, dh_last, dc_last)
    given = {**layer.weights, "x": trace.x, "h0": trace.h0, "c0": trace.c0}
    arrays = {name: array for name, array in given.items() if array is not None}
    count = sum(array.size for array in arrays.values())
    if count > MOST_PARAMETERS:
        raise SizeError(f"There are {count} numbers to move, at most {MOST_PARAMETERS} are allowed.", "Take fewer.")
    losses = {"dh": dh, "dh_last": dh_last, "dc_last": dc_last}
    found = {}
    for name in arrays:
        up, down, far_up, far_down = _losses(layer, arrays, name, step, losses)
        difference = (8 * (up - down) - (far_up - far_down)) / (12 * step)
        found[name] = float(np.abs(difference - gradients[name].ravel()).max())
    return found


def _losses(
    layer: Layer, arrays: Mapping[str, Array], name: str, step: float, losses: Mapping[str, Numbers | None]
) -> Array:
    """The loss with each entry of one array moved by +1, −1, +2 and −2 steps: (4, entries)."""
    size = arrays[name].size
    many = {key: np.repeat(array[..., None], 4 * size, axis=-1) for key, array in arrays.items()}
    moves = many[name].reshape(size, 4, size)
    for row, by in enumerate((1, -1, 2, -2)):
        moves[np.arange(size), row, np.arange(size)] += by * step
    in_order = slice(None, None, -1 if layer.reverse else 1)
    trace = forward_many(layer.cell, many, many["x"][in_order], many["h0"], many.get("c0"))
    total = np.zeros(4 * size)
    if losses["dh"] is not None:
        total += np.einsum("th,thn->n", np.asarray(losses["dh"], dtype=float), trace["h"][in_order])
    for state in layer.cell.states:
        if losses[f"d{state}_last"] is not None:
            total += np.asarray(losses[f"d{state}_last"], dtype=float) @ trace[state][-1]
    return total.reshape(4, size)
