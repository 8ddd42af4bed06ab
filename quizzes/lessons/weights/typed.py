"""Numbers as people paste them: a sequence row by row, and what a framework printed, with how exactly. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quizzes.errors import Refused
from quizzes.formats.weight_files.json_text import parsed
from quizzes.items.reading import read_number
from quizzes.lessons import lists
from quizzes.lessons.weights.layers import MOST_STEPS

type Array = npt.NDArray[np.float64]

LONGEST = 300_000  # characters; 200 steps of 64 inputs need 150 000
MOST_DECIMALS = 12
_MINUS_SIGNS = dict.fromkeys(map(ord, "−–‒﹣－"), "-")
_WRAPPING = re.compile(r"tensor|array|np\.float(32|64)|dtype=[\w.]+|grad_fn=<\w+>|device='[\w:]+'|[\[\](){}]")
_OPENING = re.compile(r"[\[(]")
_IN_BRACKETS = re.compile(r"[,;\s]+")
_SHOWN = 24


@dataclass(frozen=True)
class Printed:
    """A number with half a unit of its last digit: 0.4517 ± 0.00005."""

    value: float
    tolerance: float


def printed_numbers(text: str) -> list[Printed]:
    """What a framework printed: one number or several, brackets and `tensor(…)` left aside. Raises: Refused."""
    _check_length("The numbers of your framework have", text)
    plain = _WRAPPING.sub(" ", text.translate(_MINUS_SIGNS)).strip()
    with _unclear_is_refused("your framework’s numbers"):
        words = _IN_BRACKETS.split(plain) if _OPENING.search(text) else lists.column(plain)
    return [_printed(word.replace(",", ".")) for word in words if word]


@contextmanager
def _unclear_is_refused(where: str) -> Iterator[None]:
    try:
        yield
    except lists.Unclear as unclear:
        raise Refused("unclear", f"In {where}, {unclear}.") from unclear


def _printed(word: str) -> Printed:
    value = read_number(word).value
    if value is None:
        raise Refused(
            "bad_number", f"Of your framework’s numbers, “{word[:_SHOWN]}” can’t be read.", "Write it as 0.4517."
        )
    mantissa, _, exponent = word.lower().partition("e")
    decimals = (
        MOST_DECIMALS if "/" in word else min(len(mantissa.partition(".")[2]) - int(exponent or 0), MOST_DECIMALS)
    )
    return Printed(value, 0.5 * 10.0**-decimals + 2e-6 * max(1.0, abs(value)))  # and float32's own error


def sequence(text: str, D: int) -> Array:
    """x (T, D): a line or `;` for each step, its numbers as `lists` reads them; or JSON lists. Raises: Refused."""
    _check_length("The sequence x has", text)
    if text.lstrip().startswith("["):
        return as_sequence(_of_json("x", text), D)
    with _unclear_is_refused("x"):
        rows = lists.rows(text.translate(_MINUS_SIGNS), D)
    for step, row in enumerate(rows, 1):
        if len(row) != D:
            found = f"{len(row)} number{'s' if len(row) > 1 else ''}"
            raise Refused("bad_sequence", f"x has {found} at step {step}, needs {D}: one for each input.")
    numbers = [[_number(f"x at step {step}", word) for word in row] for step, row in enumerate(rows, 1)]
    return as_sequence(np.array(numbers, dtype=np.float64).reshape(-1, D), D)


def as_sequence(found: Array, D: int) -> Array:
    """An array as (T, D); an axis of one for the batch is taken off. Raises: Refused."""
    array = found
    if array.ndim == 3 and 1 in array.shape[:2]:
        array = array.squeeze(0 if array.shape[0] == 1 else 1)
    if array.ndim == 1 and D == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != D:
        raise Refused("bad_sequence", f"x has the shape {found.shape}, needs (T, D) with D = {D}.")
    if not 1 <= len(array) <= MOST_STEPS:
        raise Refused("bad_sequence", f"x has {len(array)} steps, needs 1 to {MOST_STEPS}.")
    return array


def state(name: str, text: str, H: int) -> Array:
    """h0 or c0 as typed: H numbers. Raises: Refused."""
    _check_length(f"{name} has", text)
    if text.lstrip().startswith("["):
        return as_state(name, _of_json(name, text), H)
    with _unclear_is_refused(name):
        words = lists.array(text.translate(_MINUS_SIGNS), H, H)
    return as_state(name, np.array([_number(name, word) for word in words]), H)


def as_state(name: str, found: Array, H: int) -> Array:
    """(H,), axes of one taken off. Raises: Refused."""
    if found.size != H or max(found.shape, default=0) != H:
        raise Refused("bad_state", f"{name} has the shape {found.shape}, needs (H,) with H = {H}.")
    return found.reshape(H)


def _of_json(name: str, text: str) -> Array:
    try:
        return np.array(parsed(text.encode()), dtype=np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise Refused(
            "bad_sequence", f"{name} holds lists of different lengths, or something that is no number."
        ) from error


def _number(name: str, word: str) -> float:
    value = read_number(word).value
    if value is None:
        raise Refused("bad_number", f"{name} is “{word[:_SHOWN]}”, needs a number such as −0.4.")
    return value


def _check_length(what: str, text: str) -> None:
    if len(text) > LONGEST:
        raise Refused("too_long", f"{what} {len(text)} characters, at most {LONGEST} are read.")


def as_json(arrays: dict[str, Array]) -> str:
    """Arrays as text that is read again, with the nine digits that hold every float32."""
    return json.dumps({name: _short(array.tolist()) for name, array in arrays.items()})


def _short(values: object) -> object:
    return [_short(each) for each in values] if isinstance(values, list) else float(f"{values:.9g}")


def place(name: str, text: str, last: int, usual: int) -> int:
    """A step or a unit, counted from 1. Raises: Refused."""
    if not text:
        return usual
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= last:
        raise Refused("bad_place", f"The {name} is “{text[:_SHOWN]}”, needs a whole number from 1 to {last}.")
    return int(text)
