"""What all libraries have in common: blocks of weights, stacked in an order of the library's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.cells import CELLS, GRU_KERAS_BEFORE, GRU_ONNX_AFTER, GRUS, LSTM_PEEPHOLE, LSTMS
from sim.checks import described, of_kind
from sim.errors import ShapeError, UnknownName
from sim.language.declarations import Cell
from sim.language.expressions import leaves, parse
from sim.layers import Array, Layer, Network, Numbers, layer, numbers

KINDS = ("rnn", "lstm", "gru")
# the blocks by the letters used here: g is the LSTM's candidate, n the GRU's
ORDERS = {
    "torch": {"rnn": [""], "lstm": ["i", "f", "g", "o"], "gru": ["r", "z", "n"]},
    "keras": {"rnn": [""], "lstm": ["i", "f", "g", "o"], "gru": ["z", "r", "n"]},
    "onnx": {"rnn": [""], "lstm": ["i", "o", "f", "g"], "gru": ["z", "r", "n"]},
}


HARD_SIGMOID = "clip01({a} / 6 + 0.5)"
PEEPHOLE_AND_COUPLED = LSTM_PEEPHOLE.but(
    a_f=None,
    f="1 - i",
    title="LSTM with peepholes and coupled gates",
    note="Peepholes, and coupled gates: f = 1 − i.",
)
SWITCHED = (GRU_KERAS_BEFORE, GRU_ONNX_AFTER, PEEPHOLE_AND_COUPLED)  # what a library's switches make of its cells
SIGMOIDS = (*LSTMS.values(), *GRUS.values(), GRU_KERAS_BEFORE)


@dataclass(frozen=True)
class Block:
    """The weights of one gate or candidate: W (H, D), U (H, H), and the biases beside x and beside h (H,)."""

    W: Array
    U: Array
    b_x: Array
    b_h: Array


Blocks = Mapping[str, Block]


def kind_of(cell: Cell, library: str, names: Collection[str]) -> str:
    """ "rnn", "lstm" or "gru": which of a library's layers a cell is. `names` are the cells it has.

    Raises: UnknownName for another cell, and for one whose equations are not those declared under its name.
    """
    known = [*CELLS.get(cell.name, {}).values(), *SWITCHED, *map(with_hard_sigmoid, SIGMOIDS)]
    if cell.name not in names or not any(cell.equations == each.equations for each in known):
        raise UnknownName(f"{library} has no layer for {cell.title}.", f"It has {', '.join(names)}, as declared here.")
    return cell.name.partition("_")[0]


def with_hard_sigmoid(cell: Cell) -> Cell:
    """The same with Keras 3's hard sigmoid for gates."""
    gates = [name for name, formula in cell.equations.items() if formula.op == "sigmoid"]
    hard = {gate: HARD_SIGMOID.format(a=f"a_{gate}") for gate in gates}
    return cell.but(note=f"{cell.note} Gates are squashed by Keras 3's hard sigmoid.", **hard)


def check_plain_sigmoid(cell: Cell, library: str) -> None:
    """Raises: UnknownName for Keras's hard sigmoid."""
    if any(formula.op == "clip01" for formula in cell.equations.values()):
        raise UnknownName(f"The gates are squashed by Keras's hard sigmoid, which {library}'s layer has not.")


def check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise UnknownName(f"There is no kind {described(kind)}.", f"There are: {', '.join(KINDS)}.")


def one_of(name: str, value: object, known: Collection[str]) -> str:
    """An argument of a library, or what its layer was made with. Raises: UnknownName, saying what there is."""
    if not isinstance(value, str) or value not in known:
        raise UnknownName(f"{name} {described(value)} is not supported.", f"There are: {', '.join(known)}.")
    return value


def no_bias(U: Array, order: Sequence[str]) -> Array:
    """The biases of all blocks where none is given."""
    return np.zeros(len(order) * U.shape[1])


def array(name: str, values: Numbers, dimensions: int) -> Array:
    """One array of a library, tensors too. Raises: NumberError, ShapeError."""
    found = numbers(name, values.detach().cpu().double() if hasattr(values, "detach") else values)
    if found.ndim != dimensions:
        axes = "one axis" if dimensions == 1 else f"{dimensions} axes"
        raise ShapeError(f"{name} has shape {found.shape}, needs {axes}.")
    return found


