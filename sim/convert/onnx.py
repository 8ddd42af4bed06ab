"""ONNX's RNN, LSTM, GRU. Blocks i, o, f, c and z, r, h; peepholes i, o, f; two biases; a leading direction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.cells import GRU_ONNX_AFTER
from sim.cells import cell as find_cell
from sim.checks import described, of_kind, whole_number
from sim.convert.blocks import (
    ORDERS,
    PEEPHOLE_AND_COUPLED,
    array,
    blocks_from,
    blocks_of,
    check_plain_sigmoid,
    check_z_keeps,
    kind_of,
    layer_of,
    levels_of,
    stacked,
)
from sim.errors import ShapeError, UnknownName
from sim.language.declarations import Cell
from sim.layers import Array, Layer, Network, Numbers, network

OPERATORS = {"RNN": "rnn", "LSTM": "lstm", "GRU": "gru"}
DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
PEEPHOLES = ("i", "o", "f")
USUAL_ACTIVATIONS = {"rnn": ["Tanh"], "lstm": ["Sigmoid", "Tanh", "Tanh"], "gru": ["Sigmoid", "Tanh"]}
SWITCHES = {"linear_before_reset": "gru", "input_forget": "lstm"}
UNSUPPORTED = ("activation_alpha", "activation_beta", "clip")
NAMES = ("W", "R", "the first half of B", "the second half of B")


def from_onnx(
    op: str, W: Numbers, R: Numbers, B: Numbers | None = None, P: Numbers | None = None, **attributes: Any
) -> Layer | Network:
    """A layer, or both directions, from an operator's inputs: W (directions, G·H, D), R, B, P as ONNX lays them out.

    Attributes: direction, hidden_size, linear_before_reset (GRU), input_forget (LSTM: f = 1 − i), activations (the
    usual ones, or Relu for the RNN). Anything that would change the numbers otherwise is refused by its name.
    Raises: UnknownName, ShapeError, NumberError.
    """
    if not isinstance(op, str) or op not in OPERATORS:
        raise UnknownName(f"There is no operator {described(op)}.", f"There are: {', '.join(OPERATORS)}.")
    kind = OPERATORS[op]
    attributes = {name: _decoded(value) for name, value in attributes.items()}
    directions = _checked(kind, attributes)
    cell = _cell(kind, attributes, has_peepholes=P is not None)
    arrays = {"W": array("W", W, 3), "R": array("R", R, 3)}
    arrays |= {name: array(name, values, 2) for name, values in (("B", B), ("P", P)) if values is not None}
    wrong = [f"{name} has {len(found)} directions" for name, found in arrays.items() if len(found) != len(directions)]
    if wrong:
        raise ShapeError(f"{'; '.join(wrong)}, needs {len(directions)}.", "The first axis counts the directions.")
    _check_hidden_size(attributes, arrays["R"].shape[2])
    layers = [_layer(cell, kind, arrays, k, reverse) for k, reverse in enumerate(directions)]
    return layers[0] if len(layers) == 1 else network([layers])


def _checked(kind: str, attributes: Mapping[str, Any]) -> tuple[bool, ...]:
    """The directions, if all attributes are understood. Raises: UnknownName, naming the first that is not."""
    direction = attributes.get("direction", "forward")
    if not isinstance(direction, str) or direction not in DIRECTIONS:
        raise UnknownName(f"There is no direction {described(direction)}.", f"There are: {', '.join(DIRECTIONS)}.")
    known = {"direction", "hidden_size", "activations", "layout"} | {
        name for name, of in SWITCHES.items() if of == kind
    }
    for name, value in attributes.items():
        if name not in known and not _is_unset(name, value):
            raise UnknownName(
                f"The attribute {name} = {value!r} is not supported here.", f"There are: {', '.join(sorted(known))}."
            )
    for name in SWITCHES:
        whole_number(name, attributes.get(name, 0), 0, 1)
    if attributes.get("layout"):
        raise UnknownName(
            "The attribute layout = 1 is not supported.", "Give x as (T, D), and states by direction first."
        )
    return DIRECTIONS[direction]


def _is_unset(name: str, value: Any) -> bool:
    """Whether an attribute that ONNX has, and that is not supported here, says nothing: a clip of 0 would."""
    return (name in UNSUPPORTED and value in (None, [])) or (name in SWITCHES and value == 0)


def _decoded(value: Any) -> Any:
    """Texts as ONNX stores them are bytes, and its lists may be arrays."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, bytes):
        return value.decode()
    return [_decoded(each) for each in value] if isinstance(value, (list, tuple)) else value


