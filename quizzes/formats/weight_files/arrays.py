"""What every format of weights owes: few arrays, few numbers, all of them finite."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from quizzes.errors import Refused

type Array = npt.NDArray[np.float64]
type Arrays = dict[str, Array]

LARGEST_FILE = 1_000_000  # bytes
MOST_ARRAYS = 40
MOST_NUMBERS = 60_000  # of all arrays together
MOST_AXES = 4
LONGEST_NAME = 200
_SHOWN = 40  # characters of a name that are quoted


def quoted(name: object) -> str:
    """A name of a file as it may stand in a sentence."""
    text = "".join(one if one.isprintable() else "?" for one in str(name)[: _SHOWN + 1])
    return f"“{text}”" if len(text) <= _SHOWN else f"“{text[:_SHOWN]}…”"


def check_name(name: str) -> None:
    """Raises: Refused for a name that is none, or that points somewhere."""
    parts = name.replace("\\", "/").split("/")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused("bad_name", f"An array has the name {quoted(name)}, needs one like weight_ih_l0 or kernel.")
    if "\\" in name or ":\\" in name or ".." in parts or "" in parts:
        raise Refused("bad_name", f"An array has the name {quoted(name)}, which is a path to somewhere else.")


def check_count(count: int) -> None:
    if count == 0:
        raise Refused("no_arrays", "There is no array in it.", "Needed are those of one recurrent layer.")
    if count > MOST_ARRAYS:
        raise Refused("too_many_arrays", f"It holds {count} arrays, at most {MOST_ARRAYS} are read.", ONE_LAYER)


def checked_shape(name: str, shape: object) -> tuple[int, ...]:
    """A shape that a file claims, before anything is made of it. Raises: Refused."""
    if not isinstance(shape, Sequence) or not all(type(size) is int and size >= 0 for size in shape):
        raise Refused("bad_shape", f"{quoted(name)} claims a shape that is none.", BROKEN)
    sizes = tuple(shape)
    if len(sizes) > MOST_AXES:
        raise Refused("bad_shape", f"{quoted(name)} has {len(sizes)} axes, needs one or two.")
    count = math.prod(sizes)
    if count > MOST_NUMBERS:
        message = f"{quoted(name)} claims {_figure(count)} numbers, at most {MOST_NUMBERS} are read."
        raise Refused("too_many_numbers", message, ONE_LAYER)
    return sizes


def check_total(arrays: Arrays) -> None:
    total = sum(array.size for array in arrays.values())
    if total > MOST_NUMBERS:
        raise Refused("too_many_numbers", f"It holds {total} numbers, at most {MOST_NUMBERS} are read.", ONE_LAYER)


def finite(name: str, array: npt.NDArray[np.generic]) -> Array:
    """The array as float64. Raises: Refused where an entry is no finite number."""
    found = np.array(array, dtype=np.float64)
    if not np.isfinite(found).all():
        raise Refused("not_finite", f"{quoted(name)} holds a value that is not a finite number (nan or inf).")
    return found


def _figure(count: int) -> str:
    return str(count) if count < 10**15 else "more than 10¹⁵"


BROKEN = "The file is damaged, or was made to look like one."
ONE_LAYER = "Send one recurrent layer of at most 32 units and 64 inputs."
