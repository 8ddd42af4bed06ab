"""Arrays out of files of strangers: right ones to the last digit, all others refused in one plain sentence."""

import builtins
import json
import pickle
import struct
import zipfile

import numpy as np
import pytest

from quizzes.errors import Refused
from quizzes.formats.weight_files import read_arrays
from tests import hostile
from tests.hostile import GOOD, claiming, npz, says, tensors, zipped


def same(found, expected):
    return list(found) == list(expected) and all(np.array_equal(found[name], expected[name]) for name in expected)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f4", "i1", "u8"])
def test_an_npz_is_read_as_numpy_wrote_it(dtype):
    arrays = {name: (8 * np.abs(array)).astype(dtype) for name, array in GOOD.items()}
    assert same(read_arrays(npz(arrays)), arrays)


def test_a_packed_npz_and_columns_first_are_read():
    across = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    content = zipped(zipfile.ZIP_DEFLATED, **{"kernel.npy": hostile.npy(across)})
    assert same(read_arrays(content), {"kernel": across})


def test_a_header_of_the_second_version_is_read():
    body = np.array([1.5, -2.0]).tobytes()
    assert same(read_arrays(zipped(**{"a.npy": claiming(says(), body, (2, 0))})), {"a": np.array([1.5, -2.0])})


@pytest.mark.parametrize(("kind", "code"), [("F64", "<f8"), ("F32", "<f4"), ("F16", "<f2"), ("I64", "<i8")])
def test_safetensors_are_read_by_their_offsets(kind, code):
    first, second = np.array([[1, -2, 3]], code), np.array([4, 5], code)
    cut = first.nbytes
    header = {
        "__metadata__": {"format": "pt"},
        "b": {"dtype": kind, "shape": [2], "data_offsets": [cut, cut + second.nbytes]},
        "a": {"dtype": kind, "shape": [1, 3], "data_offsets": [0, cut]},
    }
    assert same(read_arrays(tensors(header, first.tobytes() + second.tobytes())), {"b": second, "a": first})


def test_bfloat16_is_the_upper_half_of_a_float32():
    halves = [struct.pack("<f", value)[2:] for value in (1.0, -2.5, 0.15625)]  # exact in eight bits of mantissa
    header = {"a": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 6]}}
    assert read_arrays(tensors(header, b"".join(halves)))["a"].tolist() == [1.0, -2.5, 0.15625]


def test_json_is_read_by_name_as_a_list_and_with_the_weights_apart():
    named = {name: array.tolist() for name, array in GOOD.items()}
    assert same(read_arrays(json.dumps(named).encode()), GOOD)
    assert same(read_arrays(b"\xef\xbb\xbf [[[1, 2]], [3]]"), {"arr_0": np.array([[1, 2]]), "arr_1": np.array([3])})
    x = named.pop("x")
    assert same(read_arrays(json.dumps({"weights": named, "x": x}).encode()), GOOD)


NO_LAYERS = ("layer", "sequence", "shapes", "bias")  # sound arrays, which only the page refuses


@pytest.mark.parametrize("name", [name for name in hostile.FILES if not any(word in name for word in NO_LAYERS)])
def test_a_hostile_file_is_refused_in_one_sentence(name):
    content, said = hostile.FILES[name][0](), hostile.FILES[name][1]
    with pytest.raises(Refused) as refusal:
        read_arrays(content)
    message = refusal.value.message
    assert said in message and message.endswith(".") and len(message) < 250 and message.isprintable()


def test_a_pickle_in_an_npz_is_refused_and_never_loaded():
    for name in ("a pickle", "a pickle in an npz", "a pickle in a field of an npz", "a file of PyTorch"):
        with pytest.raises(Refused):
            read_arrays(hostile.file(name))
    assert not hasattr(builtins, "carousel_was_broken_into")
    pickle.loads(pickle.dumps(hostile.Bomb()))  # and it would have been seen
    assert builtins.__dict__.pop("carousel_was_broken_into")


def test_any_bytes_at_all_are_read_or_refused():
    """Whatever is cut off or turned over in a good file: never another error."""
    chance = np.random.default_rng(5)
    float32 = {"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}
    for good in (npz(), tensors(float32), json.dumps({"a": [[1.5, 2], [3, 4]]}).encode()):
        for _ in range(400):
            changed = bytearray(good[: chance.integers(1, len(good) + 1)])
            for place in chance.integers(0, len(changed), 3):
                changed[place] = chance.integers(0, 256)
            try:
                read_arrays(bytes(changed))
            except Refused as refusal:
                assert refusal.message.endswith(".")
