"""A cell as a picture, drawn from its declaration: the state on top, gates below, their values beside their lines."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from sim.cells import cell as find_cell
from sim.checks import whole_number
from sim.language.declarations import Cell
from sim.printers.canvas import RADIUS, Canvas
from sim.printers.layers import title_of
from sim.printers.layout import Layout, Point, layout_of
from sim.printers.network import Edge, Network, network_of
from sim.printers.reading import Numbers
from sim.printers.stack import stacked
from sim.printers.text import refuse_what_is_no_cell
from sim.printers.words import words
from sim.runs.networks import NetworkTrace
from sim.runs.traces import Trace

COURSES = ("The line on top carries {} from left to right. ", "The line on the left carries {} from top to bottom. ")
# how a diagram looks outside the site, which has a stylesheet of its own: colours of the gates, and a pattern for each
STYLE = (
    "svg{font:12px sans-serif;background:#fff}.line{fill:none;stroke:#222;stroke-width:1.4}.node{fill:#fff;stroke:#222}"
    "text{fill:#222}.q{font:italic bold 14px serif}.q-f{stroke:#a8321a}.q-i{stroke:#0b5a9c;stroke-dasharray:4 2}"
    ".q-g,.q-n{stroke:#0b6b45;stroke-dasharray:1.5 2}.q-o,.q-z{stroke:#6b2a86;stroke-dasharray:6 2 1.5 2}"
    ".q-c{stroke:#8a5a00;stroke-width:2.2}.q-h{stroke:#2b4a6b}.q-r{stroke:#a8321a}text.q{stroke:none}.joint{fill:#222}"
)


def svg(
    of: Trace | NetworkTrace | Cell | str, step: int = 1, *, unit: int = 1, decimals: int | None = None,
    prefix: str = "", standalone: bool = False, upright: bool = False,
) -> str:  # fmt: skip
    """The diagram of a cell, or of one step of a trace with the values of one unit (both counted from 1).

    Colours and line patterns come by class (`line q-f`, `q q-f`, `node`); every value's element has the id
    "{prefix}-{name}" and `data-q`. `prefix` ("lstm-1" if left out) keeps two diagrams on a page apart. It is made to
    stand in a page, whose stylesheet draws it; to be a file it must be `standalone`, with a namespace and a stylesheet
    of its own. Time runs from left to right, below the line of the state; an `upright` diagram is for a narrow page:
    from top to bottom, and as wide as a phone. Of a network: its layers one above the other, the lowest at the foot.
    Raises: UnknownName for a step, SizeError for a unit there is not.
    """
    own = _own(standalone)
    if isinstance(of, NetworkTrace):
        start = escape(prefix) or "network"
        diagrams = [
            (title_of(k, each), svg(each, step, unit=unit, decimals=decimals, prefix=f"{start}-{k}", upright=upright))
            for k, each in enumerate(of.layers)
        ]
        return stacked(diagrams, f'class="network"{own[0]} role="group"', own[1])
    if isinstance(of, Trace):
        cell, numbers = of.layer.cell, Numbers(of, step, decimals)
        unit = whole_number("unit", unit, 1, of.layer.H)
    else:
        refuse_what_is_no_cell(of)
        cell, numbers = find_cell(of), None
    canvas = Canvas(numbers, unit - 1, escape(prefix) or f"{cell.name}-{step}", upright)
    network = network_of(cell)
    layout = layout_of(network, upright)
    (_Drawing if layout.is_known else _Apart)(network, layout, canvas).draw()
    return _framed(cell, layout, canvas, step, *own)


def _own(standalone: bool) -> tuple[str, str]:
    """What a picture that is a file of its own needs: its namespace and a stylesheet."""
    return (' xmlns="http://www.w3.org/2000/svg"', f"<style>{STYLE}</style>") if standalone else ("", "")


def _framed(cell: Cell, layout: Layout, canvas: Canvas, step: int, own: str, style: str) -> str:
    title, desc = f"{canvas.prefix}-title", f"{canvas.prefix}-desc"
    width, height = canvas.placed(layout.length, layout.depth)
    kind = "cell upright" if canvas.upright else "cell"
    return (
        f'<svg class="{kind}"{own} viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-labelledby="{title} {desc}"><title id="{title}">{escape(_title(cell, canvas, step))}</title>'
        f'<desc id="{desc}">{escape(_described(cell, layout, canvas, step))}</desc>{style}{canvas.svg()}</svg>'
    )


def _title(cell: Cell, canvas: Canvas, step: int) -> str:
    if canvas.numbers is None:
        return f"{cell.title}: one step"
    units = len(canvas.numbers.array("h"))
    return f"{cell.title}, step {step}" + (f", unit {canvas.unit + 1} of {units}" if units > 1 else "")


def _described(cell: Cell, layout: Layout, canvas: Canvas, step: int) -> str:
    """What it is, the path of the states, and the values."""
    at = step if canvas.numbers else None
    said = " ".join(words(cell, state, at) for state in reversed(cell.states))
    where = COURSES[canvas.upright].format(cell.states[-1]) if layout.is_known else ""
    if canvas.numbers is None:
        return where + said
    shown = [name for name in cell.equations if not name.startswith("a")]
    values = ", ".join(f"{name.replace('_', ' ')} {canvas.digits(name)}" for name in shown)
    return f"{where}{said} Values: {values}."


class _Drawing:
    """Draws a cell of a family that has a layout: rail, buses, taps, and what runs between the parts."""

    def __init__(self, network: Network, layout: Layout, canvas: Canvas) -> None:
        self.network, self.layout, self.canvas = network, layout, canvas
        self.cell = network.cell
        self.on_rail = sorted((x, key) for key, (x, y) in layout.at.items() if y == layout.rail)

    def draw(self) -> None:
        self._rail()
        for name, y in self.layout.buses.items():
            self._bus(name, y)
        for edge in self.network.edges:
            if edge.source in self.layout.at:
                self._edge(edge)
        if "c" in self.cell.states:
            self._read_out()
        for key, part in self.network.parts.items():
            self.canvas.part(self.layout.at[key], part.label)

    def _rail(self) -> None:
        """The carried state from left to right, and its names at both ends."""
        state, y, start, end = self.cell.states[-1], self.layout.rail, self.layout.start, self.layout.end
        keys = [key for _, key in self.on_rail]
        corners = [start, *(x for x, _ in self.on_rail), end]
        names = [state, *(self._between(*pair) or state for pair in pairwise(keys)), state]
        for name, (here, there) in zip(names, pairwise(corners), strict=True):
            self.canvas.line(name, (here, y), (there, y))
        self.canvas.arrow(state, end, y)
        self.canvas.label("old state", f"{state}_prev", start, y)
        self.canvas.label("new state", state, end, y)

    def _between(self, source: str, target: str) -> str:
        """The name of what runs between two parts on the rail, if it has one of its own."""
        return next(e.name for e in self.network.edges if (e.source, e.target) == (source, target))

    def _bus(self, name: str, y: float) -> None:
        """x, the old h or the old c along the bottom, with a tap up to every part that reads it."""
        rail = {key for _, key in self.on_rail}
        below = [edge.target for edge in self.network.out_of(name) if name == "x" or edge.target not in rail]
        taps = [(self._tap(name, target), self._bottom(target)) for target in below]
        if not taps:
            return
        for x, bottom in taps:
            self.canvas.line(name, (x, y), (x, bottom))
        start = self._start_of_bus(name, y)
        ends = sorted(x for x, _ in taps)
        self.canvas.line(name, (start, y), (ends[-1], y))
        for x in ends[:-1]:
            self.canvas.dot(name, x, y)

    def _start_of_bus(self, name: str, y: float) -> float:
        """Where a bus begins: at the left, or where the state comes down from the rail."""
        state = self.cell.states[-1]
        if name != f"{state}_prev":
            self.canvas.label("x" if name == "x" else "bus", name, self.layout.start, y)
            return self.layout.start
        drop = self.layout.drop
        self.canvas.line(state, (drop, self.layout.rail), (drop, y))
        self.canvas.dot(state, drop, self.layout.rail)
        return drop

    def _tap(self, name: str, target: str) -> float:
        """The old h enters a box on its left, x on its right, c between; a part that reads one only, in the middle."""
        x = self.layout.at[target][0]
        if not self.network.has_sum(target) or target == "a.0":
            return x
        return x + {"h_prev": -self.layout.tap, "x": self.layout.tap}.get(name, 0.0)

    def _bottom(self, target: str) -> float:
        return self.layout.at[target][1] + self._reach(target)[1]

    def _reach(self, key: str) -> Point:
        return self.canvas.reach(self.network.parts[key].label)

    def _edge(self, edge: Edge) -> None:
        """Straight where the two stand in line, else up first and then across."""
        (x1, y1), (x2, y2) = self.layout.at[edge.source], self.layout.at[edge.target]
        if y1 == y2 == self.layout.rail:
            self._label(edge)
        elif y1 == self.layout.rail and self.network.has_sum(edge.target):
            self._peephole(edge, x2)
        elif y1 == self.layout.rail:
            self.canvas.line(edge.name, (x2, y1), (x2, y2))
        else:
            close = x1 != x2 and abs(x1 - x2) < 2 * RADIUS  # the reset's product enters its box left of the middle
            self.canvas.line(edge.name, *([(x1, y1), (x1, y2)] if close else [(x1, y1), (x1, y2), (x2, y2)]))
            outgoing = self.network.out_of(edge.source)
            if len(outgoing) > 1 and x1 != x2 and y1 != y2:
                self.canvas.dot(edge.name, x1, y2)
            if edge == outgoing[0]:
                self._label(edge)

    def _peephole(self, edge: Edge, x: float) -> None:
        """The new c down at the side, and from below into a gate."""
        side, y = self.layout.side, self.layout.buses["c_prev"]
        self.canvas.dot(edge.name, side, self.layout.rail)
        self.canvas.line(edge.name, (side, self.layout.rail), (side, y), (x, y), (x, self._bottom(edge.target)))

    def _label(self, edge: Edge) -> None:
        (x1, y1), (x2, y2) = self.layout.at[edge.source], self.layout.at[edge.target]
        if not edge.name:
            return
        if edge.name == "tanh_c":
            self.canvas.number("squashed", edge.name, x1, (y1 + y2) / 2)
        elif y1 == y2 == self.layout.rail:
            self.canvas.label("between", edge.name, (x1 + x2) / 2, y1)
        else:
            self.canvas.label("gate", edge.name, x1, y1 - self._reach(edge.source)[1])

    def _read_out(self) -> None:
        """From the cell line down to tanh, and h out to the right."""
        x, y = self.layout.at["h.0"]
        self.canvas.dot("c", x, self.layout.rail)
        self.canvas.line("h", (x, y), (self.layout.end, y))
        self.canvas.arrow("h", self.layout.end, y)
        self.canvas.label("out", "h", self.layout.end, y)


class _Apart(_Drawing):
    """Draws any cell: from each part along a lane of the value's own, then across into the parts that read it."""

    def draw(self) -> None:
        for name, x in self.layout.starts.items():
            self._value(name, name, (x, self.layout.lanes[name]))
            self.canvas.label("x apart" if name == "x" else "bus", name, x, self.layout.lanes[name])
        for key, (x, y) in self.layout.at.items():
            part = self.network.parts[key]
            self._value(part.name, key, (self._slot(key, len(self.network.into(key))), y))
            if part.name:
                self.canvas.label("part", part.name, x + self._reach(key)[0], y)
            self.canvas.part((x, y), part.label)

    def _value(self, name: str, source: str, start: Point) -> None:
        (x, y), lane = start, self.layout.lanes[source]
        ends = sorted(self._entry(edge) for edge in self.network.out_of(source))
        last = max([end for end, _ in ends], default=x)
        if name in self.cell.states:
            last = self.layout.end
            self.canvas.arrow(name, last, lane)
        self.canvas.line(name, (x, y), (x, lane), (last, lane))
        for end, depth in ends:
            self.canvas.line(name, (end, lane), (end, depth))
            if end < last:
                self.canvas.dot(name, end, lane)

    def _entry(self, edge: Edge) -> Point:
        """Where a line comes down into a part: beside the others that do."""
        place = self.network.into(edge.target).index(edge)
        return self._slot(edge.target, place), self.layout.at[edge.target][1]

    def _slot(self, key: str, place: int) -> float:
        """Where the lines of a part stand side by side: those that come in, then the one that leaves for its lane."""
        x, y = self.layout.at[key]
        count = len(self.network.into(key))
        if self.layout.lanes[key] == y:  # it leaves along the part's own row, from its middle
            return x if place == count else x + 8 * (place - (count - 1) / 2)
        return x + min(8, 20 / max(count, 1)) * (place - count / 2)
