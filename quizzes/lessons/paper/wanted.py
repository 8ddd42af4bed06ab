"""What is to be printed, as an address and back: one example, or so many variants drawn from a seed. Pure.

/paper/lstm/?convention=pytorch&D=1&H=1&T=2&x=0.9;-0.4&…       the example of /examples/lstm/ with the same query
/paper/gru/?convention=keras&D=2&H=2&T=1&seed=17&variants=24   24 variants, the same for ever
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from quizzes.errors import Refused
from quizzes.lessons.examples import address
from quizzes.lessons.examples.address import Example, Query
from quizzes.lessons.paper.drawing import drawn

LARGEST_SIZES = {"D": 4, "H": 4, "T": 5}  # what has room on paper
PARTS = {"D": "inputs", "H": "units", "T": "steps"}
MOST_VARIANTS = 60
LARGEST_SEED = 999_999
TABLES = {"once": "one, after the sheets", "each": "one with every sheet", "none": "none"}
_SHOWN = 24  # characters of a bad entry that are quoted


@dataclass(frozen=True)
class Wanted:
    """What stands on the sheets. `seed` is None where the numbers are those of one example."""

    examples: tuple[Example, ...]
    seed: int | None
    table: str  # a key of TABLES

    @property
    def first(self) -> Example:
        return self.examples[0]

    @property
    def is_drawn(self) -> bool:
        return self.seed is not None

    def query(self) -> str:
        """The canonical query: `read` gives the same sheets back."""
        table = [] if self.table == "once" else [("table", self.table)]
        if self.seed is None:
            return "&".join(filter(None, [address.query(self.first), urlencode(table)]))
        sizes = [(name, str(size)) for name, size in self.first.sizes.items()]
        drawn = [("seed", str(self.seed)), ("variants", str(len(self.examples)))]
        return urlencode([("convention", self.first.convention), *sizes, *drawn, *table])


class NoRoom(Refused):
    """Sizes beyond a sheet of paper. `example` has them, `fitting` is the query of sheets with all that fits of it."""

    def __init__(self, message: str, example: Example, fitting: str) -> None:
        super().__init__("no_room", message, "Take what fits of it, or a smaller example.")
        self.example = example
        self.fitting = fitting


def read(cell: str, query: Query) -> Wanted:
    """Raises: NotFound for an unknown cell, Refused with one sentence for what can't be printed."""
    is_drawn = bool(_last(query, "variants"))  # else a seed is the example's own
    example = address.read(cell, {name: sent for name, sent in query.items() if not (is_drawn and name == "seed")})
    table = _last(query, "table") or "once"
    if table not in TABLES:
        raise Refused("bad_table", f"The table is “{table[:_SHOWN]}”, needs one of: {', '.join(TABLES)}.")
    seed, count = _draw(query) if is_drawn else (None, 1)
    if large := _too_large(example):
        fitting = Wanted((cut(example),) * count, seed, table)
        raise NoRoom(f"This has no room on a sheet: {large}.", example, fitting.query())
    return Wanted((example,) if seed is None else drawn(example, seed, count), seed, table)


def cut(example: Example) -> Example:
    """What fits on a sheet: the first inputs, units and steps, with their numbers."""
    D, H, T = (min(size, LARGEST_SIZES[name]) for name, size in example.sizes.items())
    fitting = replace(example, D=D, H=H, T=T, step=1, unit=1)
    numbers = {
        name: tuple(row[:columns] for row in example.numbers[name][:rows])
        for name, (rows, columns) in address.shapes(fitting).items()
    }
    return replace(fitting, numbers=numbers)


def _too_large(example: Example) -> str:
    return "; ".join(
        f"{size} {PARTS[name]}, at most {most}"
        for name, size in example.sizes.items()
        if size > (most := LARGEST_SIZES[name])
    )


def _draw(query: Query) -> tuple[int, int]:
    """The seed and how many variants are drawn from it."""
    _refuse_numbers(query)
    return _whole(query, "seed", 0, LARGEST_SEED, usual=1), _whole(query, "variants", 1, MOST_VARIANTS, usual=1)


def _refuse_numbers(query: Query) -> None:
    """Variants draw all their numbers: one that is given would be dropped without a word."""
    given = [name for name in query if address.ARRAY.fullmatch(name) or name == "sequence"]
    if given:
        message = f"Variants draw all their numbers from the seed, so none can be given: {', '.join(given)}."
        raise Refused("numbers_of_variants", message, "Leave these out, or leave out variants.")


def _whole(query: Query, name: str, least: int, most: int, usual: int) -> int:
    typed = _last(query, name)
    if not typed:
        return usual
    if not re.fullmatch(r"[0-9]{1,9}", typed) or not least <= int(typed) <= most:
        needed = f"needs a whole number from {least} to {most}"
        raise Refused(f"bad_{name}", f"{name.capitalize()} is “{typed[:_SHOWN]}”, {needed}.")
    return int(typed)


def _last(query: Query, name: str) -> str:
    values = query.get(name, ())
    return values[-1].strip() if values else ""
