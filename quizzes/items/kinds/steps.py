"""The numbers of a cell's steps, forward and on the way back: drawn and certified by `sim`, and worked line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import sim
from quizzes.items.kinds.base import NOTHING, CertifiedKind, Given, Live, Worked
from quizzes.items.kinds.hints import StepHints
from quizzes.items.kinds.known import dependence
from quizzes.items.kinds.working import StepsWorking, entries, turned, written


class StepsKind(CertifiedKind):
    """Every asked quantity of one cell, or a single one of them."""

    @cached_property
    def cell(self) -> sim.Cell:
        return self.specification.declared()

    @cached_property
    def exercise(self) -> sim.Exercise:  # type: ignore[override]
        said = self.specification
        return sim.Exercise(
            stream=self.stream,
            cell=self.cell,
            D=said.D,
            H=said.H,
            T=said.T,
            asked=self.steps,
            claims={name: tuple(slips) for name, slips in said.claims.items()},
            must_show={name: tuple(slips) for name, slips in said.must_show.items()},
            ranges=said.drawn_from(),
            decimals=said.decimals,
        )

    @property
    def steps(self) -> tuple[str, ...]:
        """The quantities whose numbers are computed."""
        return self.specification.asked

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(self.cell.shape(name, self.specification.D, self.specification.H))

    def working(self, given: Given, live: Live = NOTHING, exact: Live = NOTHING) -> StepsWorking:
        return StepsWorking(self.specification, given, live)

    def worked(self, given: Given, exact: Mapping[str, Any]) -> list[Worked]:
        return list(worked_through(self.working(given)))

    def hint(self, name: str, number: int, given: Given) -> str:
        return StepHints(self.working(given))(name, number)

    def computed_from(self, open_steps: Iterable[str], others: Iterable[str]) -> set[str]:
        """Those that read an open one, however indirectly."""
        found, wanted = dependence(self.cell, self.specification.T, self.specification.is_backward), {*open_steps}
        return {name for name in others if not wanted.isdisjoint(found.behind(name))}


def worked_through(working: StepsWorking) -> Iterator[Worked]:
    """Every value in order of use: all steps forward, then, where gradients are asked, all steps back."""
    said, cell = working.specification, working.layer.cell
    for step in range(1, said.T + 1):
        for name in said.in_order_of_use():
            yield _line(working, working.trace, name, step)
    if isinstance(working.found, sim.Gradients):
        for step in range(said.T, 0, -1):
            for name in cell.gradients:
                if name not in ("dx", *(f"d{weight}" for weight in cell.parameters)):
                    yield _line(working, working.found, name, step)
        yield from (_sum(working, name) for name in said.asked if "@" not in name)


def _line(working: StepsWorking, found: sim.Trace | sim.Gradients, name: str, step: int) -> Worked:
    cell, key = working.layer.cell, f"{name}@{step}"
    return Worked(
        name=key,
        formula=sim.text(cell, name),
        values=found.at(name, step).tolist(),
        asked=key in working.specification.asked,
        put_in=tuple(turned(line) for line in sim.substituted_text(found, name, step)),
        mathml=sim.mathml(cell, name, block=False),
        words=sim.words(cell, name),
    )


def _sum(working: StepsWorking, name: str) -> Worked:
    """The gradient of a shared weight: what each step adds, added and then rounded once."""
    found, decimals = working.found, working.specification.decimals
    assert isinstance(found, sim.Gradients)
    steps = [sim.substituted_text(found, name, step) for step in range(1, working.specification.T + 1)]
    total = found[name[1:]]
    lines = zip(zip(*steps, strict=True), entries(total), strict=True)
    return Worked(
        name=name,
        formula=sim.text(working.layer.cell, name),
        values=total.tolist(),
        asked=True,
        put_in=tuple(f"{_added(parts)} = {written((value,), decimals)}" for parts, value in lines),
        mathml=sim.mathml(working.layer.cell, name, block=False),
        words="The contributions of all steps are added.",
    )


def _added(parts: Iterable[str]) -> str:
    """The right sides of "0.0987 = 0.5000·0.1974" and "−0.0600 = −0.3000·0.2" as one sum."""
    first, *rest = (part.partition(" = ")[2] for part in parts)
    return first + "".join(f" − {each[1:]}" if each[0] == "−" else f" + {each}" for each in rest)
