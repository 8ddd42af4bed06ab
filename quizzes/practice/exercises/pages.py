"""What the templates of exercises show, made from plain values: the given numbers, and the steps with their states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from quizzes.formats import markup
from quizzes.items.kinds import kind_of
from quizzes.items.kinds.base import Kind
from quizzes.items.marking import FULL_CREDIT, READ_BY_ENTRY, UNREAD
from quizzes.items.models import Generator
from quizzes.items.quantities import spoken
from quizzes.items.reading import echo
from quizzes.items.specification import Specification, quantity
from quizzes.items.telling import GIVES
from quizzes.practice.exercises import queries
from quizzes.practice.exercises.given import given_of
from quizzes.practice.exercises.queries import MOST_HINTS, Taking, lesson_on
from quizzes.practice.exercises.solutions import worked_line
from quizzes.practice.exercises.words import is_word, shown_name, with_letters
from quizzes.templatetags.study import q_tag

TASKS = {
    "pick_formula": "Which equation is right?",
    "find_error": "Where do the numbers first go wrong?",
    "predict": "What happens then?",
}
FORMATS = {
    "fill_all": "fill in every step",
    "fill_one": "fill in one step",
    "pick_formula": "pick the formula",
    "find_error": "find the error",
    "predict": "predict the direction",
}
STEP_SECTION = "gates"  # in every lesson on a cell with gates the first section that computes


def field_of(name: str) -> str:
    """ "c@2" as the name of a form field and part of an element's id: "c-2"."""
    return name.replace("@", "-")


# --- the list and the introduction


TOPICS = {
    "rnn": "The plain network",
    "lstm": "LSTM",
    "gru": "GRU",
    "gradients": "Gradients, back through time",
    "counts": "Counts, shapes and orders",
}
OF_GRADIENTS = ("factor", "retention", "total", "truncated", "clipped")


def exercise_groups(generators: Iterable[Generator]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The exercises by topic, easy ones first, each topic with its title."""
    rows: dict[str, list[dict[str, Any]]] = {topic: [] for topic in TOPICS}
    for generator in generators:
        rows[_topic(current_specification(generator))].append(exercise_row(generator))
    return [(TOPICS[topic], found) for topic, found in rows.items() if found]


def _topic(specification: Specification) -> str:
    if specification.question in OF_GRADIENTS or any(name[0] == "d" for name in specification.asked):
        return "gradients"
    if specification.question:
        return "counts"
    family = specification.cell.partition("_")[0]
    return family if family in TOPICS else "lstm"


def exercise_row(generator: Generator) -> dict[str, Any]:
    specification = current_specification(generator)
    return {
        "href": reverse("exercise", args=[generator.slug]),
        "title": generator.title,
        "summary": generator.summary,
        "convention": specification.convention_name,
        "format": FORMATS[specification.format],
        "level": generator.level,
    }


def intro(generator: Generator) -> dict[str, Any]:
    """What an exercise practises and how it is answered, before any numbers are drawn."""
    specification = current_specification(generator)
    rules = _rules(specification, kind_of(specification))
    asked = letters([shown_name(name, specification.T) for name in queries.asked_by(generator)])
    return (
        exercise_row(generator) | rules | {"asked": asked, "generator": generator, "lesson": lesson_address(generator)}
    )


def head(taking: Taking) -> dict[str, Any]:
    """What stands above the steps of a taking: the convention, the tolerance, what is given."""
    return _rules(taking.specification, taking.kind) | {
        "taking": taking,
        "title": taking.generator.title,
        "lesson": lesson_address(taking.generator),
        "lead": taking.generator.summary,
        "count": len(taking.asked),
        "given": given_of(taking),
        "task": TASKS.get(taking.specification.format, ""),
        "worked": worked_beside(taking),
        "repairs": taking.attempt.repairs,
    }


def worked_beside(taking: Taking) -> list[dict[str, Any]]:
    """The steps of a faded exercise that are shown worked, in order of use."""
    shown = taking.shown
    if not shown:
        return []
    lines = taking.kind.worked(taking.variant.given, {})
    return [worked_line(line, taking.specification.T) for line in lines if line.name in shown]


def lesson_address(generator: Generator) -> str:
    """Where the lesson begins to compute a step; nothing for an exercise that no lesson leads to."""
    slug = lesson_on(generator)
    has_gates = current_specification(generator).cell.partition("_")[0] != "rnn"
    section = f"#{STEP_SECTION}" if has_gates else ""
    return f"{reverse('lesson', args=[slug])}{section}" if slug else ""


def _rules(specification: Specification, kind: Kind) -> dict[str, Any]:
    return {
        "convention": specification.convention_name,
        "note": with_letters(kind.note),
        "decimals": specification.decimals,
        "tolerance": f"{kind.tolerance:.{specification.decimals}f}" if kind.tolerance else "",
        "form": kind.form,
        "count": len(kind.asked),
        "sizes": specification,
    }


def current_specification(generator: Generator) -> Specification:
    return Specification.from_json(generator.current.specification if generator.current else {})


# --- the steps


def steps_of(
    taking: Taking, result: Mapping[str, Any] | None = None, typed: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Every asked step for components/_step.html: what was typed, its state, and what is said about it."""
    told = {step["name"]: step for step in (taking.result if result is None else result)["steps"]}
    answers = taking.answers if typed is None else typed
    focus = _focus(taking.asked, told)
    return [_step(taking, name, told.get(name), answers.get(name), name == focus) for name in taking.asked]


def _focus(asked: Sequence[str], told: Mapping[str, Mapping[str, Any]]) -> str:
    """The first step that is not right: there the learner goes on. Nothing before the first check."""
    return next((name for name in asked if told and name in told and told[name]["state"] not in FULL_CREDIT), "")


def _step(taking: Taking, name: str, told: Mapping[str, Any] | None, typed: Any, is_focus: bool) -> dict[str, Any]:
    shown = told["shown"] if told else {}
    entries = [_text(entry) for entry in flat(typed)]
    label, units = shown_name(name, taking.specification.T), prod(taking.kind.shape(name))
    return {
        "name": label,
        "is_word": is_word(label),
        "noun": "number" if is_word(label) else "unit",
        "field": field_of(name),
        "label": spoken(label),
        "value": "",
        "entries": (entries + [""] * units)[:units],
        "is_text": taking.kind.form == "shape",
        "options": _options(taking, name, entries),
        "state": told["state"] if told else "empty",
        "title": with_letters(shown.get("title", "")),
        "why": with_letters(shown.get("text", "")) if says_more(told) else "",
        "line": _line(shown["line"]) if "line" in shown else "",
        "choices": [{"value": each["id"], "label": with_letters(each["text"])} for each in shown.get("choices", [])],
        "read_as": _read_as(told, entries) if told and taking.kind.form in READ_BY_ENTRY else "",
        "hints": hints_of(taking, name),
        "next_hint": _next_hint(taking, name, told),
        "focus": is_focus,
    }


def flat(typed: Any) -> list[Any]:
    rows = typed if isinstance(typed, list | tuple) else [typed]
    return [entry for row in rows for entry in (row if isinstance(row, list | tuple) else [row])]


def _options(taking: Taking, name: str, chosen: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": option["id"],
            "label": SafeString(option["mathml"]) if option.get("mathml") else with_letters(option["text"]),
            "words": option.get("words", ""),
            "chosen": option["id"] in chosen,
        }
        for option in taking.options(name)
    ]


