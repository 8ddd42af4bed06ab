"""A step told line by line: every equation with names, with numbers, and in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.checks import of_kind
from sim.printers.layers import OfNetwork, each_layer
from sim.printers.mathml import mathml, substituted
from sim.printers.numerals import Decimals
from sim.printers.reading import Numbers
from sim.printers.text import substituted_text, text
from sim.printers.words import substituted_words, words
from sim.runs.backpropagation import Gradients
from sim.runs.networks import NetworkGradients, NetworkTrace
from sim.runs.traces import Trace


@dataclass(frozen=True)
class Line:
    """One quantity at one step. Where there are several entries, the tuples hold one item for each."""

    name: str
    step: int
    formula: str  # MathML: c = f ⊙ c_prev + i ⊙ g
    substituted: str  # MathML, one <math> per entry: 0.8165 = 0.4013·1.3 + …
    words: str  # c at step 1 equals f times the old c plus i times g.
    text: str
    substituted_text: tuple[str, ...]
    substituted_words: tuple[str, ...]
    values: tuple[float, ...]
    shown: tuple[str, ...]  # the values as they are printed everywhere: 0.8165, −0.5100
    layer: str = ""  # of a network: layers[1], reverse


def explain(of: Trace | Gradients | OfNetwork, step: int, *, decimals: Decimals = None) -> list[Line]:
    """Every declared quantity of a step, in order; of gradients, a step backward, from dh to what it passes back.

    Of a network: layer by layer, as computed. Raises: UnknownName for a step there is not.
    """
    if isinstance(of, (NetworkTrace, NetworkGradients)):
        told = ((title, explain(each, step, decimals=decimals)) for title, each in each_layer(of))
        return [replace(line, layer=title) for title, lines in told for line in lines]
    of_kind("what is to be explained", of, (Trace, Gradients), "a trace or gradients")
    numbers = Numbers(of, step, decimals)
    return [_line(of, numbers, name, decimals) for name in numbers.names]


def _line(of: Trace | Gradients, numbers: Numbers, name: str, decimals: Decimals) -> Line:
    step = numbers.step
    return Line(
        name=name,
        step=step,
        formula=mathml(numbers.cell, name),
        substituted=substituted(of, name, step, decimals=decimals),
        words=words(numbers.cell, name, step),
        text=text(numbers.cell, name),
        substituted_text=tuple(substituted_text(of, name, step, decimals=decimals)),
        substituted_words=tuple(substituted_words(of, name, step, decimals=decimals)),
        values=tuple(float(value) for value in numbers.array(name).ravel()),
        shown=tuple(numbers.digits(name, *place) for place in numbers.places(name)),
    )
