"""What the templates of the sheets show, beside what `sheets` says: formulas, matrices and worked lines as MathML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

import sim
from quizzes.lessons.examples import address
from quizzes.lessons.examples.usual import CONVENTIONS, LABELS, TITLES, heading
from quizzes.lessons.examples.worked import noted
from quizzes.lessons.paper import room, wanted
from quizzes.lessons.paper.drawing import DECIMALS
from quizzes.lessons.paper.sheets import MINUS, Given, Grid, Sheet, sheet
from quizzes.lessons.paper.squashing import functions_of, table
from quizzes.lessons.paper.wanted import Wanted

NO_SIGN = f'<mphantom><mo form="prefix">{MINUS}</mo></mphantom>'
USUAL = {"choice": "lstm.pytorch", "D": "1", "H": "1", "T": "2", "variants": "12", "seed": "1", "table": "once"}


@dataclass(frozen=True)
class Row:
    """One equation with its places across the grid."""

    name: str
    formula: SafeString
    values: list[str]


@dataclass(frozen=True)
class Line:
    """One equation worked out: with its letters, then with its numbers."""

    formula: SafeString
    substituted: SafeString


def context_of(asked: Wanted) -> dict[str, Any]:
    """Everything on the sheets. Raises: Refused for numbers that can't be computed with."""
    cell = asked.first.declared
    formulas = {name: _html(sim.mathml(cell, name, block=False)) for name in cell.equations}
    sheets = [_shown(sheet(example, number), formulas) for number, example in enumerate(asked.examples, 1)]
    return {
        "wanted": asked,
        "title": TITLES[cell.name],
        "heading": heading(cell.name),
        "convention": convention_of(asked),
        "note": noted(cell.note),
        "sheets": sheets,
        "working": [] if asked.is_drawn else working(sheets[0]["sheet"]),
        "narrow": room.cell_columns(asked.first) <= 2,
        "height": room.height_of(asked.first),
        "tables": [table(name) for name in functions_of(cell)],
        "decimals": DECIMALS,
        "tolerance": f"{3 / 10**DECIMALS:.{DECIMALS}f}",
    }


def convention_of(asked: Wanted) -> str:
    """The name of the convention, where the cell has more than one."""
    conventions = CONVENTIONS[asked.first.cell]
    return conventions[asked.first.convention] if len(conventions) > 1 else ""


def form_context(sent: dict[str, str] | None = None) -> dict[str, Any]:
    """The form in which sheets are ordered, with what was typed."""
    typed = USUAL | (sent or {})
    return {"typed": typed, "choices": choices(), "sizes": _sizes(typed), "tables_offered": wanted.TABLES}


def typed_of(asked: Wanted) -> dict[str, str]:
    """What the form holds on the page of these sheets."""
    first = asked.first
    sizes = {name: str(size) for name, size in first.sizes.items()}
    count = str(len(asked.examples)) if asked.is_drawn else USUAL["variants"]
    drawn = {"variants": count, "seed": str(asked.seed or USUAL["seed"]), "table": asked.table}
    return {"choice": f"{first.cell}.{first.convention}", **sizes, **drawn}


def choices() -> dict[str, str]:
    """Every cell in each of its conventions: "gru.keras" → "GRU (Keras)"."""
    return {
        f"{cell}.{key}": f"{TITLES[cell]} ({LABELS.get(key, label)})" if len(conventions) > 1 else TITLES[cell]
        for cell, conventions in CONVENTIONS.items()
        for key, label in conventions.items()
    }


def working(shown: Sheet) -> list[tuple[int, list[Line]]]:
    """Every equation of every step with its numbers put in."""
    cell, trace = shown.example.declared, shown.trace
    return [(step, [_line(cell, trace, name, step) for name in cell.equations]) for step in range(1, trace.T + 1)]


def _line(cell: sim.Cell, trace: sim.Trace, name: str, step: int) -> Line:
    formula = sim.mathml(cell, name, block=False)
    return Line(_html(formula), _html(sim.substituted(trace, name, step, decimals=DECIMALS, block=False)))


def _sizes(typed: dict[str, str]) -> list[tuple[str, str, range, str]]:
    return [
        (name, title, range(1, wanted.LARGEST_SIZES[name] + 1), typed[name]) for name, title in wanted.PARTS.items()
    ]


def _shown(found: Sheet, formulas: dict[str, SafeString]) -> dict[str, Any]:
    return {
        "sheet": found,
        "example_query": address.query(found.example),
        "inputs": [(each.name, matrix(each)) for each in found.inputs],
        "across": room.across_of(found.weights),
        "weights": [(block, [(each.name, matrix(each)) for each in block.arrays]) for block in found.weights],
        "grids": [(grid, _rows(grid, formulas)) for grid in found.grids],
    }


def _rows(grid: Grid, formulas: dict[str, SafeString]) -> list[Row]:
    return [Row(name, formula, grid.values[name]) for name, formula in formulas.items()]


def matrix(of: Given) -> SafeString:
    """Numbers as MathML: one alone, a row between parentheses, or a matrix between brackets."""
    if len(of.rows) == 1:
        entries = "<mo>,</mo>".join(map(_number, of.rows[0]))
        return _html(f"<math>{entries if len(of.rows[0]) == 1 else f'<mo>(</mo>{entries}<mo>)</mo>'}</math>")
    signed = [any(number.startswith(MINUS) for number in column) for column in zip(*of.rows, strict=True)]
    rows = "".join(f"<mtr>{_cells(row, signed)}</mtr>" for row in of.rows)
    return _html(f"<math><mrow><mo>[</mo><mtable>{rows}</mtable><mo>]</mo></mrow></math>")


def _cells(row: Sequence[str], signed: Sequence[bool]) -> str:
    """Where a column has a minus sign, the other numbers keep the room of one: MathML aligns no column itself."""
    room = [NO_SIGN if has and not number.startswith(MINUS) else "" for number, has in zip(row, signed, strict=True)]
    return "".join(f"<mtd><mrow>{space}{_number(number)}</mrow></mtd>" for space, number in zip(room, row, strict=True))


def _number(text: str) -> str:
    if text.startswith(MINUS):
        return f'<mrow><mo form="prefix">{MINUS}</mo><mn>{text[1:]}</mn></mrow>'
    return f"<mn>{text}</mn>"


def _html(markup: str) -> SafeString:
    """Markup made of declared equations and of numbers: nothing a user typed is in it."""
    return mark_safe(markup)  # noqa: S308
