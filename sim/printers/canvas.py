"""Lines, nodes and labels of a diagram as SVG. Colours and line patterns come by class, numbers carry ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, starmap

from sim.printers.layout import Point
from sim.printers.letters import hue, letters
from sim.printers.numerals import fixed
from sim.printers.reading import Numbers
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
    lines: dict[str, str] = field(default_factory=dict)  # the lines of a class are one path
    joints: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def svg(self) -> str:
        paths = [f'<path class="{look}" d="{path}"/>' for look, path in self.lines.items()]
        return "".join(paths + self.joints + self.nodes + self.labels)

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
        self.labels.append(f'<text class="op" {_place(x, y + 4.5, "middle")}>{label}</text>')

    def line(self, name: str, *points: Point) -> None:
        look = _line_class(name)
        self.lines[look] = self.lines.get(look, "") + _path(list(starmap(self.placed, points)))

    def arrow(self, name: str, x: float, y: float) -> None:
        self.line(name, (x - 7, y - 5), (x, y), (x - 7, y + 5))

    def dot(self, name: str, x: float, y: float) -> None:
        """A joint: so small a ring that its line fills it."""
        x, y = self.placed(x, y)
        self.joints.append(f'<circle class="{_line_class(name)} joint" cx="{x:g}" cy="{y:g}" r="1.2"/>')

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
            f'<text class="number" id="{self.prefix}-{name}" data-q="{name}" '
            f"{_place(right + at.number[0], down + at.number[1], at.anchor)}>{self.digits(name)}</text>"
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
    return f'<text class="{quantity}" data-q="{name}" {_place(x, y, anchor)}>{found.letter}{below}</text>'


def _place(x: float, y: float, anchor: str) -> str:
    held = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'x="{x:g}" y="{y:g}"{held}'


def _path(points: Sequence[Point]) -> str:
    """Through the points in turn: M10 48H88V200, and with an L where it slants."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for (x1, y1), (x2, y2) in pairwise(points):
        if x1 != x2 or y1 != y2:
            path += f"H{x2:g}" if y1 == y2 else f"V{y2:g}" if x1 == x2 else f"L{x2:g} {y2:g}"
    return path
