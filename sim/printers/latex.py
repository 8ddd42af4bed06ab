r"""A formula as LaTeX: c = f \odot c_{\text{prev}} + i \odot g."""

from __future__ import annotations

from sim.cells import Cell
from sim.printers.letters import letters
from sim.printers.reading import equation
from sim.printers.text import shown_equation
from sim.slips import Slip

SIGNS = {"+": " + ", "-": " - ", "*": r" \odot ", "·": r" \cdot ", "@": " "}
FUNCTIONS = {"sigmoid": r"\sigma", "tanh": r"\tanh"}
NAMED = {"relu": "ReLU", "switch": "round", "clip01": "clip"}


class LatexStyle:
    def name(self, label: str) -> str:
        if label == "tanh_c":
            return r"\tanh(c)"
        found = letters(label)
        subscript = r"\text{prev}" if found.subscript == "prev" else found.subscript
        return f"{found.letter}_{{{subscript}}}" if subscript else found.letter

    def number(self, digits: str) -> str:
        return digits.replace("−", "-")

    def value(self, label: str, digits: str) -> str:
        return self.number(digits)

    def infix(self, op: str, left: str, right: str) -> str:
        return f"{left}{SIGNS[op]}{right}"

    def prefix(self, right: str) -> str:
        return f"-{right}"

    def call(self, function: str, argument: str, simple: bool) -> str:
        named = FUNCTIONS.get(function) or rf"\operatorname{{{NAMED.get(function, function)}}}"
        return f"{named}({argument})"

    def group(self, inner: str) -> str:
        return f"({inner})"

    def transposed(self, inner: str) -> str:
        return f"{inner}^{{\\top}}"

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"


STYLE = LatexStyle()


def latex(of: Cell | Slip | str, name: str = "") -> str:
    """The equation of a quantity, or the wrong one of a slip, as LaTeX without dollar signs."""
    cell, name = shown_equation(of, name)
    return equation(name, cell.formula(name), STYLE, " = ")
