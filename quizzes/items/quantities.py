"""How a quantity is called in a sentence. Pure."""

from __future__ import annotations

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
}


def spoken(name: str) -> str:
    """ "c@2" → "cell state at step 2", "a_f" → "weighted sum of the forget gate"."""
    what, _, step = name.partition("@")
    known = NAMES.get(what)
    if known is None and what.startswith("a_"):
        known = f"weighted sum of the {NAMES.get(what[2:], what[2:])}"
    return f"{known or what} at step {step}" if step else known or what


def letter(name: str) -> str:
    """How a quantity is written in running text: "c@1" → "c", "c@2" → "c at step 2"."""
    what, _, step = name.partition("@")
    return f"{what} at step {step}" if step and step != "1" else what
