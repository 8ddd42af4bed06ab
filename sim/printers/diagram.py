"""A cell as a picture, drawn from its declaration: the state on top, gates below, their values beside their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

from sim.cells import Cell
from sim.cells import cell as find_cell
from sim.printers.layout import Layout, Point, layout_of
from sim.printers.letters import hue, letters
from sim.printers.network import Edge, Network, network_of
from sim.printers.reading import Numbers
from sim.printers.words import words
from sim.traces import Trace

BOX = (20.0, 13.0)  # half width and half height of a function's box
RADIUS = 11.0
LEFT, TAP = 10.0, 10.0
BOXED = ("σ", "tanh", "ReLU")


def svg(
    of: Trace | Cell | str, step: int = 1, *, unit: int = 1, decimals: int | None = None, prefix: str = ""
) -> str:  # fmt: skip
    """The diagram of a cell, or of one step of a trace with the values of one unit (both counted from 1).

    Colours and line patterns come by class (`line q-f`, `q q-f`, `node`); every value's element has the id
    "{prefix}-{name}" and `data-q`. `prefix` ("lstm-1" if left out) keeps two diagrams on a page apart.
    """
    if isinstance(of, Trace):
        cell, numbers = of.layer.cell, Numbers(of, step, decimals)
    else:
        cell, numbers = find_cell(of), None
    drawing = _Drawing(cell, numbers, unit - 1, prefix or f"{cell.name}-{step}")
    return drawing.svg(step)


@dataclass
class _Drawing:
    cell: Cell
    numbers: Numbers | None
    unit: int
    prefix: str
    lines: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.network: Network = network_of(self.cell)
        self.layout: Layout = layout_of(self.network)

    def svg(self, step: int) -> str:
        self._draw_rail()
        self._draw_buses()
        for edge in self.network.edges:
            if edge.source in self.layout.at:
                self._draw_edge(edge)
        if "c" in self.cell.states:
            self._draw_read_out()
        for key, part in self.network.parts.items():
            self._draw_part(self.layout.at[key], part.label)
        title, desc = f"{self.prefix}-title", f"{self.prefix}-desc"
        return (
            f'<svg class="cell" viewBox="0 0 {self.layout.width:g} {self.layout.height:g}" role="img" '
            f'aria-labelledby="{title} {desc}"><title id="{title}">{escape(self._title(step))}</title>'
            f'<desc id="{desc}">{escape(self._described(step))}</desc>'
            f"{''.join(self.lines + self.nodes + self.labels)}</svg>"
        )

    def _draw_rail(self) -> None:
        """The carried state from left to right, and its names at both ends."""
        state, y, right = self.cell.states[-1], self.layout.rail, self.layout.width - LEFT
        parts = sorted(self._on_rail(), key=lambda key: self.layout.at[key][0])
        corners = [LEFT, *(self.layout.at[key][0] for key in parts), right]
        names = [state, *(self._between(*pair) or state for pair in pairwise(parts)), state]
        for name, (start, end) in zip(names, pairwise(corners), strict=True):
            self._line(name, [(start, y), (end, y)])
        self._arrow(state, right, y)
        self._stacked(f"{state}_prev", LEFT, y - 8, y + 20)
        self._beside(state, right, y - 10, anchor="end")

    def _draw_buses(self) -> None:
        """x and the old h along the bottom, with a tap up to every part that reads them."""
        for name, y in self.layout.buses.items():
            targets = [edge.target for edge in self.network.edges if edge.source == name]
            below = [target for target in targets if name == "x" or target not in self._on_rail()]
            taps = [(self._tap(name, target), self._bottom(target)) for target in below]
            for x, bottom in taps:
                self._line(name, [(x, y), (x, bottom)])
            start = LEFT
            if name == "h_prev" and self.cell.states[-1] == "h":
                start = LEFT + 50
                self._line("h", [(start, self.layout.rail), (start, y)])
                self._dot("h", start, self.layout.rail)
            else:
                self._stacked(name, LEFT, y - 8, y + 18)
            ends = sorted(x for x, _ in taps)
            self._line(name, [(start, y), (ends[-1], y)])
            for x in ends[:-1]:
                self._dot(name, x, y)

    def _on_rail(self) -> set[str]:
        return {key for key, (_, y) in self.layout.at.items() if y == self.layout.rail}

    def _between(self, source: str, target: str) -> str:
        """The name of what runs between two parts on the rail, if it has one of its own."""
        return next(e.name for e in self.network.edges if (e.source, e.target) == (source, target))

    def _tap(self, name: str, target: str) -> float:
        """The old h enters a box on its left, x on its right; a part that reads one of them, in the middle."""
        x = self.layout.at[target][0]
        both = {e.source for e in self.network.edges if e.target == target}
        if self.network.parts[target].label == "×" or target == "a.0":
            return x
        return x - TAP if name == "h_prev" else x + TAP if len(both) > 1 else x

    def _bottom(self, target: str) -> float:
        boxed = self.network.parts[target].label in BOXED
        return self.layout.at[target][1] + (BOX[1] if boxed else RADIUS)

    def _draw_edge(self, edge: Edge) -> None:
        """Straight where the two stand in line, else up first and then across."""
        (x1, y1), (x2, y2) = self.layout.at[edge.source], self.layout.at[edge.target]
        if y1 == y2 == self.layout.rail:
            self._label_edge(edge, (x1, y1), (x2, y2))
            return  # the line is the rail itself
        if y1 == self.layout.rail:
            self._line(edge.name, [(x2, y1), (x2, y2)])
            return
        close = x1 != x2 and abs(x1 - x2) < 2 * RADIUS  # the reset's product enters its box left of the middle
        self._line(edge.name, [(x1, y1), (x1, y2)] if close else [(x1, y1), (x1, y2), (x2, y2)])
        outgoing = [other for other in self.network.edges if other.source == edge.source]
        if len(outgoing) > 1 and x1 != x2:
            self._dot(edge.name, x1, y2)
        if edge == outgoing[0]:
            self._label_edge(edge, (x1, y1), (x2, y2))

    def _label_edge(self, edge: Edge, start: Point, end: Point) -> None:
        (x1, y1), (x2, y2) = start, end
        if not edge.name:
            return
        if edge.name == "tanh_c":
            self._number(edge.name, x1 - 7, (y1 + y2) / 2 + 6, anchor="end")
        elif y1 == y2:
            middle = (x1 + x2) / 2 + 5
            self._stacked(edge.name, middle, y1 - 7, y1 + 18, anchor="middle")
        else:
            self._stacked(edge.name, x1 + 7, y1 - BOX[1] - 24, y1 - BOX[1] - 8)

    def _draw_read_out(self) -> None:
        """From the cell line down to tanh, and h out to the right."""
        x, y = self.layout.at["h.0"]
        self._dot("c", x, self.layout.rail)
        self._line("h", [(x, y), (self.layout.width - LEFT, y)])
        self._arrow("h", self.layout.width - LEFT, y)
        self._stacked("h", self.layout.width - LEFT, y - 26, y - 10, anchor="end")

    def _draw_part(self, at: Point, label: str) -> None:
        x, y = at
        if label in BOXED:
            w, h = BOX
            self.nodes.append(
                f'<rect class="node" x="{x - w:g}" y="{y - h:g}" width="{2 * w:g}" height="{2 * h:g}" rx="5"/>'
            )
        else:
            self.nodes.append(f'<circle class="node" cx="{x:g}" cy="{y:g}" r="{RADIUS:g}"/>')
        self.labels.append(f'<text class="op" x="{x:g}" y="{y + 4.5:g}" text-anchor="middle">{label}</text>')

    def _line(self, name: str, points: list[Point]) -> None:
        corners = [point for k, point in enumerate(points) if k == 0 or point != points[k - 1]]
        path = "M" + "L".join(f"{x:g} {y:g}" for x, y in corners)
        self.lines.append(f'<path class="{_line_class(name)}" d="{path}"/>')

    def _arrow(self, name: str, x: float, y: float) -> None:
        self._line(name, [(x - 7, y - 5), (x, y), (x - 7, y + 5)])

    def _dot(self, name: str, x: float, y: float) -> None:
        """A joint: so small a ring that its line fills it."""
        self.lines.append(f'<circle class="{_line_class(name)} joint" cx="{x:g}" cy="{y:g}" r="1.2"/>')

    def _stacked(self, name: str, x: float, letter: float, number: float, anchor: str = "start") -> None:
        self.labels.append(_letter(name, x, letter, anchor))
        self._number(name, x, number, anchor)

    def _beside(self, name: str, x: float, y: float, anchor: str) -> None:
        """Letter and value on one line, ending at x."""
        width = 7.2 * len(self._digits(name)) if self.numbers else 0
        self.labels.append(_letter(name, x - width - (6 if width else 0), y, anchor))
        self._number(name, x, y, anchor)

    def _number(self, name: str, x: float, y: float, anchor: str = "start") -> None:
        if self.numbers:
            self.labels.append(
                f'<text class="number" id="{self.prefix}-{name}" data-q="{name}" x="{x:g}" y="{y:g}" '
                f'text-anchor="{anchor}">{self._digits(name)}</text>'
            )

    def _digits(self, name: str) -> str:
        if self.numbers is None:
            return ""
        if name != "x":
            return self.numbers.digits(name, self.unit)
        return ", ".join(self.numbers.digits(name, k) for k in range(len(self.numbers.array("x"))))

    def _title(self, step: int) -> str:
        if self.numbers is None:
            return f"{self.cell.title}: one step"
        units = self.numbers.trace.layer.H
        return f"{self.cell.title}, step {step}" + (f", unit {self.unit + 1} of {units}" if units > 1 else "")

    def _described(self, step: int) -> str:
        """What it is, the path of the states, and the values."""
        at = step if self.numbers else None
        said = [words(self.cell, state, at) for state in reversed(self.cell.states)]
        where = f"The line on top carries {self.cell.states[-1]} from left to right. "
        if self.numbers is None:
            return where + " ".join(said)
        shown = [name for name in self.cell.equations if not name.startswith("a")]
        values = ", ".join(f"{name.replace('_', ' ')} {self._digits(name)}" for name in shown)
        return where + " ".join(said) + f" Values: {values}."


def _line_class(name: str) -> str:
    found = hue(name)
    return f"line edge edge-{found} q-{found}" if found else "line edge"


def _letter(name: str, x: float, y: float, anchor: str) -> str:
    found = letters(name)
    below = f'<tspan dy="3" font-size="10">{found.subscript}</tspan>' if found.subscript else ""
    quantity = f"q q-{found.hue}" if found.hue else "q"
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text class="{quantity}" data-q="{name}" {place}>{found.letter}{below}</text>'
