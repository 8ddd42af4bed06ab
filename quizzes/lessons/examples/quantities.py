"""What each quantity is called and what is worth knowing of it, in one sentence. Pure."""

from __future__ import annotations

import sim

GATES = {
    "i": "input gate",
    "f": "forget gate",
    "o": "output gate",
    "r": "reset gate",
    "z": "update gate",
}
CANDIDATES = {"g": "candidate", "n": "candidate"}

NAMES = {
    **GATES,
    **CANDIDATES,
    **{f"a_{letter}": f"sum into the {name}" for letter, name in {**GATES, **CANDIDATES}.items()},
    "a": "sum into the state",
    "c": "cell state",
    "tanh_c": "squashed cell",
    "h": "hidden state",
    "x": "input",
    "h_prev": "old hidden state",
    "c_prev": "old cell state",
}

SENTENCES = {
    "a": "Input and old state, each weighed, and the bias: what tanh is taken of.",
    "i": "A share from 0 to 1: how much of the candidate is let in.",
    "f": "A share from 0 to 1: how much of the old cell is kept.",
    "g": "What could be written into the cell, from −1 to 1; the input gate says how much of it is.",
    "o": "A share from 0 to 1: how much of the squashed cell is shown.",
    "r": "A share from 0 to 1: how much of the old state the candidate gets to see.",
    "n": "The new content on offer, from −1 to 1, made from the input and what the reset gate lets through.",
    "c": "The memory: what is kept of the old cell plus what is let in. Nothing squashes it on its way.",
    "tanh_c": "The cell brought between −1 and 1 before it is shown; the cell itself stays as it is.",
    "h": "What the cell shows to the next layer and to its own next step.",
    "x": "What comes in at this step.",
    "h_prev": "What the step before showed.",
    "c_prev": "What the step before left in the cell.",
}
OF_A_SUM = "Input and old state, each weighed, and the bias: what goes into the {name}."
OF_WEIGHTS = {
    "W": "How strongly the input counts in the {name}: a weight, learned in training, the same in every step.",
    "U": "How strongly the old hidden state counts in the {name}: a weight, the same in every step.",
    "b": "The bias of the {name}: what it starts from when input and old state are 0.",
    "p": "How strongly the cell itself counts in the {name}: a peephole weight, one for each unit.",
}
Z_KEEPS = "A share from 0 to 1: how much of the old state is kept; the candidate gets the rest."
Z_ADMITS = "A share from 0 to 1: how much of the candidate is admitted; the old state keeps the rest."
ADMITTING = ("chung2014", "gamma")

# where a cell uses a letter in another way than most
OF_A_CELL = {
    ("rnn", "h"): "The whole memory of a plain network: tanh of the sum, from −1 to 1, made anew in every step.",
    ("rnn_relu", "a"): "Input and old state, each weighed, and the bias: what is cut off at 0.",
    ("rnn_relu", "h"): "The whole memory: the sum where it is positive, else 0, made anew in every step.",
    ("gru", "h"): "The one state of a GRU: old state and candidate, mixed by z.",
    ("mgu", "f"): "A share from 0 to 1: what the candidate sees of the old state, and its own share in the new one.",
    ("mgu", "n"): "The new content on offer, from −1 to 1, made from the input and what the gate lets through.",
    ("mgu", "h"): "The one state: old state and candidate, mixed by f.",
    ("lstm_coupled", "f"): "A share from 0 to 1: how much of the old cell is kept, the rest of what is let in.",
    ("lstm_1997", "c"): "The memory: the whole old cell plus what is let in. Nothing is ever forgotten.",
}


def name_of(quantity: str) -> str:
    return NAMES.get(quantity, quantity)


def gate_of(parameter: str) -> str:
    """The gate a weight belongs to: "f" of W_f, "n" of b_hn and b_in, nothing for the plain network's W."""
    return parameter[-1] if "_" in parameter else ""


def sentences(cell: sim.Cell) -> dict[str, str]:
    """A sentence on every quantity and every weight of a cell, true in its convention."""
    named = ["x", *(f"{state}_prev" for state in cell.states), *cell.equations]
    return {name: sentence_of(name, cell.name, cell.convention) for name in named} | {
        name: _of_weight(name) for name in cell.parameters
    }


def _of_weight(name: str) -> str:
    return OF_WEIGHTS[name[0]].format(name=name_of(gate_of(name) or "h"))


def sentence_of(quantity: str, cell: str, convention: str) -> str:
    """One sentence on a quantity, true in the cell and the convention in force."""
    if quantity == "z":
        return Z_ADMITS if convention in ADMITTING else Z_KEEPS
    if quantity.startswith("a_"):
        return OF_A_SUM.format(name=name_of(quantity[2:]))
    return OF_A_CELL.get((cell, quantity)) or SENTENCES.get(quantity, "")
