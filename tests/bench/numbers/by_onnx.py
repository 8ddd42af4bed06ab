"""The same by onnxruntime's operator, in float32, which is all that it has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import sim
from sim.layers import Array
from tests.bench.numbers.cases import One
from tests.bench.numbers.clock import Work

STATES = ("h0", "c0")


def session_of(layer: sim.Layer | sim.Network, T: int) -> onnxruntime.InferenceSession:
    """A model of this one operator, its weights inside. It takes X (T, 1, D) and gives Y (T, directions, 1, H)."""
    op, W, R, B, P, attributes = sim.to_onnx(layer)
    weights = {name: array for name, array in (("W", W), ("R", R), ("B", B), ("P", P)) if array is not None}
    states = {"LSTM": STATES}.get(op, STATES[:1])
    inputs = [
        "X",
        *(name if name in weights else "" for name in "WRB"),
        "",
        *states,
        *("P" for _ in [P] if P is not None),
    ]
    node = helper.make_node(op, inputs, ["Y"], **attributes)
    H, D, directions = attributes["hidden_size"], W.shape[2], len(W)
    shapes = {"X": (T, 1, D)} | dict.fromkeys(states, (directions, 1, H))
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    result = [helper.make_tensor_value_info("Y", TensorProto.FLOAT, (T, directions, 1, H))]
    held = [numpy_helper.from_array(array.astype(np.float32), name) for name, array in weights.items()]
    model = helper.make_model(
        helper.make_graph([node], "one", given, result, held), opset_imports=[helper.make_opsetid("", 17)], ir_version=9
    )
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def in_float32(x: Array, firsts: Sequence[Array]) -> dict[str, Array]:
    """What a session takes: the sequence, and the first states."""
    given = {"X": x[:, None]} | {name: first[None, None] for name, first in zip(STATES, firsts, strict=False)}
    return {name: array.astype(np.float32) for name, array in given.items()}


def forward(case: One) -> Work:
    session, given = session_of(case.layer, len(case.x)), in_float32(case.x, [case.h0, case.c0])
    return lambda: session.run(["Y"], given)
