"""Files and addresses that mean harm, or were only cut off: each made here, none longer than it has to be."""

import io
import json
import pickle
import struct
import zipfile
import zlib
from functools import cache

import numpy as np

GOOD = {
    "weight_ih_l0": np.array([[0.5], [0.4], [-0.7], [1.2]]),
    "weight_hh_l0": np.array([[-0.6], [0.8], [-0.7], [-0.6]]),
    "bias_ih_l0": np.array([0.6, -0.4, 0.5, -0.5]),
    "bias_hh_l0": np.zeros(4),
    "x": np.array([[0.9], [-0.4]]),
}


class Bomb:
    """Unpickled, it would leave a trace that a test can see."""

    def __reduce__(self):
        return (exec, ("import builtins; builtins.carousel_was_broken_into = True",))


def npz(arrays=GOOD, **more):
    out = io.BytesIO()
    np.savez(out, **{**arrays, **more})
    return out.getvalue()


def zipped(method=zipfile.ZIP_STORED, **entries):
    """A zip of these entries, by name; `__` in a name is what Python's keywords don't allow."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def npy(array, **kwargs):
    out = io.BytesIO()
    np.lib.format.write_array(out, np.asarray(array), **kwargs)
    return out.getvalue()


def claiming(header, body=b"\x00" * 16, version=(1, 0)):
    """An array whose header says what it likes."""
    text = header.encode() + b" " * (-(len(header) + 11) % 64) + b"\n"
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + length + text + body


def says(descr="'<f8'", shape="(2,)", fortran="False"):
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}"


def tensors(header, body=b"\x00" * 64, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def tensor(**said):
    return {"weight_ih_l0": {"dtype": "F32", "shape": [4, 1], "data_offsets": [0, 16]} | said}


@cache  # 200 MB are packed
def bomb():
    """A gigabyte of zeros in a megabyte: deflated, with its true size written down."""
    return zipped(zipfile.ZIP_DEFLATED, **{"weight_ih_l0.npy": bytes(200_000_000)})


def lying_bomb():
    """The same with sizes that claim a few bytes, in both places where a zip file tells them."""
    content = bytearray(bomb())
    for size in (struct.pack("<I", 200_000_000),):
        while (place := content.find(size)) >= 0:
            content[place : place + 4] = struct.pack("<I", 300)
    return bytes(content)


def overlapping():
    """Two names for the same bytes, as zip bombs that don't nest are made."""
    content = zipped(**{"a.npy": npy([1.0]), "b.npy": npy([1.0])})
    end = content.rindex(b"PK\x05\x06")
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    changed = bytearray(content)
    changed[second + 42 : second + 46] = struct.pack("<I", 0)  # where the second entry begins
    assert end > second
    return bytes(changed)


def encrypted():
    content = bytearray(npz())
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        content[place + 8] |= 1
        place += 4
    return bytes(content)


def as_json(**arrays):
    good = {name: array.tolist() for name, array in GOOD.items()}
    return json.dumps({**good, **arrays}).encode()


def lstm(H, D):
    return {"weight_ih_l0": np.zeros((4 * H, D)), "weight_hh_l0": np.zeros((4 * H, H))}


