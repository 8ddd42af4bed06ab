"""PyTorch's own layer with a trace's weights, as lines of a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.convert.torch import to_torch
from sim.errors import SimError
from sim.layers import Layer
from sim.runs.networks import NetworkTrace
from sim.runs.traces import Trace

type Levels = Sequence[Sequence[Layer]]

KINDS = {"rnn": "RNN", "rnn_relu": "RNN", "lstm": "LSTM", "gru": "GRU"}


def the_layer_itself(trace: NetworkTrace, x: str) -> str:
    """Lines that run torch.nn's own layer on `x`; nothing where it has no such layer, or the trace is rounded."""
    levels = trace.network.levels
    if not _has_such(trace.layers, levels):
        return ""
    try:
        state: dict[str, Any] = {name: array.tolist() for name, array in to_torch(trace.network).items()}
    except SimError:
        return ""
    kind = KINDS[levels[0][0].cell.name]
    return "\n".join(
        [
            "",
            f"# the same by torch.nn.{kind}, which gives only h",
            f"layer = torch.nn.{kind}({_arguments(levels)})",
            f"weights = {state!r}",
            "layer.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})",
            f"output, _ = layer({x}, {_first_states(trace.layers)})",
            "print(output.detach())",
            "",
        ]
    )


def _has_such(traces: Sequence[Trace], levels: Levels) -> bool:
    """Whether it can have one layer of these: alike in cell and units, in one or in both directions on every level."""
    kinds = {(each.layer.cell.name, each.layer.H) for each in traces}
    plain = not any(each.decimals or each.own or set(each.cells) != {each.layer.cell} for each in traces)
    return plain and len(kinds) == len({len(level) for level in levels}) == 1


def _arguments(levels: Levels) -> str:
    first = levels[0][0]
    said = [str(first.D), str(first.H)]
    said += [f"num_layers={len(levels)}"] * (len(levels) > 1) + ["bidirectional=True"] * (len(levels[0]) > 1)
    return ", ".join([*said, *['nonlinearity="relu"'] * (first.cell.name == "rnn_relu")])


def _first_states(traces: Sequence[Trace]) -> str:
    states = [[trace.h0 for trace in traces], [trace.c0 for trace in traces]]
    rows = [repr([row.tolist() for row in state if row is not None]) for state in states]
    first = [f"torch.tensor({each})" for each in rows if each != "[]"]
    return first[0] if len(first) == 1 else f"({', '.join(first)})"
