"""The diagrams of a network's layers one above the other, the lowest at the foot."""

from __future__ import annotations

import re
from collections.abc import Sequence

HEADING = 22  # the room above a diagram for the name of its layer
VIEW = re.compile(r'<svg (.*?)viewBox="0 0 (\S+) (\S+)"')


def stacked(diagrams: Sequence[tuple[str, str]], attributes: str, style: str) -> str:
    """One picture of several (title, diagram), the first at the foot."""
    parts, down, widest = [style], 0.0, 0.0
    for title, diagram in reversed(diagrams):
        width, height = _size(diagram)
        parts.append(f'<text class="op" x="8" y="{down + 16:g}">{title}</text>')
        place = f'<svg x="0" y="{down + HEADING:g}" width="{width:g}" height="{height:g}" '
        parts.append(diagram.replace("<svg ", place, 1))
        down, widest = down + HEADING + height, max(widest, width)
    return f'<svg {attributes} viewBox="0 0 {widest:g} {down:g}">{"".join(parts)}</svg>'


def _size(diagram: str) -> tuple[float, float]:
    found = VIEW.match(diagram)
    assert found is not None  # every diagram states its size first
    return float(found[2]), float(found[3])
