"""How much of the past is left: along the direct path of a state, and in total, through every later path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import overload

import numpy as np

from sim.checks import of_kind
from sim.errors import SizeError
from sim.language.declarations import Cell
from sim.language.expressions import Expr, leaves, number, sum_of
from sim.language.gradients import pulled_back
from sim.layers import Array
from sim.runs.backpropagation import Gradients, backward
from sim.runs.networks import NetworkTrace
from sim.runs.traces import Trace
from sim.runs.walk import value

MOST_UNITS = 64  # a Jacobian takes a backward pass for each unit


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


@overload
def influence(trace: Trace) -> Influence: ...
@overload
def influence(trace: NetworkTrace) -> list[Influence]: ...
def influence(trace: Trace | NetworkTrace) -> Influence | list[Influence]:
    """The direct path and the total derivatives of the last states; of a network, a list with those of each layer.

    A layer's states reach its own later ones through that layer alone. Raises: SizeError for more than 64 units.
    """
    of_kind("trace", trace, (Trace, NetworkTrace), "the trace of a layer or of a network")
    if isinstance(trace, NetworkTrace):
        return [influence(each) for each in trace.layers]
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
