"""Numbers from a stream and a seed by a counter-based hash: variant k alone is variant k of a block, on any machine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from sim.exercises import Exercise, grid
from sim.layers import Array

type Words = npt.NDArray[np.uint64]

GOLDEN = 0x9E3779B97F4A7C15


def draw(exercise: Exercise, seed: int) -> dict[str, Array]:
    """The given numbers of one variant by name: every weight, x (T, D), h0 and, where the cell has it, c0."""
    exercise.check()
    units = draw_block(exercise, [seed])
    return {name: array[..., 0] / 10**exercise.decimals for name, array in units.items()}


def draw_block(exercise: Exercise, seeds: Sequence[int]) -> dict[str, Array]:
    """The given numbers of many variants, as whole numbers of the last decimal; the last axis is the variant."""
    given: dict[str, Array] = {}
    start = _starts(exercise.stream, seeds)
    slot = 0
    for name, shape in exercise.shapes.items():
        count = math.prod(shape)
        words = _mixed(start + np.arange(slot + 1, slot + count + 1, dtype=np.uint64)[:, None] * np.uint64(GOLDEN))
        low, step, choices = grid(name, exercise.range_of(name), exercise.decimals)
        picked = (words >> np.uint64(32)) * np.uint64(choices) >> np.uint64(32)
        given[name] = (low + step * picked.astype(np.float64)).reshape(*shape, len(seeds))
        slot += count
    return given


def _starts(stream: str, seeds: Sequence[int]) -> Words:
    """Where the counter of each variant starts."""
    base = int.from_bytes(blake2b(stream.encode(), digest_size=8).digest(), "big")
    numbers = np.array([seed % 2**64 for seed in seeds], dtype=np.uint64)
    return _mixed(numbers * np.uint64(GOLDEN) + np.uint64(base))


def _mixed(words: Words) -> Words:
    """The finishing steps of splitmix64: every bit of the input moves about half of the output's."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Words = words ^ (words >> np.uint64(31))
    return mixed
