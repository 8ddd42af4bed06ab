"""What a row of the catalogue holds."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`changes` maps quantities to wrong right-hand sides; `asked` is the quantity in which the slip is looked for."""

    id: str
    asked: str
    changes: Mapping[str, str]
    title: str
    correction: str
    source: str
    convention: bool = False  # right in another convention: named, never counted as a slip


# Slips that no numbers can always tell apart: they never switch each other off, and the learner is asked which it was.
ALIASES = (
    frozenset({"F02", "F15"}),  # 1 - σ(a) is σ(-a)
    frozenset({"F23", "F24"}),  # no activation and ReLU, where the sum is positive
    frozenset({"G02", "G03"}),  # with one unit, U(r·h) is r·(U h)
)
