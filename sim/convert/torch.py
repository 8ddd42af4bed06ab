"""PyTorch's layers: torch.nn.RNN, LSTM, GRU. Blocks i, f, g, o and r, z, n; two bias vectors, which are added."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sim.cells import cell as find_cell
from sim.checks import of_kind
from sim.convert.blocks import (
    ORDERS,
    array,
    blocks_from,
    blocks_of,
    check_kind,
    check_plain_sigmoid,
    check_z_keeps,
    kind_of,
    layer_of,
    levels_of,
    no_bias,
    one_of,
    stacked,
)
from sim.errors import UnknownName
from sim.language.declarations import Cell
from sim.layers import Array, Layer, Network, Numbers, network

KEY = re.compile(r"(weight_ih|weight_hh|bias_ih|bias_hh)_l(\d+)(_reverse)?")
PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
NONLINEARITIES = {"tanh": "rnn", "relu": "rnn_relu"}


def from_torch(kind: str, state_dict: Mapping[str, Numbers] | Any, *, nonlinearity: str = "tanh") -> Layer | Network:
    """A layer, or a network of several, from a `state_dict()` of torch.nn.RNN, LSTM or GRU.

    The module itself will do; it says its nonlinearity. Keys are those of PyTorch (weight_ih_l0, bias_hh_l1_reverse);
    without biases they are 0. Projections (proj_size) are refused. Raises: UnknownName, ShapeError, NumberError.
    """
    check_kind(kind)
    if hasattr(state_dict, "state_dict"):
        nonlinearity = getattr(state_dict, "nonlinearity", nonlinearity)
        state_dict = state_dict.state_dict()
    cell = _cell(kind, nonlinearity)
    _check_keys(state_dict)
    directions = ["", "_reverse"] if any(key.endswith("_reverse") for key in state_dict) else [""]
    count = 1 + max((int(match[2]) for key in state_dict if (match := KEY.fullmatch(key))), default=0)
    levels = [[_layer(cell, kind, state_dict, f"_l{k}{end}") for end in directions] for k in range(count)]
    return levels[0][0] if len(levels) == len(directions) == 1 else network(levels)


def _cell(kind: str, nonlinearity: str) -> Cell:
    one_of("The nonlinearity", nonlinearity, NONLINEARITIES)
    return find_cell(NONLINEARITIES[nonlinearity] if kind == "rnn" else kind)


def _check_keys(state_dict: Mapping[str, Numbers]) -> None:
    of_kind("state_dict", state_dict, Mapping, "a mapping such as module.state_dict()")
    if projections := [key for key in state_dict if key.startswith("weight_hr")]:
        raise UnknownName(f"{projections[0]}: projections (proj_size) are not supported.", "Use a layer without them.")
    if unknown := [str(key) for key in state_dict if not KEY.fullmatch(str(key))]:
        raise UnknownName(f"Not weights of one recurrent layer: {', '.join(unknown[:5])}.", "Keys are as weight_ih_l0.")


def _layer(cell: Cell, kind: str, state_dict: Mapping[str, Numbers], end: str) -> Layer:
    names = [f"{part}{end}" for part in PARTS]
    has_bias = any(key.startswith("bias") for key in state_dict)
    if missing := [name for name in names if name not in state_dict and (has_bias or name.startswith("weight"))]:
        raise UnknownName(f"Weights are missing: {', '.join(missing)}.")
    W, U = (array(name, state_dict[name], 2) for name in names[:2])
    order = ORDERS["torch"][kind]
    b_x, b_h = (array(name, state_dict[name], 1) if has_bias else no_bias(U, order) for name in names[2:])
    blocks = blocks_from(names, (W, U, b_x, b_h), order)
    return layer_of(cell, blocks, reverse=end.endswith("_reverse"))


def to_torch(layer: Layer | Network) -> dict[str, Array]:
    """The `state_dict` of torch.nn.RNN, LSTM or GRU. The whole of each bias stands in bias_ih, except b_hn of the GRU.

    Raises: UnknownName for a cell that PyTorch does not have.
    """
    found: dict[str, Array] = {}
    for k, level in enumerate(levels_of(layer, "PyTorch")):
        for each in level:
            kind = _torch_kind(each, is_pair=len(level) == 2)
            order = ORDERS["torch"][kind]
            blocks = blocks_of(each, order)
            end = f"_l{k}{'_reverse' if each.reverse else ''}"
            found |= {
                f"{part}{end}": stacked(blocks, order, of)
                for part, of in zip(PARTS, ("W", "U", "b_x", "b_h"), strict=True)
            }
    return found


def _torch_kind(layer: Layer, *, is_pair: bool) -> str:
    cell = layer.cell
    kind = kind_of(cell, "PyTorch", ("rnn", "rnn_relu", "lstm", "gru"))
    check_plain_sigmoid(cell, "PyTorch")
    if kind == "gru" and "b_hn" not in cell.parameters:
        raise UnknownName(f"In the convention {cell.convention} r acts before the product, and in PyTorch after it.")
    check_z_keeps(cell, "PyTorch")
    if layer.reverse and not is_pair:
        raise UnknownName("PyTorch has no layer that only reads backward.", "Give it the sequence reversed.")
    return kind
