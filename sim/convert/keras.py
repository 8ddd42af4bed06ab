"""Keras's layers: SimpleRNN, LSTM, GRU. Matrices are (in, out); blocks i, f, c, o and z, r, h in the columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.cells import GRU_KERAS_BEFORE
from sim.cells import cell as find_cell
from sim.checks import of_kind
from sim.convert.blocks import (
    ORDERS,
    array,
    blocks_from,
    blocks_of,
    check_kind,
    check_z_keeps,
    kind_of,
    layer_of,
    levels_of,
    stacked,
    with_hard_sigmoid,
)
from sim.errors import ShapeError, UnknownName
from sim.language.declarations import Cell
from sim.layers import Array, Layer, Network, Numbers, network, numbers


def from_keras(
    kind: str, weights: Sequence[Numbers] | Any, *, reset_after: bool = True, recurrent_activation: str = "sigmoid",
    use_bias: bool = True, bidirectional: bool = False,
) -> Layer | Network:  # fmt: skip
    """A layer, or both directions, from `get_weights()` of SimpleRNN ("rnn"), LSTM or GRU; the Keras layer will do.

    The arguments are those of the Keras layer; hard_sigmoid is that of Keras 3, a / 6 + 0.5 within 0 and 1.
    Raises: UnknownName, ShapeError, NumberError.
    """
    check_kind(kind)
    cell = _cell(kind, reset_after, recurrent_activation)
    if hasattr(weights, "get_weights"):
        weights = weights.get_weights()
    of_kind("weights", weights, Sequence, "the list that layer.get_weights() gives")
    each = 3 if use_bias else 2
    needed = each * (2 if bidirectional else 1)
    if len(weights) != needed:
        raise ShapeError(
            f"There are {len(weights)} arrays, needs {needed}: kernel, recurrent_kernel{', bias' * use_bias}"
            f"{' of both directions' * bidirectional}."
        )
    if not bidirectional:
        return _layer(cell, kind, list(weights))
    return network([[_layer(cell, kind, list(weights[:each])), _layer(cell, kind, list(weights[each:]), reverse=True)]])


def _cell(kind: str, reset_after: bool, recurrent_activation: str) -> Cell:
    cell = find_cell(kind, convention="keras")
    if kind == "gru" and not reset_after:
        cell = GRU_KERAS_BEFORE
    if recurrent_activation == "sigmoid" or kind == "rnn":
        return cell
    if recurrent_activation != "hard_sigmoid":
        raise UnknownName(
            f"The recurrent activation “{recurrent_activation}” is not supported.", "There are: sigmoid, hard_sigmoid."
        )
    return with_hard_sigmoid(cell)


def _layer(cell: Cell, kind: str, weights: list[Numbers], *, reverse: bool = False) -> Layer:
    kernel, recurrent = array("kernel", weights[0], 2).T, array("recurrent_kernel", weights[1], 2).T
    b_x = b_h = np.zeros(len(recurrent))
    if len(weights) == 3:
        two_rows = kind == "gru" and "b_hn" in cell.parameters
        bias = numbers("bias", weights[2])
        if bias.ndim != (2 if two_rows else 1) or (two_rows and len(bias) != 2):
            needed = "two rows, beside x and beside h: reset_after is True" if two_rows else "one row"
            raise ShapeError(f"bias has shape {bias.shape}, needs {needed}.")
        b_x, b_h = bias if two_rows else (bias, np.zeros(len(bias)))
    names = ["kernel (transposed)", "recurrent_kernel (transposed)", "bias", "the recurrent bias"]
    return layer_of(cell, blocks_from(names, (kernel, recurrent, b_x, b_h), ORDERS["keras"][kind]), reverse=reverse)


def to_keras(layer: Layer | Network) -> list[Array]:
    """The `set_weights()` list of a Keras layer with biases: kernel, recurrent_kernel, bias, forward before reverse.

    A GRU's bias has two rows where its reset acts after the product (reset_after), else one. Activations are no
    weights: a layer with the hard sigmoid needs a Keras layer that has it.
    Raises: UnknownName for a cell that Keras does not have.
    """
    (level,) = levels_of(layer, "Keras", most=1)
    return [part for each in level for part in _weights(each, len(level) == 2)]


def _weights(layer: Layer, is_pair: bool) -> list[Array]:
    cell = layer.cell
    kind = kind_of(cell, "Keras", ("rnn", "rnn_relu", "lstm", "gru"))
    check_z_keeps(cell, "Keras")
    if layer.reverse and not is_pair:
        raise UnknownName(
            "A layer that only reads backward is go_backwards in Keras.", "Give it the sequence reversed."
        )
    order = ORDERS["keras"][kind]
    blocks = blocks_of(layer, order)
    W, U, b_x, b_h = (stacked(blocks, order, part) for part in ("W", "U", "b_x", "b_h"))
    return [W.T.copy(), U.T.copy(), np.stack([b_x, b_h]) if "b_hn" in cell.parameters else b_x]
