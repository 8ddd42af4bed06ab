"""A formula as MathML that a screen reader can walk; colours by class only, each quantity marked by `data-q`."""

from __future__ import annotations

from sim.cells import Cell
from sim.printers.letters import hue, letters
from sim.printers.reading import Numbers, equation, render
from sim.printers.text import FUNCTIONS, shown_equation
from sim.slips import Slip
from sim.traces import Trace

SIGNS = {"+": "+", "-": "−", "*": "⊙", "·": "·", "@": "&#x2062;"}  # the last: an invisible times
APPLY = "<mo>&#x2061;</mo>"


class MathmlStyle:
    def name(self, label: str) -> str:
        if label == "tanh_c":
            return self.call("tanh", self.name("c"), simple=True)
        found = letters(label)
        letter = f"<mi{_class(found.hue)}>{found.letter}</mi>"
        if not found.subscript:
            return letter.replace("<mi", f'<mi data-q="{label}"', 1)
        tag = "mtext" if found.subscript == "prev" else "mn" if found.subscript == "0" else "mi"
        return f'<msub data-q="{label}">{letter}<{tag}{_class(found.subscript_hue)}>{found.subscript}</{tag}></msub>'

    def number(self, digits: str) -> str:
        return f"<mn>{digits}</mn>"

    def value(self, label: str, digits: str) -> str:
        marks = f' data-q="{label}"' + (f' class="q-{hue(label)}"' if hue(label) else "")
        if digits.startswith("−"):
            return f"<mrow{marks}><mo>−</mo><mn>{digits[1:]}</mn></mrow>"
        return f"<mn{marks}>{digits}</mn>"

    def infix(self, op: str, left: str, right: str) -> str:
        return f"{left}<mo>{SIGNS[op]}</mo>{right}"

    def prefix(self, right: str) -> str:
        return f"<mrow><mo>−</mo>{right}</mrow>"

    def call(self, function: str, argument: str, simple: bool) -> str:
        return f"<mrow><mi>{FUNCTIONS.get(function, function)}</mi>{APPLY}{self.group(argument)}</mrow>"

    def group(self, inner: str) -> str:
        return f'<mrow><mo stretchy="false">(</mo>{inner}<mo stretchy="false">)</mo></mrow>'

    def transposed(self, inner: str) -> str:
        return f"<msup>{inner}<mi>T</mi></msup>"

    def fraction(self, above: str, below: str) -> str:
        return f"<mfrac><mrow>{above}</mrow><mn>{below}</mn></mfrac>"


STYLE = MathmlStyle()


def mathml(of: Cell | Slip | str, name: str = "", *, block: bool = True) -> str:
    """The equation of a quantity, or the wrong one of a slip, as a `<math>` element."""
    cell, name = shown_equation(of, name)
    return _math(equation(name, cell.formula(name), STYLE, "<mo>=</mo>"), block)


def substituted(trace: Trace, name: str, step: int, *, decimals: int | None = None, block: bool = True) -> str:
    """The same with numbers put in; one `<math>` element per unit, one after the other.

    Named values are shown to the trace's decimals, or to `decimals` if the trace is in full precision (4 if left out).
    """
    numbers = Numbers(trace, step, decimals)
    formula = numbers.cell.formula(name)
    lines = [
        f"{STYLE.value(name, numbers.digits(name, k))}<mo>=</mo>{render(numbers.entry(formula, k), STYLE)}"
        for k in range(trace.layer.H)
    ]
    return "".join(_math(line, block) for line in lines)


def _math(inner: str, block: bool) -> str:
    return f"<math{' display="block"' if block else ''}><mrow>{inner}</mrow></math>"


def _class(found: str) -> str:
    return f' class="q q-{found}"' if found else ""
