"""`.safetensors`: the length of a header in eight bytes, the header as JSON, then every tensor's bytes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from quizzes.errors import Refused
from quizzes.formats.weight_files.arrays import (
    BROKEN,
    Array,
    Arrays,
    check_count,
    check_name,
    check_total,
    checked_shape,
    finite,
    quoted,
)
from quizzes.formats.weight_files.json_text import parsed

PREFIX = 8  # bytes of the header's length
LARGEST_HEADER = 100_000
TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1"}


def looks_like_safetensors(content: bytes) -> bool:
    """Eight bytes of a length, of which a text has none, and a header."""
    return content[PREFIX : PREFIX + 1] == b"{" and b"\x00" in content[:PREFIX]


def arrays_of_safetensors(content: bytes) -> Arrays:
    """Raises: Refused."""
    length = int.from_bytes(content[:PREFIX], "little")
    if length > min(LARGEST_HEADER, len(content) - PREFIX):
        message = f"The header claims {length} bytes, and at most {min(LARGEST_HEADER, len(content) - PREFIX)} can be."
        raise Refused("bad_safetensors", message, BROKEN)
    header = parsed(content[PREFIX : PREFIX + length])
    if not isinstance(header, dict):
        raise Refused("bad_safetensors", "The header of this safetensors file is no list of tensors.", BROKEN)
    header.pop("__metadata__", None)
    check_count(len(header))
    arrays: Arrays = {}
    for name, said in header.items():
        check_name(name)
        arrays[name] = _tensor(name, said, content[PREFIX + length :])
        check_total(arrays)
    return arrays


def _tensor(name: str, said: Any, body: bytes) -> Array:
    if not isinstance(said, dict) or not {"dtype", "shape", "data_offsets"} <= said.keys():
        raise Refused("bad_safetensors", f"The header says too little of {quoted(name)}.", BROKEN)
    if not isinstance(said["dtype"], str) or said["dtype"] not in TYPES:
        raise Refused(
            "bad_type", f"{quoted(name)} has the type {quoted(said['dtype'])}, needs one of F64, F32, F16, BF16."
        )
    shape = checked_shape(name, said["shape"])
    dtype = np.dtype(TYPES[said["dtype"]])
    start, end = _offsets(name, said["data_offsets"], len(body))
    if end - start != math.prod(shape) * dtype.itemsize:
        raise Refused(
            "bad_safetensors", f"{quoted(name)} claims the shape {shape} and has {end - start} bytes.", BROKEN
        )
    numbers = np.frombuffer(body[start:end], dtype).reshape(shape)
    if said["dtype"] == "BF16":  # the upper half of a float32
        numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
    return finite(name, numbers)


def _offsets(name: str, offsets: object, length: int) -> tuple[int, int]:
    if isinstance(offsets, list) and len(offsets) == 2 and all(type(offset) is int for offset in offsets):
        start, end = offsets
        if 0 <= start <= end <= length:
            return start, end
    raise Refused("bad_safetensors", f"{quoted(name)} lies outside of the file, which is cut off or damaged.", BROKEN)
