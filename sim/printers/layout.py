"""Where the parts of a diagram stand: one row hint per family of cells. Which part is which is found by role.

The carried state runs on top. Below it lie the products and what squashes the state, then the gates, then two buses:
the old h, and x. A cell of no family known here is laid out as a staircase, in which no line meets a part but its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.language.declarations import GIVEN
from sim.printers.network import Network

type Point = tuple[float, float]


@dataclass
class Layout:
    width: float
    height: float
    rail: float  # height of the carried state
    at: dict[str, Point] = field(default_factory=dict)  # parts by key
    buses: dict[str, float] = field(
        default_factory=dict
    )  # heights of h_prev and x, and of c_prev where gates look at it
    drop: float = 0  # where the old c comes down to its bus
    side: float = 0  # where the new c comes down to a gate
    is_staircase: bool = False


def layout_of(network: Network) -> Layout:
    cell = network.cell
    try:
        if "c" in cell.states:
            layout = _lstm(network)
        elif "n" in cell.equations:
            layout = _gru(network)
        else:
            layout = _rnn(network)
    except (LookupError, StopIteration, ValueError):
        return _staircase(network)
    return layout if layout.at.keys() == network.parts.keys() else _staircase(network)


def _lstm(network: Network) -> Layout:
    has_peepholes = any(edge.source == "c_prev" and network.has_sum(edge.target) for edge in network.edges)
    shift = 14.0 if has_peepholes else 0.0
    layout = Layout(376, 324, 48, buses={"h_prev": 254, "x": 300})
    columns = {"f": 88.0 + shift, "i": 158.0 + shift, "g": 228.0 + shift, "o": 302.0 + shift}
    layout.at = {f"{gate}.0": (x, 200.0) for gate, x in columns.items() if f"{gate}.0" in network.parts}
    if "f.0" in layout.at and not network.has_sum("f.0"):  # coupled: f is made from i, above it
        layout.at["f.0"] = (columns["f"], 148.0)
    rail = rail_parts(network, "c")
    middle = 193.0 + shift
    for part, x in zip(rail, (columns["f"], middle) if len(rail) > 1 else (middle,), strict=True):
        layout.at[part] = (x, layout.rail)
    layout.at[beside(network, "c", rail)] = (middle, 122.0)
    layout.at["tanh_c.0"] = (columns["o"], 88.0)
    layout.at["h.0"] = (columns["o"], 138.0)
    if has_peepholes:
        layout.width, layout.height = 460, 352
        layout.buses = {"c_prev": 236, "h_prev": 282, "x": 328}
        layout.drop, layout.side = 76.0, columns["o"] + 62
    return layout


def _gru(network: Network) -> Layout:
    layout = Layout(386, 350, 48, buses={"h_prev": 290, "x": 326})
    z, r, n = 108.0, 182.0, 294.0
    gates = [key for key in network.parts if key.endswith(".0") and network.has_sum(key) and key != "n.0"]
    blending = next(key for key in gates if any(edge.target.startswith("h.") for edge in network.out_of(key)))
    layout.at = {blending: (z, 240.0), "n.0": (n, 178.0), "a_n.1": (n - 11, 240.0)}
    if "a_n.2" in network.parts:  # the old state is weighed before the reset gate acts on it
        layout.at["a_n.2"] = (n - 11, 284.0)
        layout.height, layout.buses = 382, {"h_prev": 322, "x": 358}
    layout.at |= {key: (r, 240.0) for key in gates if key != blending}
    rail = rail_parts(network, "h")
    layout.at[rail[0]] = (z, layout.rail)
    layout.at[rail[-1]] = (n, layout.rail)
    layout.at[beside(network, "h", rail)] = (n, 116.0)
    complement = next(key for key, part in network.parts.items() if part.label == "1−")
    feeds_rail = any(edge.source == complement and edge.target == rail[0] for edge in network.edges)
    layout.at[complement] = (z, 86.0) if feeds_rail else (200.0, 116.0)
    return layout


def _rnn(network: Network) -> Layout:
    if len(network.into("a.0")) < 2 or [edge.source for edge in network.into("h.0")] != ["a.0"]:
        raise LookupError("no chain from the old state over its sum to the new one")
    layout = Layout(376, 150, 60, buses={"x": 128})
    layout.at = {"a.0": (140.0, 60.0), "h.0": (248.0, 60.0)}
    return layout


def _staircase(network: Network) -> Layout:
    """Every part in a row and a column of its own, in the order of computing; what is given starts on the left."""
    given = [name for name in GIVEN if network.out_of(name)]
    step = 46.0
    layout = Layout(0, 0, 0, is_staircase=True)
    layout.buses = {name: 34.0 + step * k for k, name in enumerate(given)}
    for k, key in enumerate(in_order(network)):
        layout.at[key] = (124.0 + 76.0 * k, 34.0 + step * (len(given) + k))
    layout.width = 124.0 + 76.0 * len(layout.at) + 20
    layout.height = 34.0 + step * (len(given) + len(layout.at))
    return layout


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
