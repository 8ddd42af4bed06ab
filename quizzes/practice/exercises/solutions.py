"""The worked solution as the page shows it: what the kind of exercise tells, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString

from quizzes.items.kinds.base import Worked
from quizzes.items.marking import FULL_CREDIT
from quizzes.items.quantities import spoken
from quizzes.items.reading import echo
from quizzes.practice.exercises.queries import Taking, worked_steps
from quizzes.practice.exercises.words import is_word, shown_name, with_letters


def worked_solution(taking: Taking) -> dict[str, Any]:
    """Raises Conflict before the solution is released."""
    told = {step["name"]: step for step in taking.result["steps"]}
    steps = taking.specification.T
    return {"lines": [worked_line(line, steps) | _answered(told.get(line.name)) for line in worked_steps(taking)]}


def _answered(step: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the learner wrote last, and what was said of it."""
    if step is None or step["state"] == "empty":
        return {"state": ""}
    read = [echo(each) if isinstance(each, float) else str(each) for each in step["read_as"] if each is not None]
    title = "you had this one" if step["state"] in FULL_CREDIT else step["shown"].get("title", "")
    return {"state": step["state"], "title": title, "written": ", ".join(read)}


def worked_line(line: Worked, steps: int) -> dict[str, Any]:
    """MathML and words are printed by `sim` from its own declarations; where there are none, the formula is text."""
    name = shown_name(line.name, steps)
    return {
        "name": name,
        "is_word": is_word(name),
        "label": spoken(name),
        "formula": SafeString(line.mathml) if line.mathml else with_letters(line.formula),
        "words": line.words,
        "put_in": [with_letters(each) for each in line.put_in],
        "asked": line.asked,
    }
