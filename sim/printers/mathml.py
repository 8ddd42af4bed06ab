"""A formula as MathML that a screen reader can walk; colours by class only, each quantity marked by `data-q`."""

from __future__ import annotations

from sim.printers.layers import each_layer
from sim.printers.letters import MARKS, hue
from sim.printers.letters import letters as letters_of
from sim.printers.notations import in_notation
from sim.printers.numerals import Decimals, parted
from sim.printers.reading import Numbers, equation, render, shown_formula, told
from sim.printers.text import FUNCTIONS, Printed, shown_equations
from sim.runs.backpropagation import Gradients
from sim.runs.networks import NetworkGradients, NetworkTrace
from sim.runs.traces import Trace

SIGNS = {"+": "+", "-": "−", "*": "⊙", "·": "·", "@": "&#x2062;"}  # the last: an invisible times
APPLY = "<mo>&#x2061;</mo>"


class MathmlStyle:
    def name(self, label: str) -> str:
        if label in ("tanh_c", "dtanh_c"):
            tanh = self.call("tanh", [self.name("c")], simple=True)
            return tanh if label == "tanh_c" else f'<mrow data-q="{label}"><mi>δ</mi>{tanh}</mrow>'
        found = letters_of(label)
        letter = f"<mi{_class(found.hue)}>{found.letter}</mi>"
        if not found.subscript:
            return letter.replace("<mi", f'<mi data-q="{label}"', 1)
        parts = [_subscript(part, found.subscript_hue) for part in found.subscript.split()]
        below = parts[0] if len(parts) == 1 else f"<mrow>{'<mo>,</mo>'.join(parts)}</mrow>"
        return f'<msub data-q="{label}">{letter}{below}</msub>'

    def number(self, digits: str) -> str:
        return f"<mn>{digits}</mn>"

    def value(self, label: str, digits: str) -> str:
        marks = f' data-q="{label}"' + (f' class="q-{hue(label)}"' if hue(label) else "")
        factor, exponent = parted(digits)
        if exponent:
            raised = f"<mrow>{_signed(exponent)}</mrow>"
            return f"<mrow{marks}>{_signed(factor)}<mo>·</mo><msup><mn>10</mn>{raised}</msup></mrow>"
        return f"<mrow{marks}>{_signed(digits)}</mrow>" if digits.startswith("−") else f"<mn{marks}>{digits}</mn>"

    def infix(self, op: str, left: str, right: str) -> str:
        return f"{left}<mo>{SIGNS[op]}</mo>{right}"

    def prefix(self, right: str) -> str:
        return f"<mrow><mo>−</mo>{right}</mrow>"

    def call(self, function: str, arguments: list[str], simple: bool) -> str:
        if function == "outer":
            return f"{arguments[0]}<mo>⊗</mo>{arguments[1]}"
        if function == "beside":
            return f"<mrow><mo>[</mo>{'<mo>,</mo>'.join(arguments)}<mo>]</mo></mrow>"
        if function == "step":
            return f"<mrow><mo>[</mo>{arguments[0]}<mo>&gt;</mo><mn>0</mn><mo>]</mo></mrow>"
        return f"<mrow><mi>{FUNCTIONS.get(function, function)}</mi>{APPLY}{self.group(arguments[0])}</mrow>"

    def group(self, inner: str) -> str:
        return f'<mrow><mo stretchy="false">(</mo>{inner}<mo stretchy="false">)</mo></mrow>'

    def transposed(self, inner: str) -> str:
        return f"<msup>{inner}<mi>T</mi></msup>"

    def square(self, inner: str) -> str:
        return f"<msup>{inner}<mn>2</mn></msup>"

    def fraction(self, above: str, below: str) -> str:
        return f"<mfrac><mrow>{above}</mrow><mn>{below}</mn></mfrac>"


STYLE = MathmlStyle()


def mathml(
    of: Printed, name: str = "", step: int | None = None, *, block: bool = True, letters: str = "",
    decimals: Decimals = None,
) -> str:  # fmt: skip
    """The equation of a quantity or of a gradient, or the wrong one of a slip, as a `<math>` element.

    Of a trace or gradients: one for every equation in order, those with its numbers after it; or those of one name, at
    one step. Of a network: layer by layer, as computed, the name of each in an element of its own.
    """
    if isinstance(of, (NetworkTrace, NetworkGradients)):
        return "".join(
            _math(f"<mtext>{title}</mtext>", block)
            + mathml(each, name, step, block=block, letters=letters, decimals=decimals)
            for title, each in each_layer(of, name)
        )
    if isinstance(of, (Trace, Gradients)):
        return "".join(
            mathml(numbers.cell, each, block=block, letters=letters)
            + substituted(of, each, numbers.step, decimals=decimals, block=block)
            for numbers, each in told(of, name, step, decimals)
        )
    cell, names = shown_equations(of, name)
    shown = [in_notation(cell, each, shown_formula(cell, each), letters) for each in names]
    return "".join(_math(equation(left, formula, STYLE, "<mo>=</mo>"), block) for left, formula in shown)


def substituted(of: Trace | Gradients, name: str, step: int, *, decimals: Decimals = None, block: bool = True) -> str:
    """The same with numbers put in; one `<math>` element per entry, one after the other.

    Named values are shown to the trace's decimals, or to `decimals` if the trace is in full precision (4 if left out).
    """
    numbers = Numbers(of, step, decimals)
    lines = (f"{STYLE.value(name, digits)}<mo>=</mo>{render(entry, STYLE)}" for digits, entry in numbers.lines(name))
    return "".join(_math(line, block) for line in lines)


def _signed(digits: str) -> str:
    return f"<mo>−</mo><mn>{digits[1:]}</mn>" if digits.startswith("−") else f"<mn>{digits}</mn>"


def _subscript(part: str, found: str) -> str:
    tag = "mtext" if part in MARKS else "mn" if part.isdecimal() else "mi"
    return f"<{tag}{_class(found if tag == 'mi' else '')}>{part}</{tag}>"


def _math(inner: str, block: bool) -> str:
    return f"<math{' display="block"' if block else ''}><mrow>{inner}</mrow></math>"


def _class(found: str) -> str:
    return f' class="q q-{found}"' if found else ""
