"""JSON: names with nested lists of numbers, as `{k: v.tolist() for k, v in layer.state_dict().items()}` gives them, or
a list of such lists, as Keras's `get_weights()`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from quizzes.errors import Refused
from quizzes.formats.weight_files.arrays import (
    MOST_AXES,
    MOST_NUMBERS,
    Array,
    Arrays,
    check_count,
    check_name,
    check_total,
    finite,
    quoted,
)
from quizzes.formats.weight_files.python_text import as_json, check_printed

MOST_NESTED = 20
NESTED = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def arrays_of_json(content: bytes) -> Arrays:
    """Raises: Refused."""
    found = _parsed_or_printed(content)
    if isinstance(found, dict) and isinstance(found.get("weights"), dict | list):
        beside = {name: values for name, values in found.items() if name != "weights"}
        found = _by_name(found["weights"]) | beside
    named = _by_name(found)
    check_count(len(named))
    arrays: Arrays = {}
    for name, values in named.items():
        check_name(name)
        arrays[name] = _array(name, values)
        check_total(arrays)
    return arrays


def _parsed_or_printed(content: bytes) -> Any:
    """JSON, or what Python prints where that is JSON but for its quotes. Raises: Refused."""
    try:
        return parsed(content)
    except Refused as no_json:
        if no_json.code != "bad_json":
            raise
        text = content.decode(errors="replace")
        with suppress(Refused):
            return parsed(as_json(text).encode())
        check_printed(text)
        raise


def _by_name(found: Any) -> dict[str, Any]:
    """Arrays of a list are named by their places, as numpy.savez names them."""
    if isinstance(found, dict):
        return found
    if isinstance(found, list):
        check_count(len(found))
        return {f"arr_{place}": values for place, values in enumerate(found)}
    raise Refused("bad_json", "The JSON is neither names with arrays nor a list of arrays.", "See the example below.")


def parsed(content: bytes) -> Any:
    """A JSON value. Raises: Refused for what is none, nests too deep, or holds nan."""
    _check_nesting(content)
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise Refused("other_file", "This is no .npz, .safetensors or JSON file.") from error
    except json.JSONDecodeError as error:
        message = f"This is no JSON: line {error.lineno}, column {error.colno} can't be read."
        raise Refused("bad_json", message, "Paste all of it, from the first bracket to the last.") from error
    except (ValueError, RecursionError) as error:  # a whole number of thousands of digits
        raise Refused("bad_json", "The JSON holds a number that is too long to be one.") from error


def _check_nesting(content: bytes) -> None:
    """Brackets within texts count too: no name of an array has any."""
    brackets = np.frombuffer(content, np.uint8)
    steps = np.zeros(256, np.int8)
    for bracket, step in NESTED.items():
        steps[bracket] = step
    depth = np.cumsum(steps[brackets], dtype=np.int32)
    if depth.size and depth.max() > MOST_NESTED:
        raise Refused("bad_json", f"The JSON nests {depth.max()} levels deep, needs at most three.")


def _no_number(constant: str) -> float:
    raise Refused("not_finite", f"The JSON holds {constant}, which is not a finite number.")


def _array(name: str, values: Any) -> Array:
    if not isinstance(values, list):
        raise Refused("bad_json", f"{quoted(name)} is no list of numbers.")
    numbers = list(_numbers(name, values))
    if len(numbers) > MOST_NUMBERS:
        raise Refused(
            "too_many_numbers", f"{quoted(name)} holds {len(numbers)} numbers, at most {MOST_NUMBERS} are read."
        )
    try:
        return finite(name, np.array(values, dtype=np.float64))
    except OverflowError as error:
        raise Refused("not_finite", f"{quoted(name)} holds a number beyond all floats.") from error
    except ValueError as error:
        raise Refused("bad_shape", f"{quoted(name)} has rows of different lengths.") from error


def _numbers(name: str, values: list[Any], axes: int = 1) -> Iterator[float]:
    if axes > MOST_AXES:
        raise Refused("bad_shape", f"{quoted(name)} has more than {MOST_AXES} axes, needs one or two.")
    for value in values:
        if isinstance(value, list):
            yield from _numbers(name, value, axes + 1)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield value
        else:
            raise Refused("not_numbers", f"{quoted(name)} holds {quoted(value)}, needs numbers.")
