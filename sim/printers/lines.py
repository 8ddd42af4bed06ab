"""A step told line by line: every equation with names, with numbers, and in words."""

from __future__ import annotations

from dataclasses import dataclass

from sim.printers.mathml import mathml, substituted
from sim.printers.reading import Numbers
from sim.printers.text import substituted_text, text
from sim.printers.words import substituted_words, words
from sim.traces import Trace


@dataclass(frozen=True)
class Line:
    """One quantity at one step. Where there is one entry per unit, the tuples hold one item per unit."""

    name: str
    step: int
    formula: str  # MathML: c = f ⊙ c_prev + i ⊙ g
    substituted: str  # MathML, one <math> per unit: 0.8165 = 0.4013·1.3 + …
    words: str  # c at step 1 equals f times the old c plus i times g.
    text: str
    substituted_text: tuple[str, ...]
    substituted_words: tuple[str, ...]
    values: tuple[float, ...]
    shown: tuple[str, ...]  # the values as they are printed everywhere: 0.8165, −0.5100


def explain(trace: Trace, step: int, *, decimals: int | None = None) -> list[Line]:
    """Every declared quantity of a step, in order. Raises: UnknownName for a step there is not."""
    numbers = Numbers(trace, step, decimals)
    units = range(trace.layer.H)
    return [
        Line(
            name=name,
            step=step,
            formula=mathml(numbers.cell, name),
            substituted=substituted(trace, name, step, decimals=decimals),
            words=words(numbers.cell, name, step),
            text=text(numbers.cell, name),
            substituted_text=tuple(substituted_text(trace, name, step, decimals=decimals)),
            substituted_words=tuple(substituted_words(trace, name, step, decimals=decimals)),
            values=tuple(float(number) for number in numbers.array(name)),
            shown=tuple(numbers.digits(name, k) for k in units),
        )
        for name in numbers.cell.equations
    ]
