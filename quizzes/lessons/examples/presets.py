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

PRESETS = [
    Preset("lstm", "The LSTM step of the lessons", "All four gates at work on one unit, two steps."),
    Preset(
        "lstm",
        "The carousel",
        "Forget gate open, input gate shut: the cell keeps its value for five steps, whatever comes in.",
        {"T": "5", "x": "1;-1;0.5;-0.5;1", "c0": "0.8", "W_f": "0", "U_f": "0", "b_f": "6", "W_i": "0", "U_i": "0",
         "b_i": "-6"},
    ),
    Preset(
        "lstm",
        "Forget gate shut",
        "The old cell is thrown away in every step: a memory of one step only.",
        {"T": "5", "x": "1;0;0;0;0", "W_f": "0", "U_f": "0", "b_f": "-6"},
    ),
    Preset("rnn", "A plain RNN forgets", "One input at the first step, then silence: see what is left of it.", {}),
    Preset("rnn", "A plain RNN that holds on", "With U = 1.6 the state settles instead of fading.", {"U": "1.6"}),
    Preset("gru", "One unit of a GRU", "Reset, update, candidate, blend: two steps."),
    Preset("gru", "The GRU step of the lessons", "Two units, so that row and column matter.", TWO_UNITS),
    Preset(
        "gru",
        "The same numbers by Cho 2014",
        "The reset gate acts before the product: another candidate, another result.",
        {"convention": "cho2014", **TWO_UNITS},
    ),
]  # fmt: skip


def presets_of(cell: str) -> list[Preset]:
    """Those of a cell; of one that has none of its own, its usual numbers."""
    return [each for each in PRESETS if each.cell == cell] or [Preset(cell, "One step", sim.cell(cell).note)]
