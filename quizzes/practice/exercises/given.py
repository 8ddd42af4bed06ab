"""The given numbers of a variant as a page shows them: inputs and states in a line, the weights in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

import sim
from quizzes.items.kinds.questions import flags_of
from quizzes.items.specification import CONVENTION_NAMES, Specification
from quizzes.lessons.examples.address import Example, query
from quizzes.lessons.examples.diagrams import Diagram, diagram
from quizzes.practice.exercises.queries import Taking
from quizzes.practice.exercises.words import shown_name, with_letters
from quizzes.templatetags.study import number, q_tag

WORDS = {
    "D": "inputs",
    "H": "units",
    "T": "steps",
    "N": "sequences in a batch",
    "W": "steps in a window",
    "w": "recurrent weight",
    "h": "hidden states, the first one first",
    "f": "forget gates, the first one first",
    "parts": "what each step contributes, the last step first",
    "gradient": "the gradient",
    "threshold": "largest norm allowed",
    "stack": "one number a block",
}
SETTINGS = {"layers": "layers", "from_library": "order it is in", "to_library": "order that is wanted"}
SWITCHES = {  # on and off
    "bidirectional": ("both directions", "one direction"),
    "batch_first": ("batch_first=True", "batch_first=False"),
    "reset_after": ("reset_after=True", "reset_after=False"),
    "return_sequences": ("return_sequences=True", "return_sequences=False"),
}


def given_of(taking: Taking) -> dict[str, Any]:
    """What a learner is told, for exercises/_given.html: each part is there where the exercise has it."""
    specification, given = taking.specification, taking.variant.given
    if specification.question:
        return {"rows": question_rows(specification, given)}
    if "raised" in given:
        return {"situation": _situation(given), "diagram": cell_diagram(specification.declared())}
    if "x" not in given:
        return {}  # nor the cell's picture: its description says the equations
    decimals = decimals_given(specification)
    return {
        "states": given_states(given, decimals) + _losses(given, decimals),
        "weights": weight_table(given, decimals, specification.in_order_of_use()),
        "example": example_address(specification, given),
        "diagram": cell_diagram(specification.declared()),
        "work": _work(taking),
        "has_losses": "dh" in given,
    }


@cache
def cell_diagram(cell: sim.Cell) -> Diagram:
    """The cell as a picture without numbers."""
    return diagram(cell, prefix="cell")


def question_rows(specification: Specification, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each given with what it means, then what is fixed for this exercise."""
    rows = [(WORDS.get(name, name), f"{name} = {_plain(value)}") for name, value in _in_order(given)]
    flags = flags_of(specification).items()
    rows += [(SETTINGS[name], library_name(value)) for name, value in flags if name in SETTINGS]
    return rows + [("switch", SWITCHES[name][not value]) for name, value in flags if name in SWITCHES]


