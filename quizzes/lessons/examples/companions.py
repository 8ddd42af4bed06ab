"""The other two of RNN, LSTM and GRU, on the same sequence. Pure."""

from __future__ import annotations

from dataclasses import replace

from quizzes.lessons.examples import address
from quizzes.lessons.examples.address import Example
from quizzes.lessons.examples.usual import FAMILIES, family_of

# the mark of each beside the others, its hue and its line pattern
LOOKS = {"rnn": ("square", "q-h k-1"), "lstm": ("up", "q-f k-3"), "gru": ("diamond", "q-o k-4")}


def companions(example: Example) -> dict[str, Example]:
    """RNN, LSTM and GRU by family: the example itself, and beside it two with the numbers of the same seed."""
    own = family_of(example.cell)
    return {family: example if family == own else same_input(example, family) for family in FAMILIES}


def same_input(example: Example, cell: str) -> Example:
    """Another cell of the same sizes that reads the same sequence."""
    other = address.usual(cell, "", **example.sizes, seed=example.seed)
    return looked_at_alike(example, replace(other, numbers={**other.numbers, "x": example.numbers["x"]}))


def as_of_1997(example: Example) -> tuple[Example, Example]:
    """The LSTM of today and the cell of 1997, with the same numbers for what both have."""
    modern = example if example.cell == "lstm" else same_input(example, "lstm")
    old = same_input(example, "lstm_1997")
    return modern, replace(old, numbers={name: modern.numbers[name] for name in old.numbers})


def looked_at_alike(example: Example, other: Example) -> Example:
    return replace(other, step=example.step, unit=example.unit, view=example.view)
