"""A cell as a picture for a page, both ways that `sim` draws it: the stylesheet shows the one there is room for."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.safestring import SafeString

import sim


class Diagram(NamedTuple):
    lying: SafeString
    upright: SafeString  # on a phone, and never together with the other


def diagram(
    of: sim.Trace | sim.Cell | str, step: int = 1, *, prefix: str, unit: int = 1, decimals: int | None = None
) -> Diagram:
    """Of a cell, or of one unit in one step of a trace. `prefix` begins every id, so each stands once on a page."""
    lying = sim.svg(of, step, unit=unit, decimals=decimals, prefix=prefix)
    upright = sim.svg(of, step, unit=unit, decimals=decimals, prefix=f"{prefix}-upright", upright=True)
    return Diagram(SafeString(lying), SafeString(upright))  # printed from a declaration: nothing a user typed is in it
