"""How much room things take on a sheet: in ems of its formulas across, in rows down. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from quizzes.lessons.examples.address import Example
from quizzes.lessons.paper.sheets import MINUS, Block, Given

LINE = 45.0  # ems that a line of the narrowest page has: A4 within its margins
DIGIT, POINT, SIGN, PADDING = 0.5, 0.25, 0.7, 0.7  # of an entry of a matrix
NAME, GAP = 3.2, 1.6  # "W_i =" with the brackets; between two arrays


def cell_columns(example: Example) -> int:
    """How many values stand beside an equation."""
    return example.T if example.H == 1 else example.H


def height_of(example: Example) -> str:
    """How high the empty places are, so that a small sheet fills its page and a large one still fits."""
    rows = len(example.declared.equations) * (1 if example.H == 1 else example.T)
    return "vast" if rows <= 4 else "wide" if rows <= 12 else "fair" if rows <= 16 else "close"


def across_of(weights: Sequence[Block]) -> int:
    """How many arrays of a gate stand in a row, of every gate as many: all of them where they fit, else two, else one.

    Each column is as wide as the widest array in it, so that those of one kind stand under each other.
    """
    most = max(len(block.arrays) for block in weights)
    return next((count for count in (most, 2) if _width(weights, count) <= LINE), 1)


def _width(weights: Sequence[Block], count: int) -> float:
    columns = ([each for block in weights for each in block.arrays[column::count]] for column in range(count))
    return sum(max(map(_array_width, column), default=0.0) for column in columns) + GAP * (count - 1)


def _array_width(of: Given) -> float:
    return NAME + sum(max(map(_number_width, column)) for column in zip(*of.rows, strict=True))


def _number_width(text: str) -> float:
    digits = sum(map(str.isdigit, text))
    return DIGIT * digits + POINT * ("." in text) + SIGN * text.startswith(MINUS) + PADDING
