"""What the templates of exercises show, made from plain values: the given numbers, and the steps with their states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

import sim
from quizzes.items.marking import FULL_CREDIT, UNREAD
from quizzes.items.models import Generator
from quizzes.items.quantities import spoken
from quizzes.items.reading import echo
from quizzes.items.specification import Specification, quantity
from quizzes.items.telling import GIVES
from quizzes.lessons.examples.address import Example, query
from quizzes.practice.exercises.given import decimals_given, given_states, weight_table
from quizzes.practice.exercises.queries import Taking, lesson_on
from quizzes.practice.exercises.words import with_letters
from quizzes.templatetags.study import q_tag

STEP_SECTION = "gates"  # in every lesson on a cell with gates the first section that computes


def field_of(name: str) -> str:
    """ "c@2" as the name of a form field and part of an element's id: "c-2"."""
    return name.replace("@", "-")


# --- the list and the introduction


def exercise_row(generator: Generator) -> dict[str, Any]:
    specification = current_specification(generator)
    return {
        "href": reverse("exercise", args=[generator.slug]),
        "title": generator.title,
        "summary": generator.summary,
        "convention": specification.convention_name,
        "asked": letters([shown_name(name, specification.T) for name in specification.asked]),
    }


def intro(generator: Generator) -> dict[str, Any]:
    """What an exercise practises and how it is answered, before any numbers are drawn."""
    specification = current_specification(generator)
    return (
        exercise_row(generator) | _rules(specification) | {"generator": generator, "lesson": lesson_address(generator)}
    )


def head(taking: Taking) -> dict[str, Any]:
    """What stands above the steps of a taking: the convention, the tolerance, the given numbers."""
    specification, given = taking.specification, taking.variant.given
    decimals = decimals_given(specification)
    return _rules(specification) | {
        "taking": taking,
        "title": taking.generator.title,
        "lesson": lesson_address(taking.generator),
        "states": given_states(given, decimals),
        "weights": weight_table(given, decimals, specification.in_order_of_use()),
        "example": example_address(specification, given),
        "diagram": diagram(specification.declared()),
    }


def lesson_address(generator: Generator) -> str:
    """Where the lesson begins to compute a step; nothing for an exercise that no lesson leads to."""
    slug = lesson_on(generator)
    return f"{reverse('lesson', args=[slug])}#{STEP_SECTION}" if slug else ""


@cache
def diagram(cell: sim.Cell) -> SafeString:
    """The cell as a picture without numbers, printed by `sim` from its declaration."""
    return SafeString(sim.svg(cell, prefix="cell"))


def _rules(specification: Specification) -> dict[str, Any]:
    return {
        "convention": specification.convention_name,
        "note": with_letters(specification.declared().note),
        "decimals": specification.decimals,
        "tolerance": f"{specification.tolerance:.{specification.decimals}f}",
        "count": len(specification.asked),
        "sizes": specification,
    }


def current_specification(generator: Generator) -> Specification:
    return Specification.from_json(generator.current.specification if generator.current else {})


def example_address(specification: Specification, given: Mapping[str, Any]) -> str:
    """The worked example with the same numbers."""
    numbers = {name: _rows(value) for name, value in given.items()}
    example = Example(
        specification.cell, specification.convention, specification.D, specification.H, specification.T, numbers
    )
    return f"{reverse('example', args=[specification.cell])}?{query(example)}"


def _rows(value: Any) -> tuple[tuple[float, ...], ...]:
    """A vector is one row, a matrix is its rows."""
    rows = value if value and isinstance(value[0], list) else [value]
    return tuple(tuple(row) for row in rows)


# --- the steps


def steps_of(
    taking: Taking, result: Mapping[str, Any] | None = None, typed: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Every asked step for components/_step.html: what was typed, its state, and what is said about it."""
    told = {step["name"]: step for step in (taking.result if result is None else result)["steps"]}
    answers = taking.answers if typed is None else typed
    focus = _focus(taking.specification.asked, told)
    specification = taking.specification
    return [
        _step(name, told.get(name), answers.get(name), specification, name == focus) for name in specification.asked
    ]


def _focus(asked: Sequence[str], told: Mapping[str, Mapping[str, Any]]) -> str:
    """The first step that is not right: there the learner goes on. Nothing before the first check."""
    return next((name for name in asked if told and told[name]["state"] not in FULL_CREDIT), "")


def shown_name(name: str, steps: int) -> str:
    """The name as the page says it: where there is one step only, its number says nothing."""
    return name if steps > 1 else quantity(name)


def _step(
    name: str, told: Mapping[str, Any] | None, typed: Any, specification: Specification, is_focus: bool
) -> dict[str, Any]:
    shown = told["shown"] if told else {}
    entries = [_text(entry) for entry in (typed if isinstance(typed, list | tuple) else [typed])]
    label, units = shown_name(name, specification.T), specification.H
    return {
        "name": label,
        "field": field_of(name),
        "label": spoken(label),
        "value": "",
        "entries": (entries + [""] * units)[:units],
        "state": told["state"] if told else "empty",
        "title": with_letters(shown.get("title", "")),
        "why": with_letters(shown.get("text", "")) if says_more(told) else "",
        "line": _line(shown["line"]) if "line" in shown else "",
        "choices": [{"value": each["id"], "label": with_letters(each["text"])} for each in shown.get("choices", [])],
        "read_as": _read_as(told, entries) if told else "",
        "focus": is_focus,
    }


def _line(line: Mapping[str, Any]) -> SafeString:
    """The formula that was evaluated and its numbers; the MathML is printed by `sim` from its own declarations."""
    put_in = format_html_join("", '<span class="put-in">{}</span>', ((with_letters(each),) for each in line["put_in"]))
    return format_html("{} {} {}", SafeString(line["formula"]), GIVES, put_in)


def says_more(told: Mapping[str, Any] | None) -> bool:
    """A bare "Right." beside the mark would say it twice."""
    return told is not None and told["shown"].get("text") != "Right."


def _text(entry: Any) -> str:
    return "" if entry is None else str(entry)


def _read_as(told: Mapping[str, Any], entries: Sequence[str]) -> str:
    """How the entries were read, where they were typed another way: "0,4013" was read as 0.4013."""
    if told["state"] in UNREAD:
        return ""
    read = [echo(value) for value in told["read_as"]]
    plain = [entry.strip().replace("-", "−") for entry in entries]
    return "" if read == plain or _same(plain, told["read_as"]) else ", ".join(read)


def _same(typed: Sequence[str], values: Sequence[float]) -> bool:
    """0.4010 is 0.401: nothing worth an echo."""
    try:
        return [float(entry.replace("−", "-")) for entry in typed] == list(values)
    except ValueError:
        return False


def summary(result: Mapping[str, Any]) -> str:
    """What Check found, in one sentence: "4 of 6 steps are right, 1 is still empty." """
    states = [step["state"] for step in result["steps"]]
    if not states:
        return ""
    right, empty = sum(state in FULL_CREDIT for state in states), states.count("empty")
    if right == len(states):
        return "That step is right." if right == 1 else f"All {right} steps are right."
    said = f"{right or 'None'} of {len(states)} steps {'are' if right > 1 else 'is'} right"
    return said + (f", {empty} {'is' if empty == 1 else 'are'} still empty." if empty else ".")


def letters(names: Sequence[str]) -> SafeString:
    """The asked quantities in a row: f, i, g, c, o, h, each in its colour."""
    return format_html_join(", ", "{}", ((q_tag(name),) for name in names))