def _check_hidden_size(attributes: Mapping[str, Any], H: int) -> None:
    if attributes.get("hidden_size", H) != H:
        found = described(attributes["hidden_size"])
        raise ShapeError(f"hidden_size is {found}, and R has {H} columns; both are H.")


def _cell(kind: str, attributes: Mapping[str, Any], *, has_peepholes: bool) -> Cell:
    if has_peepholes and kind != "lstm":
        raise UnknownName(f"P is given, and the operator {kind.upper()} has no peepholes.")
    activations = _activations(kind, attributes)
    if kind == "rnn":
        return find_cell("rnn_relu" if activations == ["Relu"] else "rnn")
    if kind == "gru":
        return GRU_ONNX_AFTER if attributes.get("linear_before_reset") else find_cell("gru", "onnx")
    is_coupled = bool(attributes.get("input_forget"))
    if has_peepholes and is_coupled:
        return PEEPHOLE_AND_COUPLED
    return find_cell("lstm_peephole" if has_peepholes else "lstm_coupled" if is_coupled else "lstm", "onnx")


def _activations(kind: str, attributes: Mapping[str, Any]) -> list[str]:
    usual = USUAL_ACTIVATIONS[kind]
    count = len(DIRECTIONS[attributes.get("direction", "forward")])
    found = attributes.get("activations") or usual * count
    of_kind("activations", found, list, "a list of names, in order for each direction")
    supported = [usual, ["Relu"]] if kind == "rnn" else [usual]
    for each in supported:
        if [str(name).lower() for name in found] == [name.lower() for name in each * count]:
            return each
    known = " or ".join(", ".join(each) for each in supported)
    raise UnknownName(
        f"The activations {', '.join(map(str, found))} are not supported.", f"Supported, for each direction: {known}."
    )


def _layer(cell: Cell, kind: str, arrays: Mapping[str, Array], k: int, reverse: bool) -> Layer:
    W, R, order = arrays["W"][k], arrays["R"][k], ORDERS["onnx"][kind]
    B = arrays["B"][k] if "B" in arrays else np.zeros(2 * len(order) * R.shape[1])
    if len(B) % 2:
        raise ShapeError(f"B has {len(B)} columns, needs twice {len(order)}·H.")
    blocks = blocks_from(NAMES, (W, R, *np.split(B, 2)), order)
    return layer_of(cell, blocks, _peepholes(cell, arrays["P"][k]) if "P" in arrays else None, reverse=reverse)


def _peepholes(cell: Cell, P: Array) -> dict[str, Array]:
    if len(P) % 3:
        raise ShapeError(f"P has {len(P)} columns, needs 3·H: those of i, o, f.")
    return {f"p_{gate}": part for gate, part in zip(PEEPHOLES, np.split(P, 3), strict=True)}


def to_onnx(layer: Layer | Network) -> tuple[str, Array, Array, Array, Array | None, dict[str, Any]]:
    """(op, W, R, B, P, attributes) of one operator; P is None without peepholes. B has the whole of each bias first.

    Raises: UnknownName for a cell that ONNX does not have, and for a network of more than one level.
    """
    (level,) = levels_of(layer, "ONNX", most=1)
    cell, H = level[0].cell, level[0].H
    kind = kind_of(cell, "ONNX", ("rnn", "rnn_relu", "lstm", "lstm_peephole", "lstm_coupled", "gru"))
    check_plain_sigmoid(cell, "ONNX")
    check_z_keeps(cell, "ONNX")
    order = ORDERS["onnx"][kind]
    blocks = [blocks_of(each, order) for each in level]
    W, R, b_x, b_h = (np.stack([stacked(each, order, part) for each in blocks]) for part in ("W", "U", "b_x", "b_h"))
    P = np.stack([_stacked_peepholes(each) for each in level]) if "p_o" in cell.parameters else None
    return kind.upper(), W, R, np.concatenate([b_x, b_h], axis=1), P, _attributes(cell, kind, level, H)


def _stacked_peepholes(layer: Layer) -> Array:
    return np.concatenate([layer.weights.get(f"p_{gate}", np.zeros(layer.H)) for gate in PEEPHOLES])


def _attributes(cell: Cell, kind: str, level: tuple[Layer, ...], H: int) -> dict[str, Any]:
    directions = tuple(each.reverse for each in level)
    found: dict[str, Any] = {"hidden_size": H}
    found["direction"] = next(name for name, reverses in DIRECTIONS.items() if reverses == directions)
    if kind == "gru":
        found["linear_before_reset"] = int("b_hn" in cell.parameters)
    if kind == "lstm" and "W_f" not in cell.parameters:
        found["input_forget"] = 1
    if cell.name == "rnn_relu":
        found["activations"] = ["Relu"] * len(level)
    return found
