"""Memory for thousands of variants: aligned to cache lines, and taken again when nobody reads it any more.

Both matter more than the arithmetic: an unaligned row takes twice as long to read, and fresh memory three times as long
to get as to fill.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

import numpy as np

from sim.language.expressions import Shape
from sim.layers import Array

LINE = 8  # floats in a cache line
SMALL = 4096  # floats that the cache holds anyway, however they lie
MOST_KEPT = 8  # blocks of memory
LARGEST_KEPT = 16_000_000  # floats

_kept: list[Array] = []
NOBODY = 3  # references to a block that only `_kept` and the two names that look at it hold


def aligned(*shapes: Shape) -> list[Array]:
    """Uninitialised arrays in one block of memory, each row of each on a cache line of its own; small ones anywhere."""
    if sum(map(math.prod, shapes)) < SMALL:
        return [np.empty(shape) for shape in shapes]
    padded = [(*shape[:-1], -(-shape[-1] // LINE) * LINE) for shape in shapes]
    block = _block(sum(map(math.prod, padded)) + LINE)
    start = -block.__array_interface__["data"][0] // block.itemsize % LINE
    found = []
    for shape, wide in zip(shapes, padded, strict=True):
        end = start + math.prod(wide)
        found.append(block[start:end].reshape(wide)[..., : shape[-1]])
        start = end
    return found


def _block(size: int) -> Array:
    """Memory for so many floats: a block that was used before, if there is one that no array lies in any more."""
    for block in _kept:
        if size <= block.size <= 2 * size and sys.getrefcount(block) == NOBODY:
            return block
    block = np.empty(size)
    if size <= LARGEST_KEPT:
        _kept.append(block)
        del _kept[:-MOST_KEPT]
    return block


def parts(arrays: Sequence[Array], part: slice) -> list[Array]:
    """The same arrays for some of the variants."""
    return [array[..., part] for array in arrays]
