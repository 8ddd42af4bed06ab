"""The given numbers of a variant as a page shows them: inputs and states in a line, the weights in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from quizzes.items.specification import Specification
from quizzes.practice.exercises.words import with_letters
from quizzes.templatetags.study import number, q_tag


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
    inner = "b_hn" in given
    D, H = len(given[f"W{blocks[0]}"][0]), len(given[f"U{blocks[0]}"])
    columns = [*_heads("x", D), *_heads("h_prev", H), "+ b", *([with_letters("b_hn")] if inner else [])]
    rows = [_weight_row(given, block, unit, H, inner, decimals) for block in blocks for unit in range(H)]
    return {"columns": [{"label": "block"}, *({"label": each, "numeric": True} for each in columns)], "rows": rows}


def _heads(name: str, count: int) -> list[SafeString]:
    """What a column of weights multiplies: × x, or x₁ and x₂, where room is scarce."""
    if count == 1:
        return [format_html("× {}", q_tag(name))]
    return [_unit_of(name, k, count) for k in range(1, count + 1)]


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
    return _unit_of(_made_by(block), unit + 1, H)


def _made_by(block: str) -> str:
    """The quantity that a block's weights make: "_f" → "f"; a plain network has one block, for h."""
    return block[1:] or "h"


def decimals_given(specification: Specification) -> int:
    """With how many decimals the given numbers are written: as many as the finest range has."""
    steps = [f"{each['step']:.10f}".rstrip("0") for each in specification.ranges.values()]
    return max((len(step.partition(".")[2]) for step in steps), default=1)