NESTED = {"weight_ih_l0.npy": zipped(**{"weight_ih_l0.npy": npy(GOOD["weight_ih_l0"])})}
FILES = {
    # pickles
    "a pickle": (lambda: pickle.dumps(Bomb()), "This is a pickle"),
    "a pickle in an npz": (
        lambda: npz(weight_ih_l0=np.array([Bomb()], dtype=object)),
        "holds Python objects (a pickle)",
    ),
    "a pickle in a field of an npz": (
        lambda: zipped(**{"a.npy": claiming(says("[('a', '|O')]"), pickle.dumps(Bomb()))}),
        "holds Python objects",
    ),
    "a file of PyTorch": (
        lambda: zipped(**{"archive/data.pkl": pickle.dumps(Bomb()), "archive/data/0": bytes(16)}),
        "holds a pickle and is never opened",
    ),
    # what claims to be large
    "a zip bomb": (bomb, "unpacks to 200000000 bytes"),
    "a zip bomb that lies about its size": (lying_bomb, "can't be read"),
    "entries that overlap": (overlapping, "can't be read"),
    "a billion numbers claimed": (
        lambda: zipped(**{"a.npy": claiming(says(shape="(1000000000,)"))}),
        "claims 1000000000 numbers",
    ),
    "more numbers than there are atoms": (
        lambda: zipped(**{"a.npy": claiming(says(shape="(10**40,)".replace("10**40", "1" + "0" * 40)))}),
        "claims more than",
    ),
    "a billion numbers claimed in safetensors": (
        lambda: tensors(tensor(shape=[1000, 1000, 1000])),
        "claims 1000000000 numbers",
    ),
    "a header of exabytes": (lambda: tensors(tensor(), length=2**62), "The header claims 4611686018427387904 bytes"),
    "five hundred arrays": (lambda: npz({f"a{k}": np.zeros(1) for k in range(500)}), "holds 500 arrays"),
    "nine thousand names of nothing": (
        lambda: zipped(**{str(k): b"" for k in range(9000)}),
        "holds 9000 arrays",
    ),
    "too many numbers in one array": (lambda: npz(a=np.zeros(100_000, np.float16)), "claims 100000 numbers"),
    "too many numbers in all": (
        lambda: npz({f"a{k}": np.zeros(30_000, np.int8) for k in range(3)}),
        "holds 90000 numbers",
    ),
    "a layer that is too large": (lambda: npz(lstm(40, 2)), "H is 40, at most 32"),
    "two million bytes": (lambda: b"[" + b"1," * 1_000_000, "There are 2000001 bytes, at most 1000000 are read"),
    # what is no array of numbers
    "texts": (lambda: npz(weight_ih_l0=np.array([["a"]])), "needs float64"),
    "complex numbers": (lambda: npz(weight_ih_l0=np.array([[1j]])), "needs float64"),
    "numbers of sixteen bytes": (lambda: npz(weight_ih_l0=np.zeros((4, 1), np.longdouble)), "needs float64"),
    "dates": (lambda: npz(weight_ih_l0=np.zeros((4, 1), "M8[s]")), "needs float64"),
    "fields of a table": (lambda: zipped(**{"a.npy": claiming(says("[('a', '<f8')]"))}), "needs float64"),
    "an unknown type in safetensors": (lambda: tensors(tensor(dtype="F8_E4M3")), "F8_E4M3"),
    "nan": (lambda: npz(bias_hh_l0=np.array([0, np.nan, 0, 0])), "not a finite number"),
    "infinity in safetensors": (
        lambda: tensors(tensor(), struct.pack("<4f", 1, 2, float("inf"), 3)),
        "not a finite number",
    ),
    "NaN in JSON": (lambda: b'{"weight_ih_l0": [[NaN]]}', "holds NaN"),
    "a number beyond all floats": (lambda: b'{"weight_ih_l0": [[1e999]]}', "not a finite number"),
    "a whole number of a hundred thousand digits": (lambda: b'{"kernel": [' + b"9" * 100_000 + b"]}", "too long"),
    "texts in JSON": (lambda: as_json(weight_ih_l0=[["1"]]), "needs numbers"),
    "an object in JSON": (lambda: as_json(weight_ih_l0={"__reduce__": []}), "is no list of numbers"),
    # what is damaged
    "a file that was cut off": (lambda: npz()[:-300], "can't be read"),
    "an array that was cut off": (lambda: zipped(**{"a.npy": npy(GOOD["x"])[:-5]}), "and has 11 bytes"),
    "fewer numbers than claimed": (lambda: zipped(**{"a.npy": claiming(says(shape="(7,)"))}), "and has 16 bytes"),
    "safetensors that were cut off": (lambda: tensors(tensor(), b""), "lies outside of the file"),
    "offsets that go backward": (lambda: tensors(tensor(data_offsets=[16, 0])), "lies outside of the file"),
    "offsets below zero": (lambda: tensors(tensor(data_offsets=[-16, 0])), "lies outside of the file"),
    "a shape below zero": (lambda: zipped(**{"a.npy": claiming(says(shape="(-1,)"))}), "claims a shape that is none"),
    "a program for a header": (
        lambda: zipped(**{"a.npy": claiming("__import__('os').abort()")}),
        "is no array as numpy.savez writes it",
    ),
    "a header of brackets": (lambda: zipped(**{"a.npy": claiming("(" * 900)}), "is no array as numpy.savez writes it"),
    "a header of sixty thousand bytes": (
        lambda: zipped(**{"a.npy": claiming(says() + " " * 60_000)}),
        "is no array as numpy.savez writes it",
    ),
    "a zip file within a zip file": (lambda: zipped(**NESTED), "is no array as numpy.savez writes it"),
    "a zip file of a zip file": (lambda: zipped(**{"inner.zip": npz()}), "is no array (.npy)"),
    "an encrypted zip file": (encrypted, "is encrypted"),
    "another packing": (lambda: zipped(zipfile.ZIP_LZMA, **{"a.npy": npy(GOOD["x"])}), "packed in a way"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "no .npz, .safetensors or JSON"),
    "HDF5": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(100), "an HDF5 file"),
    "gzip": (lambda: b"\x1f\x8b" + zlib.compress(b"{}"), "packed with gzip"),
    # names that point somewhere
    "a path out of the folder": (lambda: zipped(**{"../../etc/passwd.npy": npy([1.0])}), "a path to somewhere else"),
    "a path from the root": (lambda: zipped(**{"/etc/passwd.npy": npy([1.0])}), "a path to somewhere else"),
    "a path of Windows": (lambda: tensors({"..\\..\\boot": tensor()["weight_ih_l0"]}), "a path to somewhere else"),
    "a name of a page": (lambda: as_json(**{"a" * 5000: [1.0]}), "An array has the name"),
    "a name with markup": (lambda: as_json(**{"<script>alert(1)</script>": "x"}), "is no list of numbers"),
    # JSON that is meant to break its reader
    "JSON a hundred thousand levels deep": (lambda: b"[" * 100_000 + b"]" * 100_000, "nests 100000 levels deep"),
    "JSON with one name a hundred thousand times": (lambda: b'{"' + b'a":{"' * 100_000, "nests 100001 levels deep"),
    "a header a hundred thousand levels deep": (lambda: tensors(b"{" * 90_000), "levels deep"),
    "rows of different lengths": (lambda: as_json(weight_ih_l0=[[1.0], [1.0, 2.0]]), "rows of different lengths"),
    "JSON that ends too early": (lambda: b'{"weight_ih_l0": [[1', "This is no JSON"),
    "nothing but a number": (lambda: b"17", "neither names with arrays nor a list"),
    # what is no layer
    "a layer of no known kind": (
        lambda: npz({"weight_ih_l0": np.zeros((10, 1)), "weight_hh_l0": np.zeros((10, 5))}),
        "has the shape (10, 5), needs",
    ),
    "a layer of no units": (
        lambda: npz({"weight_ih_l0": np.zeros((0, 1)), "weight_hh_l0": np.zeros((0, 0))}),
        "has the shape (0, 0), needs",
    ),
    "arrays of the wrong shapes": (lambda: npz(weight_ih_l0=np.zeros((3, 1))), "weight_ih_l0 has 3 rows, needs 4"),
    "a bias with two axes": (lambda: npz(bias_ih_l0=np.zeros((4, 4))), "needs one axis"),
    "no layer at all": (lambda: npz({"fc.weight": np.zeros((2, 2))}), "No recurrent layer is among"),
    "two layers": (
        lambda: npz(weight_hh_l1=np.zeros((4, 1)), weight_ih_l1=np.zeros((4, 1))),
        "There are 2 recurrent layers",
    ),
    "a sequence without end": (lambda: npz(x=np.zeros((5000, 1))), "x has 5000 steps, needs 1 to 200"),
    "a sequence of another width": (lambda: npz(x=np.zeros((5, 3))), "needs (T, D) with D = 1"),
}  # fmt: skip
ADDRESSES = {
    "a million units": ("/paper/lstm/?H=1000000", "H is “1000000”"),
    "sizes below one": ("/paper/gru/?D=0&H=-1&T=1e9", "D is “0”"),
    "a billion variants": ("/paper/lstm/?variants=1000000000", "Variants is “1000000000”"),
    "an address of a megabyte": (f"/paper/lstm/?x={'1;' * 500_000}", "This address has 1000002 characters"),
    "half a million names": (f"/paper/lstm/?{'a&' * 500_000}", "This address has 1000000 characters"),
    "half a million names for the PDF's form": (f"/paper/?choice=lstm.pytorch&{'a&' * 400}D=7", "D is “7”"),
    "nan": ("/paper/lstm/?x=nan;nan", "x at step 1 is “nan”"),
    "no number": ("/paper/lstm/?b_f=%00", "b_f is"),
}


def file(name):
    return FILES[name][0]()
