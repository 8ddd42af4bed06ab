"""What every function asks of what it is given: the right kind of thing, a whole number, a step there is."""

from __future__ import annotations

from operator import index
from typing import Any

from sim.errors import KindError, SizeError, UnknownName

LONGEST = 40  # characters of a value that are quoted


def of_kind[T](name: str, value: object, kinds: type[T] | tuple[type[T], ...], needed: str) -> None:
    """Raises: KindError, saying what was found and what is needed."""
    if not isinstance(value, kinds):
        raise KindError(f"{name} is {described(value)}, needs {needed}.")


def whole_number(name: str, value: object, least: int, most: int) -> int:
    """The value as an int. Raises: SizeError for what is no whole number within these ends."""
    found = _index(value)
    if found is None or not least <= found <= most:
        raise SizeError(f"{name} is {described(value)}, needs a whole number from {least} to {most}.")
    return found


def _index(value: Any) -> int | None:
    """The int that a whole number is, NumPy's among them; None for anything else, True and False too."""
    try:
        return None if isinstance(value, bool) else int(index(value))
    except TypeError:
        return None


def check_step(step: object, T: int) -> int:
    """A step counted from 1. Raises: UnknownName."""
    found = _index(step)
    if found is None or not 1 <= found <= T:
        raise UnknownName(f"There is no step {described(step)}.", f"Steps count from 1 to {T}.")
    return found


def described(value: object) -> str:
    """A number or a text as it is, shortened; of anything else what it is."""
    if isinstance(value, (str, bytes, int, float, type(None))):
        text = repr(value) if isinstance(value, bytes) else f"“{value}”" if isinstance(value, str) else str(value)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"
