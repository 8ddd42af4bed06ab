"""The three-place table of σ and tanh that lies beside a sheet. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sim
from quizzes.lessons.paper.drawing import DECIMALS

FINE, COARSE = 400, (40, 80)  # 0.00 … 3.99 in hundredths; from there 4.0 … 7.9 in tenths
SIGNS = {"sigmoid": "σ", "tanh": "tanh"}
MIRRORED = {"sigmoid": "σ(−a) = 1 − σ(a)", "tanh": "tanh(−a) = −tanh(a)"}
# the functions in the language of the cells, so that the table rounds as the keys do
BOTH = sim.declare(
    "squashing",
    {"a": "W @ x + U @ h_prev", "s": "sigmoid(a)", "h": "tanh(a)"},
    title="σ and tanh",
    note="",
    source="",
)


@dataclass(frozen=True)
class Table:
    """Rows of ten values: in row 1.2 the values at 1.20, 1.21, …; in row 4 of `far` those at 4.0, 4.1, …"""

    sign: str
    mirrored: str
    near: list[tuple[str, list[str]]]
    far: list[tuple[str, list[str]]]


def functions_of(cell: sim.Cell) -> tuple[str, ...]:
    """Which of the two functions a cell needs."""
    used = {formula.op for formula in cell.equations.values()}
    return tuple(name for name in SIGNS if name in used)


@lru_cache(maxsize=2)
def table(function: str) -> Table:
    near = _values(function, tuple(k / 100 for k in range(FINE)))
    far = _values(function, tuple(k / 10 for k in range(*COARSE)))
    ends = next(k for k in range(0, len(far), 10) if far[k] == "1.000") if function == "tanh" else len(far)
    return Table(
        SIGNS[function],
        MIRRORED[function],
        [(f"{k / 100:.1f}", near[k : k + 10]) for k in range(0, FINE, 10)],
        [(f"{(COARSE[0] + k) // 10}", far[k : k + 10]) for k in range(0, ends, 10)],
    )


def _values(function: str, places: tuple[float, ...]) -> list[str]:
    layer = sim.layer(BOTH, {"W": [[1.0]], "U": [[0.0]]})
    trace = sim.exact(layer, [[place] for place in places], decimals=DECIMALS)
    return [f"{value:.{DECIMALS}f}".removeprefix("0") for value in trace["s" if function == "sigmoid" else "h"][:, 0]]
