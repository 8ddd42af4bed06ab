"""What is wrong with the form of a generator's specification, before anything is computed from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

WHOLE = {
    "D": (1, 8),
    "H": (1, 8),
    "T": (1, 20),
    "decimals": (2, 4),
    "options": (2, 6),
}  # larger ones nobody works by hand
TEXTS = ("cell", "convention")
LISTS_BY_NAME = ("claims", "must_show", "hints", "reasons")
MAPPINGS = ("settings",)
SWITCHES = ("small", "fading")
FORMATS = ("fill_all", "fill_one", "pick_formula", "find_error", "predict")
QUESTIONS = (
    "count", "output_shape", "last_state_shape", "order", "factor", "retention", "total", "truncated", "clipped",
)  # fmt: skip
NEEDED = ("cell", "convention", "asked", "ranges")
ENDS = ("low", "high", "step")
MOST_ASKED = 64
MOST_LISTED = 64


def first_fault(stored: Any) -> str:
    """One plain sentence; empty when it can be read."""
    if not isinstance(stored, Mapping):
        return "It needs names and values."
    return next(_faults(stored), "")


def _faults(stored: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"“{name}” is missing." for name in NEEDED if name not in stored)
    yield from (f"“{name}” needs text." for name in TEXTS if not isinstance(stored[name], str))
    if stored.get("format", "fill_all") not in FORMATS:
        yield f"“format” needs to be one of {', '.join(FORMATS)}."
    if stored.get("question", "") not in ("", *QUESTIONS):
        yield f"“question” needs to be one of {', '.join(QUESTIONS)}."
    yield from (f"“{name}” needs names and values." for name in MAPPINGS if not _is_settings(stored.get(name, {})))
    yield from (f"“{name}” needs true or false." for name in SWITCHES if not isinstance(stored.get(name, False), bool))
    if stored.get("fading") and stored.get("format", "fill_all") != "fill_all":
        yield "“fading” is for exercises in which every step is filled in."
    for name, (least, most) in WHOLE.items():
        if name in stored and not _is_whole(stored[name], least, most):
            yield f"“{name}” is {stored[name]!r:.40}, needs a whole number from {least} to {most}."
    yield from _asked_faults(stored["asked"])
    yield from _range_faults(stored["ranges"])
    for name in LISTS_BY_NAME:
        yield from _list_faults(name, stored.get(name, {}))


def _asked_faults(asked: Any) -> Iterator[str]:
    if not _is_list_of_texts(asked, MOST_ASKED):
        yield f"“asked” needs a list of 1 to {MOST_ASKED} quantities with their step, as in c@1."
        return
    for each in asked:
        name, at, step = each.partition("@")
        if not name or (at and not (step.isascii() and step.isdigit() and len(step) < 3)):
            yield f"“asked” has {each!r:.40}, needs a quantity with its step, as in c@1."
        if asked.count(each) > 1:
            yield f"“asked” has {each!r:.40} twice."


def _range_faults(ranges: Any) -> Iterator[str]:
    if not isinstance(ranges, Mapping):
        yield "“ranges” needs a range for each name."
        return
    for name, each in ranges.items():
        if not (isinstance(each, Mapping) and all(_is_number(each.get(end)) for end in ENDS)):
            yield f"The range of “{name:.40}” needs the numbers low, high and step."


def _list_faults(part: str, lists: Any) -> Iterator[str]:
    if not isinstance(lists, Mapping):
        yield f"“{part}” needs a list for each quantity."
        return
    for name, each in lists.items():
        if each != [] and not _is_list_of_texts(each, MOST_LISTED):
            yield f"“{part}” of “{name:.40}” needs a list of at most {MOST_LISTED} texts."


def _is_settings(value: Any) -> bool:
    """Few, and plain: a whole number, a switch, a text, or a list of texts."""
    plain = isinstance(value, Mapping) and len(value) <= 8
    return plain and all(isinstance(each, bool | int | str) or _is_list_of_texts(each, 16) for each in value.values())


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9 and isfinite(value)


def _is_list_of_texts(value: Any, most: int) -> bool:
    is_list = isinstance(value, list | tuple) and 1 <= len(value) <= most
    return is_list and all(isinstance(each, str) for each in value)
