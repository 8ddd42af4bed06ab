"""What is computed: one example, and ten thousand with weights of their own, on a grid of tenths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import sim
from sim.layers import Array

N = 10_000
SIZES = {"h2T3": (2, 2, 3), "h3T4": (2, 3, 4), "h4T5": (2, 4, 5), "h8T10": (2, 8, 10)}  # D, H, T


@dataclass(frozen=True)
class One:
    layer: sim.Layer
    x: Array
    h0: Array
    c0: Array | None
    dh: Array

    @property
    def start(self) -> tuple[Array, Array, Array | None]:
        return self.x, self.h0, self.c0


@dataclass(frozen=True)
class Many:
    """The last axis is the variant."""

    cell: sim.Cell
    weights: dict[str, Array]
    x: Array
    h0: Array
    c0: Array
    dh: Array

    @property
    def start(self) -> tuple[Array, Array, Array]:
        return self.x, self.h0, self.c0


def one(cell: str, size: str) -> One:
    chance, (D, H, T) = np.random.default_rng(1), SIZES[size]
    declared = sim.cell(cell)
    weights = {name: _tenths(chance, declared.shape(name, D, H)) for name in declared.parameters}
    h0, c0 = _tenths(chance, (H,)), _tenths(chance, (H,))
    x, dh = _tenths(chance, (T, D)), _tenths(chance, (T, H))
    return One(sim.layer(declared, weights), x, h0, c0 if "c" in declared.states else None, dh)


def many(size: str) -> Many:
    chance, (D, H, T) = np.random.default_rng(2), SIZES[size]
    cell = sim.cell("lstm")
    weights = {name: _tenths(chance, (*cell.shape(name, D, H), N)) for name in cell.parameters}
    x, h0, c0, dh = (_tenths(chance, (*shape, N)) for shape in ((T, D), (H,), (H,), (T, H)))
    return Many(cell, weights, x, h0, c0, dh)


def stacked(case: Many, letter: str) -> Array:
    """The weights as one array with blocks i, f, g, o, variant last: (4H, D, N), (4H, H, N) or (4H, N)."""
    return np.concatenate([case.weights[f"{letter}_{gate}"] for gate in "ifgo"])


def _tenths(chance: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return chance.integers(-15, 16, shape) / 10
