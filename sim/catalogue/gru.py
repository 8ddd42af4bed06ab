"""Slips of the GRU's own: the reset, the candidate and the blend, in whichever convention the cell has."""

from __future__ import annotations

from collections.abc import Iterator

from sim.catalogue.rows import Row
from sim.cells import Cell
from sim.expressions import leaves, parse

# the candidate's sum with the reset ignored, where r acts after the product and where before it
OPEN = {True: "W_n @ x + b_in + U_n @ h_prev + b_hn", False: "W_n @ x + b_n + U_n @ h_prev"}

# id: the wrong sum where r acts after the product, and where before it ("": the slip does not exist there)
SUMS = {
    "G02": ("W_n @ x + b_in + U_n @ (r * h_prev) + b_hn", "W_n @ x + b_n + r * (U_n @ h_prev)"),
    "G03": ("W_n @ x + b_in + b_hn + r * (U_n @ h_prev)", ""),
    "G04": (OPEN[True], OPEN[False]),
    "G13a": ("W_n @ x + b_in + r * (U_n.T @ h_prev + b_hn)", "W_n @ x + b_n + U_n.T @ (r * h_prev)"),
    "G14": ("W_n @ x + b_in + r * (diag(U_n) * h_prev + b_hn)", "W_n @ x + b_n + diag(U_n) * (r * h_prev)"),
}
# id: (wrong candidate, {a} being the sum with the reset ignored)
CANDIDATES = {"G05": "r * tanh({a})", "G12": "sigmoid(a_n)"}

# id: title, correction, source
SAID = {
    "G01": (
        "z is read in the other convention",
        "Say whether z keeps the old state or admits the new; PyTorch and Keras keep.",
        "pytorch issue 20129; keras issue 14649; minGRU issue 21",
    ),
    "G02": (
        "r acts at the other place",
        "Say whether r acts after the product with U_n or before it; both exist.",
        "pytorch issues 99531 and 8153; burn pull request 2704",
    ),
    "G03": (
        "b_hn is left outside the reset",
        "Where r acts after the product, b_hn stands inside the bracket.",
        "burn pull request 2704",
    ),
    "G04": ("the reset is ignored", "r belongs in the candidate.", "GRU-D issue 2"),
    "G05": (
        "the reset is applied to the candidate's output",
        "r acts on what comes from the old state, before tanh.",
        "issue 24 of Distill's article on memorization",
    ),
    "G06": (
        "the reset is applied to the carried state",
        "r never touches the blend.",
        "the reading “reset resets the state”; source pages 001 and 002",
    ),
    "G07": (
        "r and z are swapped",
        "The order of the blocks differs between libraries: r, z, n or z, r, h.",
        "keras issue 8720",
    ),
    "G08": (
        "the shares do not add up to one",
        "z and 1 − z are two shares of one whole.",
        "handson-ml issue 132, a misprint",
    ),
    "G09": (
        "an output gate is invented",
        "A GRU has no output gate; its state is its output.",
        "source page 001",
    ),
    "G11": ("a plain average is taken", "z sets the share, for each unit and step.", "plausible, not sighted"),
    "G12": ("σ is used for the candidate", "The candidate is tanh, as in the LSTM.", "plausible, as in the LSTM"),
    "G13a": (
        "U_n is transposed",
        "Keras stores a matrix as (in, out), PyTorch as (out, in).",
        "keras issue 8720",
    ),
    "G13b": (
        "all three recurrent matrices are transposed",
        "Keras stores a matrix as (in, out), PyTorch as (out, in).",
        "keras issue 8720",
    ),
    "G14": (
        "U_n is used element by element",
        "Weights: matrix product. Gates: element by element.",
        "Cross Validated question 317194",
    ),
}
CONVENTIONS = ("G01", "G02", "G07")


def rows(cell: Cell) -> Iterator[Row]:
    """The slips of the reset, the candidate and the blend, each in every quantity in which it can be looked for."""
    after = "b_hn" in cell.parameters
    for key, (where_after, where_before) in SUMS.items():
        if formula := where_after if after else where_before:
            yield _row(key, "a_n", a_n=formula)
            yield _row(key, "n", n=f"tanh({formula})")
            yield _row(key, "h", a_n=formula)
    for key, formula in CANDIDATES.items():
        for asked in ("n", "h"):
            yield _row(key, asked, n=formula.format(a=OPEN[after]))
    for key, formula in _blends(cell).items():
        yield _row(key, "h", h=formula)
    sums = {k: f"W_{k} @ x + b_{k} + U_{k} @ h_prev" for k in "rz"}
    yield _row("G07", "r", r=f"sigmoid({sums['z']})")
    yield _row("G07", "z", z=f"sigmoid({sums['r']})")
    yield _row("G07", "h", a_r=sums["z"], a_z=sums["r"])
    gates = {f"a_{k}": f"W_{k} @ x + b_{k} + U_{k}.T @ h_prev" for k in "rz"}
    yield _row("G13b", "h", **gates, a_n=SUMS["G13a"][0 if after else 1])


def _row(key: str, asked: str, **changes: str) -> Row:
    return Row(key, asked, changes, *SAID[key], convention=key in CONVENTIONS)


def _blends(cell: Cell) -> dict[str, str]:
    """Wrong ways to make h, by id."""
    keeps = z_keeps(cell)
    old, new = ("z", "(1 - z)") if keeps else ("(1 - z)", "z")
    return {
        "G01": f"{new} * h_prev + {old} * n",
        "G06": f"{new} * n + {old} * (r * h_prev)",
        "G08": "n + z * h_prev" if keeps else "z * n + h_prev",
        "G09": "z * tanh(n)",
        "G11": "(n + h_prev) / 2",
    }


def z_keeps(cell: Cell) -> bool:
    """Whether z, and not 1 − z, multiplies the old state in the cell's own blend."""
    shares = {part.args[0] for part in cell.equations["h"].args if "h_prev" in leaves(part)}
    return shares == {parse("z")}
