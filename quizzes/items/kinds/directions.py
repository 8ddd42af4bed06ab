"""Predict a direction without numbers: one bias is raised a little, some signs are known; what does a value do?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

import sim
from quizzes.items.kinds.base import NOTHING, Given, Live, Worked
from quizzes.items.kinds.choices import OPTIONS, ChoiceWorking, SeededKind, digest
from quizzes.items.specification import quantity

SAMPLES = 400  # drawn examples, of which those with the given signs must all agree
FEWEST = 8
RAISED = 0.01
NOTHING_MOVED = 1e-9
WAYS = {"rises": 1, "falls": -1, "stays": 0}
TEXTS = {"rises": "it rises", "falls": "it falls", "stays": "it stays as it is"}
SIGNS = {1: "positive", -1: "negative"}


class DirectionKind(SeededKind):
    """`settings`: `raised`, the biases of which one is raised, and `facts`, the quantities whose sign is told.

    A seed counts through the biases and the patterns of signs. What is right was computed on many drawn examples with
    these signs: a candidate passes only where every one of them says the same.
    """

    @cached_property
    def cell(self) -> sim.Cell:
        return self.specification.declared()

    @property
    def raised(self) -> Sequence[str]:
        return self.specification.settings["raised"]

    @property
    def facts(self) -> Sequence[str]:
        return self.specification.settings["facts"]

    @property
    def space(self) -> int:
        return len(self.raised) * 2 ** len(self.facts)

    def check(self) -> None:
        for name in ("raised", "facts"):
            if not isinstance(self.specification.settings.get(name), list):
                raise sim.SimError(f"“settings” needs a list of names under “{name}”.")
        if unknown := [name for name in self.raised if name not in self.cell.parameters or name[0] != "b"]:
            raise sim.SimError(f"{unknown[0]} is no bias of {self.cell.title}, so it can't be raised.")
        self.examples.layer  # noqa: B018 (raises where numbers can't be drawn)
        for name in self.facts:
            self.sign_of(name)

    @cached_property
    def examples(self) -> _Examples:
        return _Examples(self)

    def sign_of(self, name: str) -> Any:
        return _signs(self.examples.right[name])

    def certificate(self, seed: int) -> sim.Certificate:
        if not 0 <= seed < self.space:
            raise sim.SimError(f"There are {self.space} variants, so there is no seed {seed}.")
        place, raised = divmod(seed, len(self.raised))
        bias = self.raised[raised]
        signs = list(product((1, -1), repeat=len(self.facts)))[place]
        fitting = np.all([self.sign_of(n) == sign for n, sign in zip(self.facts, signs, strict=True)], axis=0)
        ways = {name: self.way(name, bias, fitting) for name in self.specification.asked}
        reasons = [f"the signs do not decide what {name} does" for name, way in ways.items() if not way]
        told = "; ".join(f"{name} is {SIGNS[sign]}" for name, sign in zip(self.facts, signs, strict=True))
        options = [{"id": way, "text": TEXTS[way]} for way in WAYS]
        given = {"raised": bias, "facts": told, OPTIONS: dict.fromkeys(ways, options)}
        exact = {name: [way or "stays"] for name, way in ways.items()}
        live: dict[str, list[str]] = {name: [] for name in ways}  # one of three may be a guess: none is called a slip
        return sim.Certificate(seed, given, exact, exact, live, reasons, digest(bias, told, self.specification.asked))

    def way(self, name: str, bias: str, fitting: Any) -> str:
        """What the value does in all fitting examples; nothing where they differ, or are too few."""
        moved = self.examples.moved(quantity(name), bias)[fitting]
        found = {int(sign) for sign in _signs(moved)}
        if moved.size < FEWEST or len(found) != 1:
            return ""
        return next(way for way, sign in WAYS.items() if sign in found)

    def working(self, given: Given, live: Live = NOTHING, exact: Live = NOTHING) -> DirectionWorking:
        return DirectionWorking(self.cell, given, live, exact)

    def worked(self, given: Given, exact: Mapping[str, Any]) -> list[Worked]:
        return [
            Worked(
                name=name,
                formula=sim.text(self.cell, quantity(name)),
                values=[TEXTS[exact[name][0]]],
                asked=True,
                put_in=(f"{given['raised']} is raised; {given['facts']}: {TEXTS[exact[name][0]]}",),
                mathml=sim.mathml(self.cell, quantity(name), block=False),
                words=sim.words(self.cell, quantity(name)),
            )
            for name in self.specification.asked
        ]

    def hint(self, name: str, number: int, given: Given) -> str:
        what, gate = quantity(name), given["raised"].partition("_")[2]
        return (
            f"Raising the bias raises the sum of {gate}, and with it {gate}.",
            f"`{sim.text(self.cell, what)}`",
            f"Find {gate} in it: what is it multiplied by?"
            if gate in self.cell.reads(what)
            else f"{gate} is not in it: does it reach it through a value that is?",
            f"Known is: {given['facts']}. The sign of the factor decides.",
        )[number - 1]


class DirectionWorking(ChoiceWorking):
    """Says of a right direction why it is right, with the bias that was raised."""

    def why_right(self, name: str) -> str:
        (way,), bias = self.right[name], self.given["raised"]
        what, gate = quantity(name), bias.partition("_")[2]
        if way == "stays":
            return f"Raising {bias} raises {gate}, which {what} does not read."
        return f"Raising {bias} raises {gate}; with these signs {what} {way} with it."


def _signs(values: Any) -> Any:
    """Where a float stands for 0 it has none."""
    return np.sign(np.where(np.abs(values) < NOTHING_MOVED, 0, values))


class _Examples:
    """Many drawn examples of a step, and what a raised bias does to each."""

    def __init__(self, kind: DirectionKind) -> None:
        said = kind.specification
        exercise = sim.Exercise(
            stream=kind.stream, cell=kind.cell, D=said.D, H=1, T=1, asked=[f"{next(iter(kind.cell.equations))}@1"],
            ranges=said.drawn_from(), decimals=said.decimals,
        )  # fmt: skip
        drawn = [sim.draw(exercise, seed) for seed in range(SAMPLES)]
        self.cell = kind.cell
        self.layer = {name: np.stack([each[name] for each in drawn], axis=-1) for name in kind.cell.parameters}
        starts = ("x", *(f"{state}0" for state in kind.cell.states))
        self.start = {name: np.stack([each[name] for each in drawn], axis=-1) for name in starts}
        self.right = self._run(self.layer)
        self.right |= {"x": self.start["x"][0, 0]} | {f"{s}_prev": self.start[f"{s}0"][0] for s in kind.cell.states}

    def _run(self, weights: Mapping[str, Any]) -> dict[str, Any]:
        trace = sim.forward_many(self.cell, weights, **self.start)
        return {name: trace[name][0, 0] for name in self.cell.equations}

    def moved(self, name: str, bias: str) -> Any:
        return self._run({**self.layer, bias: self.layer[bias] + RAISED})[name] - self.right[name]
