"""What a certificate says, and the distances it is decided by, in units of the last asked decimal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.slips.departures import TOLERANCE

APART = 4 * TOLERANCE  # a slip is named only this far from the key and from every other slip …
FROM_EARLY = TOLERANCE  # … and farther than this from every trace rounded too early
HALF = TOLERANCE / 2


@dataclass(frozen=True)
class Certificate:
    """What is known of one candidate before anyone sees it. An empty `reasons` means: accepted.

    `given`, `exact` and `full` are plain lists, ready to be stored; `live` has the ids of the slips that these numbers
    can name, by asked quantity ("c@1"); `digest` is the same for the same given numbers.
    """

    seed: int
    given: Mapping[str, Any]
    exact: Mapping[str, Any]
    full: Mapping[str, Any]
    live: Mapping[str, list[str]]
    reasons: list[str]
    digest: str
