"""A trace as a program of its own, in NumPy or PyTorch, whose output is the trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from sim.checks import of_kind
from sim.language.expressions import Expr
from sim.layers import Array, network
from sim.printers.reading import render
from sim.printers.torch_layer import the_layer_itself
from sim.runs.networks import NetworkTrace
from sim.runs.traces import Trace

SIGNS = {"+": " + ", "-": " - ", "*": " * ", "·": " * ", "@": " @ "}


@dataclass(frozen=True)
class Library:
    """What differs between the two: how an array, a function and a rounding are written."""

    head: str
    rounded: str
    cut: str
    array: str
    calls: Mapping[str, str]
    stacked: str
    beside: str


NUMPY = Library(
    head="""import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))
""",
    rounded='''

def rounded(y):
    """Half away from zero; the inner rounding makes a tie a tie again where float arithmetic missed it."""
    units = np.round(np.abs(y) * 1e{decimals}, 9)
    return np.sign(y) * np.floor(units + 0.5) / 1e{decimals} + 0.0  # never -0
''',
    cut='''

def rounded(y):
    """Cut off; the inner rounding makes whole again what float arithmetic missed."""
    return np.trunc(np.round(y * 1e{decimals}, 9)) / 1e{decimals} + 0.0  # never -0
''',
    array="np.array({})",
    calls={
        "sigmoid": "sigmoid({})",
        "tanh": "np.tanh({})",
        "relu": "np.maximum({}, 0)",
        "switch": "np.where({} >= 0.5, 1.0, 0.0)",
        "step": "np.where({} > 0, 1.0, 0.0)",
        "tenths": "np.sign({0}) * np.floor(np.round(np.abs({0}) * 10, 9) + 0.5) / 10",
        "clip": "np.clip({}, -1, 1)",
        "clip01": "np.clip({}, 0, 1)",
        "diag": "np.diag({})",
    },
    stacked="np.array({})",
    beside="np.concatenate({}, axis=1)",
)
TORCH = Library(
    head="""import torch

