"""What another convention, or another kind of the cell, does differently: which terms moved, and to what effect."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

import sim
from quizzes.lessons.examples.address import Example, in_convention
from quizzes.lessons.examples.usual import CONVENTIONS, TITLES, family_of
from quizzes.lessons.examples.worked import html, run, said

STORED_ALONE = "No term moves: only the order and the form in which the weights are stored."


@dataclass(frozen=True)
class Difference:
    """One equation as it stands here and there; `there` is empty where there is no such equation."""

    here: SafeString
    there: SafeString


@dataclass(frozen=True)
class Diff:
    against: str  # PyTorch, LSTM
    differences: list[Difference]
    outcome: str


def diff(example: Example, trace: sim.Trace) -> Diff | None:
    """Against the first convention of the cell; of a variant, against the cell it varies. None for that one itself."""
    first = next(iter(CONVENTIONS[example.cell]))
    if example.convention != first:
        other = in_convention(example, first)
        moved = differences(example.declared, other.declared)
        outcome = _outcome(example, trace, run(other)) if moved else STORED_ALONE
        return Diff(CONVENTIONS[example.cell][first], moved, outcome)
    family = family_of(example.cell)
    if example.cell == family:
        return None
    return Diff(f"the {TITLES[family]}", differences(example.declared, sim.cell(family)), "")


def differences(here: sim.Cell, there: sim.Cell) -> list[Difference]:
    """The equations of which a term differs; another order of the same terms is no difference."""
    names = dict.fromkeys((*here.equations, *there.equations))
    moved = [name for name in names if _terms(here, name) != _terms(there, name)]
    return [Difference(_shown(here, name), _shown(there, name)) for name in moved]


def _shown(cell: sim.Cell, name: str) -> SafeString:
    return html(sim.mathml(cell, name, block=False) if name in cell.equations else "")


def _terms(cell: sim.Cell, name: str) -> set[str]:
    """The terms of a sum, each as text."""
    if name not in cell.equations:
        return set()
    right = sim.text(cell, name).partition(" = ")[2]
    terms, depth, start = set(), 0, 0
    for k, sign in enumerate(right):
        depth += (sign == "(") - (sign == ")")
        if sign == "+" and depth == 0:
            terms.add(right[start:k].strip())
            start = k + 1
    return terms | {right[start:].strip()}


def _outcome(example: Example, here: sim.Trace, there: sim.Trace) -> str:
    unit, at = slice(example.unit - 1, example.unit), example.step
    mine, other = said(here.at("h", at)[unit]), said(there.at("h", at)[unit])
    return "" if mine == other else f"h is {mine} here, and {other} there.".replace("minus ", "−")
