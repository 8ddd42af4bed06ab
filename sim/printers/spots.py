"""Where labels stand beside their lines, by a rule of its own for a picture that lies and for one that stands upright.

Letter and number stand one above the other beside a line that is upright; on a line that is level they stand in one
line upright, where height is scarce, and one above the other where a picture lies.
"""

from __future__ import annotations

from typing import NamedTuple

type Step = tuple[float, float]
BEFORE = None  # the letter stands in line with its number, before it


class Spot(NamedTuple):
    """Right and down from a point of the line to a label's number and letter, and which end of both is there."""

    number: Step
    letter: Step | None = BEFORE
    anchor: str = "start"


LYING = {
    "old state": Spot((0, 20), (0, -8)),
    "new state": Spot((0, -12), BEFORE, "end"),
    "bus": Spot((0, 18), (0, -8)),
    "x": Spot((0, 18), (0, -8)),
    "x apart": Spot((0, -6), (0, -22)),
    "between": Spot((-4, 18), (-4, -7), "middle"),
    "gate": Spot((7, -8), (7, -24)),
    "squashed": Spot((-7, 6), anchor="end"),
    "out": Spot((0, -12), (0, -28), "end"),
    "part": Spot((4, 16), (4, -6)),
}
UPRIGHT = {
    "old state": Spot((9, 26), (9, 10)),
    "new state": Spot((9, 0), (9, -16)),
    "bus": Spot((-7, 26), (-7, 10), "end"),
    "x": Spot((6, -11), BEFORE, "end"),
    "x apart": Spot((6, -11), BEFORE, "end"),
    "between": Spot((9, 13), (9, -3)),
    "gate": Spot((-5, -5), BEFORE, "end"),
    "squashed": Spot((0, -17), anchor="middle"),
    "out": Spot((9, 0), (9, -16)),
    "part": Spot((106, 12), BEFORE, "end"),
}
