"""Do others give the same numbers? Printed PyTorch programs run; layers go to PyTorch, Keras and ONNX and back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np

import sim
from sim.layers import Array

FORWARD, BACKWARD, FLOAT32 = 1e-12, 1e-10, 1e-5


@dataclass(frozen=True)
class Pair:
    """Two that should agree: how far apart their farthest numbers are."""

    kind: str
    what: str
    ours: Array
    theirs: Array
    allowed: float

    @property
    def apart(self) -> float:
        return float(np.abs(np.asarray(self.ours) - np.asarray(self.theirs)).max())


def show() -> int:
    """Prints how far apart the numbers are, kind by kind, and every pair that is too far; returns how many are."""
    try:
        pairs = [*_printed_programs(), *_torch(), *_keras(), *_onnx()]
    except ImportError as error:
        print(f"Agreement was left out: {error.name} is not there.")
        return 0
    print("Agreement with others:")
    for kind in dict.fromkeys(pair.kind for pair in pairs):
        found = [pair for pair in pairs if pair.kind == kind]
        farthest, allowed = max(pair.apart for pair in found), found[0].allowed
        print(f"  {kind:48}{len(found):4} pairs, at most {farthest:.1e} apart (allowed {allowed:g})")
    far = [pair for pair in pairs if not pair.apart <= pair.allowed]
    for pair in far:
        print(f"  TOO FAR: {pair.kind}, {pair.what}: {pair.apart:.1e}")
    return len(far)


def _printed_programs() -> Iterator[Pair]:
    """Every cell's printed program, in full precision and in four decimals; and torch.nn's own layer in it."""
    import torch  # noqa: F401 - without it, nothing here can be run

    for conventions in sim.CELLS.values():
        for cell in conventions.values():
            for run in (sim.forward, sim.exact):
                trace, what = run(*_in_tenths(cell)), f"{cell.title}, {cell.convention}, {run.__name__}"
                scope = _run(sim.torch_code(trace))
                theirs = np.stack([scope["trace"][name].numpy() for name in trace])
                yield Pair("printed PyTorch programs", what, np.stack(list(trace.values())), theirs, FORWARD)
                if "output" in scope:
                    output = scope["output"].detach().numpy()
                    yield Pair("printed PyTorch programs, torch.nn in them", what, trace["h"], output, FORWARD)


def _in_tenths(cell: sim.Cell) -> tuple[Any, ...]:
    """A layer of the cell, x, and its first states."""
    chance = np.random.default_rng(5)
    weights = {name: chance.integers(-15, 16, cell.shape(name, 2, 3)) / 10 for name in cell.parameters}
    firsts = [chance.integers(-9, 10, 3) / 10 for _ in cell.states]
    return sim.layer(cell, weights), chance.integers(-15, 16, (4, 2)) / 10, *firsts


def _run(program: str) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()):
        exec(program, scope)  # what we printed ourselves
    return scope


def _torch() -> Iterator[Pair]:
    """Two levels, both directions: forward, backward to x, and the weights back in PyTorch."""
    import torch

    for kind, made in (("rnn", torch.nn.RNN), ("lstm", torch.nn.LSTM), ("gru", torch.nn.GRU)):
        layer = made(3, 4, num_layers=2, bidirectional=True, dtype=torch.float64)
        x = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
        output = layer(x)[0]
        dh = torch.randn_like(output)
        (output * dh).sum().backward()
        network = sim.from_torch(kind, {name: tensor.detach().numpy() for name, tensor in layer.state_dict().items()})
        trace = sim.forward(network, x.detach().numpy())
        theirs = output.detach().numpy()
        yield Pair("torch.nn, two levels, both directions", kind, trace["h"], theirs, FORWARD)
        gradients = sim.backward(trace, dh.numpy())
        yield Pair("its gradients", kind, gradients["x"], x.grad.numpy(), BACKWARD)
        layer.load_state_dict({name: torch.tensor(array) for name, array in sim.to_torch(network).items()})
        yield Pair("back in torch.nn", kind, layer(x)[0].detach().numpy(), theirs, FORWARD)
        scope = _run(sim.torch_code(trace))
        yield Pair("printed PyTorch programs of networks", kind, scope["trace"]["h"].numpy(), theirs, FORWARD)
        printed = scope["output"].detach().numpy()
        yield Pair("printed PyTorch programs, torch.nn in them", kind, printed, theirs, FORWARD)


def _keras() -> Iterator[Pair]:
    import keras

    keras.utils.set_random_seed(3)
    made = [
        ("rnn", keras.layers.SimpleRNN, {}), ("lstm", keras.layers.LSTM, {}),
        ("gru", keras.layers.GRU, {"reset_after": True}), ("gru", keras.layers.GRU, {"reset_after": False}),
    ]  # fmt: skip
    x = np.random.default_rng(2).normal(size=(1, 6, 3))
    for kind, layer_type, options in made:
        for both in (False, True):
            layer = layer_type(4, return_sequences=True, dtype="float32", bias_initializer="glorot_uniform", **options)
            layer = keras.layers.Bidirectional(layer) if both else layer
            theirs, what = np.asarray(layer(x))[0], f"{kind} {options} {'both directions' if both else ''}"
            ours = sim.from_keras(kind, layer.get_weights(), bidirectional=both, **options)
            yield Pair("Keras", what, sim.forward(ours, x[0])["h"], theirs, FLOAT32)
            layer.set_weights([np.asarray(each, dtype=np.float32) for each in sim.to_keras(ours)])
            yield Pair("back in Keras", what, np.asarray(layer(x))[0], theirs, FLOAT32)


def _onnx() -> Iterator[Pair]:
    from tests.bench.numbers.by_onnx import in_float32, session_of

    cells = [sim.cell(name, "onnx") for name in ("rnn", "rnn_relu", "lstm", "lstm_peephole", "lstm_coupled", "gru")]
    for cell in (*cells, sim.cell("gru")):
        layer, x, *firsts = _in_tenths(cell)
        (theirs,) = session_of(layer, len(x)).run(["Y"], in_float32(x, firsts))
        ours = sim.forward(layer, x, *firsts)["h"]
        yield Pair("onnxruntime", f"{cell.title}, {cell.convention}", ours, theirs[:, 0, 0], FLOAT32)
