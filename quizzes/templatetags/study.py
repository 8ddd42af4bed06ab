"""How templates write quantities, numbers, times and the states of an answer.

Load with `{% load study %}`. Numbers come out as plain text with a true minus sign, so they may stand in attributes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from quizzes.formats.numerals import in_words

register = template.Library()

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
QUANTITIES = frozenset("ifgochrznx")
PARAMETERS = frozenset("WUbp")  # stay in ink: colour means a quantity, and a weight is none
UNITS = (
    (86400 * 365.25, "year", "years"),
    (86400 * 30.44, "month", "months"),
    (86400, "day", "days"),
    (3600, "h", "h"),
)


# --- quantities -------------------------------------------------------------------------------------------------------


def split_name(name: str) -> tuple[str, str, str]:
    """`a_f@2` → ("a", "f", "2"), `h0` → ("h", "", "0"): letter, what stands below, step; or ""."""
    quantity, _, step = name.partition("@")
    letter, _, below = quantity.partition("_")
    bare = letter.rstrip("0123456789")
    return bare, below, step or letter.removeprefix(bare)


def hue(name: str) -> str:
    """The letter whose colour a name wears: its gate, its state, or nothing for weights and plain numbers."""
    letter, below, _ = split_name(name)
    letter = letter.removeprefix("d")
    if letter in PARAMETERS:
        return ""
    if letter in {"a", "tanh"}:
        letter = below
    letter = letter[:1]
    return letter if letter in QUANTITIES else ""


@register.simple_tag(name="q")
def q_tag(name: str, text: str = "") -> SafeString:
    """`{% q "f" %}`, `{% q "f" "forget gate" %}`, `{% q "a_f@2" %}`: a quantity in its hue and letter."""
    letter, below, step = split_name(name)
    if len(letter) > 1 and letter[0] == "d" and letter[1] not in PARAMETERS:
        letter = "δ" + letter[1:]  # a gradient of a value, as the equations write it
    if text:
        inner: str | SafeString = text
    elif letter.removeprefix("δ") == "tanh":
        inner = format_html("{} {}{}", letter, below, format_html("<sub>{}</sub>", step) if step else "")
    else:
        under = ",".join(part for part in (below, step) if part)
        inner = format_html("{}<sub>{}</sub>", letter, under) if under else letter
    return format_html('<span class="q{}">{}</span>', f" q-{hue(name)}" if hue(name) else "", inner)


@register.filter
def q(name: str) -> SafeString:
    """`{{ name|q }}`: the same for a name held in a variable."""
    return q_tag(name)


# --- numbers ----------------------------------------------------------------------------------------------------------


@register.filter
def number(value: float | Decimal | str | None, decimals: int | None = None) -> str:
    """`{{ value|number:4 }}` → −0.3799. Without decimals: as it is, only the minus is set right. None → a dash."""
    if value is None or value == "":
        return "–"
    text = str(value) if decimals is None or isinstance(value, str) else f"{value:.{decimals}f}"
    if decimals is not None and text.startswith("-") and not text.strip("-0."):
        text = text[1:]  # −0.0000 is 0.0000
    return text.replace("-", MINUS)


@register.filter
def num(value: float | Decimal | None, decimals: int | None = None) -> str | SafeString:
    """The same for a table cell: the sign is drawn, the word "minus" is heard."""
    text = number(value, decimals)
    if not text.startswith(MINUS):
        return text
    sign = format_html('<span aria-hidden="true">{}</span><span class="visually-hidden">minus </span>', MINUS)
    return format_html("{}{}", sign, text.removeprefix(MINUS))


@register.filter
def array(value: object) -> str:
    """A vector or matrix in one line: [[-2.0]] → −2.0, [1, 2] → 1, 2, rows of a matrix parted by semicolons."""
    if not isinstance(value, list | tuple):
        return number(value)  # type: ignore[arg-type]
    if value and isinstance(value[0], list | tuple):
        return "; ".join(array(row) for row in value)
    return ", ".join(array(entry) for entry in value)


@register.filter
def as_entries(value: object) -> list[object]:
    """The fields of a step: a vector has one for each unit, everything else has one."""
    return value if isinstance(value, list) else ["" if value is None else value]


@register.filter
def words(count: int) -> str:
    return in_words(count)


@register.filter
def count(number_of: int, nouns: str) -> str:
    """`{{ n|count:"card,cards" }}` → 1 card, 14 cards, no cards."""
    one, _, many = nouns.partition(",")
    figure = "no" if number_of == 0 else str(number_of)
    return f"{figure}{NO_BREAK}{one if number_of == 1 else many or one + 's'}"


@register.filter
def wait(span: timedelta | float | None) -> str:
    """How long until then, in the largest unit that fits: 10 min, 3 h, 4 days, 2 months. Seconds are accepted."""
    if span is None:
        return "–"
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    if seconds < 60:
        return f"under 1{NO_BREAK}min"
    for size, one, many in UNITS:
        if seconds >= size * 0.99:
            amount = round(seconds / size)
            return f"{amount}{NO_BREAK}{one if amount == 1 else many}"
    return f"{round(seconds / 60)}{NO_BREAK}min"


@register.filter
def minutes(seconds: float | None) -> str:
    """A time estimate for a list row: about 6 min."""
    return "" if seconds is None else f"about {max(1, round(seconds / 60))}{NO_BREAK}min"


# --- addresses --------------------------------------------------------------------------------------------------------


@register.simple_tag
def at_place(name: str, place: str) -> str:
    """`{% at_place "example" "lstm/?line=c" %}` → /examples/lstm/?line=c: the page of its cell, with its query."""
    cell, _, query = place.partition("/?")
    return f"{reverse(name, args=[cell])}?{query}"


# --- states of an answer ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    mark: str
    word: str
    tone: str  # right, wrong, note or quiet: colour comes last


LOOKS = {
    "empty": Look("", "", "quiet"),
    "right": Look("✓", "right", "right"),
    "right_with_yours": Look("✓", "right with your numbers", "right"),
    "slip": Look("✗", "not yet", "wrong"),
    "wrong": Look("✗", "not right", "wrong"),
    "alias": Look("?", "which of these did you do?", "note"),
    "convention": Look("↔", "right in another convention", "note"),
    "rounded_early": Look("≈", "right method, rounded too early", "note"),
    "pair": Look("?", "perhaps two slips at once?", "note"),
    "unrecognised": Look("✗", "not recognised", "wrong"),
    "invalid": Look("!", "cannot be read as a number", "note"),
    "revealed": Look("→", "shown", "quiet"),
    "answered": Look("●", "answered", "quiet"),
    "unanswered": Look("○", "not answered", "quiet"),
    "flagged": Look("⚑", "flagged", "note"),
}


@register.filter
def look(state: str) -> Look:
    """`{% with look=step.state|look %}{{ look.mark }} {{ look.word }}{% endwith %}`."""
    return LOOKS.get(state, LOOKS["empty"])


@register.simple_tag(takes_context=True)
def here(context: template.Context, path: str) -> SafeString | str:
    """`<a href="/quizzes/" {% here "/quizzes/" %}>` marks the entry whose pages we are in."""
    request = context.get("request")
    if request is None or not request.path.startswith(path):
        return ""
    return format_html('aria-current="{}"', "page" if request.path == path else "true")
