"""Numbers from a stream and a seed by a counter-based hash: variant k alone is variant k of a block, on any machine.

A range of few numbers is picked from with 16 bits, four picks to a hash; a longer one with 32 bits, two to a hash.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.checks import described, of_kind
from sim.compile.memory import aligned
from sim.errors import SizeError
from sim.exercises.exercise import Exercise, Placed
from sim.language.expressions import Shape
from sim.layers import Array

type Words = npt.NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
FACTORS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
FEW = 128  # numbers in a range for which 16 bits are enough: no number is more than 0.2 % likelier than another


class Slots(NamedTuple):
    """The drawn numbers that take equally many bits: where each stands, and its range."""

    bits: int
    names: tuple[tuple[str, Shape, slice], ...]
    low: Array
    step: Array
    share: Array  # how many choices there are to one of 2 ** bits

    @property
    def words(self) -> int:
        return math.ceil(len(self.low) * self.bits / 64)


def draw(exercise: Exercise, seed: int) -> dict[str, Array]:
    """The given numbers of one variant by name: every weight, x (T, D), h0 and, where the cell has it, c0."""
    of_kind("exercise", exercise, Exercise, "a sim.Exercise")
    exercise.check()
    units = draw_block(exercise, [seed])
    return {name: array[..., 0] / 10**exercise.decimals for name, array in units.items()}


def draw_block(exercise: Exercise, seeds: Sequence[int]) -> dict[str, Array]:
    """The given numbers of many variants, as whole numbers of the last decimal; the last axis is the variant."""
    drawn = drawn_from(exercise.stream, seeds, exercise.placed)
    return {name: drawn[name] for name in exercise.shapes}


def drawn_from(stream: str, seeds: Sequence[int], placed: tuple[Placed, ...]) -> dict[str, Array]:
    """The numbers of so many seeds, in units; the last axis is the seed."""
    few, many = _slots(placed)
    words = _words(stream, seeds, few.words + many.words)
    return _drawn(few, words[: few.words]) | _drawn(many, words[few.words :])


@lru_cache(maxsize=256)
def _slots(placed: tuple[Placed, ...]) -> tuple[Slots, Slots]:
    """Those that 16 bits are enough for, and the others."""
    few = [each for each in placed if each[2][2] <= FEW]
    return _side_by_side(16, few), _side_by_side(32, [each for each in placed if each not in few])


def _side_by_side(bits: int, placed: Sequence[Placed]) -> Slots:
    grids = [grid for _, shape, grid in placed for _ in range(math.prod(shape))]
    low, step, choices = np.array(grids, dtype=float).reshape(-1, 3).T[:, :, None]
    ends = list(accumulate((math.prod(shape) for _, shape, _ in placed), initial=0))
    places = [slice(*each) for each in pairwise(ends)]
    names = tuple((name, shape, place) for (name, shape, _), place in zip(placed, places, strict=True))
    return Slots(bits, names, low, step, choices / 2**bits)


def _words(stream: str, seeds: Sequence[int], count: int) -> Words:
    """So many hashes for each seed, by splitmix64: every bit of stream, seed and place moves about half of each."""
    base = np.uint64(int.from_bytes(blake2b(stream.encode(), digest_size=8).digest(), "big"))
    if isinstance(seeds, range) and seeds.step == 1 and 0 <= seeds.start <= seeds.stop < 2**63:
        numbers = np.arange(seeds.start, seeds.stop, dtype=np.uint64)
    else:
        numbers = _seeds(seeds)
    starts = _mixed(numbers * GOLDEN + base)
    return _mixed(starts + (np.arange(1, count + 1, dtype=np.uint64) * GOLDEN)[:, None])


def _seeds(seeds: Sequence[int]) -> Words:
    """Raises: SizeError for what is no whole number from 0 to 2**64 − 1."""
    found = np.array(seeds)
    if found.dtype.kind in "iu" and found.min() >= 0:
        return found.astype(np.uint64)
    for each in seeds:  # some of 2**63 or more beside smaller ones make an array of floats
        if not hasattr(each, "__index__") or not 0 <= each < 2**64:
            raise SizeError(f"A seed is {described(each)}, needs a whole number from 0 to {2**64 - 1}.")
    return np.array([int(each) for each in seeds], dtype=np.uint64)


def _mixed(words: Words) -> Words:
    """The finishing steps of splitmix64, in place."""
    for shift, factor in zip(SHIFTS, FACTORS, strict=False):
        words ^= words >> shift
        words *= factor
    words ^= words >> SHIFTS[2]
    return words


def _drawn(slots: Slots, words: Words) -> dict[str, Array]:
    """Picks from the ranges, one for each slot: low + step · ⌊choices · bits / 2^bits⌋. The lowest bits come first."""
    if not slots.names:
        return {}
    lanes, N = 64 // slots.bits, words.shape[-1]
    (picks,) = aligned((len(words) * lanes, N))
    bits = words.astype("<u8", copy=False).view(f"<u{slots.bits // 8}").reshape(len(words), N, lanes)
    picks.reshape(len(words), lanes, N)[...] = bits.swapaxes(1, 2)
    picks = picks[: len(slots.low)]
    picks *= slots.share
    np.floor(picks, picks)
    picks *= slots.step
    picks += slots.low
    return {name: picks[place].reshape(*shape, N) for name, shape, place in slots.names}
