"""Slips of a cell with one state and a blend, in whichever convention it has: the reset, the candidate, the blend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sim.language.declarations import Cell
from sim.language.expressions import Expr, leaves, number, parse, substitute, terms
from sim.slips.catalogue.rows import Row


@dataclass(frozen=True)
class Blend:
    """h = kept · h_prev + new · n, and the gate that mutes the old state inside the candidate, "" if none does."""

    cell: Cell
    kept: Expr
    new: Expr
    reset: str

    @property
    def is_after(self) -> bool:
        """Whether the reset acts after the product with U_n."""
        return "b_hn" in self.cell.parameters


def blend_of(cell: Cell) -> Blend | None:
    """The blend of a cell, if its h is one of h_prev and n."""
    parts = {leaf: part for part in terms(cell.equations["h"]) for leaf in ("h_prev", "n") if leaf in leaves(part)}
    resets = [leaf for leaf in leaves(cell.equations.get("a_n", number(0))) if leaf in cell.equations]
    if len(parts) == 2 and all(part.op == "*" for part in parts.values()):
        return Blend(cell, parts["h_prev"].args[0], parts["n"].args[0], "".join(resets[:1]))
    return None


# id: the wrong sum where the reset {r} acts after the product, and where before it ("": the slip does not exist there)
SUMS = {
    "G02": ("W_n @ x + b_in + U_n @ ({r} * h_prev) + b_hn", "W_n @ x + b_n + {r} * (U_n @ h_prev)"),
    "G03": ("W_n @ x + b_in + b_hn + {r} * (U_n @ h_prev)", ""),
    "G04": ("W_n @ x + b_in + U_n @ h_prev + b_hn", "W_n @ x + b_n + U_n @ h_prev"),
    "G13a": ("W_n @ x + b_in + {r} * (U_n.T @ h_prev + b_hn)", "W_n @ x + b_n + U_n.T @ ({r} * h_prev)"),
    "G14": ("W_n @ x + b_in + {r} * (diag(U_n) * h_prev + b_hn)", "W_n @ x + b_n + diag(U_n) * ({r} * h_prev)"),
}

# id: title, correction, source; {r} is the letter of the gate that mutes the old state, {z} that of the blend's gate
SAID = {
    "G01": (
        "{z} is read in the other convention",
        "Say whether {z} keeps the old state or admits the new; PyTorch and Keras keep.",
        "pytorch issue 20129; keras issue 14649; minGRU issue 21",
    ),
    "G02": (
        "{r} acts at the other place",
        "Say whether {r} acts after the product with U_n or before it; both exist.",
        "pytorch issues 99531 and 8153; burn pull request 2704",
    ),
    "G03": (
        "b_hn is left outside the reset",
        "Where {r} acts after the product, b_hn stands inside the bracket.",
        "burn pull request 2704",
    ),
    "G04": ("the reset is ignored", "{r} belongs in the candidate.", "GRU-D issue 2"),
    "G05": (
        "the reset is applied to the candidate's output",
        "{r} acts on what comes from the old state, before tanh.",
        "issue 24 of Distill's article on memorization",
    ),
    "G06": (
        "the reset is applied to the carried state",
        "Inside the candidate {r} mutes the old state; the blend takes that state as it is.",
        "the reading “reset resets the state”; source pages 001 and 002",
    ),
    "G07": (
        "r and z are swapped",
        "The order of the blocks differs between libraries: r, z, n or z, r, h.",
        "keras issue 8720",
    ),
    "G08": (
        "the shares do not add up to one",
        "{z} and 1 − {z} are two shares of one whole.",
        "handson-ml issue 132, a misprint",
    ),
    "G09": (
        "an output gate is invented",
        "This cell has no output gate; its state is its output.",
        "source page 001",
    ),
    "G11": ("a plain average is taken", "{z} sets the share, for each unit and step.", "plausible, not sighted"),
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
    blend, is_gru = blend_of(cell), {"r", "z"} <= cell.equations.keys()
    if blend is None:
        return
    letters = {"r": blend.reset, "z": next(leaves(blend.kept))}
    for row in _rows(blend, is_gru):
        title, correction = (said.format(**letters) for said in (row.title, row.correction))
        yield replace(row, title=title, correction=correction, convention=is_gru and row.id in CONVENTIONS)


def _rows(blend: Blend, is_gru: bool) -> Iterator[Row]:
    cell = blend.cell
    if blend.reset:
        yield from _of_the_sum(blend)
    for asked in ("n", "h"):
        yield _row("G12", asked, n=parse("sigmoid(a_n)"))
    for key, formula in _blends(blend).items():
        yield _row(key, "h", h=formula)
    if is_gru:
        yield from _swapped(cell)
    transposed = {
        left: _transposed(formula)
        for left, formula in cell.equations.items()
        if any(leaf[0] == "U" for leaf in leaves(formula))
    }
    yield _row("G13b", "h", **transposed)


def _of_the_sum(blend: Blend) -> Iterator[Row]:
    for key, formulas in SUMS.items():
        if text := formulas[0 if blend.is_after else 1]:
            formula = parse(text.format(r=blend.reset))
            yield _row(key, "a_n", a_n=formula)
            yield _row(key, "n", n=Expr("tanh", (formula,)))
            yield _row(key, "h", a_n=formula)
    opened = parse(SUMS["G04"][0 if blend.is_after else 1])
    for asked in ("n", "h"):
        yield _row("G05", asked, n=Expr("*", (parse(blend.reset), Expr("tanh", (opened,)))))


def _swapped(cell: Cell) -> Iterator[Row]:
    sums = {gate: cell.equations[f"a_{gate}"] for gate in "rz"}
    for gate, other in (("r", "z"), ("z", "r")):
        yield _row("G07", gate, **{gate: substitute(cell.equations[gate], {f"a_{gate}": sums[other]})})
    yield _row("G07", "h", a_r=sums["z"], a_z=sums["r"])


def _blends(blend: Blend) -> dict[str, Expr]:
    """Wrong ways to make h, by id."""
    kept, new = {"kept": blend.kept}, {"new": blend.new}
    gate = next(leaves(blend.kept))
    whole = "n + kept * h_prev" if blend.kept == parse(gate) else "new * n + h_prev"
    texts = {
        "G01": "new * h_prev + kept * n",
        "G08": whole,
        "G09": f"{gate} * tanh(n)",
        "G11": "(n + h_prev) / 2",
    }
    if blend.reset:
        texts["G06"] = f"new * n + kept * ({blend.reset} * h_prev)"
    return {key: substitute(parse(text), kept | new) for key, text in texts.items()}


def _transposed(formula: Expr) -> Expr:
    """The same with every recurrent matrix transposed."""
    if formula.op == "name" and str(formula.label)[0] == "U":
        return Expr("T", (formula,))
    return Expr(formula.op, tuple(map(_transposed, formula.args)), formula.label)


def _row(key: str, asked: str, **changes: Expr) -> Row:
    return Row(key, asked, changes, *SAID[key])
