"""Worked values on paper: fixtures L (LSTM) and G (GRU) of the catalogue of misconceptions."""

import numpy as np

import sim

L_BLOCKS = {"i": (-1.7, -0.6, 0.6), "f": (-1.4, -1.8, -0.4), "g": (-0.7, -1.7, 0.5), "o": (1.2, -0.6, -0.5)}
L_START = {"x": [[0.9], [-0.4]], "h0": [-0.7], "c0": [1.3]}

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


def lstm_layer():
    weights = {}
    for letter, (w, u, b) in L_BLOCKS.items():
        weights |= {f"W_{letter}": [[w]], f"U_{letter}": [[u]], f"b_{letter}": [b]}
    return sim.layer("lstm", weights)


def gru_layer(convention="pytorch"):
    cell = sim.cell("gru", convention)
    weights = dict(G_WEIGHTS) | {"b_n": np.add(G_WEIGHTS["b_in"], G_WEIGHTS["b_hn"])}
    return sim.layer(cell, {name: weights[name] for name in cell.parameters})


def slip(cell, asked, slip_id):
    return next(slip for slip in sim.slips_for(cell, asked) if slip.id == slip_id)
