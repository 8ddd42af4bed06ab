"""Slips of a weighted sum and of the function that squashes it: F01, F02, F04 … F25, for every gate and candidate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.catalogue.rows import Row
from sim.cells import Cell

PLAUSIBLE = "plausible, not sighted"

# {W}, {U}, {b} are the block's own weights, {other} the bias of another block
SUMS = {
    "F04": (
        "x + h_prev",
        "x and h_prev added without weights",
        "Joining lines in a diagram mean: side by side, then a weight matrix, then a bias.",
        "forum threads on reading the LSTM diagram",
    ),
    "F05": (
        "{W} @ x + {b}",
        "the recurrent term is left out",
        "Every gate and every candidate sees the input and the state of the step before.",
        "first-step examples with a zero state, which hide it",
    ),
    "F06": (
        "{W} @ x + {b} + {U} @ c_prev",
        "c_prev stands where h_prev belongs",
        "Gates and candidate read h_prev; only the gates of a peephole variant also look at c.",
        "threads mixing up cell and hidden state; tensorflow issue 17133",
    ),
    "F07": ("{W} @ x + {U} @ h_prev", "the bias is left out", "Add b before squashing.", "numpy-ml issue 42"),
    "F08": (
        "{W} @ x + 2 * {b} + {U} @ h_prev",
        "the bias is counted twice",
        "PyTorch's two bias vectors are added up: put the value into one and zero into the other.",
        "pytorch issue 750",
    ),
    "F10": (
        "{U} @ x + {b} + {W} @ h_prev",
        "the weights of x and h_prev are swapped",
        "The columns of the matrix must stand in the same order as the parts of [h, x].",
        "Cross Validated question 317194",
    ),
    "F11": (
        "({W} @ x) * ({U} @ h_prev) + {b}",
        "the two terms are multiplied",
        "Weighted inputs are added.",
        "Cross Validated thread on combining input and previous output",
    ),
    "F12": (
        "{W} @ x + {other} + {U} @ h_prev",
        "the bias of another block is used",
        "Each block has its own bias.",
        "numpy-ml issue 42",
    ),
}

# {a} is the sum; these stand in for σ
SIGMOIDS = {
    "F01": (
        "switch(sigmoid({a}))",
        "the gate is read as a switch",
        "A sigmoid gate is a fraction strictly between 0 and 1, one for each unit.",
        "source page 000; Stack Overflow answer 62148399",
    ),
    "F13": (
        "clip01(0.2 * {a} + 0.5)",
        "old Keras's hard sigmoid is used",
        "The logistic function is meant; old Keras used a piecewise line as recurrent activation.",
        "Stack Overflow question 49759614",
    ),
    "F14": (
        "clip01({a} / 6 + 0.5)",
        "another hard sigmoid is used",
        "Two different hard sigmoids exist; here the logistic function is meant.",
        "Stack Overflow question 49759614",
    ),
    "F15": (
        "sigmoid(-{a})",
        "the sign in the exponent is wrong",
        "σ(a) is 1 / (1 + e to the power −a).",
        "derivations in course notes",
    ),
    "F16": (
        "sigmoid({a}) * (1 - sigmoid({a}))",
        "the derivative is used instead of σ",
        "Going forward uses σ itself, not its slope.",
        PLAUSIBLE,
    ),
    "F17": (
        "tanh({a})",
        "tanh is used for a gate",
        "A gate needs 0 to 1, so σ; a negative gate would flip the sign of what it multiplies.",
        "threads asking why tanh",
    ),
    "F18": (
        "sigmoid({a} + 1)",
        "a bias of 1 is added to weights that already have it",
        "Some libraries add 1 silently to the forget gate; here b holds everything.",
        "pytorch issue 20102; tensorflow issue 1326",
    ),
    "F19": (
        "sigmoid({a}) + 1",
        "1 is added after σ",
        "A bias goes inside σ; a gate above 1 is impossible.",
        "tvm pull request 3410",
    ),
}

# these stand in for tanh
TANHS = {
    "F21": (
        "sigmoid({a})",
        "σ is used instead of tanh",
        "Here the function is tanh, so that the value can go down as well as up.",
        "threads asking why tanh",
    ),
    "F22": ("sigmoid(2 * {a})", "tanh is computed as σ(2a)", "tanh(a) is 2σ(2a) − 1.", PLAUSIBLE),
    "F23": (
        "{a}",
        "tanh is forgotten",
        "Apply tanh after the weighted sum.",
        "threads on None as activation; Stack Overflow question 55322991",
    ),
    "F24": (
        "relu({a})",
        "ReLU is used instead of tanh",
        "Without an upper bound the state can grow without limit; keep tanh.",
        "Stack Overflow question 55322991; Le, Jaitly & Hinton 2015",
    ),
}


class Block(NamedTuple):
    """A weighted sum and what it is squashed into: `a_f` and `f`, with the letter of its weights."""

    a: str
    out: str
    suffix: str
    squash: str
    other: str  # the block whose bias is picked up by mistake


BLOCKS = {
    "rnn": [Block("a", "h", "", "tanh", "")],
    "rnn_relu": [Block("a", "h", "", "relu", "")],
    "gru": [Block("a_r", "r", "_r", "sigmoid", "_z"), Block("a_z", "z", "_z", "sigmoid", "_r")],
    "lstm": [
        Block("a_i", "i", "_i", "sigmoid", "_f"),
        Block("a_f", "f", "_f", "sigmoid", "_o"),
        Block("a_g", "g", "_g", "tanh", "_i"),
        Block("a_o", "o", "_o", "sigmoid", "_g"),
    ],
}


def rows(cell: Cell) -> Iterator[Row]:
    """The slips of every block of the cell: of its sum, and of its squashing."""
    for block in BLOCKS.get(cell.name, []):
        yield from _sums(block, cell)
        squashings = {"sigmoid": SIGMOIDS, "tanh": TANHS}.get(block.squash, {})
        for key, (formula, title, correction, source) in squashings.items():
            yield Row(key, block.out, {block.out: formula.format(a=block.a)}, title, correction, source)


def _sums(block: Block, cell: Cell) -> Iterator[Row]:
    letters = {letter: letter + block.suffix for letter in "WUb"} | {"other": "b" + block.other}
    for key, (formula, title, correction, source) in SUMS.items():
        if (key == "F06" and "c" not in cell.states) or (key == "F12" and not block.other):
            continue
        wrong = formula.format(**letters)
        yield Row(key, block.a, {block.a: wrong}, title, correction, source)
        yield Row(key, block.out, {block.out: f"{block.squash}({wrong})"}, title, correction, source)
