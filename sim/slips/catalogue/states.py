"""Slips of what a step is given: another state, no state, no input. C16 … C19, wherever they make sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.language.declarations import Cell
from sim.language.expressions import Expr, name, number, substitute
from sim.slips.catalogue.rows import Row


def _nothing(label: str) -> Expr:
    return Expr("*", (number(0), name(label)))


# id: what is read in place of what was given; title, correction, source
CARRIED: dict[str, tuple[Mapping[str, Expr], str, str, str]] = {
    "C16": (
        {"h_prev": name("c_prev")},
        "c is fed back instead of h",
        "Two lines leave the cell: c goes to the cell line, h to the gates and the next layer.",
        "threads mixing up cell and hidden state",
    ),
    "C17": (
        {"h_prev": name("c_prev"), "c_prev": name("h_prev")},
        "the two states are swapped",
        "PyTorch and Keras give h first; the old TensorFlow tuple gave c first.",
        "tensorflow issues 17133 and 13943",
    ),
    "C18": (
        {"h_prev": _nothing("h_prev"), "c_prev": _nothing("c_prev")},
        "the state is set to zero before the step",
        "The state lasts through a sequence.",
        "Stack Overflow question 38714959",
    ),
    "C19": (
        {"x": _nothing("x")},
        "the input is taken as zero",
        "A zero input still updates the state; what must not count is masked.",
        "course chapters on masking",
    ),
}
ONLY_WITH_TWO_STATES = ("C16", "C17")


def rows(cell: Cell) -> Iterator[Row]:
    for key, (read, *said) in CARRIED.items():
        if len(cell.states) > 1 or key not in ONLY_WITH_TWO_STATES:
            changes = {left: substitute(formula, read) for left, formula in cell.equations.items()}
            for asked in reversed(cell.states):
                yield Row(key, asked, changes, *said)
