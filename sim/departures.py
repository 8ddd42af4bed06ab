"""Traces that leave the right path: a slip made on purpose, and the first number of a learner's that departs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from sim.decimals import Rounding, check_decimals
from sim.errors import UnknownName
from sim.following import check_step, evaluate_with, own_value, split, wrong_cell
from sim.layers import Layer, sequence
from sim.slips import Slip
from sim.traces import Trace, traced

TOLERANCE = 3  # units of the last decimal within which a number is right
SHOWN_DECIMALS = 4


def evaluate_slip(
    slip: Slip, layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, step: int | None = None, decimals: int | None = None,
) -> Trace:  # fmt: skip
    """The trace of someone who makes this slip: in one step only, from the true states, or in every step.

    Later steps of a slip in one step follow the right equations from the wrong states.
    Raises: UnknownName for another cell's slip; ShapeError where the slip does not fit these sizes.
    """
    wrong = wrong_cell(slip, layer)
    T = len(sequence(layer, x))
    if step is not None:
        check_step(step, T)
    if decimals is not None:
        check_decimals(decimals)
    rounding = Rounding(decimals, decimals) if decimals else None
    cells = [wrong if step in (None, t) else layer.cell for t in range(1, T + 1)]
    return traced(layer, cells, x, h0, c0, rounding)


def first_departure(trace: Trace, own: Mapping[str, npt.ArrayLike]) -> str | None:
    """The first of the learner's values ("c@1") that does not follow from the ones before it; None if all do.

    `trace` is the right one, in full precision or exact. A value is right within 3 units of the last decimal (the
    fourth, for a trace in full precision) of the trace, or of what the learner's own earlier numbers give.
    """
    order = {f"{name}@{step}": (step, place) for step in range(1, trace.T + 1) for place, name in enumerate(trace)}
    unknown = [key for key in own if key not in order]
    if unknown:
        raise UnknownName(f"There is no {', '.join(unknown)} in this trace.", "Write a name and a step, as in c@1.")
    reach = (TOLERANCE + 1e-6) / 10 ** (trace.decimals or SHOWN_DECIMALS)
    for key in sorted(own, key=order.__getitem__):
        value = own_value(trace.layer, key, own[key])
        right = trace.at(*split(trace.cells[0], key))
        if np.abs(value - right).max() > reach and np.abs(value - _followed(trace, own, key)).max() > reach:
            return key
    return None


def _followed(trace: Trace, own: Mapping[str, npt.ArrayLike], key: str) -> npt.NDArray[np.float64]:
    return evaluate_with(trace.layer, trace.x, trace.h0, trace.c0, own=own, asked=key, decimals=trace.decimals)
