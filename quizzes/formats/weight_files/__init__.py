"""Arrays of a learner's own model from `.npz`, `.safetensors` or JSON: nothing is executed, nothing is written.

What a file claims is checked before memory is taken for it: how large it is, how many arrays and numbers it holds.
"""

from __future__ import annotations

from quizzes.errors import Refused
from quizzes.formats.weight_files.arrays import LARGEST_FILE, Arrays
from quizzes.formats.weight_files.json_text import arrays_of_json
from quizzes.formats.weight_files.npz import arrays_of_npz
from quizzes.formats.weight_files.safetensors import arrays_of_safetensors, looks_like_safetensors

__all__ = ["LARGEST_FILE", "Arrays", "check_size", "read_arrays"]

SAVE_INSTEAD = "Save the weights with numpy.savez, as safetensors, or as JSON."
OTHER_KINDS = {
    b"\x80": "This is a pickle, which could run any program and is never opened.",
    b"\x89HDF": "This is an HDF5 file (.h5, .keras), which is not read here.",
    b"\x93NUMPY": "This is a single array (.npy); a layer needs at least two.",
    b"\x1f\x8b": "This file is packed with gzip.",
}


def check_size(size: int) -> None:
    """Raises: Refused for more bytes than are read."""
    if size > LARGEST_FILE:
        message = f"There are {size} bytes, at most {LARGEST_FILE} are read."
        raise Refused("file_too_large", message, "A layer of 32 units with 64 inputs needs less than half of that.")


def read_arrays(content: bytes) -> Arrays:
    """Every array by its name, as float64. Raises: Refused, with one sentence."""
    check_size(len(content))
    for start, message in OTHER_KINDS.items():
        if content.startswith(start):
            raise Refused("other_file", message, SAVE_INSTEAD)
    if content.startswith(b"PK"):
        return arrays_of_npz(content)
    if looks_like_safetensors(content):
        return arrays_of_safetensors(content)
    return arrays_of_json(content)
