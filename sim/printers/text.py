"""A formula as one line of plain text: c = f ⊙ c_prev + i ⊙ g."""

from __future__ import annotations

from collections.abc import Iterator

from sim.cells import cell as find_cell
from sim.checks import of_kind
from sim.errors import UnknownName
from sim.language.declarations import Cell
from sim.printers.layers import OfNetwork, each_layer
from sim.printers.letters import WEIGHTS, is_gradient
from sim.printers.notations import in_notation
from sim.printers.numerals import Decimals
from sim.printers.reading import Numbers, equation, render, shown_formula, told
from sim.runs.backpropagation import Gradients
from sim.runs.networks import NetworkGradients, NetworkTrace
from sim.runs.traces import Trace
from sim.slips.binding import Slip

SIGNS = {"+": " + ", "-": " − ", "*": " ⊙ ", "·": "·", "@": " "}
FUNCTIONS = {
    "sigmoid": "σ",
    "relu": "ReLU",
    "switch": "round",
    "tenths": "round",
    "clip01": "clip",
    "sum": "Σ",
    "logsumexp": "log Σ exp",
}


class TextStyle:
    def name(self, label: str) -> str:
        if label == "tanh_c":
            return "tanh(c)"
        if is_gradient(label) and label[1] not in WEIGHTS:
            return f"δ{label[1:]}"
        return label

    def number(self, digits: str) -> str:
        return digits

    def value(self, label: str, digits: str) -> str:
        return digits

    def infix(self, op: str, left: str, right: str) -> str:
        return f"{left}{SIGNS[op]}{right}"

    def prefix(self, right: str) -> str:
        return f"−{right}"

    def call(self, function: str, arguments: list[str], simple: bool) -> str:
        if function == "outer":
            return f"{arguments[0]} ⊗ {arguments[1]}"
        if function == "beside":
            return f"[{arguments[0]}, {arguments[1]}]"
        if function == "step":
            return f"[{arguments[0]} > 0]"
        return f"{FUNCTIONS.get(function, function)}({arguments[0]}{', 1 place' if function == 'tenths' else ''})"

    def group(self, inner: str) -> str:
        return f"({inner})"

    def transposed(self, inner: str) -> str:
        return f"{inner}ᵀ"

    def square(self, inner: str) -> str:
        return f"tanh²{inner.removeprefix('tanh')}" if inner.startswith("tanh(") else f"{inner}²"

    def fraction(self, above: str, below: str) -> str:
        return f"{above if above.isidentifier() else self.group(above)}/{below}"


STYLE = TextStyle()


def shown_equations(of: Cell | Slip | str, name: str) -> tuple[Cell, list[str]]:
    """The cell and the quantities to print: of a slip, if no name is given, those of all its wrong equations.

    Raises: KindError, UnknownName.
    """
    of_kind("name", name, str, "a quantity such as c or da_f")
    if isinstance(of, Slip):
        own = [of.asked] if of.asked in of.changes else list(of.changes)
        return of.wrong, [name] if name else own
    refuse_what_is_no_cell(of)
    if not name:
        raise UnknownName("Nothing is named to be printed.", f"Name one of {', '.join(find_cell(of).equations)}.")
    return find_cell(of), [name]


def refuse_what_is_no_cell(of: object) -> None:
    """Raises: KindError for a layer and other things that have no equation of their own."""
    of_kind("what is to be printed", of, (Cell, str), "a cell or its name, a slip, a trace or gradients")


type Printed = Cell | Slip | str | Trace | Gradients | OfNetwork


def text(of: Printed, name: str = "", step: int | None = None, *, letters: str = "", decimals: Decimals = None) -> str:
    """The equation of a quantity or of a gradient, or the wrong one of a slip, as plain text.

    Of a trace or gradients: every equation in order, each with its numbers put in; or that of one name, at one step.
    `letters` are those of another notation: "pytorch", "gamma" or "joined". Of a network: layer by layer, as computed.
    """
    if isinstance(of, (NetworkTrace, NetworkGradients)):
        told = (
            (title, text(each, name, step, letters=letters, decimals=decimals)) for title, each in each_layer(of, name)
        )
        return "\n\n".join(f"{title}\n{lines}" for title, lines in told)
    if isinstance(of, (Trace, Gradients)):
        return "\n".join(_lines(of, name, step, letters, decimals))
    cell, names = shown_equations(of, name)
    shown = [in_notation(cell, each, shown_formula(cell, each), letters) for each in names]
    return "; ".join(equation(left, formula, STYLE, " = ") for left, formula in shown)


def _lines(of: Trace | Gradients, name: str, step: int | None, letters: str, decimals: Decimals) -> Iterator[str]:
    last = None
    for numbers, each in told(of, name, step, decimals):
        if numbers.step != last and step is None and of.T > 1:
            yield f"Step {numbers.step}"
        last = numbers.step
        yield text(numbers.cell, each, letters=letters)
        yield from (f"    {line}" for line in substituted_text(of, each, numbers.step, decimals=decimals))


def substituted_text(of: Trace | Gradients, name: str, step: int, *, decimals: Decimals = None) -> list[str]:
    """The same with numbers put in, one line per entry: 0.8165 = 0.4013·1.3 + 0.3752·0.7857."""
    numbers = Numbers(of, step, decimals)
    return [f"{digits} = {render(entry, STYLE)}" for digits, entry in numbers.lines(name)]
