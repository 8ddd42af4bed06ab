"""Lines, nodes and labels of a diagram as SVG. Colours and line patterns come by class, numbers carry ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import starmap

from sim.printers.layout import Point
from sim.printers.letters import hue, letters
from sim.printers.reading import Numbers, fixed
from sim.printers.spots import LYING, UPRIGHT, Spot

BOX = (20.0, 13.0)  # half width and half height of a function's box
WIDE_BOX = 25.0
MOST_DIGITS, MOST_INPUTS = 8, 4  # characters of a number, and numbers of x, that there is room for
RADIUS = 11.0
ROUND = ("×", "+", "−", "1−", "÷2", "Σ", "=")  # in a circle; functions stand in a box


@dataclass
class Canvas:
    """What has been drawn. `numbers` are the values to be shown, of one unit; None for a diagram without values.

    Points are given as x along time and y away from the state line. Upright the two are changed over; what is written
    and what it is written in are not turned.
    """

    numbers: Numbers | None
    unit: int
    prefix: str
    upright: bool = False
    lines: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def svg(self) -> str:
        return "".join(self.lines + self.nodes + self.labels)

    def placed(self, x: float, y: float) -> Point:
        """Where a point is in the picture."""
        return (y, x) if self.upright else (x, y)

    def reach(self, label: str) -> Point:
        """From the middle of a part to its edges: along time, and away from the state line."""
        return self.placed(half_width(label), RADIUS if label in ROUND else BOX[1])

    @property
    def spots(self) -> Mapping[str, Spot]:
        return UPRIGHT if self.upright else LYING

    def part(self, at: Point, label: str) -> None:
        x, y = self.placed(*at)
        if label in ROUND:
            self.nodes.append(f'<circle class="node" cx="{x:g}" cy="{y:g}" r="{RADIUS:g}"/>')
        else:
            w, h = half_width(label), BOX[1]
            self.nodes.append(
                f'<rect class="node" x="{x - w:g}" y="{y - h:g}" width="{2 * w:g}" height="{2 * h:g}" rx="5"/>'
            )
        self.labels.append(f'<text class="op" x="{x:g}" y="{y + 4.5:g}" text-anchor="middle">{label}</text>')

    def line(self, name: str, *points: Point) -> None:
        corners = [point for k, point in enumerate(points) if k == 0 or point != points[k - 1]]
        path = "M" + "L".join(f"{x:g} {y:g}" for x, y in starmap(self.placed, corners))
        self.lines.append(f'<path class="{_line_class(name)}" d="{path}"/>')

    def arrow(self, name: str, x: float, y: float) -> None:
        self.line(name, (x - 7, y - 5), (x, y), (x - 7, y + 5))

    def dot(self, name: str, x: float, y: float) -> None:
        """A joint: so small a ring that its line fills it."""
        x, y = self.placed(x, y)
        self.lines.append(f'<circle class="{_line_class(name)} joint" cx="{x:g}" cy="{y:g}" r="1.2"/>')

    def label(self, spot: str, name: str, x: float, y: float) -> None:
        """Letter and value, where this spot of a line has them."""
        at = self.spots[spot]
        right, down = self.placed(x, y)
        if at.letter is None:
            width = 7.6 * len(self.digits(name)) + 7 if self.numbers else 0
            letter = right + at.number[0] - width, down + at.number[1]
        else:
            letter = right + at.letter[0], down + at.letter[1]
        self.labels.append(_letter(name, *letter, at.anchor))
        self.number(spot, name, x, y)

    def number(self, spot: str, name: str, x: float, y: float) -> None:
        if self.numbers is None:
            return
        at, (right, down) = self.spots[spot], self.placed(x, y)
        self.labels.append(
            f'<text class="number" id="{self.prefix}-{name}" data-q="{name}" x="{right + at.number[0]:g}" '
            f'y="{down + at.number[1]:g}" text-anchor="{at.anchor}">{self.digits(name)}</text>'
        )

    def digits(self, name: str) -> str:
        if self.numbers is None:
            return ""
        if name != "x":
            return shortened(self.numbers.digits(name, self.unit))
        inputs = len(self.numbers.array("x"))
        shown = [shortened(self.numbers.digits(name, k)) for k in range(min(inputs, MOST_INPUTS))]
        return ", ".join([*shown, *("…" for _ in range(inputs > MOST_INPUTS))])


def shortened(digits: str) -> str:
    """A number with as many of its decimals as there is room for."""
    decimals = len(digits.partition(".")[2])
    while len(digits) > MOST_DIGITS and decimals > 0:
        decimals -= 1
        digits = fixed(float(digits.replace("−", "-")), decimals)
    return digits


def half_width(label: str) -> float:
    return RADIUS if label in ROUND else WIDE_BOX if " " in label else BOX[0]


def _line_class(name: str) -> str:
    found = hue(name)
    return f"line edge edge-{found} q-{found}" if found else "line edge"


def _letter(name: str, x: float, y: float, anchor: str) -> str:
    found = letters(name)
    below = f'<tspan dy="3" font-size="10">{found.subscript}</tspan>' if found.subscript else ""
    quantity = f"q q-{found.hue}" if found.hue else "q"
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text class="{quantity}" data-q="{name}" {place}>{found.letter}{below}</text>'
