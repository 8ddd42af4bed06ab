"""The backward pass through time of a trace, every gradient kept.

`d` before a name is the derivative of the loss with respect to it, over all paths. The equations are those that
`sim.language.gradients` derives; where the trace is exact, every named gradient is rounded as a learner rounds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, overload

import numpy as np

from sim.checks import check_step, of_kind, whole_number
from sim.compile.programs import Steps
from sim.compile.recipes import ARRAYS, recipe_of
from sim.errors import NumberError, UnknownName
from sim.language.declarations import Cell
from sim.language.expressions import Expr, leaves, name, number
from sim.layers import Array, Numbers, as_numbers, check_finite, no_state, of_shape
from sim.runs.many import WayBack
from sim.runs.networks import NetworkGradients, NetworkTrace, Rows, back_through, rows
from sim.runs.running_back import Found, run_back
from sim.runs.traces import Trace
from sim.runs.walk import OVER_STEPS, value

MOST_WINDOW = 1_000_000  # steps; one that is longer than the sequence cuts nothing


class Gradients(Mapping[str, Array]):
    """The gradients of a backward pass: `gradients["dc"]` (T, H), `["W_f"]`, `["x"]` (T, D), `["h0"]`, `["c0"]`.

    Under d and its name stands the gradient of every quantity of every step, over all paths; under its own name that of
    everything that was given: x, the first states, and the weights, whose sum over the steps is rounded once.
    `dh_prev` and `dc_prev` are what a step passes back to the one before it.
    """

    def __init__(
        self, trace: Trace, cells: Steps, found: Found, given: Mapping[str, Array], cuts: tuple[int, ...],
        ready: dict[str, Array] | None = None,
    ) -> None:  # fmt: skip
        """`found` computes everything when it is asked for, but what is `ready`."""
        self.trace, self.cells, self.cuts = trace, cells, cuts
        self._found, self._given, self._ready = found, given, ready or {}
        self._values: dict[str, Array] | None = None

    @property
    def T(self) -> int:
        return self.trace.T

    @property
    def decimals(self) -> int | None:
        return self.trace.decimals

    def _all(self) -> dict[str, Array]:
        if self._values is None:
            found = self._found()
            firsts = {f"{state}0": found[f"d{state}_prev"][0] for state in self.trace.states}
            weights = {name: found.pop(f"d{name}") for name in self.trace.weights if name not in self._ready}
            values = found | {"x": found.pop("dx")}
            steps = {name: array[::-1] if self.trace.is_reverse else array for name, array in values.items()}
            self._values = steps | firsts | weights | self._ready
        return self._values

    def __getitem__(self, name: str) -> Array:
        if name in self._ready:
            return self._ready[name]
        if name not in self._all():
            raise UnknownName(f"There is no gradient “{name}”.", f"There are: {', '.join(self)}.")
        return self._all()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._all()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return f"<Gradients of {self.trace!r}>"

    __eq__, __hash__ = object.__eq__, object.__hash__

    def cell_at(self, step: int) -> Cell:
        return self.cells[self.trace.in_order(step)]

    def at(self, name: str, step: int) -> Array:
        """What a name in an equation of the backward pass is at a step, counted from 1.

        dc, dh_loss, dc_last; dW_f is the contribution of this step, rounded by itself; f_next and dc_next are of the
        step after it, dc_back what that passes back; and all that the trace has: f, x, h_prev, W_f.
        Raises: UnknownName.
        """
        step, name = check_step(step, self.T), str(name)
        if name == "dh_loss":
            return np.asarray(self._given["dh"][step - 1])
        if name.endswith("_last") and name in self._given:
            return self._given[name]
        if name.endswith("_back"):
            return self._passed_back(name, step)
        if name.endswith("_next"):
            return self.at(name.removesuffix("_next"), self._after(step))
        if name[:1] == "d" and name[1:] in self.trace.weights:
            return self._contribution(name[1:], step)
        own = "x" if name == "dx" else name
        return np.asarray(self[own][step - 1]) if name[:1] == "d" and own in self else self.trace.at(name, step)

    def _after(self, step: int) -> int:
        """The step that is computed after this one."""
        return step - 1 if self.trace.is_reverse else step + 1

    def _passed_back(self, name: str, step: int) -> Array:
        if self.trace.in_order(step) + 1 == self.T:
            return self._given[name.replace("_back", "_last")]
        if self.trace.in_order(step) + 1 in self.cuts:
            return np.zeros(self.trace.shape)
        return self.at(name.replace("_back", "_prev"), self._after(step))

    def passed_back(self, leaf: str, step: int) -> Expr:
        """What "dc_back" is at a step: what the next one passes back, what comes from beyond, or 0 over a cut."""
        if self.trace.in_order(step) + 1 == self.T:
            return name(leaf.replace("_back", "_last"))
        if self.trace.in_order(step) + 1 in self.cuts:
            return number(0)
        return self.cell_at(self._after(step)).passed_back(leaf)

    def contributions(self, weight: str) -> Array:
        """What each step adds to the gradient of a weight that all steps share: (T, …).

        Of an exact trace each is rounded by itself, as one who writes it down does; the gradient is their sum before
        that, rounded once. Raises: UnknownName.
        """
        if weight not in self.trace.layer.weights:
            raise UnknownName(f"There is no weight “{weight}”.", f"There are: {', '.join(self.trace.weights)}.")
        return np.array([self._contribution(weight, step) for step in range(1, self.T + 1)])

    def _contribution(self, weight: str, step: int) -> Array:
        formula = self.cell_at(step).gradients.get(f"d{weight}")
        if formula is None:  # a slip left the weight out of this step
            return np.zeros_like(self.trace.weights[weight])
        read = {leaf: self.at(leaf, step) for leaf in leaves(formula)}
        if self.trace.is_of_many:
            over_one = {leaf: each if leaf in self.trace.weights else each[None] for leaf, each in read.items()}
            return np.asarray(value(formula, over_one, OVER_STEPS)[0])
        return self._rounded(formula, read)

    def _rounded(self, formula: Expr, read: Mapping[str, Array]) -> Array:
        """To the decimals of the trace, where it is exact."""
        recipe, unit = recipe_of(formula, self.trace.rounding, ARRAYS), self.trace.unit
        units = [np.rint(read[leaf] * unit) if self.decimals else read[leaf] for leaf in recipe.leaves]
        return np.asarray(recipe(units) / unit + 0.0)


@overload
def backward(
    trace: Trace, dh: Numbers | None, dh_last: Numbers | None = None, dc_last: Numbers | None = None,
    window: int | None = None,
) -> Gradients: ...  # fmt: skip
@overload
def backward(
    trace: NetworkTrace, dh: Numbers | None, dh_last: Rows = None, dc_last: Rows = None, window: int | None = None
) -> NetworkGradients[Gradients]: ...
def backward(
    trace: Trace | NetworkTrace, dh: Numbers | None, dh_last: Any = None, dc_last: Any = None, window: int | None = None
) -> Gradients | NetworkGradients[Gradients]:
    """The gradients of a loss of which `dh` (T, H) is the derivative with respect to each step's h.

    `dh_last` and `dc_last` (H,) are added to what reaches the last step: what comes from beyond the sequence. With a
    `window`, the sequence is cut into windows of so many steps, counted from the first, and no gradient passes from
    one into the window before it; the states do. Of a network, `dh_last` and `dc_last` have a row for each layer. Of
    many variants, the last axis is the variant, and the gradients of the quantities are computed when one is asked for:
    the weights and inputs must stay as they were until then.
    Raises: ShapeError, NumberError, SizeError; DecimalsError where the trace is exact and dh is not.
    """
    of_kind("trace", trace, (Trace, NetworkTrace), "what sim.forward or sim.exact gives")
    if isinstance(trace, NetworkTrace):
        return back_through(trace, dh, dh_last, dc_last, partial(backward, window=window))
    return propagated(trace, trace.cells, dh, dh_last, dc_last, window)


def propagated(
    trace: Trace, cells: Steps, dh: Numbers | None, dh_last: Numbers | None = None,
    dc_last: Numbers | None = None, window: int | None = None,
) -> Gradients:  # fmt: skip
    """The same where step k follows the backward equations of `cells[k - 1]`, in the order of computing."""
    if dh is None and dh_last is None and dc_last is None:
        raise NumberError("There is no loss to go back from.", "Give dh, dh_last or dc_last.")
    given = _losses(trace, dh, dh_last, dc_last)
    beyond = [given[f"d{state}_last"] for state in trace.states]
    order = given["dh"][::-1] if trace.is_reverse else given["dh"]
    cuts = _cuts(window, trace.T) if window is not None else ()
    try:
        if trace.is_of_many:
            way = WayBack(trace, cells[0], cuts, order, beyond)
            return Gradients(trace, cells, way.of_steps, given, cuts, ready=way.of_given())
        return Gradients(trace, cells, run_back(trace, cells, cuts, order, beyond), given, cuts)
    except NumberError:
        for said, values in given.items():  # what was given is named before what came of it
            check_finite(said, values)
        raise


def check_losses(trace: Trace | NetworkTrace, dh: Numbers | None, dh_last: Any, dc_last: Any) -> None:
    """Raises: as `backward`, for losses that nobody goes back from."""
    if isinstance(trace, Trace):
        given = [_losses(trace, dh, dh_last, dc_last)]
    else:
        count = len(trace.layers)
        whole = np.zeros(0) if dh is None else of_shape("dh", as_numbers("dh", dh), trace["h"].shape)
        lasts = zip(rows("dh_last", dh_last, count), rows("dc_last", dc_last, count), strict=True)
        given = [{"dh": whole}, *(_losses(each, None, *last) for each, last in zip(trace.layers, lasts, strict=True))]
    for said, values in (item for each in given for item in each.items()):
        check_finite(said, values)


def _losses(trace: Trace, dh: Numbers | None, dh_last: Numbers | None, dc_last: Numbers | None) -> dict[str, Array]:
    """What the loss gives, of the right shapes: dh, dh_last, dc_last. Raises: ShapeError, NumberError, UnknownName."""
    shape = (trace.T, *trace.shape)
    losses = np.zeros(shape) if dh is None else of_shape("dh", as_numbers("dh", dh), shape)
    last = {"dh_last": _beyond(trace, "h", dh_last), "dc_last": _beyond(trace, "c", dc_last)}
    return {"dh": losses.copy(), **last}


def _beyond(trace: Trace, state: str, values: Numbers | None) -> Array:
    """What reaches the last step of a state from beyond, 0 if nothing is said. Raises: ShapeError, UnknownName."""
    if values is None:
        return np.zeros(trace.shape) if trace.is_of_many else trace.layer.zeros
    if state not in trace.states:
        raise no_state(trace.cell, f"d{state}_last")
    return of_shape(f"d{state}_last", as_numbers(f"d{state}_last", values), trace.shape)


def _cuts(window: int, T: int) -> tuple[int, ...]:
    """The steps over which nothing is passed back. Raises: SizeError."""
    return tuple(range(whole_number("The window", window, 1, MOST_WINDOW), T, window))
