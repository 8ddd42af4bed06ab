"""The small language in which cells are declared: text in, a tree of `Expr` out.

    parse("f * c_prev + i * g")

A declaration is written by us, never by a user. It knows names, numbers, `@` (matrix product), `*` (element by
element), `+`, `-`, a leading minus, division by a number, `M.T`, and the functions in FUNCTIONS. Nothing else; this is
no general algebra.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sim.errors import DeclarationError, ShapeError

# switch(y) is 1 where y is at least one half, else 0; clip keeps y within -1 … 1, clip01 within 0 … 1
FUNCTIONS = ("sigmoid", "tanh", "relu", "switch", "clip", "clip01", "diag")
BINARY: dict[type[ast.operator], str] = {ast.MatMult: "@", ast.Mult: "*", ast.Add: "+", ast.Sub: "-"}

type Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Expr:
    """One node: `op` is "name", "number", "@", "*", "+", "-", "neg", "T", "over" (a number), or one of FUNCTIONS."""

    op: str
    args: tuple[Expr, ...] = ()
    label: str | float = ""


def name(label: str) -> Expr:
    return Expr("name", (), label)


def parse(text: str) -> Expr:
    """Read one right-hand side. Raises: DeclarationError, quoting the part that is not in the language."""
    try:
        return _read(ast.parse(text, mode="eval").body)
    except SyntaxError as error:
        raise DeclarationError(f"“{text}” is not an equation of this language.") from error


def _read(node: ast.expr) -> Expr:
    match node:
        case ast.Name(id=label):
            return name(label)
        case ast.Constant(value=int() | float() as number):
            return Expr("number", (), float(number))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
            return Expr(BINARY[type(op)], (_read(left), _read(right)))
        case ast.BinOp(left=left, op=ast.Div(), right=ast.Constant(value=int() | float() as divisor)) if divisor:
            return Expr("over", (_read(left),), float(divisor))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Expr("neg", (_read(operand),))
        case ast.Attribute(value=matrix, attr="T"):
            return Expr("T", (_read(matrix),))
        case ast.Call(func=ast.Name(id=function), args=[argument], keywords=[]) if function in FUNCTIONS:
            return Expr(function, (_read(argument),))
    raise DeclarationError(f"“{ast.unparse(node)}” is not in the language of declarations.")


def leaves(expr: Expr) -> Iterator[str]:
    """The names an expression reads, from left to right, repeated where they are read twice."""
    if expr.op == "name":
        yield str(expr.label)
    for arg in expr.args:
        yield from leaves(arg)


def substitute(expr: Expr, replacements: Mapping[str, Expr]) -> Expr:
    """The same expression with names replaced: `substitute(a_f, {"h_prev": name("c_prev")})`."""
    if expr.op == "name":
        return replacements.get(str(expr.label), expr)
    return Expr(expr.op, tuple(substitute(arg, replacements) for arg in expr.args), expr.label)


def shape_of(expr: Expr, shape: Callable[[str], Shape]) -> Shape:
    """The shape of a value: () for a number, (H,) for a vector, (H, D) for a matrix. Raises: ShapeError."""
    if expr.op in ("name", "number"):
        return shape(str(expr.label)) if expr.op == "name" else ()
    return combined(expr.op, [shape_of(arg, shape) for arg in expr.args])


def combined(op: str, shapes: list[Shape]) -> Shape:
    """The shape an operation gives, from the shapes it is given. Raises: ShapeError where they do not fit."""
    match op, shapes:
        case "@", [(rows, inner), (length,)] if inner == length:
            return (rows,)
        case "T", [(rows, columns)]:
            return (columns, rows)
        case "diag", [(rows, columns)] if rows == columns:
            return (rows,)
        case (("*" | "+" | "-"), [left, right]) if left == right or () in (left, right):
            return left or right
        case _, [only] if op not in ("@", "T", "diag"):
            return only
    found = " and ".join(map(str, shapes))
    raise ShapeError(f"“{op}” does not fit values of the shapes {found}.", "Some slips need as many inputs as units.")
