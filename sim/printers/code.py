"""A trace as a NumPy program of its own, whose output is the trace."""

from __future__ import annotations

from sim.expressions import Expr
from sim.layers import Array
from sim.printers.reading import render
from sim.traces import Trace

SIGNS = {"+": " + ", "-": " - ", "*": " * ", "·": " * ", "@": " @ "}
CALLS = {
    "sigmoid": "sigmoid({})",
    "tanh": "np.tanh({})",
    "relu": "np.maximum({}, 0)",
    "switch": "np.where({} >= 0.5, 1.0, 0.0)",
    "clip": "np.clip({}, -1, 1)",
    "clip01": "np.clip({}, 0, 1)",
    "diag": "np.diag({})",
}
HEAD = """import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))
"""
ROUNDED = '''

def rounded(y):
    """Half away from zero; the small factor keeps a tie a tie in spite of float arithmetic."""
    return np.sign(y) * np.floor(np.abs(y) * 1e{decimals} * (1 + 1e-12) + 0.5) / 1e{decimals}
'''


class CodeStyle:
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

    def call(self, function: str, argument: str, simple: bool) -> str:
        return CALLS[function].format(argument)

    def group(self, inner: str) -> str:
        return f"({inner})"

    def transposed(self, inner: str) -> str:
        return f"{inner}.T"

    def fraction(self, above: str, below: str) -> str:
        return f"({above}) / {below}"


STYLE = CodeStyle()


def numpy_code(trace: Trace) -> str:
    """A program that computes the trace: run it, and `trace["h"]` is the same (T, H)."""
    layer, cell = trace.layer, trace.cells[0]
    lines = [HEAD + (ROUNDED.format(decimals=trace.decimals) if trace.decimals else ""), ""]
    lines += [f"{name} = np.array({_numbers(layer.weights[name])})" for name in layer.cell.parameters]
    lines += [f"inputs = np.array({_numbers(trace.x)})", f"h_prev = np.array({_numbers(trace.h0)})"]
    if trace.c0 is not None:
        lines.append(f"c_prev = np.array({_numbers(trace.c0)})")
    lines += ["", f"trace = {{name: [] for name in {list(trace)!r}}}", "for step, x in enumerate(inputs, 1):"]
    lines += [f"    {name} = {_right(trace, name)}" for name in cell.equations]
    lines.append(f"    for name, value in zip(trace, [{', '.join(cell.equations)}]):")
    lines.append("        trace[name].append(value)")
    lines += [f"    {state}_prev = {state}" for state in layer.cell.states]
    lines += ["", "trace = {name: np.array(values) for name, values in trace.items()}", 'print(trace["h"])', ""]
    return "\n".join(lines)


def _right(trace: Trace, name: str) -> str:
    """The right-hand side; where the steps differ (a slip in one of them), each step's own."""
    formulas = [cell.equations[name] for cell in trace.cells]
    common = max(formulas, key=formulas.count)
    code = _formula(trace, common)
    for step, formula in enumerate(formulas, 1):
        if formula != common:
            code = f"{_formula(trace, formula)} if step == {step} else {code}"
    return code


def _formula(trace: Trace, formula: Expr) -> str:
    code = render(formula, STYLE)
    return f"rounded({code})" if trace.decimals else code


def _numbers(array: Array) -> str:
    return repr(array.tolist())
