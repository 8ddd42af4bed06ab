"""Values that leave the right path: a slip made on purpose, and the first number of a learner's that departs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from sim.checks import check_step, of_kind
from sim.compile.decimals import exactly
from sim.compile.programs import Steps
from sim.errors import NumberError
from sim.layers import Array, Layer, Network, numbers
from sim.runs.backpropagation import Gradients, propagated
from sim.runs.networks import NetworkGradients, NetworkTrace, Rows, back_through, through
from sim.runs.running import exact, forward, given_to, steps_in, traced
from sim.runs.traces import Trace
from sim.slips.binding import Slip
from sim.slips.following import Follower, Losses, check_known, own_value, places, step_of

TOLERANCE = 3  # units of the last decimal within which a number is right
SHOWN_DECIMALS = 4


@overload
def evaluate_slip(
    slip: Slip, layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, step: int | None = None, dh: npt.ArrayLike | None = None, dh_last: npt.ArrayLike | None = None,
    dc_last: npt.ArrayLike | None = None, decimals: int | None = None,
) -> Trace | Gradients: ...  # fmt: skip
@overload
def evaluate_slip(
    slip: Slip, layer: Network, x: npt.ArrayLike, h0: Rows = None, c0: Rows = None,
    *, step: int | None = None, dh: npt.ArrayLike | None = None, dh_last: Rows = None,
    dc_last: Rows = None, decimals: int | None = None,
) -> NetworkTrace | NetworkGradients[Gradients]: ...  # fmt: skip
def evaluate_slip(
    slip: Slip, layer: Layer | Network, x: npt.ArrayLike, h0: Any = None, c0: Any = None,
    *, step: int | None = None, dh: npt.ArrayLike | None = None, dh_last: Any = None,
    dc_last: Any = None, decimals: int | None = None,
) -> Trace | Gradients | NetworkTrace | NetworkGradients[Gradients]:  # fmt: skip
    """The trace of someone who makes this slip: in one step only, from the true states, or in every step.

    Later steps of a slip in one step follow the right equations from the wrong states. A slip of a gradient gives the
    mapping of `backward`, the way forward being right; it needs what the loss gives: dh, dh_last or dc_last. In a
    network it is made in every layer, each over what the wrong level below it gives.
    Raises: UnknownName for another cell's slip; ShapeError where the slip does not fit these sizes.
    """
    of_kind("slip", slip, Slip, "one of sim.slips_for(cell, asked)")
    of_kind("layer", layer, (Layer, Network), "a layer or a network")
    if slip.of_gradient and dh is None and dh_last is None and dc_last is None:
        raise NumberError(f"{slip.id} is a slip of {slip.asked}, which needs a loss.", "Give dh, dh_last or dc_last.")
    rounding = exactly(decimals)

    def run(layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None, c0: npt.ArrayLike | None) -> Trace:
        given = given_to(layer, x, h0, c0)
        return traced(
            layer, given, rounding, () if slip.of_gradient else _cells(slip, layer, step, steps_in(layer, given))
        )

    def back(trace: Trace, dh: Any, dh_last: Any, dc_last: Any) -> Gradients:
        return propagated(trace, _cells(slip, trace.layer, step, trace.T), dh, dh_last, dc_last)

    if isinstance(layer, Network):
        whole = through(layer, x, h0, c0, run)
        return back_through(whole, dh, dh_last, dc_last, back) if slip.of_gradient else whole
    trace = run(layer, x, h0, c0)
    return back(trace, dh, dh_last, dc_last) if slip.of_gradient else trace


def _cells(slip: Slip, layer: Layer, step: int | None, T: int) -> Steps:
    """The cell of each step, in the order of computing."""
    wrong = slip.cell_for(layer)
    if step is not None:
        step = check_step(step, T)
    cells = tuple(wrong if step in (None, t) else layer.cell for t in range(1, T + 1))
    return cells[::-1] if layer.reverse else cells


def first_departure(
    trace: Trace, own: Mapping[str, npt.ArrayLike], *, dh: npt.ArrayLike | None = None,
    dh_last: npt.ArrayLike | None = None, dc_last: npt.ArrayLike | None = None,
) -> str | None:  # fmt: skip
    """The first of the learner's values ("c@1", "dc@1") that does not follow from the ones before it; None if all do.

    `trace` is the right one, in full precision or exact. A value is right within 3 units of the last decimal (the
    fourth, for a trace in full precision) of the right value, or of what the learner's own earlier numbers give.
    """
    of_kind("trace", trace, Trace, "the trace of one layer: of a network, layers[0] and so on")
    of_kind("own", own, Mapping, 'a mapping such as {"c@1": [0.8030]}')
    order = places(trace.layer.cell, trace.T)
    check_known(trace.layer.cell, own, order)
    losses = Losses(dh, dh_last, dc_last)
    if all(each is None for each in losses) and (asked := [key for key in own if key[0] == "d"]):
        raise NumberError(f"{asked[0]} is a gradient, which needs a loss.", "Give dh, dh_last or dc_last.")
    if trace.layer.reverse:
        return _first_departure_from_the_end(trace, own, losses)
    follower = Follower(trace.layer, trace.x, trace.h0, trace.c0, **losses._asdict())
    reach = (TOLERANCE + 1e-6) / 10 ** (trace.decimals or SHOWN_DECIMALS)

    def is_near(key: str, right: Array) -> bool:
        return bool(np.abs(own_value(trace.layer, key, own[key]) - right).max() <= reach)

    def right(key: str) -> Array:
        name, step = key.partition("@")[0], step_of(key)
        return trace.at(name, step) if key[0] != "d" else follower.value({}, key, decimals=trace.decimals)

    for key in sorted(own, key=order.__getitem__):
        if not is_near(key, right(key)) and not is_near(key, follower.value(own, key, decimals=trace.decimals)):
            return key
    return None


def _first_departure_from_the_end(trace: Trace, own: Mapping[str, npt.ArrayLike], losses: Losses) -> str | None:
    """The same for a layer that reads from the end: as one that reads the reversed sequence, with the steps renamed."""
    renamed = {_in_reverse(key, trace.T): key for key in own}
    given = trace.x[::-1], trace.h0, trace.c0
    layer = replace(trace.layer, reverse=False, remembered={})
    forth = forward(layer, *given) if trace.decimals is None else exact(layer, *given, decimals=trace.decimals)
    dh = None if losses.dh is None else numbers("dh", losses.dh)[::-1]
    theirs = {key: own[theirs] for key, theirs in renamed.items()}
    found = first_departure(forth, theirs, dh=dh, dh_last=losses.dh_last, dc_last=losses.dc_last)
    return renamed[found] if found else None


def _in_reverse(key: str, T: int) -> str:
    name, at, step = key.partition("@")
    return f"{name}@{T + 1 - int(step)}" if at else key
