"""Keras's layers: SimpleRNN, LSTM, GRU. Matrices are (in, out); blocks i, f, c, o and z, r, h in the columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

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
    no_bias,
    one_of,
    stacked,
    with_hard_sigmoid,
)
from sim.errors import ShapeError, UnknownName
from sim.language.declarations import Cell
from sim.layers import Array, Layer, Network, Numbers, network, numbers


class _Settings(NamedTuple):
    """What Keras's layer is made with, under its own names."""

    reset_after: bool = True
    recurrent_activation: str = "sigmoid"
    use_bias: bool = True
    bidirectional: bool = False
    activation: str = "tanh"

    def checked(self, kind: str) -> _Settings:
        """Raises: KindError, UnknownName for what is not supported."""
        for name in ("reset_after", "use_bias", "bidirectional"):
            of_kind(name, getattr(self, name), bool, "True or False")
        one_of("The activation", self.activation, ("tanh", "relu") if kind == "rnn" else ("tanh",))
        one_of("The recurrent activation", self.recurrent_activation, ("sigmoid", "hard_sigmoid"))
        if kind == "rnn" and self.recurrent_activation != "sigmoid":
            raise UnknownName(
                f"The recurrent activation “{self.recurrent_activation}” is not supported: SimpleRNN has no gates.",
                "Leave it out.",
            )
        return self


def from_keras(
    kind: str, weights: Sequence[Numbers] | Any, *, reset_after: bool = True, recurrent_activation: str = "sigmoid",
    use_bias: bool = True, bidirectional: bool = False, activation: str = "tanh",
) -> Layer | Network:  # fmt: skip
    """A layer, or both directions, from `get_weights()` of SimpleRNN ("rnn"), LSTM or GRU.

    The arguments are those of the Keras layer; the layer itself, in place of its weights, says them of its own.
    hard_sigmoid is that of Keras 3, a / 6 + 0.5 within 0 and 1; relu is an activation of SimpleRNN only.
    Raises: UnknownName, KindError, ShapeError, NumberError.
    """
    check_kind(kind)
    settings = _Settings(reset_after, recurrent_activation, use_bias, bidirectional, activation)
    if hasattr(weights, "get_weights"):
        settings, weights = _settings_of(weights), weights.get_weights()
    cell = _cell(kind, settings.checked(kind))
    of_kind("weights", weights, (list, tuple), "the list that layer.get_weights() gives")
    each = 3 if settings.use_bias else 2
    needed = 2 * each if settings.bidirectional else each
    if len(weights) != needed:
        bias = ", bias" if settings.use_bias else ""
        of_both = " of both directions" if settings.bidirectional else ""
        raise ShapeError(f"There are {len(weights)} arrays, needs {needed}: kernel, recurrent_kernel{bias}{of_both}.")
    if not settings.bidirectional:
        return _layer(cell, kind, list(weights))
    return network([[_layer(cell, kind, list(weights[:each])), _layer(cell, kind, list(weights[each:]), reverse=True)]])


def _settings_of(layer: Any) -> _Settings:
    """What a Keras layer was made with. Raises: UnknownName for directions and merges that there are not here."""
    config = layer.get_config()
    if "merge_mode" not in config:
        if config.get("go_backwards"):
            raise UnknownName("go_backwards is not supported.", "Give a layer without it the sequence reversed.")
        return _Settings(**{name: config[name] for name in _Settings._fields if name in config})
    one_of("The merge mode", config["merge_mode"], ("concat",))
    halves = [config[half]["config"] for half in ("layer", "backward_layer")]
    first, second = ({name: half[name] for name in _Settings._fields if name in half} for half in halves)
    if first != second:
        raise UnknownName("The two directions are made with different settings.", "Convert them one by one.")
    return _Settings(**first, bidirectional=True)


def _cell(kind: str, settings: _Settings) -> Cell:
    name = "rnn_relu" if settings.activation == "relu" else kind
    cell = find_cell(name, convention="keras")
    if kind == "gru" and not settings.reset_after:
        cell = GRU_KERAS_BEFORE
    return with_hard_sigmoid(cell) if settings.recurrent_activation == "hard_sigmoid" and kind != "rnn" else cell


def _layer(cell: Cell, kind: str, weights: list[Numbers], *, reverse: bool = False) -> Layer:
    kernel, recurrent = array("kernel", weights[0], 2).T, array("recurrent_kernel", weights[1], 2).T
    order = ORDERS["keras"][kind]
    b_x = b_h = no_bias(recurrent, order)
    if len(weights) == 3:
        two_rows = kind == "gru" and "b_hn" in cell.parameters
        bias = numbers("bias", weights[2])
        if bias.ndim != (2 if two_rows else 1) or (two_rows and len(bias) != 2):
            needed = "two rows, beside x and beside h: reset_after is True" if two_rows else "one row"
            raise ShapeError(f"bias has shape {bias.shape}, needs {needed}.")
        b_x, b_h = bias if two_rows else (bias, b_h)
    second = "the second row of bias" if "b_hn" in cell.parameters else "bias"
    names = ["kernel (transposed)", "recurrent_kernel (transposed)", "bias", second]
    return layer_of(cell, blocks_from(names, (kernel, recurrent, b_x, b_h), order), reverse=reverse)


def to_keras(layer: Layer | Network) -> list[Array]:
    """The `set_weights()` list of a Keras layer with biases: kernel, recurrent_kernel, bias, forward before reverse.

    A GRU's bias has two rows where its reset acts after the product (reset_after), else one. Activations are no
    weights: a layer with ReLU or the hard sigmoid needs a Keras layer that has it, and `from_keras` is told of it.
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
