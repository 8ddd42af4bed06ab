"""Two slips at once in the same quantity: both wrong equations, merged where they change the same one."""

from __future__ import annotations

from sim.checks import of_kind
from sim.language.declarations import Cell
from sim.language.expressions import Expr, substitute, sum_of, terms
from sim.slips.binding import Slip

type Head = tuple[str, str | float, int]  # an operation, its label, and how many parts it has


def paired(first: Slip, second: Slip) -> Slip | None:
    """Both slips in one, or None where they contradict each other: each replaces the same part by something else.

    A bias left out and the recurrent term left out make a sum without either; what one leaves as it is, the other may
    change. The pair's id names both: "F05+F07".
    """
    for slip in (first, second):
        of_kind("slip", slip, Slip, "one of sim.slips_for(cell, asked)")
    changes = dict(first.changes)
    for name, right in second.changes.items():
        merged = _merged_equation(first.cell, name, changes[name], right) if name in changes else right
        if merged is None:
            return None
        changes[name] = merged
    if changes in (first.changes, second.changes):
        return None
    return Slip(
        id=f"{first.id}+{second.id}",
        asked=first.asked,
        title=f"{first.title}, and {second.title}",
        correction=f"{first.correction} {second.correction}",
        source=f"{first.source}; {second.source}",
        changes=changes,
        cell=first.cell,
    )


def _merged_equation(cell: Cell, name: str, one: Expr, other: Expr) -> Expr | None:
    """Both changes of one equation, its weighted sums written out: a slip of f may leave a term of a_f out."""
    sums = {each: right for each, right in cell.equations.items() if each[0] == "a" and each != name}
    base, one, other = (substitute(each, sums) for each in (cell.formula(name), one, other))
    return _merged(base, one, other)


def _merged(base: Expr, one: Expr, other: Expr) -> Expr | None:
    """What both changes together make of `base`; None where they contradict each other."""
    if one in (base, other):
        return other
    if other == base:
        return one
    for inner, outer in ((one, other), (other, one)):
        if (wrapped := _replaced(outer, base, inner)) != outer:
            return wrapped
    if base.op == "+":
        return _merged_sum(base, one, other)
    head = _merged_head(*((each.op, each.label, len(each.args)) for each in (base, one, other)))
    if head is None:
        return None
    parts = [_merged(*three) for three in zip(base.args, one.args, other.args, strict=True)]
    found = tuple(part for part in parts if part is not None)
    return Expr(head[0], found, head[1]) if len(found) == len(parts) else None


def _merged_head(base: Head, one: Head, other: Head) -> Head | None:
    """The operation itself, which one of them may change: tanh(a) made σ(a), of an a without its bias."""
    if len({base[2], one[2], other[2]}) > 1:
        return None
    if one in (base, other):
        return other
    return one if other == base else None


def _replaced(expr: Expr, part: Expr, by: Expr) -> Expr:
    """An expression with a part of it replaced wherever it stands: the minus sign around a sum stays around it."""
    if expr == part:
        return by
    return Expr(expr.op, tuple(_replaced(arg, part, by) for arg in expr.args), expr.label)


def _merged_sum(base: Expr, one: Expr, other: Expr) -> Expr | None:
    """A term stays if neither takes it away; what either adds is added. No term is taken for two others."""
    before, here, there = (list(terms(each)) for each in (base, one, other))
    new = [[term for term in terms_of if term not in before] for terms_of in (here, there)]
    replaced_twice = [term for term in before if term not in here and term not in there]
    if replaced_twice and all(new):
        return None
    return sum_of([term for term in before if term in here and term in there] + new[0] + new[1])
