"""The catalogue of slips as data: which wrong equation stands in for which right one, and what to say about it.

`gates` has the slips of a weighted sum and its squashing, `states` those of what a step is given, `lstm` those of c and
h, `gru` those of the candidate and the blend, `gradients` those of the backward pass. All are made from the cell's own
equations, so that a new cell has them too. `sim.slips.binding` binds the rows to a cell.
"""

from collections.abc import Iterator

from sim.language.declarations import Cell
from sim.slips.catalogue import gates, gradients, gru, lstm, states
from sim.slips.catalogue.rows import ALIASES, Row, applies

__all__ = ["ALIASES", "Row", "rows_for"]


def rows_for(cell: Cell) -> Iterator[Row]:
    """Every row of the catalogue that applies to the cell, once for each quantity it can happen to."""
    return (row for row in _rows(cell) if applies(cell, row))


def _rows(cell: Cell) -> Iterator[Row]:
    yield from gates.rows(cell)
    yield from states.rows(cell)
    if "c" in cell.states:
        yield from lstm.rows(cell)
    yield from gru.rows(cell)
    yield from gradients.rows(cell)