torch.set_default_dtype(torch.float64)
""",
    rounded='''

def rounded(y):
    """Half away from zero; the inner rounding makes a tie a tie again where float arithmetic missed it."""
    units = torch.round(torch.abs(y) * 1e{decimals}, decimals=9)
    return torch.sign(y) * torch.floor(units + 0.5) / 1e{decimals} + 0.0  # never -0
''',
    cut='''

def rounded(y):
    """Cut off; the inner rounding makes whole again what float arithmetic missed."""
    return torch.trunc(torch.round(y * 1e{decimals}, decimals=9)) / 1e{decimals} + 0.0  # never -0
''',
    array="torch.tensor({})",
    calls={
        "sigmoid": "torch.sigmoid({})",
        "tanh": "torch.tanh({})",
        "relu": "torch.relu({})",
        "switch": "torch.where({} >= 0.5, 1.0, 0.0)",
        "step": "torch.where({} > 0, 1.0, 0.0)",
        "tenths": "torch.sign({0}) * torch.floor(torch.round(torch.abs({0}) * 10, decimals=9) + 0.5) / 10",
        "clip": "torch.clamp({}, -1, 1)",
        "clip01": "torch.clamp({}, 0, 1)",
        "diag": "torch.diagonal({})",
    },
    stacked="torch.stack({})",
    beside="torch.cat({}, dim=1)",
)


@dataclass(frozen=True)
class CodeStyle:
    library: Library

    def name(self, label: str) -> str:
        return label

    def number(self, digits: str) -> str:
        return digits.replace("−", "-")

    def value(self, label: str, digits: str) -> str:
        return self.number(digits)

    def infix(self, op: str, left: str, right: str) -> str:
        return f"{left}{SIGNS[op]}{right}"

    def prefix(self, right: str) -> str:
        return f"-{right}"

    def call(self, function: str, arguments: list[str], simple: bool) -> str:
        return self.library.calls[function].format(*arguments)

    def group(self, inner: str) -> str:
        return f"({inner})"

    def transposed(self, inner: str) -> str:
        return f"{inner}.T"

    def square(self, inner: str) -> str:
        return f"{inner}**2"

    def fraction(self, above: str, below: str) -> str:
        return f"({above}) / {below}"


def numpy_code(trace: Trace | NetworkTrace) -> str:
    """A NumPy program that computes the trace: run it, and its `trace["h"]` is the same (T, H).

    Of a network, `layers[k]` is that of a layer, and `trace` what the top level gives.
    """
    return _code(trace, NUMPY)


def torch_code(trace: Trace | NetworkTrace) -> str:
    """The same in PyTorch; where it has such a layer, that layer is set up with these weights and run too."""
    code = _code(trace, TORCH)
    if isinstance(trace, NetworkTrace):
        return code + the_layer_itself(trace, "sequence")
    return code + the_layer_itself(NetworkTrace(network([trace.layer]), [trace]), "inputs")


def _code(trace: Trace | NetworkTrace, library: Library) -> str:
    of_kind("trace", trace, (Trace, NetworkTrace), "the trace of a layer or of a network")
    first = trace.layers[0] if isinstance(trace, NetworkTrace) else trace
    lines = [library.head + _rounding(first, library), "", f"inputs = {_array(library, trace.x)}"]
    lines += _levels(trace, library) if isinstance(trace, NetworkTrace) else _layer(trace, library)
    return "\n".join([*lines, 'print(trace["h"])', ""])


def _levels(trace: NetworkTrace, library: Library) -> Iterator[str]:
    """Every layer with a heading. Both directions of a level read the same: what the level below it gives."""
    yield "sequence, layers = inputs, []"
    traces = iter(enumerate(trace.layers))
    given = ""
    for level in trace.network.levels:
        if given:
            yield f"inputs = {given.format(name='"h"')}"
        for k, each in islice(traces, len(level)):
            yield f"\n# layers[{k}]"
            yield from _layer(each, library)
            yield "layers.append(trace)"
        given = library.beside.format(f"[each[{{name}}] for each in layers[-{len(level)}:]]")
    yield f"\ntrace = {{name: {given.format(name='name')} for name in trace}}"


def _layer(trace: Trace, library: Library) -> Iterator[str]:
    """Lines that compute one layer from `inputs`."""
    layer, cell = trace.layer, trace.cells[0]
    yield from (f"{name} = {_array(library, layer.weights[name])}" for name in layer.cell.parameters)
    first = {"h": trace.h0, "c": trace.c0}
    yield from (f"{state}_prev = {_array(library, value)}" for state, value in first.items() if value is not None)
    yield f"\ntrace = {{name: [] for name in {list(trace)!r}}}"
    yield _head_of_loop(trace)
    yield from (f"    {name} = {_right(trace, name, library)}" for name in cell.equations)
    yield f"    for name, value in zip(trace, [{', '.join(cell.equations)}]):"
    yield "        trace[name].append(value)"
    yield from (f"    {state}_prev = {state}" for state in layer.cell.states)
    stacked = library.stacked.format("values[::-1]" if trace.is_reverse else "values")
    yield f"\ntrace = {{name: {stacked} for name, values in trace.items()}}"


def _rounding(trace: Trace, library: Library) -> str:
    """The function that rounds, or cuts off, as the trace does; nothing for full precision."""
    if trace.rounding is None:
        return ""
    return (library.cut if trace.rounding.op == "cut" else library.rounded).format(decimals=trace.decimals)


def _head_of_loop(trace: Trace) -> str:
    if not trace.is_reverse:
        return "for step, x in enumerate(inputs, 1):"
    return "for step, x in reversed(list(enumerate(inputs, 1))):  # this layer reads the sequence from its end"


def _right(trace: Trace, name: str, library: Library) -> str:
    """The right-hand side; where the steps differ (a slip in one, or a learner's own number), each step's own."""
    formulas = {step: trace.cell_at(step).equations[name] for step in range(1, trace.T + 1)}
    common = max(formulas.values(), key=list(formulas.values()).count)
    code = _formula(trace, common, library)
    for step, formula in formulas.items():
        own = trace.own.get(f"{name}@{step}")
        if own is not None:
            code = f"{_array(library, own)} if step == {step} else {code}"
        elif formula != common:
            code = f"{_formula(trace, formula, library)} if step == {step} else {code}"
    return code


def _formula(trace: Trace, formula: Expr, library: Library) -> str:
    code = render(formula, CodeStyle(library))
    return f"rounded({code})" if trace.rounding else code


def _array(library: Library, array: Array) -> str:
    return library.array.format(repr(array.tolist()))
