"""A way to read the same arrays, and what it gives. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

import sim
from quizzes.errors import refused_by_sim
from quizzes.lessons.weights.layers import Own

type Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reading:
    """Stacked weights with the order in which their blocks are read, the cell they are put into, and what it is given.

    W (G, H, D), U (G, H, H), b_x and b_h (G, H), x (T, D), h0 and c0 (H,).
    """

    cell: sim.Cell
    order: tuple[str, ...]
    W: Array
    U: Array
    b_x: Array
    b_h: Array
    x: Array
    h0: Array
    c0: Array

    @cached_property
    def trace(self) -> sim.Trace:
        """Raises: Refused where the numbers can't be computed with."""
        try:
            states = [self.h0, self.c0][: len(self.cell.states)]
            with np.errstate(over="ignore", invalid="ignore"):  # what comes out is looked at, and refused
                return sim.forward(self.layer, self.x, *states)
        except sim.SimError as error:
            raise refused_by_sim(error) from error

    @property
    def layer(self) -> sim.Layer:
        weights: dict[str, Array] = {}
        for letter, W, U, b_x, b_h in zip(self.order, self.W, self.U, self.b_x, self.b_h, strict=True):
            end = f"_{letter}" if letter else ""
            weights |= {f"W{end}": W, f"U{end}": U, f"b{end}": b_x + b_h}
            if letter == "n":
                weights |= {"b_in": b_x, "b_hn": b_h}
        return sim.layer(self.cell, {name: weights[name] for name in self.cell.parameters})


def as_it_is(own: Own, x: Array, h0: Array | None, c0: Array | None) -> Reading:
    """The arrays as their library means them."""
    count, H = len(own.order), own.layer.H
    zeros = np.zeros(H)
    return Reading(
        own.layer.cell,
        own.order,
        own.W.reshape(count, H, -1),
        own.U.reshape(count, H, H),
        own.b_x.reshape(count, H),
        own.b_h.reshape(count, H),
        x,
        zeros if h0 is None else h0,
        zeros if c0 is None else c0,
    )