def _in_order(given: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """In the order of WORDS: a database may hold them in another."""
    return [(name, given[name]) for name in dict.fromkeys((*WORDS, *given)) if name in given]


def library_name(value: Any) -> str:
    return CONVENTION_NAMES.get(value, str(value))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return f"({', '.join(map(_plain, value))})"
    return f"{value}".replace("-", "−")


def _situation(given: Mapping[str, Any]) -> SafeString:
    return with_letters(f"{given['raised']} is raised a little, and nothing else changes. {given['facts']}.")


def _losses(given: Mapping[str, Any], decimals: int) -> list[tuple[SafeString, str]]:
    """What the loss gives each step, and what reaches the last states from beyond."""
    steps = given.get("dh", ())
    names = ["dh" if len(steps) == 1 else f"dh@{t}" for t in range(1, len(steps) + 1)]
    found = [(q_tag(name), _vector(each, decimals)) for name, each in zip(names, steps, strict=True)]
    beyond = [name for name in ("dh_last", "dc_last") if name in given]
    return found + [(q_tag(name), _vector(given[name], decimals)) for name in beyond]


def _work(taking: Taking) -> list[tuple[SafeString, str]]:
    """Somebody's working, where it is to be looked through."""
    said, given = taking.specification, taking.variant.given
    names = [name for name in said.asked if name in given]
    return [(q_tag(shown_name(name, said.T)), _vector(given[name], said.decimals)) for name in names]


def example_address(specification: Specification, given: Mapping[str, Any]) -> str:
    """The worked example with the same numbers."""
    names = [*specification.declared().parameters, "x", "h0", "c0"]
    numbers = {name: _rows(given[name]) for name in names if name in given}
    example = Example(
        specification.cell, specification.convention, specification.D, specification.H, specification.T, numbers
    )
    return f"{reverse('example', args=[specification.cell])}?{query(example)}"


def _rows(value: Any) -> tuple[tuple[float, ...], ...]:
    """A vector is one row, a matrix is its rows."""
    rows = value if value and isinstance(value[0], list) else [value]
    return tuple(tuple(row) for row in rows)


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


def weight_table(given: Mapping[str, Any], decimals: int, order: Sequence[str]) -> dict[str, Any]:
    """The weights, a row for each block and unit, in order of use: what multiplies x, what multiplies h′, the bias."""
    blocks = sorted((name[1:] for name in given if name[0] == "W"), key=lambda block: order.index(_made_by(block)))
    inner, peeps = "b_hn" in given, any(name.startswith("p_") for name in given)
    D, H = len(given[f"W{blocks[0]}"][0]), len(given[f"U{blocks[0]}"])
    columns = [*_heads("x", D), *_heads("h_prev", H), *([_times("c")] if peeps else []), "+ b"]
    columns += [with_letters("b_hn")] if inner else []
    rows = [_weight_row(given, block, unit, (H, inner, peeps), decimals) for block in blocks for unit in range(H)]
    return {"columns": [{"label": "block"}, *({"label": each, "numeric": True} for each in columns)], "rows": rows}


def _heads(name: str, count: int) -> list[SafeString]:
    """What a column of weights multiplies: × x, or x₁ and x₂, where room is scarce."""
    if count == 1:
        return [_times(name)]
    return [_unit_of(name, k, count) for k in range(1, count + 1)]


def _times(name: str) -> SafeString:
    return format_html("× {}", q_tag(name))


def _unit_of(name: str, unit: int, count: int) -> SafeString:
    """A quantity, or one entry of it: the step's place below the letter is the unit's here."""
    return q_tag(name if count == 1 else f"{name}@{unit}")


def _weight_row(
    given: Mapping[str, Any], block: str, unit: int, layout: tuple[int, bool, bool], decimals: int
) -> list[SafeString | str]:
    """`layout`: how many units, whether there is a bias beside h, and whether gates look at the cell."""
    H, inner, peeps = layout
    bias = "b_in" if block == "_n" and "b_in" in given else f"b{block}"
    peep = [given[f"p{block}"][unit] if f"p{block}" in given else None] if peeps else []
    numbers = [*given[f"W{block}"][unit], *given[f"U{block}"][unit], *peep, given[bias][unit]]
    written = ["" if each is None else number(float(each), decimals) for each in numbers]
    if inner:
        written.append(number(float(given["b_hn"][unit]), decimals) if block == "_n" else "")
    return [_block_head(block, unit, H), *written]


def _block_head(block: str, unit: int, H: int) -> SafeString:
    return _unit_of(_made_by(block), unit + 1, H)


def _made_by(block: str) -> str:
    """The quantity that a block's weights make: "_f" → "f"; a plain network has one block, for h."""
    return block[1:] or "h"


def decimals_given(specification: Specification) -> int:
    """With how many decimals the given numbers are written: as many as the finest range has."""
    steps = [f"{each['step']:.10f}".rstrip("0") for each in specification.ranges.values()]
    return max((len(step.partition(".")[2]) for step in steps), default=1)
