"""How a declared name is shown: its letter, its subscript, and the quantity whose colour it wears."""

from __future__ import annotations

from typing import NamedTuple

COLOURED = frozenset("ifgochrznx")
SPOKEN = {"tanh_c": "tanh of c", "Γ": "Gamma", "c̃": "c tilde"}
WEIGHTS = "WUbpV"
MARKS = ("prev", "next", "last", "loss")  # subscripts that are words


class Letters(NamedTuple):
    """W_f is letter W with subscript f in the colour of f; c_prev is c with subscript prev, all in the colour of c."""

    letter: str
    subscript: str
    hue: str  # of the letter, or "" for ink
    subscript_hue: str


def letters(name: str) -> Letters:
    """δf_next has the letters of f, with a δ before and "next" after; dW_f is written with a d."""
    stem, mark = marked(name)
    if is_gradient(stem):
        d, of = ("d" if stem[1] in WEIGHTS else "δ"), letters(stem[1:])
        subscript = " ".join(filter(None, (of.subscript, mark)))
        return Letters(d + of.letter, subscript, of.hue, of.subscript_hue)
    letter, _, subscript = stem.partition("_")
    if mark:
        return Letters(letter, " ".join(filter(None, (subscript, mark))), hue(letter), hue(subscript))
    if letter in ("h0", "c0"):
        return Letters(letter[0], "0", letter[0], "")
    block = "n" if subscript in ("in", "hn") else subscript
    return Letters(letter, subscript, hue(letter), hue(block))


def marked(name: str) -> tuple[str, str]:
    """A name and the word it ends with: ("dc", "next")."""
    stem, _, mark = name.rpartition("_")
    return (stem, mark) if mark in MARKS else (name, "")


def is_gradient(name: str) -> bool:
    return len(name) > 1 and name[0] == "d" and name != "diag"


def hue(name: str) -> str:
    """The quantity whose colour a name wears: c for c_prev and for dc, f for f, "" for a weight or a sum."""
    stem = marked(name)[0]
    first = (stem[1:] if is_gradient(stem) else stem).removesuffix("0")
    return first if first in COLOURED else ""


def spoken(name: str) -> str:
    """A name as it is read out: "the old c", "W f", "b h n", "the gradient of c at the next step"."""
    stem, mark = marked(name)
    if is_gradient(stem):
        where = {"next": " at the next step", "last": " from beyond the last step", "loss": " from this step's loss"}
        return f"the gradient of {spoken(stem[1:] + ('_prev' if mark == 'prev' else ''))}{where.get(mark, '')}"
    if mark == "next":
        return f"{spoken(stem)} at the next step"
    if mark == "prev":
        return f"the old {spoken(stem)}"
    if name in SPOKEN:
        return SPOKEN[name]
    letter, _, subscript = name.partition("_")
    return " ".join([SPOKEN.get(letter, letter), *subscript])
