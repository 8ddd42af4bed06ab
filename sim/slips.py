"""Slips: a misconception as a replaced equation, bound to a cell and to the quantity in which it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sim.catalogue import ALIASES, rows_for
from sim.cells import Cell
from sim.cells import cell as find_cell
from sim.errors import UnknownName
from sim.expressions import parse


@dataclass(frozen=True, eq=False)
class Slip:
    """A wrong way to compute `asked`.

    `formula` is the wrong right-hand side in the language of declarations; where the slip happens earlier than in
    `asked`, all wrong equations, as "a_n = …; …". `wrong` is the cell with the slip in it, ready for every printer.
    `convention` says that the number is right in another convention, which is no mistake.
    """

    id: str
    asked: str
    title: str
    correction: str
    source: str
    changes: Mapping[str, str]
    cell: Cell
    convention: bool = False

    @property
    def formula(self) -> str:
        if list(self.changes) == [self.asked]:
            return self.changes[self.asked]
        return "; ".join(f"{name} = {right}" for name, right in self.changes.items())

    @cached_property
    def wrong(self) -> Cell:
        return self.cell.but(**self.changes)

    @cached_property
    def aliases(self) -> frozenset[str]:
        """The ids of the slips that no numbers can always tell from this one, itself apart."""
        classes = [ids for ids in ALIASES if self.id in ids]
        return frozenset().union(*classes) - {self.id}


@lru_cache(maxsize=256)
def _bound(cell: Cell) -> tuple[Slip, ...]:
    return tuple(
        Slip(row.id, row.asked, row.title, row.correction, row.source, _really(cell, row.changes), cell, row.convention)
        for row in rows_for(cell)
    )


def _really(cell: Cell, changes: Mapping[str, str]) -> dict[str, str]:
    """The changes that change something."""
    return {name: right for name, right in changes.items() if parse(right) != cell.equations[name]}


def slips_for(cell: Cell | str, asked: str) -> tuple[Slip, ...]:
    """Every slip of the catalogue that can show in this quantity ("c", or "c@2") of this cell.

    Raises: UnknownName when the cell has no such quantity.
    """
    cell = find_cell(cell)
    quantity = asked.partition("@")[0]
    if quantity not in cell.equations:
        raise UnknownName(f"{cell.title} has no “{quantity}”.", f"It has {', '.join(cell.equations)}.")
    return tuple(slip for slip in _bound(cell) if slip.asked == quantity)


def slip_named(cell: Cell, asked: str, slip_id: str) -> Slip:
    """The slip of that id in that quantity. Raises: UnknownName, listing those there are."""
    found = {slip.id: slip for slip in slips_for(cell, asked)}
    if slip_id not in found:
        raise UnknownName(f"There is no slip {slip_id} in {asked} of {cell.title}.", f"There are: {', '.join(found)}.")
    return found[slip_id]
