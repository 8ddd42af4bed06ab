"""The first of a learner's numbers that does not follow from the ones before it, in a layer or through a network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.checks import of_kind
from sim.errors import NumberError, UnknownName
from sim.layers import Array, numbers, of_shape
from sim.runs.networks import NetworkTrace, rows
from sim.runs.traces import Trace
from sim.slips.following import Follower, Losses, check_known, own_value, places

TOLERANCE = 3  # units of the last decimal within which a number is right
SHOWN_DECIMALS = 4

type Own = Mapping[str, npt.ArrayLike]


def first_departure(
    trace: Trace | NetworkTrace, own: Own, *, dh: npt.ArrayLike | None = None, dh_last: Any = None, dc_last: Any = None
) -> str | None:
    """The first of the learner's values ("c@1", "dc@1") that does not follow from the ones before it; None if all do.

    `trace` is the right one, in full precision or exact. A value is right within 3 units of the last decimal (the
    fourth, for a trace in full precision) of the right value, or of what the learner's own earlier numbers give. In a
    network a value is written with its layer, "layers[1].c@2": what he has for h is what the layer above reads, and
    `dh_last` and `dc_last` have a row for each layer.
    Raises: UnknownName for a value that these steps do not have; NumberError for a gradient without a loss.
    """
    of_kind("trace", trace, (Trace, NetworkTrace), "the trace of a layer or of a network")
    of_kind("own", own, Mapping, 'a mapping such as {"c@1": [0.8030]}')
    if isinstance(trace, Trace):
        return _first([[_Learner(trace, own)]], dh, [Losses(None, dh_last, dc_last)])
    count = len(trace.layers)
    lasts = zip(rows("dh_last", dh_last, count), rows("dc_last", dc_last, count), strict=True)
    return _first(_by_level(trace, own), dh, [Losses(None, *last) for last in lasts])


def _by_level(trace: NetworkTrace, own: Own) -> list[list[_Learner]]:
    """Raises: UnknownName for a value that is not written with one of the layers."""
    theirs: list[dict[str, npt.ArrayLike]] = [{} for _ in trace.layers]
    for key, value in own.items():
        of_kind("a name", key, str, "a text such as layers[0].c@1")
        written = re.fullmatch(r"layers\[(\d{1,4})\]\.(.+)", key)
        if written is None or int(written[1]) >= len(theirs):
            raise UnknownName(
                f"There is no “{key}” in this network.",
                f"Write a layer, 0 to {len(theirs) - 1}, before a name and a step, as in layers[0].c@1.",
            )
        theirs[int(written[1])][written[2]] = value
    learners = (_Learner(each, theirs[k], f"layers[{k}].") for k, each in enumerate(trace.layers))
    return [[next(learners) for _ in level] for level in trace.network.levels]


def _first(levels: list[list[_Learner]], dh: npt.ArrayLike | None, lasts: list[Losses]) -> str | None:
    """Forward from the lowest level up, then on the way back from the top level down."""
    learners = [learner for level in levels for learner in level]
    for below, level in pairwise([[], *levels]):
        for learner in level:
            learner.read(below)
            if found := learner.departure(of_gradients=False):
                return found
    asked = [learner.named(key) for learner in learners for key in learner.own if key[0] == "d"]
    if not asked:
        return None
    if dh is None and all(last == Losses() for last in lasts):
        raise NumberError(f"{asked[0]} is a gradient, which needs a loss.", "Give dh, dh_last or dc_last.")
    return _first_on_the_way_back(levels, dh, lasts)


def _first_on_the_way_back(levels: list[list[_Learner]], dh: npt.ArrayLike | None, lasts: list[Losses]) -> str | None:
    shape = (levels[0][0].trace.T, sum(learner.trace.layer.H for learner in levels[-1]))
    right = theirs = np.zeros(shape) if dh is None else of_shape("dh", numbers("dh", dh), shape)
    last = iter(reversed(lasts))
    for level in reversed(levels):
        halves = [np.split(each, len(level), axis=1) for each in (right, theirs)]
        for learner, *reaching in reversed(list(zip(level, *halves, strict=True))):
            learner.lose(next(last), *reaching)
        for learner in level:
            if found := learner.departure(of_gradients=True):
                return found
        right, theirs = (
            np.sum(each, axis=0) for each in zip(*(learner.passed_down() for learner in level), strict=True)
        )
    return None


class _Learner:
    """A learner in one layer, followed twice: from what is right below and above it, and from his own numbers there.

    Inside, steps count in the order of computing, which in a layer that reads from its end is not that of time.
    """

    def __init__(self, trace: Trace, own: Own, prefix: str = "") -> None:
        cell = trace.layer.cell
        self.trace, self.prefix, self.order = trace, prefix, places(cell, trace.T)
        check_known(cell, own, self.order)
        self.own = {self._turned(key): own[key] for key in own}

    def read(self, below: list[_Learner]) -> None:
        """The layer reads what his own numbers give in the level below it; at the bottom, x."""
        self.x = np.concatenate([each.output() for each in below], axis=1) if below else self.trace.x
        self.right, self.theirs = self._follower(self.trace.x, Losses()), self._follower(self.x, Losses())

    def lose(self, last: Losses, dh: Array, own_dh: Array) -> None:
        """What reaches the layer on the way back: as it should be, and as his own numbers above make it."""
        self.right = self._follower(self.trace.x, last._replace(dh=self._in_order(dh)))
        self.theirs = self._follower(self.x, last._replace(dh=self._in_order(own_dh)))

    def departure(self, *, of_gradients: bool) -> str | None:
        """The first that is neither right nor what follows from his own earlier numbers, as he wrote its name."""
        reach = (TOLERANCE + 1e-6) / 10 ** (self.trace.decimals or SHOWN_DECIMALS)
        for key in sorted(self.own, key=self.order.__getitem__):
            found = own_value(self.trace.layer, key, self.own[key])
            if (key[0] == "d") is of_gradients and all(np.abs(found - each).max() > reach for each in self._fit(key)):
                return self.named(key)
        return None

    def _fit(self, key: str) -> Iterator[Array]:
        """The right value, then what follows from his own numbers."""
        yield self._value(self.right, {}, key)
        yield self._value(self.theirs, self.own, key)

    def named(self, key: str) -> str:
        """A value as he wrote it."""
        return f"{self.prefix}{self._turned(key)}"

    def output(self) -> Array:
        """h of every step with his own numbers in it, (T, H) in time order."""
        values = {key: value for key, value in self.own.items() if key[0] != "d"}
        return self._in_order(self.theirs.trace(values, decimals=self.trace.decimals)["h"])

    def passed_down(self) -> tuple[Array, Array]:
        """dx of every step, (T, D) in time order: the right one, and what his own numbers make of it."""
        keys = [f"dx@{step}" for step in range(1, self.trace.T + 1)]
        right = np.array([self._value(self.right, {}, key) for key in keys])
        theirs = np.array([self._value(self.theirs, self.own, key) for key in keys])
        return self._in_order(right), self._in_order(theirs)

    def _value(self, follower: Follower, own: Own, key: str) -> Array:
        return follower.value(own, key, decimals=self.trace.decimals)

    def _follower(self, x: Array, losses: Losses) -> Follower:
        layer = replace(self.trace.layer, reverse=False, remembered={}) if self.trace.is_reverse else self.trace.layer
        return Follower(layer, self._in_order(x), self.trace.h0, self.trace.c0, **losses._asdict())

    def _in_order(self, steps: Array) -> Array:
        """Rows in the order of time as they stand in that of computing, and back."""
        return steps[::-1] if self.trace.is_reverse else steps

    def _turned(self, key: str) -> str:
        """The name of a value, its step counted in the other of the two orders."""
        name, at, step = key.partition("@")
        return f"{name}@{self.trace.T + 1 - int(step)}" if at and self.trace.is_reverse else key
