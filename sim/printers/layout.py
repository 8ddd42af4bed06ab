"""Where the parts of a diagram stand: one row hint per cell. Which part is which is found by role, never by number.

The carried state runs on top. Below it lie the products and what squashes the state, then the gates, then two buses:
the old h, and x.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.cells import Cell
from sim.printers.network import Network

type Point = tuple[float, float]


@dataclass
class Layout:
    width: float
    height: float
    rail: float  # height of the carried state
    at: dict[str, Point] = field(default_factory=dict)  # parts by key
    buses: dict[str, float] = field(default_factory=dict)  # heights of h_prev and x


def layout_of(network: Network) -> Layout:
    cell = network.cell
    if "c" in cell.states:
        return _lstm(network)
    return _gru(network) if "z" in cell.equations else _rnn(cell)


def _lstm(network: Network) -> Layout:
    layout = Layout(376, 324, 48, buses={"h_prev": 254, "x": 300})
    columns = {"f": 88.0, "i": 158.0, "g": 228.0, "o": 302.0}
    layout.at = {f"{gate}.0": (x, 200.0) for gate, x in columns.items()}
    rail = rail_parts(network, "c")
    layout.at[rail[0]] = (columns["f"], layout.rail)
    layout.at[rail[1]] = (193.0, layout.rail)
    layout.at[beside(network, "c", rail)] = (193.0, 122.0)
    layout.at["tanh_c.0"] = (columns["o"], 88.0)
    layout.at["h.0"] = (columns["o"], 138.0)
    return layout


def _gru(network: Network) -> Layout:
    layout = Layout(376, 350, 48, buses={"h_prev": 290, "x": 326})
    z, r, n = 98.0, 172.0, 284.0
    layout.at = {"z.0": (z, 240.0), "r.0": (r, 240.0), "n.0": (n, 178.0), "a_n.1": (n - 11, 240.0)}
    rail = rail_parts(network, "h")
    layout.at[rail[0]] = (z, layout.rail)
    layout.at[rail[-1]] = (n, layout.rail)
    layout.at[beside(network, "h", rail)] = (n, 116.0)
    complement = next(key for key, part in network.parts.items() if part.label == "1−")
    feeds_rail = any(edge.source == complement and edge.target == rail[0] for edge in network.edges)
    layout.at[complement] = (z, 86.0) if feeds_rail else (190.0, 116.0)
    return layout


def _rnn(cell: Cell) -> Layout:
    layout = Layout(376, 150, 60, buses={"x": 128})
    layout.at = {"a.0": (140.0, 60.0), "h.0": (248.0, 60.0)}
    return layout


def rail_parts(network: Network, state: str) -> list[str]:
    """The parts through which the old state becomes the new one, in order."""
    here = next(e.target for e in network.edges if e.source == f"{state}_prev" and e.target.startswith(f"{state}."))
    found = [here]
    while here != f"{state}.0":
        here = next(edge.target for edge in network.edges if edge.source == here)
        found.append(here)
    return found


def beside(network: Network, state: str, rail: list[str]) -> str:
    """The product that joins the rail from below."""
    return next(e.source for e in network.edges if e.target == rail[-1] and e.source not in rail)
