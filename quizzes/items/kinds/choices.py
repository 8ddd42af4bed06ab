"""What exercises have in common in which one chooses: options with ids, and the slip behind each wrong one."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b, sha256
from typing import Any, ClassVar

import sim
from quizzes.items.kinds.base import Given, Kind, Live, Tellable
from quizzes.items.marking import Key, Own, Values

LETTERS = "abcdefgh"
OPTIONS = "options"  # where a variant's given numbers keep its options


class ChoiceKind(Kind):
    """`given["options"]` has for each asked name its options: {"id", "text", "mathml"}; the key has the right id.

    `live` has, in the order of the wrong options, the slip that each shows, or "" for none we have a name for.
    """

    form: ClassVar[str] = "option"
    tolerance = 0.0  # type: ignore[assignment]
    unit = 1.0  # type: ignore[assignment]

    def survey(self, seeds: Iterable[int]) -> sim.Survey:
        """Options are told apart by their letter, so nothing collides."""
        certificates = self.certify(seeds)
        passed = [each for each in certificates if not each.reasons]
        live: dict[str, Counter[str]] = {}
        for each in passed:
            for name, slips in each.live.items():
                live.setdefault(name, Counter()).update(slip for slip in slips if slip)
        reasons = Counter(reason for each in certificates for reason in each.reasons)
        return sim.Survey(len(certificates), len(passed), reasons, live, {})

    def keys(self, given: Given, exact: Mapping[str, Any], full: Mapping[str, Any]) -> dict[str, Key]:
        keys = {}
        for name in self.asked:
            (right,) = exact[name]
            ids = tuple(option["id"] for option in given[OPTIONS][name])
            place = (float(ids.index(right)),)
            keys[name] = Key(place, place, "option", ids)
        return keys


class SeededKind(ChoiceKind):
    """One whose seeds count the variants through."""

    @abstractmethod
    def certificate(self, seed: int) -> sim.Certificate: ...

    def certify(self, seeds: Iterable[int]) -> list[sim.Certificate]:
        return [self.certificate(seed) for seed in seeds]

    def accepted(self, seeds: Iterable[int]) -> Iterator[sim.Certificate]:
        found = [each for each in self.certify(seeds) if not each.reasons]
        if not found:
            raise sim.NoneAccepted("No candidate passed.", "Change what is asked.")
        return iter(found)


class ChoiceWorking(Tellable):
    """The slip behind a wrong option, by its place."""

    def __init__(self, cell: sim.Cell, given: Given, live: Live, right: Mapping[str, Sequence[str]]) -> None:
        self.cell, self.given, self.live, self.right = cell, given, live, right

    @property
    def note(self) -> str:
        return self.cell.note

    def slips(self, name: str, own: Own) -> Iterator[tuple[str, Values]]:
        ids = [option["id"] for option in self.given[OPTIONS][name]]
        wrong = [place for place, each in enumerate(ids) if each not in self.right.get(name, ids)]
        for place, slip in zip(wrong, self.live.get(name, ()), strict=False):
            if slip:
                yield slip, (float(place),)

    def slip(self, name: str, slip: str) -> sim.Slip:
        return sim.slip_named(self.cell, name, slip)


def shuffled(stream: str, seed: int, things: Sequence[Any], purpose: str = "") -> list[Any]:
    """In an order that stream, seed and purpose fix for ever."""
    order = sorted(range(len(things)), key=lambda place: hashed(f"{stream}/{seed}/{purpose}/{place}"))
    return [things[place] for place in order]


def hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def digest(*said: Any) -> str:
    return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