def blocks_from(names: Sequence[str], arrays: Sequence[Array], order: Sequence[str]) -> Blocks:
    """Stacked weights W (G·H, D), U (G·H, H) and the biases beside x and beside h (G·H,) as blocks.

    `names` are what the library calls them, for refusals.
    Raises: ShapeError, saying what was found and how many blocks are needed.
    """
    H, count = arrays[1].shape[1], len(order)
    wrong = [
        f"{name} has {len(found)} rows, needs {count * H}"
        for name, found in zip(names, arrays, strict=True)
        if len(found) != count * H
    ]
    if wrong:
        said = f"{count} blocks of H rows ({', '.join(order)})" if count > 1 else "one block of H rows"
        raise ShapeError(f"{'; '.join(wrong)}: {said}.", f"H is {H}, from the columns of {names[1]}.")
    parts = [dict(zip(order, np.split(stacked, count), strict=True)) for stacked in arrays]
    return {letter: Block(*(part[letter] for part in parts)) for letter in order}


def layer_of(
    cell: Cell, blocks: Blocks, peepholes: Mapping[str, Array] | None = None, *, reverse: bool = False
) -> Layer:
    """A layer from its blocks. Two biases of a block are added, except where the cell keeps them apart."""
    weights: dict[str, Array] = dict(peepholes or {})
    for letter, block in blocks.items():
        suffix = f"_{letter}" if letter else ""
        weights |= {f"W{suffix}": block.W, f"U{suffix}": block.U}
        if letter == "n" and "b_hn" in cell.parameters:
            weights |= {"b_in": block.b_x, "b_hn": block.b_h}
        else:
            weights[f"b{suffix}"] = block.b_x + block.b_h
    return layer(cell, {name: weights[name] for name in cell.parameters}, reverse=reverse)


def blocks_of(each: Layer, order: Sequence[str]) -> Blocks:
    """The blocks of a layer; one that its cell does not have (f of coupled gates) is 0."""
    weights, H, D = each.weights, each.H, each.D
    found: dict[str, Block] = {}
    for letter in order:
        suffix = f"_{letter}" if letter else ""
        W, U = weights.get(f"W{suffix}", np.zeros((H, D))), weights.get(f"U{suffix}", np.zeros((H, H)))
        b_x = weights.get("b_in" if f"b{suffix}" not in weights and letter == "n" else f"b{suffix}", np.zeros(H))
        b_h = weights.get("b_hn", np.zeros(H)) if letter == "n" else np.zeros(H)
        found[letter] = Block(W, U, b_x, b_h)
    return found


def stacked(blocks: Blocks, order: Sequence[str], part: str) -> Array:
    return np.concatenate([getattr(blocks[letter], part) for letter in order])


def check_z_keeps(cell: Cell, library: str) -> None:
    """Raises: UnknownName for a GRU whose z admits the new state: no library's does."""
    kept = next((part.args[0] for part in cell.equations["h"].args if "h_prev" in leaves(part)), None)
    if cell.name == "gru" and kept != parse("z"):
        raise UnknownName(
            f"In the convention {cell.convention} z admits the new state, and in {library} it keeps the old.",
            "Change the sign of W_z, U_z and b_z and take the convention cho2014: it gives the same numbers.",
        )


def levels_of(of: Layer | Network, library: str, most: int | None = None) -> tuple[tuple[Layer, ...], ...]:
    """The levels of a network that a library can have: all of one cell and size, each in the same directions.

    Raises: KindError; UnknownName for a network of another build, or of more levels than `most`.
    """
    of_kind("layer", of, (Layer, Network), "a layer or a network")
    levels = of.levels if isinstance(of, Network) else ((of,),)
    if most is not None and len(levels) > most:
        raise UnknownName(f"The network has {len(levels)} levels; {library} takes them one by one.")
    first = levels[0]
    for each in (each for level in levels for each in level):
        if each.cell.equations != first[0].cell.equations or each.H != first[0].H:
            raise UnknownName(
                f"A {each.cell.title} of {each.H} units stands beside a {first[0].cell.title} of {first[0].H}.",
                f"In one stack of {library} all layers are alike; convert them one by one.",
            )
    if len({len(level) for level in levels}) > 1:
        raise UnknownName(f"Some levels read in both directions, and some in one; in {library} all do alike.")
    return levels
