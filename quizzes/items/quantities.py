"""How a quantity is called in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence

NAMES = {
    "i": "input gate",
    "f": "forget gate",
    "o": "output gate",
    "g": "candidate",
    "c": "cell state",
    "h": "hidden state",
    "r": "reset gate",
    "z": "update gate",
    "n": "candidate",
    "a": "weighted sum",
    "tanh_c": "squashed cell state",
    "x": "input",
    "h0": "hidden state before",
    "c0": "cell state before",
    "count": "number of parameters",
    "shape": "shape",
    "factor": "factor of the whole chain",
    "retention": "share that is kept",
    "total": "gradient of the shared weight",
    "truncated": "gradient of the shared weight, cut off",
    "clipped": "gradient after clipping",
    "stack": "blocks in the new order",
    "error": "step with the error",
}


def spoken(name: str) -> str:
    """ "c@2" → "cell state at step 2", "a_f" → "weighted sum of the forget gate"."""
    what, _, step = name.partition("@")
    known = _known(what)
    return f"{known} at step {step}" if step else known


def _known(what: str) -> str:
    """ "da_f" → "gradient of the weighted sum of the forget gate"."""
    if what in NAMES:
        return NAMES[what]
    if what.startswith("a_"):
        return f"weighted sum of the {NAMES.get(what[2:], what[2:])}"
    if what[0] == "d" and len(what) > 1:
        weight = what[1] in "WUbp"
        return f"gradient of {what[1:]}" if weight else f"gradient of the {_known(what[1:])}"
    return what


def letter(name: str) -> str:
    """How a quantity is written in running text: "c@1" → "c", "c@2" → "c at step 2"."""
    what, _, step = name.partition("@")
    return f"{what} at step {step}" if step and step != "1" else what


def listed(parts: Sequence[str], last: str = "and") -> str:
    """ "f, i and c"."""
    *others, end = parts
    return f"{', '.join(others)} {last} {end}" if others else end
