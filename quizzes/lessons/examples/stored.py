"""How a library keeps what a cell computes with: beside its equations, what decides whether numbers agree. Pure."""

from __future__ import annotations

import sim

_OF_N = "those of n apart (b_in, b_hn)"
_TWO = "two biases for each block, added up here"
_ONNX_LSTM = f"{_TWO}; h and c are inputs of their own"
_ONNX_BESIDE = f"Stored in ONNX: blocks in the order i, o, f, c; {_ONNX_LSTM}."
_RNN = "Stored in PyTorch: two biases, added up here; Keras has one."
_NO_BIASES = "The paper prints no biases; here each block has one."
_STORED = {
    ("rnn", "pytorch"): _RNN,
    ("rnn_relu", "pytorch"): _RNN,
    ("lstm", "pytorch"): f"Stored: {_TWO}; the states as (h, c). No peepholes.",
    ("lstm", "keras"): "Stored: one bias for each block, matrices across; the states as [h, c]. No peepholes.",
    ("lstm", "onnx"): f"Stored: {_ONNX_LSTM}. Peepholes are left out.",
    ("lstm_peephole", "onnx"): _ONNX_BESIDE,
    ("lstm_coupled", "onnx"): _ONNX_BESIDE,
    ("gru", "pytorch"): f"Stored: blocks in the order r, z, n; two biases for each block, {_OF_N}.",
    ("gru", "keras"): f"Stored: blocks in the order z, r, h; two rows of biases, {_OF_N}.",
    ("gru", "onnx"): f"Stored: blocks in the order z, r, h; {_TWO}.",
    ("gru", "cho2014"): _NO_BIASES,
    ("gru", "chung2014"): _NO_BIASES,
    ("gru", "gamma"): "One bias for each block.",
}


def stored(cell: sim.Cell) -> str:
    """Order of blocks, biases and order of states, as far as `cell.note` has not said them. Nothing of other cells."""
    return _STORED.get((cell.name, cell.convention), "")
