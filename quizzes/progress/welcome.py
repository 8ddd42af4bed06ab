"""What a stranger sees of the promise: one true step, and a wrong number that gets its reason. `sim` computes both."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe

import sim
from quizzes.items.telling import GIVES
from quizzes.lessons.examples.diagrams import Diagram, diagram
from quizzes.lessons.examples.usual import CONVENTIONS

WEIGHTS = {
    "i": (-1.7, -0.6, 0.6),
    "f": (-1.4, -1.8, -0.4),
    "g": (-0.7, -1.7, 0.5),
    "o": (1.2, -0.6, -0.5),
}  # of x, of the old h, bias: the step the lessons work with
STEP: dict[str, Any] = {"x": [[0.9]], "h0": [-0.7], "c0": [1.3]}


@cache
def promise() -> dict[str, Diagram | SafeString | str]:
    """The step's diagram, and what is said to a c computed with i and f swapped: the slip F03."""
    layer = sim.layer("lstm", _weights())
    slip = sim.slip_named(layer.cell, "c", "F03")
    right, wrong = sim.forward(layer, **STEP), sim.evaluate_slip(slip, layer, **STEP)
    return {
        "known": str(known_slips()),
        "diagram": diagram(right, prefix="lstm", decimals=4),
        "answer": f"{wrong.at('c', 1)[0]:.4f}",
        "title": slip.title,
        "correction": slip.correction,
        "evaluated": _html(sim.mathml(slip.wrong, "c", block=False)),
        "gives": GIVES,
        "put_in": _html(sim.substituted(wrong, "c", 1, decimals=4, block=False)),
    }


def known_slips() -> int:
    """How many slips have a formula of their own: one that can be made in several places counts once."""
    cells = [sim.cell(cell, convention) for cell, conventions in CONVENTIONS.items() for convention in conventions]
    asked = [(cell, name) for cell in cells for name in (*cell.equations, *cell.gradients)]
    return len({slip.id for cell, name in asked for slip in sim.slips_for(cell, name)})


def _weights() -> dict[str, Any]:
    of_gates = ({f"W_{gate}": [[w]], f"U_{gate}": [[u]], f"b_{gate}": [b]} for gate, (w, u, b) in WEIGHTS.items())
    return {name: value for gate in of_gates for name, value in gate.items()}


def _html(markup: str) -> SafeString:
    """Markup that `sim` printed from a declaration and our own numbers."""
    return mark_safe(markup)  # noqa: S308
