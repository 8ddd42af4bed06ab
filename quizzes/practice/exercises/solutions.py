"""The worked solution as the page shows it: what `queries.worked_steps` tells, set in MathML and words."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

import sim
from quizzes.items.quantities import spoken
from quizzes.items.specification import quantity
from quizzes.practice.exercises.pages import shown_name
from quizzes.practice.exercises.queries import Taking, worked_steps


def worked_solution(taking: Taking) -> dict[str, Any]:
    """Raises Conflict before the solution is released."""
    cell, steps = taking.specification.declared(), taking.specification.T
    states = {step["name"]: step["state"] for step in taking.result["steps"]}
    lines = [
        worked
        | {
            "name": shown_name(worked["name"], steps),
            "label": spoken(shown_name(worked["name"], steps)),
            "formula": SafeString(sim.mathml(cell, quantity(worked["name"]), block=False)),
            "words": sim.words(cell, quantity(worked["name"])),
            "state": states.get(worked["name"], ""),
        }
        for worked in worked_steps(taking)
    ]
    return {"lines": lines}
