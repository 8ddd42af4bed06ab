"""Slips: a misconception as replaced equations, bound to a cell and to the quantity in which it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sim.cells import cell as find_cell
from sim.checks import LONGEST, described, of_kind
from sim.errors import ShapeError, UnknownName
from sim.language.declarations import Cell
from sim.language.expressions import Expr, written
from sim.layers import Layer, check_shapes
from sim.slips.catalogue import ALIASES, rows_for

GIVEN_AS = {"h0": "dh_prev", "c0": "dc_prev", "dh0": "dh_prev", "dc0": "dc_prev", "x": "dx"}


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
    changes: Mapping[str, Expr]
    cell: Cell
    convention: bool = False

    @property
    def formula(self) -> str:
        if list(self.changes) == [self.asked]:
            return written(self.changes[self.asked])
        return "; ".join(f"{name} = {written(right)}" for name, right in self.changes.items())

    @property
    def of_gradient(self) -> bool:
        """Whether it is made on the way back; then what it gives are gradients."""
        return self.asked not in self.cell.equations

    @cached_property
    def wrong(self) -> Cell:
        return self.cell.replacing(self.changes)

    def check(self, cell: Cell, D: int, H: int) -> None:
        """Raises: UnknownName for another cell; ShapeError where it does not work with these sizes."""
        if self.cell is not cell and self.cell.equations != cell.equations:
            raise UnknownName(
                f"{self.id} is a slip of another cell, {self.cell.title} ({self.cell.note}), "
                f"and the layer is of {cell.title} ({cell.note}).",
                "Take it from sim.slips_for(layer.cell, asked).",
            )
        _fits(self, D, H)

    def cell_for(self, layer: Layer) -> Cell:
        """The cell with the slip in it. Raises: UnknownName for another cell's layer; ShapeError for sizes."""
        self.check(layer.cell, layer.D, layer.H)
        return self.wrong

    @cached_property
    def aliases(self) -> frozenset[str]:
        """The ids of the slips that no numbers can always tell from this one, itself apart."""
        classes = [ids for ids in ALIASES if self.id in ids]
        return frozenset().union(*classes) - {self.id}


@lru_cache(maxsize=8192)
def _fits(slip: Slip, D: int, H: int) -> None:
    try:
        check_shapes(slip.changes, slip.cell, D, H)
    except ShapeError as error:
        raise ShapeError(
            f"{slip.id} ({slip.title}) has no value with D = {D} inputs and H = {H} units.",
            "It needs as many inputs as units.",
        ) from error


@lru_cache(maxsize=256)
def _bound(cell: Cell) -> tuple[Slip, ...]:
    """The slips of a cell: the rows that change something, each quantity and id once."""
    found: dict[tuple[str, str], Slip] = {}
    for row in rows_for(cell):
        changes = {name: right for name, right in row.changes.items() if right != cell.formula(name)}
        if changes:
            slip = Slip(row.id, row.asked, row.title, row.correction, row.source, changes, cell, row.convention)
            found.setdefault((row.id, row.asked), slip)
    return tuple(found.values())


def slips_for(cell: Cell | str, asked: str) -> tuple[Slip, ...]:
    """Every slip of the catalogue that can show in this quantity of this cell: "c", "c@2", "da_f", "dh_prev".

    Under the name of what is given ("x", "h0", "W_f") are those of its gradient.
    Raises: UnknownName when the cell has no such quantity.
    """
    cell = find_cell(cell)
    of_kind("asked", asked, str, "a quantity such as c, c@2 or da_f")
    quantity, at, step = asked.partition("@")
    if at and not (step.isdecimal() and int(step[:9])):
        raise UnknownName(f"There is no step {described(step)}.", "A quantity's step counts from 1, as in c@2.")
    quantity = f"d{quantity}" if quantity in cell.parameters else GIVEN_AS.get(quantity, quantity)
    cell.formula(quantity)
    return tuple(slip for slip in _bound(cell) if slip.asked == quantity)


def slip_named(cell: Cell | str, asked: str, slip_id: str) -> Slip:
    """The slip of that id in that quantity. Raises: UnknownName, listing those there are."""
    of_kind("slip_id", slip_id, str, "an id such as F17")
    cell = find_cell(cell)
    of_kind("asked", asked, str, "a quantity such as c, c@2 or da_f")
    found = _by_id(cell, asked)
    if slip_id not in found:
        raise UnknownName(
            f"There is no slip {slip_id[:LONGEST]} in {asked} of {cell.title}.", f"There are: {', '.join(found)}."
        )
    return found[slip_id]


@lru_cache(maxsize=4096)
def _by_id(cell: Cell, asked: str) -> Mapping[str, Slip]:
    return {slip.id: slip for slip in slips_for(cell, asked)}
