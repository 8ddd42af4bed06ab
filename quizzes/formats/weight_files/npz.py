"""`.npz`: a zip of `.npy` arrays. Each is read by its header; one of Python objects (a pickle) is refused."""

from __future__ import annotations

import math
import re
import struct
import zipfile
import zlib
from io import BytesIO

import numpy as np
import numpy.typing as npt

from quizzes.errors import Refused
from quizzes.formats.weight_files.arrays import (
    BROKEN,
    MOST_NUMBERS,
    Arrays,
    check_count,
    check_name,
    check_total,
    checked_shape,
    finite,
    quoted,
)

LARGEST_HEADER = 1_000  # bytes of the text that says type and shape
LARGEST_ENTRY = 8 * MOST_NUMBERS + LARGEST_HEADER
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
MAGIC = b"\x93NUMPY"
HEADER = re.compile(
    r"\{\s*['\"]descr['\"]:\s*(?P<descr>'[^']{1,20}'|\"[^\"]{1,20}\"|\[[^\]]*\]),\s*"
    r"['\"]fortran_order['\"]:\s*(?P<fortran>True|False),\s*"
    r"['\"]shape['\"]:\s*\((?P<shape>[-0-9, ]*)\),?\s*\}\s*"
)
OBJECTS = re.compile(r"['\"][|<>=]?O")
NUMBERS = re.compile(r"[|<>=]?(?:f[248]|[iu][1248])")
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # encrypted, or a packing that Python does not know
)


def arrays_of_npz(content: bytes) -> Arrays:
    """Raises: Refused."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            arrays: Arrays = {}
            for entry in entries:
                name = entry.filename.removesuffix(".npy")
                arrays[name] = _array(name, _unpacked(archive, entry))
                check_total(arrays)
            return arrays
    except UNREADABLE as error:
        raise Refused("bad_npz", "This zip file can't be read.", BROKEN) from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.filename.endswith("data.pkl") for entry in entries):
        message = "This is a PyTorch file (.pt), which holds a pickle and is never opened."
        raise Refused("pickle", message, "Save layer.state_dict() with numpy.savez, as safetensors, or as JSON.")
    check_count(len(entries))
    for entry in entries:
        check_name(entry.filename)
        if not entry.filename.endswith(".npy"):
            raise Refused("no_array", f"{quoted(entry.filename)} in the zip file is no array (.npy).")
        if entry.flag_bits & ENCRYPTED or entry.compress_type not in METHODS:
            raise Refused("bad_npz", f"{quoted(entry.filename)} is encrypted, or packed in a way numpy.savez has not.")
        if entry.file_size > LARGEST_ENTRY:
            message = f"{quoted(entry.filename)} unpacks to {entry.file_size} bytes, at most {LARGEST_ENTRY} are read."
            raise Refused("too_many_numbers", message)
    if len({entry.filename for entry in entries}) < len(entries):
        raise Refused("bad_npz", "The zip file holds two arrays of the same name.")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """At most as much as is read of an array, whatever the file claims to unpack to."""
    with archive.open(entry) as stream:
        found = stream.read(LARGEST_ENTRY + 1)
    if len(found) > LARGEST_ENTRY:
        raise Refused("too_many_numbers", f"{quoted(entry.filename)} unpacks to more than {LARGEST_ENTRY} bytes.")
    return found


def _array(name: str, content: bytes) -> npt.NDArray[np.float64]:
    header, body = _parts(name, content)
    dtype = _type(name, header["descr"])
    sizes = checked_shape(name, [int(size) for size in re.findall("-?[0-9]+", header["shape"])])
    if len(body) != math.prod(sizes) * dtype.itemsize:
        raise Refused("bad_npz", f"{quoted(name)} claims the shape {sizes} and has {len(body)} bytes.", BROKEN)
    numbers = np.frombuffer(body, dtype)
    return finite(name, numbers.reshape(sizes, order="F" if header["fortran"] == "True" else "C"))


def _parts(name: str, content: bytes) -> tuple[re.Match[str], bytes]:
    """What an array says of itself, and its numbers. The header is Python's text: matched here, never evaluated."""
    start = {b"\x01\x00": 10, b"\x02\x00": 12, b"\x03\x00": 12}.get(content[6:8], 0)
    if content.startswith(MAGIC) and start:
        end = start + int.from_bytes(content[8:start], "little")
        if end - start <= LARGEST_HEADER and (header := HEADER.fullmatch(content[start:end].decode("latin-1"))):
            return header, content[end:]
    raise Refused("bad_npz", f"{quoted(name)} is no array as numpy.savez writes it.", BROKEN)


def _type(name: str, descr: str) -> np.dtype[np.generic]:
    if OBJECTS.search(descr):
        message = f"{quoted(name)} holds Python objects (a pickle), which could run any program and are never loaded."
        raise Refused("pickle", message, "Save plain arrays of numbers.")
    plain = descr.strip("'\"")
    if not NUMBERS.fullmatch(plain):
        raise Refused("bad_type", f"{quoted(name)} has the type {quoted(plain)}, needs float64, float32 or float16.")
    return np.dtype(plain)
