"""A formula as a sentence to be read out: c at t equals f times the old c plus i times g."""

from __future__ import annotations

from collections.abc import Iterator

from sim.language.declarations import Cell
from sim.printers.layers import each_layer
from sim.printers.letters import spoken
from sim.printers.notations import in_notation
from sim.printers.numerals import Decimals, number_words
from sim.printers.reading import Numbers, render, shown_formula, told
from sim.printers.text import Printed, shown_equations
from sim.runs.backpropagation import Gradients
from sim.runs.networks import NetworkGradients, NetworkTrace
from sim.runs.traces import Trace

SIGNS = {"+": "plus", "-": "minus", "*": "times", "·": "times", "@": "times"}
FUNCTIONS = {
    "sigmoid": "sigma of",
    "tanh": "tanh of",
    "relu": "ReLU of",
    "clip": "clipped to minus 1 to 1,",
    "clip01": "clipped to 0 to 1,",
    "diag": "the diagonal of",
    "softmax": "softmax of",
    "sum": "the sum of",
    "logsumexp": "the logarithm of the sum of the exponentials of",
}
AFTERWARDS = {
    "switch": "rounded to 0 or 1",
    "tenths": "rounded to one decimal",
    "step": "1 where it is above 0 and 0 elsewhere",
}


class WordStyle:
    def name(self, label: str) -> str:
        return spoken(label)

    def number(self, digits: str) -> str:
        return number_words(digits)

    def value(self, label: str, digits: str) -> str:
        return self.number(digits)

    def infix(self, op: str, left: str, right: str) -> str:
        return f"{left} {SIGNS[op]} {right}"

    def prefix(self, right: str) -> str:
        return f"minus {right}"

    def call(self, function: str, arguments: list[str], simple: bool) -> str:
        if function == "outer":
            return f"the outer product of {arguments[0]} and {arguments[1]}"
        if function == "beside":
            return self.group(" beside ".join(arguments))
        held = arguments[0] if simple and " times " not in arguments[0] else self.group(arguments[0])
        return f"{held}, {AFTERWARDS[function]}," if function in AFTERWARDS else f"{FUNCTIONS[function]} {held}"

    def group(self, inner: str) -> str:
        return inner if inner.startswith("minus ") and inner.count(" ") == 1 else f"the quantity {inner},"

    def transposed(self, inner: str) -> str:
        return f"{inner} transposed"

    def square(self, inner: str) -> str:
        return f"the square of {inner}"

    def fraction(self, above: str, below: str) -> str:
        return f"{self.group(above)} over {below}"


STYLE = WordStyle()


def words(of: Printed, name: str = "", step: int | None = None, *, letters: str = "", decimals: Decimals = None) -> str:
    """The equation of a quantity or of a gradient, or the wrong one of a slip, as a sentence about a step.

    Of a trace or gradients: a line for every equation in order, its numbers after it; or that of one name, at one step.
    `letters` are those of another notation: "pytorch", "gamma" or "joined". Of a network: layer by layer, as computed.
    """
    if isinstance(of, (NetworkTrace, NetworkGradients)):
        told_of = (
            (title, words(each, name, step, letters=letters, decimals=decimals)) for title, each in each_layer(of, name)
        )
        return "\n".join(f"In {title}:\n{lines}" for title, lines in told_of)
    if isinstance(of, (Trace, Gradients)):
        return "\n".join(_lines(of, name, step, letters, decimals))
    cell, names = shown_equations(of, name)
    at = "t" if step is None else f"step {step}"
    return " ".join(_said(cell, each, at, letters) for each in names)


def _lines(of: Trace | Gradients, name: str, step: int | None, letters: str, decimals: Decimals) -> Iterator[str]:
    for numbers, each in told(of, name, step, decimals):
        put_in = substituted_words(of, each, numbers.step, decimals=decimals)
        yield " ".join([words(numbers.cell, each, numbers.step, letters=letters), *put_in])


def _said(cell: Cell, name: str, at: str, letters: str) -> str:
    left, formula = in_notation(cell, name, shown_formula(cell, name), letters)
    if left == "tanh_c":
        return f"Take tanh of c at {at}."
    return _sentence(f"{STYLE.name(left)} at {at} equals {render(formula, STYLE)}")


def substituted_words(of: Trace | Gradients, name: str, step: int, *, decimals: Decimals = None) -> list[str]:
    """The same with numbers put in, one sentence per entry."""
    numbers = Numbers(of, step, decimals)
    return [_sentence(f"{STYLE.number(digits)} equals {render(entry, STYLE)}") for digits, entry in numbers.lines(name)]


def _sentence(said: str) -> str:
    while ",," in said:
        said = said.replace(",,", ",")
    return said.rstrip(",") + "."
