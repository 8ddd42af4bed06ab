"""Walking a formula for a printer: where brackets go, and what stands in place of the names.

A printer is a `Style`: how it writes a name, a number, a sum. `render` decides order and brackets, once for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Protocol

import numpy as np

from sim.checks import check_step, of_kind, whole_number
from sim.compile.programs import passed_back
from sim.errors import KindError
from sim.language.declarations import Cell
from sim.language.expressions import Expr, leaves, substitute
from sim.layers import Array
from sim.printers.numerals import MOST_SHOWN, TIMES_TEN, Decimals, Significant, fixed
from sim.runs.backpropagation import Gradients
from sim.runs.traces import Trace

SUM, PRODUCT, ATOM = 1, 2, 3
SHORT = 4  # decimals of a value in full precision, where nothing else is asked


class Style(Protocol):
    def name(self, label: str) -> str: ...
    def number(self, digits: str) -> str: ...
    def value(self, label: str, digits: str) -> str: ...
    def infix(self, op: str, left: str, right: str) -> str: ...
    def prefix(self, right: str) -> str: ...
    def call(self, function: str, arguments: list[str], simple: bool) -> str: ...
    def group(self, inner: str) -> str: ...
    def transposed(self, inner: str) -> str: ...
    def square(self, inner: str) -> str: ...
    def fraction(self, above: str, below: str) -> str: ...


def render(expr: Expr, style: Style, level: int = 0, first: bool = True) -> str:
    """One formula in a style. `level` is how tightly it is held from outside; `first`: nothing stands before it."""
    match expr.op:
        case "name":
            return style.name(str(expr.label))
        case "number":
            return style.number(short(float(expr.label)))
        case "value":
            label, _, digits = str(expr.label).partition("=")
            shown = style.value(label, digits)
            is_held = (digits.startswith("−") and not first) or (TIMES_TEN in digits and level == ATOM)
            return style.group(shown) if is_held else shown
        case "*" | "·" if expr.args[0] == expr.args[1]:
            return style.square(render(expr.args[0], style, ATOM, first=False))
        case "+" | "-" | "*" | "·" | "@":
            return _infix(expr, style, level, first)
        case "neg":
            inner = style.prefix(render(expr.args[0], style, PRODUCT, first=False))
            return inner if first else style.group(inner)
        case "T":
            return style.transposed(render(expr.args[0], style, ATOM))
        case "over":
            return style.fraction(render(expr.args[0], style), short(float(expr.label)))
    if expr.op == "outer":
        return style.call("outer", [render(argument, style, ATOM) for argument in expr.args], True)
    arguments = [render(argument, style) for argument in expr.args]
    return style.call(expr.op, arguments, expr.args[0].op in ("name", "value"))


def _infix(expr: Expr, style: Style, level: int, first: bool) -> str:
    own = SUM if expr.op in ("+", "-") else PRODUCT
    held = own < level
    left, right = (_argument(expr, k) for k in (0, 1))
    inner = style.infix(
        _sign(expr),
        render(expr.args[0], style, left, first or held),
        render(expr.args[1], style, right, first=False),
    )
    return style.group(inner) if held else inner


def _argument(expr: Expr, k: int) -> int:
    """How tightly an operation holds its argument: W x ⊙ U h needs brackets, so does what is subtracted."""
    inner = expr.args[k]
    if expr.op == "@" or (expr.op == "*" and (inner.op == "@" or _sign(inner) == "·")):
        return ATOM
    if expr.op == "-" and k == 1:
        return PRODUCT
    return SUM if expr.op in ("+", "-") else PRODUCT


def _sign(expr: Expr) -> str:
    """A number times a vector is an ordinary product, not one element by element."""
    return "·" if expr.op == "*" and any(arg.op == "number" for arg in expr.args) else expr.op


@lru_cache(maxsize=4096)
def equation(left: str, formula: Expr, style: Style, equals: str) -> str:
    """Left and right side in a style; tanh_c, which is shown as what it is, has one side only."""
    written, right = style.name(left), render(formula, style)
    return written if written == right else f"{written}{equals}{right}"


@lru_cache(maxsize=4096)
def shown_formula(cell: Cell, of: str) -> Expr:
    """The right-hand side as it is printed: what the next step passes back is written out, with its names marked."""
    return cell.over_time(cell.formula(of))


def short(value: float) -> str:
    """A given number as it is written: 1.3, −0.6, 2."""
    digits = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if digits in ("-0", "") else digits.replace("-", "−")


def told(of: Trace | Gradients, name: str, step: int | None, decimals: Decimals) -> Iterator[tuple[Numbers, str]]:
    """What a printer tells of a computation: one quantity or all in order, at one step or at every step in turn."""
    of_kind("name", name, str, "a quantity such as c or da_f")
    in_turn = range(1, of.T + 1) if isinstance(of, Trace) else range(of.T, 0, -1)
    for at in in_turn if step is None else [step]:
        numbers = Numbers(of, at, decimals)
        for each in [name] if name else numbers.names:
            yield numbers, each


class Numbers:
    """A trace, or its gradients, at one step as digits: named values to `decimals`, what is given as short as it is."""

    def __init__(self, of: Trace | Gradients, step: int, decimals: Decimals) -> None:
        of_kind("what is to be printed", of, (Trace, Gradients), "a trace or gradients of one layer")
        trace = of if isinstance(of, Trace) else of.trace
        if trace.is_of_many:
            raise KindError("A trace of many variants can't be printed.", "Run one of them by itself.")
        self.of, self.step = of, check_step(step, of.T)
        self.cell = of.cell_at(self.step)
        self.significant = decimals if isinstance(decimals, Significant) else None
        self.decimals = self._decimals(decimals)

    @property
    def names(self) -> list[str]:
        """Every quantity of the step in order; of gradients those of a step backward, dh to what it passes back."""
        return list(self.cell.equations) if isinstance(self.of, Trace) else list(passed_back(self.cell))

    def digits(self, name: str, *place: int) -> str:
        """The digits of one entry; `place` counts from 0."""
        value = float(self.array(name)[place])
        if not self._computed(name):
            return short(round(value, 6))
        if self.significant is None:
            return fixed(value, self.decimals)
        return self.significant.digits(value) if name[0] == "d" else self.significant.share(value)

    def array(self, name: str) -> Array:
        return self.of.at(name, self.step)

    def places(self, name: str) -> list[tuple[int, ...]]:
        """Every entry of a value: unit by unit, or row by row."""
        return list(product(*map(range, np.shape(self.array(name)))))

    def _decimals(self, asked: Decimals) -> int:
        if isinstance(asked, Significant):
            return asked.figures
        return whole_number("decimals", asked, 1, MOST_SHOWN) if asked is not None else self.of.decimals or SHORT

    def _computed(self, name: str) -> bool:
        if name.endswith(("_loss", "_last")):
            return False
        stem = name.removesuffix("_next").removesuffix("_prev")
        if stem not in self.cell.equations:
            return name[0] == "d"
        trace = self.of if isinstance(self.of, Trace) else self.of.trace
        return not name.endswith("_prev") or trace.in_order(self.step) > 0

    def formula(self, name: str) -> Expr:
        """The formula at this step: in the last, what comes from beyond stands for what the next step passes back."""
        if isinstance(self.of, Trace):
            return self.cell.formula(name)
        formula = self.cell.formula(name)
        flows = {leaf: self.of.passed_back(leaf, self.step) for leaf in leaves(formula) if leaf.endswith("_back")}
        return substitute(formula, flows)

    def lines(self, name: str) -> Iterator[tuple[str, Expr]]:
        """For every entry its digits, and the formula with values in place of names."""
        formula = self.formula(name)
        for place in self.places(name):
            yield self.digits(name, *place), self.entry(formula, *place)

    def entry(self, formula: Expr, *place: int) -> Expr:
        """One entry of a formula with values in place of names: a matrix product becomes a sum of products."""
        match formula.op:
            case "name":
                return self._value(str(formula.label), *place)
            case "number":
                return formula
            case "@":
                return self._row_times_vector(formula.args[0], formula.args[1], *place)
            case "outer":
                left, right = formula.args
                return Expr("·", (self.entry(left, place[0]), self.entry(right, place[1])))
            case "diag":
                return self._matrix_entry(formula.args[0], *place, *place)
            case op:
                args = tuple(self.entry(arg, *place) for arg in formula.args)
                return Expr("·" if op == "*" else op, args, formula.label)

    def _row_times_vector(self, matrix: Expr, vector: Expr, row: int) -> Expr:
        label = str(matrix.args[0].label if matrix.op == "T" else matrix.label)
        length = self.array(label).shape[0 if matrix.op == "T" else 1]
        terms = [Expr("·", (self._matrix_entry(matrix, row, j), self.entry(vector, j))) for j in range(length)]
        total = terms[0]
        for term in terms[1:]:
            total = Expr("+", (total, term))
        return total

    def _matrix_entry(self, matrix: Expr, row: int, column: int) -> Expr:
        if matrix.op == "T":
            return self._matrix_entry(matrix.args[0], column, row)
        return self._value(str(matrix.label), row, column)

    def _value(self, label: str, *place: int) -> Expr:
        return Expr("value", (), f"{label}={self.digits(label, *place)}")
