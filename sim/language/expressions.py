"""The small language in which cells are declared: text in, a tree of `Expr` out.

    parse("f * c_prev + i * g")

A declaration is written by us, never by a user. It knows names, numbers, `@` (matrix product), `*` (element by
element), `+`, `-`, a leading minus, division by a number, `M.T`, and the functions in FUNCTIONS. Nothing else; this is
no general algebra.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.checks import described
from sim.errors import DeclarationError, ShapeError

LONGEST = 1000  # characters of an equation
# step(y) is 1 above 0, else 0; switch(y) is y rounded to a whole number of 0 or 1; tenths(y) is y to one decimal;
# clip keeps y within -1 … 1, clip01 within 0 … 1
ELEMENTWISE = ("sigmoid", "tanh", "relu", "step", "switch", "tenths", "clip", "clip01")
OF_A_VECTOR = ("softmax", "logsumexp", "sum", "diag")
FUNCTIONS = (*ELEMENTWISE, *OF_A_VECTOR, "outer")
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


def number(value: float) -> Expr:
    return Expr("number", (), float(value))


def parse(text: str) -> Expr:
    """Read one right-hand side. Raises: DeclarationError, quoting the part that is not in the language."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise DeclarationError(f"An equation is {described(text)}, needs a text of {LONGEST} characters at most.")
    try:
        return _read(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError) as error:
        raise DeclarationError(f"“{text}” is not an equation of this language.") from error


def _read(node: ast.expr) -> Expr:
    match node:
        case ast.Name(id=label):
            return name(label)
        case ast.Constant(value=int() | float() as value):
            return number(value)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
            return Expr(BINARY[type(op)], (_read(left), _read(right)))
        case ast.BinOp(left=left, op=ast.Div(), right=ast.Constant(value=int() | float() as divisor)) if divisor:
            return Expr("over", (_read(left),), float(divisor))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Expr("neg", (_read(operand),))
        case ast.Attribute(value=matrix, attr="T"):
            return Expr("T", (_read(matrix),))
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]) if _is_call(function, len(arguments)):
            return Expr(function, tuple(map(_read, arguments)))
    raise DeclarationError(f"“{ast.unparse(node)}” is not in the language of declarations.")


def _is_call(function: str, arguments: int) -> bool:
    return function in FUNCTIONS and arguments == (2 if function == "outer" else 1)


def written(expr: Expr) -> str:
    """An expression as text that `parse` reads back: "f * c_prev + i * g"."""
    return _written(expr, 0)


def _written(expr: Expr, held: int) -> str:
    """`held` is how tightly it is held from outside: 1 by a sum, 2 by a product, 3 by what binds closest."""
    match expr.op, expr.args:
        case "name", _:
            return str(expr.label)
        case "number", _:
            return _digits(float(expr.label))
        case (("+" | "-"), [left, right]):
            inner, own = f"{_written(left, 1)} {expr.op} {_written(right, 2)}", 1
        case (("*" | "@"), [left, right]):
            inner, own = f"{_written(left, 2)} {expr.op} {_written(right, 3)}", 2
        case "over", [only]:
            inner, own = f"{_written(only, 2)} / {_digits(float(expr.label))}", 2
        case "neg", [only]:
            inner, own = f"-{_written(only, 3)}", 2
        case "T", [only]:
            return f"{_written(only, 3)}.T"
        case function, arguments:
            return f"{function}({', '.join(_written(arg, 0) for arg in arguments)})"
    return f"({inner})" if own < held else inner


def _digits(value: float) -> str:
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


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


def terms(expr: Expr) -> Iterator[Expr]:
    """The parts of a sum, from left to right; anything else is its own only part."""
    if expr.op == "+":
        for arg in expr.args:
            yield from terms(arg)
    else:
        yield expr


def sum_of(parts: Sequence[Expr]) -> Expr:
    """The sum of the parts, those with a minus last: a - b. The sum of none is 0."""
    if not parts:
        return number(0)
    result, *rest = sorted(parts, key=lambda part: part.op == "neg")
    for part in rest:
        result = Expr("-", (result, part.args[0])) if part.op == "neg" else Expr("+", (result, part))
    return result


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
        case "outer", [(rows,), (columns,)]:
            return (rows, columns)
        case "T", [(rows, columns)]:
            return (columns, rows)
        case "diag", [(rows, columns)] if rows == columns:
            return (rows,)
        case (("sum" | "logsumexp"), [(_,)]):
            return ()
        case (("*" | "+" | "-"), [left, right]) if left == right or () in (left, right):
            return left or right
        case _, [only] if op not in ("@", "T", "diag", "sum", "logsumexp"):
            return only
    found = " and ".join(map(str, shapes))
    raise ShapeError(f"“{op}” does not fit values of the shapes {found}.", "Some slips need as many inputs as units.")
