"""What a row of the catalogue holds, and how a wrong formula is made from a right one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sim.language.declarations import GIVEN, PARAMETERS, Cell
from sim.language.expressions import Expr, leaves, name, parse, sum_of, terms


@dataclass(frozen=True)
class Row:
    """`changes` maps quantities to wrong right-hand sides; `asked` is the quantity in which the slip is looked for."""

    id: str
    asked: str
    changes: Mapping[str, Expr]
    title: str
    correction: str
    source: str
    convention: bool = field(default=False, kw_only=True)  # right in another convention: named, never counted as a slip


# Slips that no numbers can always tell apart: they never switch each other off, and the learner is asked which it was.
ALIASES = (
    frozenset({"F02", "F15"}),  # 1 - σ(a) is σ(-a)
    frozenset({"F23", "F24"}),  # no activation and ReLU, where the sum is positive
    frozenset({"C09a", "C09b"}),  # tanh on the stored cell: they part in h and in the next step
    frozenset({"G02", "G03"}),  # with one unit, U(r·h) is r·(U h)
)


def applies(cell: Cell, row: Row) -> bool:
    """Whether the cell has everything that a row speaks of."""
    return all(fits(cell, left, formula) for left, formula in row.changes.items())


def fits(cell: Cell, left: str, formula: Expr) -> bool:
    """Whether a formula for `left` reads only what the cell has, and nothing that is itself made from `left`.

    With peepholes o reads the new c, so that "c from o" has no value there.
    """
    computed = cell.gradients if left in cell.gradients else cell.equations
    known = {*cell.equations, *cell.gradients, *GIVEN, *cell.parameters, *(f"d{state}_back" for state in cell.states)}
    return left in computed and all(leaf in known and not _is_made_from(cell, leaf, left) for leaf in leaves(formula))


def _is_made_from(cell: Cell, leaf: str, source: str) -> bool:
    read = cell.equations.get(leaf) or cell.gradients.get(leaf)
    return leaf == source or (read is not None and any(_is_made_from(cell, each, source) for each in leaves(read)))


def first_that_fits(cell: Cell, asked: str, options: Collection[str]) -> Expr | None:
    """The first of some formulas for `asked` that fits the cell."""
    return next((formula for formula in map(parse, options) if fits(cell, asked, formula)), None)


def without(formula: Expr, gone: Collection[str]) -> Expr:
    """A formula without these names: they are left out of every sum."""
    if formula.op == "+":
        return sum_of(
            [without(term, gone) for term in terms(formula) if not (term.op == "name" and term.label in gone)]
        )
    return Expr(formula.op, tuple(without(arg, gone) for arg in formula.args), formula.label)


def renamed(formula: Expr, names: Mapping[str, str]) -> Expr:
    """A formula with some names in place of others, all at once."""
    if formula.op == "name":
        return name(names.get(str(formula.label), str(formula.label)))
    return Expr(formula.op, tuple(renamed(arg, names) for arg in formula.args), formula.label)


def biases(formula: Expr) -> list[str]:
    return [leaf for leaf in leaves(formula) if leaf[0] == "b" and leaf[0] in PARAMETERS]
