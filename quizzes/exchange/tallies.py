"""What loading a course did, counted by kind of row. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept because edited"
    WITHDRAWN = "withdrawn"


ALWAYS_SAID = (Outcome.CREATED, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.KEPT)


@dataclass
class LoadReport:
    title: str
    tallies: dict[str, Counter[Outcome]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)

    def count(self, kind: str, slug: str, outcome: Outcome) -> None:
        self.tallies.setdefault(kind, Counter())[outcome] += 1
        if outcome is Outcome.KEPT:
            self.kept.append(f"{kind} {slug}")
        elif outcome is Outcome.WITHDRAWN:
            self.withdrawn.append(f"{kind} {slug}")

    def total(self, outcome: Outcome) -> int:
        return sum(tally[outcome] for tally in self.tallies.values())

    def lines(self) -> list[str]:
        """The report as sentences: one for the whole, one a kind that moved, and what was kept or withdrawn by name."""
        whole = ", ".join(f"{self.total(outcome)} {outcome}" for outcome in ALWAYS_SAID)
        moved = [
            f"  {kind}: {_said(tally)}" for kind, tally in self.tallies.items() if tally.keys() - {Outcome.UNCHANGED}
        ]
        named = [f"  kept because edited: {name}" for name in self.kept]
        gone = [f"  no longer in the pack, withdrawn: {name}" for name in self.withdrawn]
        return [f"{self.title}: {whole}.", *moved, *named, *gone]


def _said(tally: Counter[Outcome]) -> str:
    return ", ".join(f"{tally[outcome]} {outcome}" for outcome in Outcome if tally[outcome])
