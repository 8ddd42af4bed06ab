"""Which numbers of a cell's steps a learner has already, so that a formula may be shown with them put in. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, lru_cache

import sim
from quizzes.items.kinds.base import Had
from quizzes.items.specification import step_number


class Dependence:
    """What each value of T steps is computed from, by key: "c@2" from f@2, c@1, i@2 and g@2. What is given is left out.

    With `backward` the gradients too; the one of a shared weight, "dU", reads all steps.
    """

    def __init__(self, cell: sim.Cell, T: int, *, backward: bool) -> None:
        self.cell, self.T = cell, T
        keys = [f"{name}@{step}" for step in range(1, T + 1) for name in cell.equations]
        if backward:
            keys += [f"{name}@{step}" for step in range(1, T + 1) for name in cell.gradients]
            keys += [f"d{name}" for name in cell.parameters]
        self.reads = {key: frozenset(self.read_by(cell, key)) for key in keys}

    @cached_property
    def readers(self) -> dict[str, set[str]]:
        """The same from the other end: what is computed from each."""
        found: dict[str, set[str]] = {key: set() for key in self.reads}
        for reader, read in self.reads.items():
            for key in read:
                found[key].add(reader)
        return found

    def read_by(self, cell: sim.Cell, key: str) -> Iterator[str]:
        """What one equation reads, be it right or, in the cell of a slip, wrong."""
        name, step = key.partition("@")[0], step_number(key)
        for each in range(1, self.T + 1) if step is None else [step]:
            for leaf, at in self._leaves(cell, name, each):
                if at > 0 and (leaf in self.cell.equations or (leaf[0] == "d" and leaf in self.cell.gradients)):
                    yield f"{leaf}@{at}"

    def _leaves(self, cell: sim.Cell, name: str, step: int) -> Iterator[tuple[str, int]]:
        """The names in an equation, each with its step. What comes back is what the next step passes, or is given."""
        for leaf in cell.uses(name):
            if leaf.endswith("_prev"):
                yield leaf.removesuffix("_prev"), step - 1
            elif leaf.endswith("_back"):
                if step < self.T:
                    yield from self._leaves(self.cell, leaf.replace("_back", "_prev"), step + 1)
            else:
                yield leaf, step

    def is_sum(self, key: str) -> bool:
        """Whether weights are in it, so that it takes more than the numbers it reads."""
        leaves = self._leaves(self.cell, key.partition("@")[0], step_number(key) or 1)
        return any(leaf in self.cell.parameters for leaf, _ in leaves)

    def behind(self, key: str) -> set[str]:
        """All that it is computed from, however indirectly."""
        found: set[str] = set()
        unread = [key]
        while unread:
            more = self.reads.get(unread.pop(), frozenset()) - found
            found |= more
            unread += more
        return found

    def made_from(self, key: str, asked: Collection[str]) -> set[str]:
        """The asked values that are computed from it with no other asked one in between."""
        found: set[str] = set()
        unread = [key]
        while unread:
            more = self.readers[unread.pop()] - found
            found |= more
            unread += more.difference(asked)
        return found.intersection(asked)


@lru_cache(maxsize=128)
def dependence(cell: sim.Cell, T: int, backward: bool) -> Dependence:
    return Dependence(cell, T, backward=backward)


class Known:
    """`"tanh_c@1" in Known(…)`: whether showing this number tells the learner nothing that is asked.

    Of an asked step: whether he has its number. Of one on the way that is not asked: whether he got a step right that
    is computed from it, or it follows without weights from numbers he has (tanh c from his c). One that gives an open
    step away by itself, as a_f gives f, is never his before that step is.
    """

    def __init__(self, found: Dependence, asked: Collection[str], had: Had) -> None:
        self.found, self.asked, self.had = found, asked, had

    def all(self, keys: Iterable[str]) -> bool:
        return all(key in self for key in keys)

    def __contains__(self, key: str) -> bool:
        if key in self.asked:
            return key in self.had.right or key in self.had.own
        return not self._gives_away(key) and (self._was_needed(key) or self._follows(key))

    def _gives_away(self, key: str) -> bool:
        alone = [reader for reader in self.found.readers[key] if self.found.reads[reader] == {key}]
        return any(reader in self.asked and reader not in self.had.right for reader in alone)

    def _was_needed(self, key: str) -> bool:
        return not self.had.right.isdisjoint(self.found.made_from(key, self.asked))

    def _follows(self, key: str) -> bool:
        return not self.found.is_sum(key) and self.all(self.found.reads[key])