def hints_of(taking: Taking, name: str) -> list[SafeString]:
    """Those that were asked for: the author's where there are any, else what `sim` knows of the step."""
    count = taking.attempt.hints.get(name, 0)
    return [SafeString(markup.render_inline(_hint(taking, name, number), {})) for number in range(1, count + 1)]


def _hint(taking: Taking, name: str, number: int) -> str:
    written = taking.specification.hints.get(name) or taking.specification.hints.get(quantity(name)) or ()
    if number <= len(written):
        return written[number - 1]
    return taking.kind.hint(name, number, taking.variant.given)


def _next_hint(taking: Taking, name: str, told: Mapping[str, Any] | None) -> int:
    """The number of the next hint; 0 where there is none, or none is needed."""
    count = taking.attempt.hints.get(name, 0)
    return 0 if count >= MOST_HINTS or (told and told["state"] in FULL_CREDIT) else count + 1


def _line(line: Mapping[str, Any]) -> SafeString:
    """The formula that was evaluated, with numbers if the learner has them; `sim` prints the MathML."""
    if not line["put_in"]:
        return format_html("{} {}.", SafeString(line["formula"]), GIVES)
    put_in = format_html_join("", '<span class="put-in">{}</span>', ((with_letters(each),) for each in line["put_in"]))
    return format_html("{} {}: {}", SafeString(line["formula"]), GIVES, put_in)


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
        return "That is right." if right == 1 else f"All {right} steps are right."
    if len(states) == 1:
        return "Not right yet."
    said = f"{right or 'None'} of {len(states)} steps {'are' if right > 1 else 'is'} right"
    return said + (f", {empty} {'is' if empty == 1 else 'are'} still empty." if empty else ".")


def letters(names: Sequence[str]) -> SafeString:
    """The asked quantities in a row: f, i, g, c, o, h, each in its colour."""
    return format_html_join(", ", "{}", ((q_tag(name),) for name in names))
