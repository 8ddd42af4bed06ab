"""Where the parts of a diagram stand: one row hint per family of cells. Which part is which is found by role.

Points are (x, y): x along time, y away from the line of the carried state. Beside that line stand the products and what
squashes the state, then the gates, then two buses: the old h, and x. A cell of no family known here is laid out so that
no line meets a part but its own: as a staircase, or upright as a column of parts with a lane for each value beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.language.declarations import GIVEN
from sim.printers.measures import FRAMES, GRU, LSTM, PEEPHOLES, RNN
from sim.printers.network import Network

type Point = tuple[float, float]

STEP = 46.0  # from part to part of a cell of no known family


@dataclass
class Layout:
    length: float  # along x
    depth: float  # along y
    rail: float  # y of the carried state
    at: dict[str, Point] = field(default_factory=dict)  # parts by key
    buses: dict[str, float] = field(default_factory=dict)  # y of h_prev and x, and of c_prev where gates look at it
    drop: float = 0  # x where the old state comes down to its bus
    side: float = 0  # x where the new c comes down to a gate
    start: float = 0  # x where the lines begin
    tap: float = 0  # how far from the middle of a box the old h and x enter it
    starts: dict[str, float] = field(default_factory=dict)  # of no known family: x where what is given begins,
    lanes: dict[str, float] = field(default_factory=dict)  # and y along which each value runs

    @property
    def end(self) -> float:
        """x where the lines end."""
        return self.length - 10

    @property
    def is_known(self) -> bool:
        """Whether the cell is of a family that has a line for its state."""
        return not self.lanes


def layout_of(network: Network, upright: bool) -> Layout:
    layout = _of_family(network, upright)
    if layout is None:
        layout = _lanes(network) if upright else _staircase(network)
    layout.start, layout.tap = FRAMES[upright]
    return layout


def _of_family(network: Network, upright: bool) -> Layout | None:
    cell = network.cell
    family = _lstm if "c" in cell.states else _gru if "n" in cell.equations else _rnn
    try:
        layout = family(network, upright)
    except (LookupError, StopIteration, ValueError):  # a part that the family's cells have is not there
        return None
    return layout if layout.at.keys() == network.parts.keys() else None


def _lstm(network: Network, upright: bool) -> Layout:
    has_peepholes = any(edge.source == "c_prev" and network.has_sum(edge.target) for edge in network.edges)
    m = (PEEPHOLES if has_peepholes else LSTM)[upright]
    layout = Layout(m.length, m.depth, m.rail, buses=m.buses, drop=m.drop, side=m.side)
    columns = {"f": m.f, "i": m.i, "g": m.g, "o": m.o}
    layout.at = {f"{gate}.0": (x, m.gates) for gate, x in columns.items() if f"{gate}.0" in network.parts}
    if "f.0" in layout.at and not network.has_sum("f.0"):  # coupled: f is made from i, above it
        layout.at["f.0"] = (m.f, m.coupled)
    rail = rail_parts(network, "c")
    middle = (m.i + m.g) / 2
    for part, x in zip(rail, (m.f, middle) if len(rail) > 1 else (middle,), strict=True):
        layout.at[part] = (x, m.rail)
    layout.at[beside(network, "c", rail)] = (middle, m.product)
    layout.at["tanh_c.0"] = (m.o, m.squash)
    layout.at["h.0"] = (m.o, m.out)
    return layout


def _gru(network: Network, upright: bool) -> Layout:
    m = GRU[upright]
    layout = Layout(m.length, m.depth, m.rail, buses=m.buses, drop=m.drop)
    gates = [key for key in network.parts if key.endswith(".0") and network.has_sum(key) and key != "n.0"]
    blending = next(key for key in gates if any(edge.target.startswith("h.") for edge in network.out_of(key)))
    reset = m.n - m.reset
    layout.at = {blending: (m.z, m.gates), "n.0": (m.n, m.candidate), "a_n.1": (reset, m.gates)}
    if "a_n.2" in network.parts:  # the old state is weighed before the reset gate acts on it
        layout.at["a_n.2"] = (reset, m.weighed)
        layout.depth += m.beyond
        layout.buses = {name: y + m.beyond for name, y in m.buses.items()}
    layout.at |= {key: (m.r, m.gates) for key in gates if key != blending}
    rail = rail_parts(network, "h")
    layout.at[rail[0]] = (m.z, m.rail)
    layout.at[rail[-1]] = (m.n, m.rail)
    layout.at[beside(network, "h", rail)] = (m.n, m.product)
    complement = next(key for key, part in network.parts.items() if part.label == "1−")
    feeds_rail = any(edge.source == complement and edge.target == rail[0] for edge in network.edges)
    layout.at[complement] = (m.z, m.near) if feeds_rail else (m.complement, m.product)
    return layout


def _rnn(network: Network, upright: bool) -> Layout:
    if len(network.into("a.0")) < 2 or [edge.source for edge in network.into("h.0")] != ["a.0"]:
        raise LookupError("no chain from the old state over its sum to the new one")
    m = RNN[upright]
    layout = Layout(m.length, m.depth, m.rail, buses={"x": m.inputs})
    layout.at = {"a.0": (m.sum, m.rail), "h.0": (m.squash, m.rail)}
    return layout


def _staircase(network: Network) -> Layout:
    """Every part in a row and a column of its own, in the order of computing; what is given starts on the left."""
    given = [name for name in GIVEN if network.out_of(name)]
    layout = Layout(0, 0, 0, starts=dict.fromkeys(given, FRAMES[False].start))
    for k, key in enumerate(in_order(network)):
        layout.at[key] = (124.0 + 96.0 * k, 34.0 + STEP * (len(given) + k))
    layout.lanes = {name: 34.0 + STEP * k for k, name in enumerate(given)}
    layout.lanes |= {key: y for key, (_, y) in layout.at.items()}
    layout.length = 124.0 + 96.0 * len(layout.at)
    layout.depth = 34.0 + STEP * (len(given) + len(layout.at))
    return layout


def _lanes(network: Network) -> Layout:
    """The parts below one another, and beside them the lanes of the values; x has the last."""
    keys, start = in_order(network), FRAMES[True].start
    starts = {"c_prev": start + 36, "h_prev": start, "x": start}  # the label of c stands below the one of h
    layout = Layout(124.0 + STEP * len(keys), 0, 0)
    layout.at = {key: (108.0 + STEP * k, 30.0) for k, key in enumerate(keys)}
    layout.starts = {name: x for name, x in starts.items() if network.out_of(name)}
    layout.lanes = _shared(network, layout)
    layout.lanes["x"] = max(306.0, *(y + 15 for y in layout.lanes.values()))
    layout.depth = layout.lanes["x"] + 10
    return layout


def _shared(network: Network, layout: Layout) -> dict[str, float]:
    """For each value but x the first lane that is free as long as it is read."""
    lanes: dict[str, float] = {}
    free_from: list[float] = []  # x from which each lane is free again
    for source in (*layout.starts, *layout.at):
        if source != "x":
            begins, ends = _stretch(network, layout, source)
            lane = next((k for k, free in enumerate(free_from) if free < begins), len(free_from))
            free_from[lane : lane + 1] = [ends]
            lanes[source] = 146.0 + 15 * lane
    return lanes


def _stretch(network: Network, layout: Layout, source: str) -> tuple[float, float]:
    """From where to where along x a value runs: a new state to the end."""
    begins = layout.starts[source] if source in layout.starts else layout.at[source][0]
    read = [layout.at[edge.target][0] for edge in network.out_of(source)]
    is_state = source in {f"{state}.0" for state in network.cell.states}
    return begins, layout.length if is_state else max(read, default=begins)


def in_order(network: Network) -> list[str]:
    """The parts, each behind those it reads."""
    placed: list[str] = []
    waiting = list(network.parts)
    while waiting:
        ready = next(key for key in waiting if not any(edge.source in waiting for edge in network.into(key)))
        placed.append(ready)
        waiting.remove(ready)
    return placed


def rail_parts(network: Network, state: str) -> list[str]:
    """The parts through which the old state becomes the new one, in order."""
    here = next(e.target for e in network.edges if e.source == f"{state}_prev" and e.target.startswith(f"{state}."))
    found = [here]
    while here != f"{state}.0":
        here = network.out_of(here)[0].target
        found.append(here)
    return found


def beside(network: Network, state: str, rail: list[str]) -> str:
    """The product that joins the rail from below."""
    return next(e.source for e in network.edges if e.target == rail[-1] and e.source not in (*rail, f"{state}_prev"))
