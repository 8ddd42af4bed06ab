"""What is told of a network: of each of its layers in turn, under its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.runs.backpropagation import Gradients
from sim.runs.networks import NetworkGradients, NetworkTrace
from sim.runs.traces import Trace

type OfNetwork = NetworkTrace | NetworkGradients[Gradients]


def each_layer(of: OfNetwork, name: str = "") -> Iterator[tuple[str, Trace | Gradients]]:
    """The layers in the order of computing, each with its name: "layers[1], reverse"; those that have what is asked.

    All of them where none has it, so that the first refuses it.
    """
    traces: Sequence[Trace | Gradients] = of.layers
    named = [(title_of(k, each), each) for k, each in enumerate(traces)]
    found = [(title, each) for title, each in named if not name or name in each] or named
    yield from found if isinstance(of, NetworkTrace) else reversed(found)


def title_of(k: int, of: Trace | Gradients) -> str:
    """How a layer of a network is named."""
    trace = of if isinstance(of, Trace) else of.trace
    return f"layers[{k}]{', reverse' if trace.is_reverse else ''}"
