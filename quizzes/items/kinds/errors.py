"""Find the error: somebody's whole working, in which one step holds a slip and all later steps follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sim
from quizzes.items.kinds.base import NOTHING, Given, Live, Worked, numbers
from quizzes.items.kinds.choices import OPTIONS, ChoiceKind, ChoiceWorking, digest, hashed
from quizzes.items.kinds.steps import StepsKind, worked_through
from quizzes.items.kinds.working import StepsWorking
from quizzes.items.quantities import letter, spoken
from quizzes.items.specification import quantity

ERROR = "error"


class ErrorKind(StepsKind, ChoiceKind):
    """Drawn and certified as steps to fill in; a live slip, chosen by the seed, is then made in one of them."""

    form = "option"
    tolerance = 0.0  # type: ignore[assignment]
    unit = 1.0  # type: ignore[assignment]

    @property
    def asked(self) -> tuple[str, ...]:
        return (ERROR,)

    def certificate(self, seed: int) -> sim.Certificate:
        return self.certify([seed])[0]

    def certify(self, seeds: Iterable[int]) -> list[sim.Certificate]:
        return [self._spoilt(each) for each in StepsKind.certify(self, seeds)]

    def accepted(self, seeds: Iterable[int]) -> Iterator[sim.Certificate]:
        spoilt = (self._spoilt(each) for each in StepsKind.accepted(self, seeds))
        return (each for each in spoilt if not each.reasons)

    def survey(self, seeds: Iterable[int]) -> sim.Survey:
        return ChoiceKind.survey(self, seeds)

    def shape(self, name: str) -> tuple[int, ...]:
        return ()

    def _spoilt(self, fair: sim.Certificate) -> sim.Certificate:
        """With somebody's wrong working given, and the step to be found as the key."""
        planted = [(name, slip) for name, slips in fair.live.items() for slip in slips]
        while planted and not fair.reasons:
            name, slip = planted.pop(hashed(f"{self.stream}/{fair.seed}/{len(planted)}") % len(planted))
            if work := self._work(fair, name, slip):
                return self._certificate(fair, name, slip, work)
        return replace(fair, reasons=fair.reasons or ["no slip can be planted"])

    def _work(self, fair: sim.Certificate, name: str, slip: str) -> dict[str, list[float]] | None:
        """Every asked value with the slip in it, where that step is the first from which the numbers depart."""
        working = StepsWorking(self.specification, fair.given, fair.live)
        written: dict[str, list[float]] = {}
        for key in self.steps:
            made = slip if key == name else None
            own = {earlier: numbers(values) for earlier, values in written.items()}
            written[key] = list(working.value(key, own, slip=made, decimals=self.specification.decimals))
        departs = sim.first_departure(working.trace, written)
        return written if departs == name and written[name] != list(numbers(fair.exact[name])) else None

    def _certificate(self, fair: sim.Certificate, name: str, slip: str, work: Mapping[str, Any]) -> sim.Certificate:
        several = self.specification.T > 1
        options = [{"id": key, "text": spoken(key if several else quantity(key))} for key in self.steps]
        given = {**fair.given, **work, OPTIONS: {ERROR: options}}
        found = {ERROR: [name]}
        return sim.Certificate(fair.seed, given, found, found, {ERROR: [slip]}, [], digest(given))

    def working(self, given: Given, live: Live = NOTHING, exact: Live = NOTHING) -> ErrorWorking:  # type: ignore[override]
        return ErrorWorking(self, given, live, exact)

    def worked(self, given: Given, exact: Mapping[str, Any]) -> list[Worked]:
        lines = worked_through(StepsWorking(self.specification, given, {}))
        return [replace(line, asked=line.name in exact[ERROR]) for line in lines]

    def hint(self, name: str, number: int, given: Given) -> str:
        return (
            "Work in order of use: the first value that does not follow from the ones before it is the one.",
            "Later values are computed rightly from the wrong one, so they look wrong too, and are not.",
            "Estimate each: a gate's sum tells by its sign whether the gate lies above or below one half.",
            f"It is one of {', '.join(letter(key) for key in self._near(given))}.",
        )[number - 1]

    def _near(self, given: Given) -> Sequence[str]:
        """Half of the steps, the one in question among them."""
        working = StepsWorking(self.specification, given, {})
        departs = sim.first_departure(working.trace, {key: given[key] for key in self.steps}) or self.steps[0]
        others = [key for key in self.steps if key != departs]
        chosen = {departs, *others[:: max(1, len(others) // 2)][:2]}
        return [key for key in self.steps if key in chosen]


class ErrorWorking(ChoiceWorking):
    """No wrong choice has a name: the slip is in the working given, not in the answer."""

    def __init__(self, kind: ErrorKind, given: Given, live: Live, exact: Live) -> None:
        super().__init__(kind.cell, given, live, exact)
        self.kind = kind

    def slips(self, name: str, own: Any) -> Iterator[Any]:
        return iter(())

    def why_right(self, name: str) -> str:
        (asked,) = self.right[ERROR]
        slip = sim.slip_named(self.cell, asked, self.live[ERROR][0])
        return f"{letter(asked)}: {slip.title}. {slip.correction}"
