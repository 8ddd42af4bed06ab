r"""A formula as LaTeX: c = f \odot c_{\text{prev}} + i \odot g."""

from __future__ import annotations

from sim.language.declarations import Cell
from sim.printers.letters import MARKS
from sim.printers.letters import letters as letters_of
from sim.printers.notations import in_notation
from sim.printers.reading import equation, shown_formula
from sim.printers.text import shown_equation
from sim.slips.binding import Slip

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
        return digits.replace("−", "-")

    def value(self, label: str, digits: str) -> str:
        return self.number(digits)

    def infix(self, op: str, left: str, right: str) -> str:
        return f"{left}{SIGNS[op]}{right}"

    def prefix(self, right: str) -> str:
        return f"-{right}"

    def call(self, function: str, arguments: list[str], simple: bool) -> str:
        if function == "outer":
            return rf"{arguments[0] if simple else self.group(arguments[0])} \otimes {arguments[1]}"
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


def latex(of: Cell | Slip | str, name: str = "", *, letters: str = "") -> str:
    """The equation of a quantity or of a gradient, or the wrong one of a slip, as LaTeX without dollar signs."""
    cell, name = shown_equation(of, name)
    left, formula = in_notation(cell, name, shown_formula(cell, name), letters)
    return equation(left, formula, STYLE, " = ")
