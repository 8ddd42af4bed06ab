"""Correct calculations by hand, each value rounded or not as it comes: how many would be refused?

The learner is a small evaluator of our own over many variants at once; it shares no code with the programs of `sim`,
only the text of the declarations.
"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from quizzes.items.kinds.base import Kind, numbers
from quizzes.items.kinds.steps import StepsKind
from quizzes.items.marking import is_complete, mark, read_answers
from tests.bench.exercises.fairness import kinds, variants

PER_GENERATOR = 3000


class Hand:
    """One careful learner a variant, all at once: arrays (…, N)."""

    def __init__(self, kind: StepsKind, given: dict[str, Any], chance: np.random.Generator) -> None:
        self.kind, self.given, self.chance = kind, given, chance
        self.ten = 10.0**kind.specification.decimals

    def work(self) -> dict[str, Any]:
        """Every asked value, at four decimals as it is typed."""
        import sim.language.expressions as language

        cell, said = self.kind.cell, self.kind.specification
        states = {f"{state}_prev": self.given[f"{state}0"] for state in cell.states}
        written = {}
        for step in range(1, said.T + 1):
            known = {**self.given, **states, "x": self.given["x"][step - 1]}
            for name, right in cell.equations.items():
                known[name] = self.maybe_rounded(evaluate(ast.parse(language.written(right), mode="eval").body, known))
                written[f"{name}@{step}"] = known[name]
            states = {f"{state}_prev": known[state] for state in cell.states}
        return {name: np.round(written[name], said.decimals) for name in said.asked}

    def maybe_rounded(self, values: Any) -> Any:
        """Rounded to the asked decimals by a random half of the learners; the others carry it on as it is."""
        rounded = np.copysign(np.floor(np.abs(values) * self.ten + 0.5 + 1e-9) / self.ten, values)
        return np.where(self.chance.random(values.shape[-1]) < 0.5, rounded, values)


def evaluate(node: ast.expr, known: dict[str, Any]) -> Any:
    match node:
        case ast.Name(id=name):
            return known[name]
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(operand=operand):
            return -evaluate(operand, known)
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return np.einsum("ijn,jn->in", evaluate(left, known), evaluate(right, known))
        case ast.BinOp(left=left, op=op, right=right):
            one, other = evaluate(left, known), evaluate(right, known)
            return {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply}[type(op)](one, other)
        case ast.Call(func=ast.Name(id=function), args=[argument]):
            value = evaluate(argument, known)
            return {"sigmoid": lambda a: 1 / (1 + np.exp(-a)), "tanh": np.tanh}[function](value)
    raise ValueError(ast.dump(node))


def report(chance: np.random.Generator) -> None:
    done = refused = 0
    for kind in kinds().values():
        if type(kind) is not StepsKind or any(name[0] == "d" for name in kind.asked):
            continue
        fair = list(variants(kind, PER_GENERATOR))
        given = {name: np.stack([np.array(each.given[name]) for each in fair], axis=-1) for name in fair[0].given}
        for _ in range(3):
            work = Hand(kind, given, chance).work()
            for place, variant in enumerate(fair):
                done += 1
                refused += not _is_taken(kind, variant, {name: values[..., place] for name, values in work.items()})
    print(f"Correct calculations by hand, half of the roundings skipped: {done}, refused {refused}.")


def _is_taken(kind: Kind, variant: Any, work: dict[str, Any]) -> bool:
    near = all(
        np.abs(work[name] - numbers(variant.exact[name])).max() <= kind.tolerance + 1e-9
        or np.abs(work[name] - numbers(variant.full[name])).max() <= kind.tolerance + 1e-9
        for name in work
    )
    if near:
        return True
    keys = kind.keys(variant.given, variant.exact, variant.full)
    sent = {name: np.reshape(values, kind.shape(name)).tolist() for name, values in work.items()}
    working = kind.working(variant.given, variant.live, variant.exact)
    return is_complete(mark(read_answers(sent, keys), keys, working, kind.rule(kind.tolerance)))
