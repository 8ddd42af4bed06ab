"""How a declared name is shown: its letter, its subscript, and the quantity whose colour it wears."""

from __future__ import annotations

from typing import NamedTuple

COLOURED = frozenset("ifgochrznx")
SPOKEN = {"h_prev": "the old h", "c_prev": "the old c", "tanh_c": "tanh of c"}


class Letters(NamedTuple):
    """W_f is letter W with subscript f in the colour of f; c_prev is c with subscript prev, all in the colour of c."""

    letter: str
    subscript: str
    hue: str  # of the letter, or "" for ink
    subscript_hue: str


def letters(name: str) -> Letters:
    letter, _, subscript = name.partition("_")
    if subscript == "prev":
        return Letters(letter, "prev", letter, "")
    if letter in ("h0", "c0"):
        return Letters(letter[0], "0", letter[0], "")
    block = "n" if subscript in ("in", "hn") else subscript
    return Letters(letter, subscript, hue(letter), hue(block))


def hue(name: str) -> str:
    """The quantity whose colour a name wears: c for c_prev, f for f, "" for a weight or a sum."""
    first = name.removesuffix("_prev").removesuffix("0")
    return first if first in COLOURED else ""


def spoken(name: str) -> str:
    """A name as it is read out: "the old c", "W f", "b h n"."""
    return SPOKEN.get(name) or " ".join(name.replace("_", "")) if "_" in name else name
