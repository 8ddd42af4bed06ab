"""Reads the numbers a learner types: decimal comma, any minus sign, fractions, 1e-3, spaces, thousands. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf

Sent = str | int | float | None  # one entry as it was sent: typed text, a JSON number, or nothing

LONGEST = 40  # characters of one entry: more is no number that a person writes
LARGEST = 1e12
TOO_LARGE = "1e999"  # what is stored of a number beyond that, whatever its digits were
MOST_ENTRIES = 64  # of one quantity; what is asked has far fewer, so more are refused all the same
MOST_KEPT = 100  # characters of one entry that are stored; far fewer are read as a number

_SIGNS = dict.fromkeys(map(ord, "−–‒﹣－➖‐‑"), "-") | dict.fromkeys(map(ord, "⁄∕"), "/")
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u200a\u202f\t"), " ")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}([,.'’ ])[0-9]{3}(?:\1[0-9]{3})*")
_GROUPS = re.compile(r"(?<![0-9.])[0-9]{1,3}(?: [0-9]{3})+(?![0-9])")
_DECIMAL = r"[+-]? ?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_NUMBER = re.compile(_DECIMAL)
_FRACTION = re.compile(rf"({_DECIMAL}) ?/ ?({_DECIMAL})")
_WHOLE = re.compile(r"[0-9]{1,7}")
_SHAPE = re.compile(rf"[(\[]? ?{_WHOLE.pattern}(?:[,;×x ]+{_WHOLE.pattern}){{0,5}} ?,? ?[)\]]?")
_UNREADABLE = "Write one number, like 0.4013, −0.38 or 1/3."


@dataclass(frozen=True)
class Reading:
    """One entry: its value, or None where it was blank or could not be read (then `fault` says why)."""

    value: float | None = None
    fault: str = ""
    echoed: str = ""  # what is shown of it, where that is not the value: the id of an option

    @property
    def is_blank(self) -> bool:
        return self.value is None and not self.fault


def read_number(sent: Sent) -> Reading:
    """The number meant by one entry. Never raises: what can't be read carries a sentence saying so."""
    if sent is None:
        return Reading()
    if isinstance(sent, bool) or not isinstance(sent, str | int | float):
        return Reading(fault="Write one number here.")
    if isinstance(sent, str):
        return _read_text(sent)
    return _finite(sent)


def read_whole(sent: Sent) -> Reading:
    """A count, which has no decimals: 1,024 and 1.024, 1 024 and 1'024 are 1024. Else as `read_number`."""
    if isinstance(sent, str) and len(sent) <= LONGEST and _THOUSANDS.fullmatch(_tidied(sent)):
        return _finite(float(re.sub("[^0-9]", "", sent)))
    return read_number(sent)


def read_option(sent: Sent, options: Sequence[str]) -> Reading:
    """The place of the option that was chosen by its id."""
    if sent is None or sent == "":
        return Reading()
    if isinstance(sent, str) and sent in options:
        return Reading(value=float(options.index(sent)), echoed=sent)
    return Reading(fault=f"Choose one of {', '.join(options)}.")


def read_shape(sent: Sent) -> tuple[Reading, ...]:
    """ "32, 6, 8" or "(32, 6, 8)" as three whole numbers."""
    if sent is None or not str(sent).strip():
        return (Reading(),)
    numbers = _SHAPE.fullmatch(str(sent)[:LONGEST].strip())
    if isinstance(sent, bool) or numbers is None:
        return (Reading(fault="Write a shape as whole numbers with commas between them, like 32, 6, 8."),)
    return tuple(Reading(value=float(each)) for each in _WHOLE.findall(numbers[0]))


def _read_text(text: str) -> Reading:
    if len(text) > LONGEST:
        return Reading(fault=f"That is too long; a number needs at most {LONGEST} characters.")
    plain = _plain(text)
    if not plain:
        return Reading()
    if match := _FRACTION.fullmatch(plain):
        return _divided(match[1], match[2])
    if _NUMBER.fullmatch(plain):
        return _finite(_float(plain))
    return Reading(fault=_UNREADABLE)


def _plain(text: str) -> str:
    """The same entry in the signs of a Python number: "−0,38" becomes "-0.38", "1 000" becomes "1000"."""
    plain = _GROUPS.sub(lambda match: match[0].replace(" ", ""), _tidied(text))
    # A comma is a decimal comma where nothing else marks the decimals; "1,234.5" stays unreadable.
    has_own_point = "." in plain
    return plain if has_own_point else plain.replace(",", ".")


def _tidied(text: str) -> str:
    """With one kind of space and one minus sign."""
    return " ".join(text.translate(_SPACES).translate(_SIGNS).split())


def _float(text: str) -> float:
    return float(text.replace(" ", ""))


def _divided(above: str, below: str) -> Reading:
    divisor = _float(below)
    if divisor == 0:
        return Reading(fault="A fraction needs something other than 0 below the line.")
    return _finite(divisor) if isinf(divisor) else _finite(_float(above) / divisor)


def _finite(value: float) -> Reading:
    if not abs(value) <= LARGEST:  # NaN too, and whole numbers too large for a float
        return Reading(fault="That number is too large to be an answer here.")
    return Reading(value=float(value))


def kept(entry: object) -> Sent:
    """One entry as it may be stored and shown again: text without what no database holds, a finite number, or None."""
    if entry is None or (isinstance(entry, int | float) and abs(entry) <= LARGEST):
        return entry
    if isinstance(entry, int | float) and abs(entry) > LARGEST:
        return TOO_LARGE
    text = entry if isinstance(entry, str) else str(entry)[:MOST_KEPT]
    return printable(text[:MOST_KEPT])


def printable(text: str) -> str:
    """Without NUL, lone surrogates and other characters that have no shape; any white space is a space."""
    return "".join(" " if one.isspace() else one for one in text if one.isspace() or one.isprintable())


def echo(value: float | None) -> str:
    """How a value was read, with a real minus sign: "−0.38". Nothing for a blank."""
    if value is None:
        return ""
    text = f"{value:.6f}".rstrip("0").rstrip(".") if 1e-6 <= abs(value) < 1e12 else f"{value:g}"
    return text.replace("-", "−")
