"""The catalogue of slips as data: which wrong equation stands in for which right one, and what to say about it.

`gates` has the slips of a weighted sum and its squashing, in every cell; `lstm` those of c and h; `gru` those of the
candidate and the blend. `sim.slips` binds the rows to a cell.
"""

from collections.abc import Iterator

from sim.catalogue import gates, gru, lstm
from sim.catalogue.rows import ALIASES, Row
from sim.cells import Cell

__all__ = ["ALIASES", "Row", "rows_for"]


def rows_for(cell: Cell) -> Iterator[Row]:
    """Every row of the catalogue that applies to the cell, once for each quantity it can happen to."""
    yield from gates.rows(cell)
    if "c" in cell.states:
        yield from lstm.rows()
    if "n" in cell.equations:
        yield from gru.rows(cell)
