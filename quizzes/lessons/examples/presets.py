"""The examples worth looking at first. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sim
from quizzes.lessons.examples import address


@dataclass(frozen=True)
class Preset:
    """An example with a name. `changes` are arrays as an address writes them."""

    cell: str
    title: str
    sentence: str
    changes: Mapping[str, str] = field(default_factory=dict)

    def example(self) -> address.Example:
        return address.read(self.cell, {name: [value] for name, value in self.changes.items()})


TWO_UNITS = {"D": "2", "H": "2", "T": "1"}
KEEP_OR_CHANGE = {"W_f": "0", "U_f": "0", "W_i": "0", "U_i": "0"}  # f and i hang on their biases alone
ONE_THEN_SILENCE = ";".join(["1"] + ["0"] * 19)

PRESETS = [
    Preset("lstm", "The LSTM step of the lessons", "All four gates at work on one unit, two steps."),
    Preset(
        "lstm",
        "The carousel",
        "Forget gate open, input gate shut: the cell keeps its value for five steps, whatever comes in.",
        {"T": "5", "x": "1;-1;0.5;-0.5;1", "c0": "0.8", "b_f": "6", "b_i": "-6", **KEEP_OR_CHANGE},
    ),
    Preset(
        "lstm",
        "Forget gate shut",
        "The old cell is thrown away in every step: a memory of one step only.",
        {"T": "5", "x": "1;0;0;0;0", "W_f": "0", "U_f": "0", "b_f": "-6"},
    ),
    Preset(
        "lstm",
        "Both gates open",
        "Nothing is forgotten and everything is let in: the cell adds up whatever the candidate offers.",
        {"T": "5", "x": "1;1;1;1;1", "h0": "0", "c0": "0", "b_f": "6", "b_i": "6", "U_g": "0", **KEEP_OR_CHANGE},
    ),
    Preset(
        "lstm",
        "A cell that counts",
        "The candidate is almost +1 for an input of 1 and almost −1 for −1: the cell counts up and down.",
        {"T": "12", "x": "1;1;1;1;-1;-1;1;1;-1;-1;-1;-1", "h0": "0", "c0": "0", "b_f": "9", "b_i": "9", "W_g": "5",
         "U_g": "0", "b_g": "0", "view": "time", **KEEP_OR_CHANGE},
    ),
    Preset(
        "lstm",
        "What the forget gate leaves of fifty steps",
        "f is 0.9 in every step: follow what is left of an early cell along the direct path.",
        {"T": "50", "x": ";".join(["0"] * 50), "h0": "0", "c0": "1", "b_f": "2.2", "b_i": "-6", "view": "gradient",
         **KEEP_OR_CHANGE},
    ),
    Preset("rnn", "A plain RNN forgets", "One input at the first step, then silence: see what is left of it.", {}),
    Preset("rnn", "A plain RNN that holds on", "With U = 1.6 the state settles instead of fading.", {"U": "1.6"}),
    Preset(
        "rnn",
        "A vanishing gradient",
        "With U = 0.6, less than a thousandth of the gradient reaches back over twenty steps.",
        {"T": "20", "x": ONE_THEN_SILENCE, "view": "gradient"},
    ),
    Preset(
        "rnn_relu",
        "An exploding gradient",
        "With U = 1.5 and nothing to squash the state, the gradient grows by a half in every step back.",
        {"T": "20", "x": ONE_THEN_SILENCE, "U": "1.5", "view": "gradient"},
    ),
    Preset("gru", "One unit of a GRU", "Reset, update, candidate, blend: two steps."),
    Preset("gru", "The GRU step of the lessons", "Two units, so that row and column matter.", TWO_UNITS),
    Preset(
        "gru",
        "The same numbers by Cho 2014",
        "The reset gate acts before the product: another candidate, another result.",
        {"convention": "cho2014", **TWO_UNITS},
    ),
    Preset(
        "gru",
        "An update gate that keeps",
        "z is almost 1: the old state is kept, whatever comes in.",
        {"T": "20", "x": ";".join(["1", "-1", "0.5", "-0.5"] * 5), "h0": "0.8", "W_z": "0", "U_z": "0", "b_z": "6",
         "view": "time"},
    ),
]  # fmt: skip


def presets_of(cell: str) -> list[Preset]:
    """Those of a cell; of one that has none of its own, its usual numbers."""
    return [each for each in PRESETS if each.cell == cell] or [Preset(cell, "One step", sim.cell(cell).note)]
