"""A formula as one line of plain text: c = f ⊙ c_prev + i ⊙ g."""

from __future__ import annotations

from sim.cells import Cell
from sim.cells import cell as find_cell
from sim.printers.reading import Numbers, equation, render
from sim.slips import Slip
from sim.traces import Trace

SIGNS = {"+": " + ", "-": " − ", "*": " ⊙ ", "·": "·", "@": " "}
FUNCTIONS = {"sigmoid": "σ", "relu": "ReLU", "switch": "round", "clip01": "clip"}


class TextStyle:
    def name(self, label: str) -> str:
        return "tanh(c)" if label == "tanh_c" else label

    def number(self, digits: str) -> str:
        return digits

    def value(self, label: str, digits: str) -> str:
        return digits

    def infix(self, op: str, left: str, right: str) -> str:
        return f"{left}{SIGNS[op]}{right}"

    def prefix(self, right: str) -> str:
        return f"−{right}"

    def call(self, function: str, argument: str, simple: bool) -> str:
        return f"{FUNCTIONS.get(function, function)}({argument})"

    def group(self, inner: str) -> str:
        return f"({inner})"

    def transposed(self, inner: str) -> str:
        return f"{inner}ᵀ"

    def fraction(self, above: str, below: str) -> str:
        return f"{above if above.isidentifier() else self.group(above)}/{below}"


STYLE = TextStyle()


def shown_equation(of: Cell | Slip | str, name: str) -> tuple[Cell, str]:
    """The cell and quantity to print. Of a slip: its wrong equation, the first of them if it has several."""
    if isinstance(of, Slip):
        first = of.asked if of.asked in of.changes else next(iter(of.changes))
        return of.wrong, name or first
    return find_cell(of), name


def text(of: Cell | Slip | str, name: str = "") -> str:
    """The equation of a quantity, or the wrong one of a slip, as plain text."""
    cell, name = shown_equation(of, name)
    return equation(name, cell.formula(name), STYLE, " = ")


def substituted_text(trace: Trace, name: str, step: int, *, decimals: int | None = None) -> list[str]:
    """The same with numbers put in, one line per unit: 0.8165 = 0.4013·1.3 + 0.3752·0.7857."""
    numbers = Numbers(trace, step, decimals)
    formula = numbers.cell.formula(name)
    lines = range(trace.layer.H)
    return [f"{numbers.digits(name, k)} = {render(numbers.entry(formula, k), STYLE)}" for k in lines]
