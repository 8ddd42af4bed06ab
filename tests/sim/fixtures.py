"""Worked values on paper: fixtures L and B (LSTM) and G (GRU) of the catalogue of misconceptions."""

import numpy as np
import pytest

import sim
from tests.tiers import thorough

L_BLOCKS = {"i": (-1.7, -0.6, 0.6), "f": (-1.4, -1.8, -0.4), "g": (-0.7, -1.7, 0.5), "o": (1.2, -0.6, -0.5)}
L_START = {"x": [[0.9], [-0.4]], "h0": [-0.7], "c0": [1.3]}

B_BLOCKS = {"i": (1.3, 0.9, 0), "f": (-1.1, -0.2, 0.5), "g": (2.0, -1.6, -0.3), "o": (-1.9, -1.2, -0.1)}
B_START = {"x": [[-0.7]], "h0": [-0.1], "c0": [2.0]}
B_LOSS = {"dh": [[2.0]], "dc_last": [0.6]}

G_WEIGHTS = {
    "W_r": [[1.4, -0.4], [0.1, -0.7]],
    "W_z": [[-0.7, 1.2], [0.3, -1.2]],
    "W_n": [[-1.5, 0.1], [-1.2, 0.8]],
    "U_r": [[0.9, 1.1], [0.1, -0.1]],
    "U_z": [[1.3, 1.5], [0.2, -0.8]],
    "U_n": [[0.8, -0.3], [-1.5, 0.5]],
    "b_r": [0.5, 0.1],
    "b_z": [-0.2, -1.0],
    "b_in": [-0.3, 1.0],
    "b_hn": [0.1, -1.0],
}
G_START = {"x": [[1.4, 1.4]], "h0": [-0.4, -0.7]}

CELLS = [cell for conventions in sim.CELLS.values() for cell in conventions.values()]
KINDS = list({tuple(cell.equations.items()): cell for cell in reversed(CELLS)}.values())  # those whose equations differ

FEW = [sim.cell("rnn"), sim.cell("lstm"), sim.cell("gru")]

# a cell of no known family: two gates, of which one opens the other, and a third state of affairs for c
MADE_UP = sim.declare(
    "made_up",
    {
        "a_k": "W_k @ x + U_k @ h_prev + b_k",
        "k": "sigmoid(a_k)",
        "a_m": "W_m @ x + U_m @ (k * h_prev) + p_m * c_prev + b_m",
        "m": "tanh(a_m)",
        "c": "k * c_prev + (1 - k) * m",
        "h": "k * tanh(c) + (1 - k) * h_prev",
    },
    title="Made-up cell",
    source="this test",
    note="Two states.",
)

DRAWN = [*KINDS, MADE_UP]


def cell_id(cell):
    return f"{cell.name}-{cell.convention}"


each_kind = pytest.mark.parametrize("cell", thorough(KINDS, quick=FEW), ids=cell_id)
each_drawn = pytest.mark.parametrize("cell", thorough(DRAWN, quick=[*FEW, MADE_UP]), ids=cell_id)


def scalar_layer(cell, blocks):
    weights = {}
    for letter, (w, u, b) in blocks.items():
        weights |= {f"W_{letter}": [[w]], f"U_{letter}": [[u]], f"b_{letter}": [b]}
    cell = sim.cell(cell)
    return sim.layer(cell, {name: weights.get(name, [0.5]) for name in cell.parameters})


def lstm_layer(cell="lstm"):
    return scalar_layer(cell, L_BLOCKS)


def gru_layer(convention="pytorch"):
    cell = sim.cell("gru", convention)
    weights = dict(G_WEIGHTS) | {"b_n": np.add(G_WEIGHTS["b_in"], G_WEIGHTS["b_hn"])}
    return sim.layer(cell, {name: weights[name] for name in cell.parameters})


def random_layer(cell, chance, D, H, size=1.0):
    return sim.layer(cell, {name: size * chance.normal(size=cell.shape(name, D, H)) for name in cell.parameters})


def random_start(cell, chance, D, H, T):
    return {"x": chance.normal(size=(T, D))} | {f"{state}0": chance.normal(size=H) for state in cell.states}


def random_trace(cell, chance, H=1, decimals=4):
    """One or two steps with one-decimal numbers, exact."""
    weights = {name: chance.integers(-15, 16, cell.shape(name, 1, H)) / 10 for name in cell.parameters}
    start = {f"{state}0": chance.integers(-9, 10, H) / 10 for state in cell.states}
    return sim.exact(sim.layer(cell, weights), chance.integers(-15, 16, (2, 1)) / 10, **start, decimals=decimals)


def slip(cell, asked, slip_id):
    return next(slip for slip in sim.slips_for(cell, asked) if slip.id == slip_id)
