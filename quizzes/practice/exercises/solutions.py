"""The worked solution of a taking: every value in the order of computing, with this variant's numbers put in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.safestring import SafeString

import sim
from quizzes.items.diagnosis import SimWorking, turned
from quizzes.items.quantities import spoken
from quizzes.practice.exercises.pages import shown_name
from quizzes.practice.exercises.queries import Taking, released_key


def worked_solution(taking: Taking) -> dict[str, Any]:
    """Raises Conflict before the solution is released."""
    key = released_key(taking)
    specification = taking.specification
    working = SimWorking(specification, taking.variant.given, key.live)
    trace = sim.exact(working.layer, *working.inputs, decimals=specification.decimals)
    return {"lines": list(_lines(taking, trace))}


def _lines(taking: Taking, trace: sim.Trace) -> Iterator[dict[str, Any]]:
    states = {step["name"]: step for step in taking.result["steps"]}
    for step in range(1, trace.T + 1):
        for name in trace:
            key = f"{name}@{step}"
            yield {
                "name": shown_name(key, trace.T),
                "label": spoken(shown_name(key, trace.T)),
                "is_asked": key in taking.specification.asked,
                "formula": SafeString(sim.mathml(trace.cell, name, block=False)),
                "put_in": [turned(line) for line in sim.substituted_text(trace, name, step)],
                "words": sim.words(trace.cell, name),
                "state": states.get(key, {}).get("state", ""),
            }
