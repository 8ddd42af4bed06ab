r"""A formula as LaTeX: c = f \odot c_{\text{prev}} + i \odot g."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.language.declarations import Cell
from sim.printers.layers import each_layer
from sim.printers.letters import MARKS
from sim.printers.letters import letters as letters_of
from sim.printers.notations import in_notation
from sim.printers.numerals import Decimals, parted
from sim.printers.reading import equation, render, shown_formula, told
from sim.printers.text import Printed, shown_equations
from sim.runs.backpropagation import Gradients
from sim.runs.networks import NetworkGradients, NetworkTrace
from sim.runs.traces import Trace

SIGNS = {"+": " + ", "-": " - ", "*": r" \odot ", "·": r" \cdot ", "@": " "}
FUNCTIONS = {"sigmoid": r"\sigma", "tanh": r"\tanh", "sum": r"\textstyle\sum", "logsumexp": r"\log\textstyle\sum\exp"}
NAMED = {"relu": "ReLU", "switch": "round", "tenths": "round", "clip01": "clip"}
GREEK = {"δ": r"\delta ", "Γ": r"\Gamma", "c̃": r"\tilde{c}"}


class LatexStyle:
    def name(self, label: str) -> str:
        if label in ("tanh_c", "dtanh_c"):
            return r"\tanh(c)" if label == "tanh_c" else r"\delta \tanh(c)"
        found = letters_of(label)
        parts = [rf"\text{{{part}}}" if part in MARKS else part for part in found.subscript.split()]
        letter = found.letter
        for sign, command in GREEK.items():
            letter = letter.replace(sign, command)
        return f"{letter}_{{{', '.join(parts)}}}" if parts else letter

    def number(self, digits: str) -> str:
        factor, exponent = (part.replace("−", "-") for part in parted(digits))
        return rf"{factor} \cdot 10^{{{exponent}}}" if exponent else factor

    def value(self, label: str, digits: str) -> str:
        return self.number(digits)

    def infix(self, op: str, left: str, right: str) -> str:
        return f"{left}{SIGNS[op]}{right}"

    def prefix(self, right: str) -> str:
        return f"-{right}"

    def call(self, function: str, arguments: list[str], simple: bool) -> str:
        if function == "outer":
            return rf"{arguments[0]} \otimes {arguments[1]}"
        if function == "beside":
            return f"[{arguments[0]}, {arguments[1]}]"
        if function == "step":
            return f"[{arguments[0]} > 0]"
        named = FUNCTIONS.get(function) or rf"\operatorname{{{NAMED.get(function, function)}}}"
        return f"{named}({arguments[0]})"

    def group(self, inner: str) -> str:
        return f"({inner})"

    def transposed(self, inner: str) -> str:
        return f"{inner}^{{\\top}}"

    def square(self, inner: str) -> str:
        return rf"\tanh^2{inner.removeprefix(r'\tanh')}" if inner.startswith(r"\tanh(") else f"{inner}^2"

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"


STYLE = LatexStyle()


def latex(of: Printed, name: str = "", step: int | None = None, *, letters: str = "", decimals: Decimals = None) -> str:
    """The equation of a quantity or of a gradient, or the wrong one of a slip, as LaTeX without dollar signs.

    Of a trace or gradients: every equation in order, each with its numbers put in, as rows of an `aligned`; or those of
    one name, at one step. Of a network: layer by layer, as computed.
    """
    if isinstance(of, (Trace, Gradients)):
        return _aligned(_rows(of, name, step, letters, decimals))
    if isinstance(of, (NetworkTrace, NetworkGradients)):
        of_each = ((title, _rows(each, name, step, letters, decimals)) for title, each in each_layer(of, name))
        return _aligned(row for title, rows in of_each for row in (rf"&\text{{{title}}}", *rows))
    cell, names = shown_equations(of, name)
    return r" \quad ".join(_equation(cell, each, letters, " = ") for each in names)


def _aligned(rows: Iterable[str]) -> str:
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def _equation(cell: Cell, name: str, letters: str, equals: str) -> str:
    left, formula = in_notation(cell, name, shown_formula(cell, name), letters)
    return equation(left, formula, STYLE, equals)


def _rows(of: Trace | Gradients, name: str, step: int | None, letters: str, decimals: Decimals) -> Iterator[str]:
    last = None
    for numbers, each in told(of, name, step, decimals):
        if numbers.step != last and step is None and of.T > 1:
            yield rf"&\text{{Step {numbers.step}}}"
        last = numbers.step
        yield _equation(numbers.cell, each, letters, " &= ")
        for digits, entry in numbers.lines(each):
            yield f"{STYLE.number(digits)} &= {render(entry, STYLE)}"
