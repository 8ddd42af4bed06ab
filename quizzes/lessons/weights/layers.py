"""One recurrent layer of PyTorch or Keras, found among arrays by their names. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import sim
from quizzes.errors import Refused, refused_by_sim
from quizzes.formats.weight_files.arrays import quoted

type Array = npt.NDArray[np.float64]
type Arrays = Mapping[str, Array]

MOST_UNITS, MOST_INPUTS, MOST_STEPS = 32, 64, 200
KINDS = {1: "rnn", 3: "gru", 4: "lstm"}  # by the number of blocks that are stacked
# how each library stacks its blocks, by the letters used here
ORDERS = {
    "torch": {"rnn": ("",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")},
    "keras": {"rnn": ("",), "lstm": ("i", "f", "g", "o"), "gru": ("z", "r", "n")},
}
LIBRARIES = {"torch": "PyTorch", "keras": "Keras"}
BESIDE = {
    "x": "x",
    "input": "x",
    "inputs": "x",
    "h0": "h0",
    "hx": "h0",
    "h_0": "h0",
    "c0": "c0",
    "cx": "c0",
    "c_0": "c0",
}
TORCH = re.compile(
    r"(?P<path>(?:.*[./])?)(?P<part>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)(?P<end>(_l\d+)?(_reverse)?)"
)
KERAS = re.compile(r"(?P<path>(?:.*[./])?)(?P<part>kernel|recurrent_kernel|bias)(?P<end>)(?::0)?")
TORCH_LIST = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
KERAS_LIST = ("kernel", "recurrent_kernel", "bias")
NEEDED = "PyTorch’s names are weight_ih_l0 and weight_hh_l0, Keras’s kernel and recurrent_kernel."


@dataclass(frozen=True, eq=False)
class Own:
    """A learner's layer: the library's stacked arrays, rows first as PyTorch has them, and what lay beside them.

    W (G·H, D), U (G·H, H), the biases beside x and beside h (G·H,).
    """

    library: str
    kind: str
    layer: sim.Layer
    W: Array
    U: Array
    b_x: Array
    b_h: Array
    bias_rows: int  # 0, 1, or 2 where the library keeps two
    beside: dict[str, Array]
    ignored: list[str]

    @property
    def order(self) -> tuple[str, ...]:
        return ORDERS[self.library][self.kind]

    @property
    def convention(self) -> str:
        return LIBRARIES[self.library]


def own_layer(arrays: Arrays, *, relu: bool = False) -> Own:
    """The one recurrent layer among the arrays. Raises: Refused."""
    beside = {BESIDE[name]: array for name, array in arrays.items() if name in BESIDE}
    rest = {name: array for name, array in arrays.items() if name not in BESIDE}
    library, parts, names = _found(_named(rest))
    ignored = [name for name in rest if name not in names and not re.fullmatch(r"arr_\d+", name)]
    make = _torch if library == "torch" else _keras
    try:
        return make(parts, relu, beside, ignored)
    except sim.SimError as error:
        raise refused_by_sim(error) from error


def _named(arrays: Arrays) -> Arrays:
    """A bare list of arrays gets the names of the library whose list it can be."""
    if not all(re.fullmatch(r"arr_\d+", name) for name in arrays):
        return arrays
    values = list(arrays.values())
    if not 2 <= len(values) <= 4:
        found = f"{len(values)} array{'s' if len(values) > 1 else ''}"
        raise Refused("no_layer", f"The list has {found}, needs 2 to 4: those of one recurrent layer.", NEEDED)
    is_keras = len(values) == 3 or (len(values) == 2 and values[0].shape[-1:] == values[1].shape[-1:])
    return dict(zip(KERAS_LIST if is_keras else TORCH_LIST, values, strict=False))


def _found(arrays: Arrays) -> tuple[str, dict[str, Array], set[str]]:
    """The library, the arrays of its one layer by their parts, and the names they had."""
    for library, pattern, sign in (("torch", TORCH, "weight_hh"), ("keras", KERAS, "recurrent_kernel")):
        layers: dict[tuple[str, str], dict[str, str]] = {}
        for name in arrays:
            if match := pattern.fullmatch(name):
                layers.setdefault((match["path"], match["end"]), {})[match["part"]] = name
        recurrent = {place: parts for place, parts in layers.items() if sign in parts}
        if len(recurrent) > 1:
            there = ", ".join(quoted(parts[sign]) for parts in list(recurrent.values())[:4])
            message = f"There are {len(recurrent)} recurrent layers or directions ({there}); this page takes one."
            raise Refused("many_layers", message, "Paste the arrays of one of them alone.")
        if recurrent:
            (parts,) = recurrent.values()
            return library, {part: arrays[name] for part, name in parts.items()}, set(parts.values())
    raise Refused("no_layer", f"No recurrent layer is among {', '.join(map(quoted, list(arrays)[:5]))}.", NEEDED)


def _torch(parts: dict[str, Array], relu: bool, beside: dict[str, Array], ignored: list[str]) -> Own:
    if "weight_hr" in parts:
        raise Refused("projection", "The layer has weight_hr: a projection (proj_size) is not supported.")
    kind = _kind("weight_hh", parts["weight_hh"], rows_first=True)
    if "weight_ih" not in parts:
        raise Refused("no_layer", "weight_ih is missing; weight_hh alone is no layer.", NEEDED)
    _check_sizes(parts["weight_ih"].shape[-1], parts["weight_hh"].shape[-1])
    state = {f"{part}_l0": array for part, array in parts.items()}
    layer = sim.from_torch(kind, state, nonlinearity="relu" if relu else "tanh")
    assert isinstance(layer, sim.Layer)
    nothing = np.zeros(len(parts["weight_ih"]))
    b_x, b_h = (parts.get(name, nothing) for name in ("bias_ih", "bias_hh"))
    rows = 2 if "bias_ih" in parts else 0
    return Own("torch", kind, layer, parts["weight_ih"], parts["weight_hh"], b_x, b_h, rows, beside, ignored)


def _keras(parts: dict[str, Array], relu: bool, beside: dict[str, Array], ignored: list[str]) -> Own:
    recurrent = parts["recurrent_kernel"]
    kind = _kind("recurrent_kernel", recurrent, rows_first=False)
    if "kernel" not in parts:
        raise Refused("no_layer", "kernel is missing; recurrent_kernel alone is no layer.", NEEDED)
    _check_sizes(len(parts["kernel"]), len(recurrent))
    bias = parts.get("bias")
    after = kind == "gru" and (bias is None or bias.ndim == 2)
    weights = [parts[name] for name in KERAS_LIST if name in parts]
    layer = sim.from_keras(kind, weights, reset_after=after, use_bias=bias is not None)
    assert isinstance(layer, sim.Layer)
    if relu and kind == "rnn":
        layer = sim.layer("rnn_relu", layer.weights)
    nothing = np.zeros(recurrent.shape[1])
    both = [nothing, nothing] if bias is None else [*bias] if bias.ndim == 2 else [bias, nothing]
    rows = 0 if bias is None else bias.ndim
    return Own("keras", kind, layer, parts["kernel"].T, recurrent.T, both[0], both[1], rows, beside, ignored)


def _kind(name: str, recurrent: Array, *, rows_first: bool) -> str:
    """Which layer it is, by how many blocks are stacked. Raises: Refused."""
    stacked, H = recurrent.shape if rows_first else recurrent.shape[::-1] if recurrent.ndim == 2 else (0, 0)
    if not H or stacked % H or stacked // H not in KINDS:
        needed = "(G·H, H)" if rows_first else "(H, G·H)"
        message = f"{name} has the shape {recurrent.shape}, needs {needed} with 1, 3 or 4 blocks G (RNN, GRU, LSTM)."
        raise Refused("bad_shape", message)
    return KINDS[stacked // H]


def _check_sizes(D: int, H: int) -> None:
    large = [f"H is {H}, at most {MOST_UNITS}"] if H > MOST_UNITS else []
    large += [f"D is {D}, at most {MOST_INPUTS}"] if D > MOST_INPUTS else []
    if large:
        raise Refused("too_large", f"The layer is larger than this page takes: {'; '.join(large)}.")
