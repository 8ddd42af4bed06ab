"""The cells and conventions shown, and the numbers that stand where an address says nothing. Pure."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from math import sqrt

import sim

LABELS = {
    "pytorch": "PyTorch",
    "keras": "Keras",
    "cho2014": "Cho 2014",
    "chung2014": "Chung 2014",
    "gamma": "Γ notation",
    "onnx": "ONNX",
}


# every cell that is declared in each of its conventions, by their titles; some differ only in how weights are stored
CONVENTIONS = {name: {key: LABELS.get(key, key) for key in cells} for name, cells in sim.CELLS.items()}
TITLES = {name: sim.cell(name).title for name in CONVENTIONS} | {"rnn": "RNN", "rnn_relu": "RNN with ReLU"}
HEADINGS = {"rnn": "a plain RNN", "rnn_relu": "a plain RNN with ReLU"}
FAMILIES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
USUAL_SIZES = {"rnn": {"D": 1, "H": 1, "T": 5}}
SMALL = {"D": 1, "H": 1, "T": 2}
LARGEST_DRAWN = 1.5


def heading(cell: str) -> str:
    """A title in the middle of a sentence: "an LSTM of 1997", "a minimal gated unit"."""
    title = TITLES[cell]
    found = title if title[:2].isupper() else title[0].lower() + title[1:]
    return HEADINGS.get(cell) or f"{'an' if title.startswith('LSTM') else 'a'} {found}"


def family_of(cell: str) -> str:
    """Which of the three a cell is a kind of: one with a cell state, one with gates, one without."""
    declared = sim.cell(cell)
    if "c" in declared.states:
        return "lstm"
    return "gru" if any(formula.op == "sigmoid" for formula in declared.equations.values()) else "rnn"


def kin_of(cell: str) -> dict[str, str]:
    """The cells of the same family, by their titles."""
    return {name: title for name, title in TITLES.items() if family_of(name) == family_of(cell)}


def conventions_differ(cell: str) -> bool:
    """Whether some convention computes another number, so that a number needs the name of its own."""
    first, *others = sim.CELLS[cell].values()
    return any(other.equations != first.equations for other in others)


def usual_sizes(cell: str) -> dict[str, int]:
    return USUAL_SIZES.get(cell, SMALL)


# The numbers of the lessons, array by array. They are chosen so that every common slip gives another number.
USUAL: dict[str, dict[str, list[list[float]]]] = {
    "rnn": {
        "x": [[1.0], [0.0], [0.0], [0.0], [0.0]],
        "h0": [[0.0]],
        "W": [[1.2]],
        "U": [[0.6]],
        "b": [[0.0]],
    },
    "lstm": {
        "x": [[0.9], [-0.4]],
        "h0": [[-0.7]],
        "c0": [[1.3]],
        "W_i": [[-1.7]], "U_i": [[-0.6]], "b_i": [[0.6]],
        "W_f": [[-1.4]], "U_f": [[-1.8]], "b_f": [[-0.4]],
        "W_g": [[-0.7]], "U_g": [[-1.7]], "b_g": [[0.5]],
        "W_o": [[1.2]], "U_o": [[-0.6]], "b_o": [[-0.5]],
    },
    "gru": {
        "x": [[1.4, 1.4], [-0.6, 0.8]],
        "h0": [[-0.4, -0.7]],
        "W_r": [[1.4, -0.4], [0.1, -0.7]],
        "W_z": [[-0.7, 1.2], [0.3, -1.2]],
        "W_n": [[-1.5, 0.1], [-1.2, 0.8]],
        "U_r": [[0.9, 1.1], [0.1, -0.1]],
        "U_z": [[1.3, 1.5], [0.2, -0.8]],
        "U_n": [[0.8, -0.3], [-1.5, 0.5]],
        "b_r": [[0.5, 0.1]],
        "b_z": [[-0.2, -1.0]],
        "b_in": [[-0.3, 1.0]],
        "b_hn": [[0.1, -1.0]],
        "b_n": [[-0.2, 0.0]],
    },
}  # fmt: skip


# where nothing squashes the state, recurrent weights of any size would let it grow beyond all bounds
UNSQUASHED = {name for name in CONVENTIONS if sim.cell(name).equations["h"].op == "relu"}


@lru_cache(maxsize=4096)
def base_number(cell: str, name: str, row: int, column: int, seed: int = 0, columns: int = 1) -> float:
    """The number that stands in a place nobody filled: with a seed the one drawn for it, else the usual one.

    `columns` is how many numbers a row of the array has: in U, one for each unit.
    """
    known = USUAL.get(_family(cell), {}).get(name, [])
    if not seed and row < len(known) and column < len(known[row]):
        return known[row][column]
    number = drawn_number(cell, name, row, column, seed) if seed else _further_number(cell, name, row, column)
    return _held_back(number, columns) if name == "U" and cell in UNSQUASHED else number


def _held_back(number: float, units: int) -> float:
    """In whole tenths, so small that of a matrix of them the largest eigenvalue is about 1 or less."""
    return int(10 * number / (LARGEST_DRAWN * sqrt(units))) / 10


def _further_number(cell: str, name: str, row: int, column: int) -> float:
    """Beyond the lessons' own numbers, one fixed for each place; a variant (lstm_peephole) has those of its cell.

    After the one input of the plain network comes silence, however many steps there are.
    """
    family = _family(cell)
    return 0.0 if (family, name) == ("rnn", "x") and column == 0 else _in_tenths(f"{family} {name} {row} {column}")


def drawn_number(cell: str, name: str, row: int, column: int, seed: int) -> float:
    """The number of a place in the example of that seed, for ever. The input is the same for every cell."""
    return _in_tenths(f"{seed} {'' if name == 'x' else _family(cell)} {name} {row} {column}")


def _family(cell: str) -> str:
    return cell.partition("_")[0]


def _in_tenths(place: str) -> float:
    """−1.5 to 1.5 in tenths, by a hash of the place."""
    digest = blake2b(place.encode(), digest_size=2).digest()
    return (int.from_bytes(digest) % 31 - 15) / 10
