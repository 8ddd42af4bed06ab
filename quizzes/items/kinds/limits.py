"""Between which numbers a quantity of a cell lies, whatever is put in: read off its equation. Pure."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from math import inf
from typing import Any

import sim
from quizzes.items.carrying import Limits

SQUASHED: dict[str, Limits] = {"sigmoid": (0, 1), "clip01": (0, 1), "tanh": (-1, 1), "clip": (-1, 1), "relu": (0, inf)}
ANY: Limits = (-inf, inf)


@lru_cache(maxsize=1024)
def limits_of(cell: sim.Cell, name: str) -> Limits:
    """A gate lies between 0 and 1, h = o · tanh c between −1 and 1; a sum, a cell, a gradient anywhere."""
    return _of(cell, cell.equations[name]) if name in cell.equations else ANY


def _of(cell: sim.Cell, formula: Any) -> Limits:
    if formula.op in SQUASHED:
        return SQUASHED[formula.op]
    if formula.op == "name":
        return limits_of(cell, formula.label)
    if formula.op == "number":
        return formula.label, formula.label
    parts = [_of(cell, each) for each in formula.args]
    combine = {"+": _sum, "-": _difference, "*": _product}.get(formula.op)
    return combine(*parts) if combine and ANY not in parts else ANY


def _sum(one: Limits, other: Limits) -> Limits:
    return one[0] + other[0], one[1] + other[1]


def _difference(one: Limits, other: Limits) -> Limits:
    return one[0] - other[1], one[1] - other[0]


def _product(one: Limits, other: Limits) -> Limits:
    ends = [0.0 if 0 in pair else pair[0] * pair[1] for pair in product(one, other)]  # no number is 0 times without end
    return min(ends), max(ends)
