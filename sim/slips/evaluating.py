"""A slip made on purpose: what someone who makes it in one step, or in every step, writes down."""

from __future__ import annotations

from typing import Any, overload

import numpy.typing as npt

from sim.checks import check_step, of_kind
from sim.compile.decimals import exactly
from sim.compile.programs import Steps
from sim.errors import NumberError
from sim.layers import Layer, Network
from sim.runs.backpropagation import Gradients, check_losses, propagated
from sim.runs.networks import NetworkGradients, NetworkTrace, Rows, back_through, through
from sim.runs.running import given_to, steps_in, traced
from sim.runs.traces import Trace
from sim.slips.binding import Slip


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
    network it is made in every layer, each over what the wrong level below it gives. A slip of the way forward needs no
    loss; one that is given is looked at all the same.
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

    found = through(layer, x, h0, c0, run) if isinstance(layer, Network) else run(layer, x, h0, c0)
    if not slip.of_gradient:
        check_losses(found, dh, dh_last, dc_last)
        return found
    if isinstance(found, NetworkTrace):
        return back_through(found, dh, dh_last, dc_last, back)
    return back(found, dh, dh_last, dc_last)


def _cells(slip: Slip, layer: Layer, step: int | None, T: int) -> Steps:
    """The cell of each step, in the order of computing."""
    wrong = slip.cell_for(layer)
    if step is not None:
        step = check_step(step, T)
    cells = tuple(wrong if step in (None, t) else layer.cell for t in range(1, T + 1))
    return cells[::-1] if layer.reverse else cells
