"""What the templates of exercises show, made from plain values: the given numbers, and the steps with their states."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from quizzes.items.marking import FULL_CREDIT, UNREAD
from quizzes.items.models import Generator
from quizzes.items.quantities import spoken
from quizzes.items.reading import echo
from quizzes.items.specification import Specification, quantity
from quizzes.lessons.examples.address import Example, query
from quizzes.practice.exercises.queries import Taking
from quizzes.templatetags.study import number, q_tag

NAME = re.compile(r"\b([ahcWUb])_(prev|in|hn|[ifgorzn])\b")


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
    return exercise_row(generator) | _rules(specification) | {"generator": generator}


def head(taking: Taking) -> dict[str, Any]:
    """What stands above the steps of a taking: the convention, the tolerance, the given numbers."""
    specification, given = taking.specification, taking.variant.given
    decimals = decimals_given(specification)
    return _rules(specification) | {
        "taking": taking,
        "title": taking.generator.title,
        "states": given_states(given, decimals),
        "weights": weight_table(given, decimals),
        "example": example_address(specification, given),
    }


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


# --- what is given


def given_states(given: Mapping[str, Any], decimals: int = 1) -> list[tuple[SafeString, str]]:
    """x, h′ and c′ with their values; x once a step."""
    steps = given["x"]
    states = [(q_tag("x" if len(steps) == 1 else f"x@{t}"), _vector(x, decimals)) for t, x in enumerate(steps, start=1)]
    return states + [(_before(name), _vector(given[name], decimals)) for name in ("h0", "c0") if name in given]


def _before(name: str) -> SafeString:
    return q_tag(f"{name[0]}_prev")


def _vector(entries: Sequence[float], decimals: int) -> str:
    written = [number(float(entry), decimals) for entry in entries]
    return written[0] if len(written) == 1 else f"({', '.join(written)})"


def weight_table(given: Mapping[str, Any], decimals: int = 1) -> dict[str, Any]:
    """The weights, one row a block and unit: what multiplies x, what multiplies h′, the bias."""
    blocks = [name[1:] for name in given if name[0] == "W"]
    inner = "b_hn" in given
    D, H = len(given[f"W{blocks[0]}"][0]), len(given[f"U{blocks[0]}"])
    columns = [*_heads("x", D), *_heads("h_prev", H), "+ b", *([with_letters("b_hn")] if inner else [])]
    rows = [_weight_row(given, block, unit, H, inner, decimals) for block in blocks for unit in range(H)]
    return {"columns": [{"label": "block"}, *({"label": each, "numeric": True} for each in columns)], "rows": rows}


def _heads(name: str, count: int) -> list[SafeString]:
    """What a column of weights multiplies: × x, or × x₁, × x₂."""
    return [format_html("× {}", _unit_of(name, k, count)) for k in range(1, count + 1)]


def _unit_of(name: str, unit: int, count: int) -> SafeString:
    """A quantity, or one entry of it: the step's place below the letter is the unit's here."""
    return q_tag(name if count == 1 else f"{name}@{unit}")


def _weight_row(
    given: Mapping[str, Any], block: str, unit: int, H: int, inner: bool, decimals: int
) -> list[SafeString | str]:
    bias = "b_in" if block == "_n" and "b_in" in given else f"b{block}"
    numbers = [*given[f"W{block}"][unit], *given[f"U{block}"][unit], given[bias][unit]]
    written = [number(float(each), decimals) for each in numbers]
    if inner:
        written.append(number(float(given["b_hn"][unit]), decimals) if block == "_n" else "")
    return [_block_head(block, unit, H), *written]


def _block_head(block: str, unit: int, H: int) -> SafeString:
    return _unit_of(block[1:] or "h", unit + 1, H)


def decimals_given(specification: Specification) -> int:
    """With how many decimals the given numbers are written: as many as the finest range has."""
    steps = [f"{each['step']:.10f}".rstrip("0") for each in specification.ranges.values()]
    return max((len(step.partition(".")[2]) for step in steps), default=1)


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


def _line(line: Mapping[str, str]) -> SafeString:
    """The formula that was evaluated and its numbers; the MathML is printed by `sim` from its own declarations."""
    formula = SafeString(line["formula"])
    return format_html('You evaluated {}: <span class="put-in">{}</span>', formula, with_letters(line["put_in"]))


def with_letters(text: str) -> SafeString:
    """A sentence in which c_prev and a_f are set as what they are. The text is escaped first."""
    return SafeString(NAME.sub(r"<i>\1</i><sub>\2</sub>", escape(text)))


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
