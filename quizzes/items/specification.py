"""What a generator version says, read into `sim.Exercise` and into the texts of its page. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import sim

CONVENTION_NAMES = {
    "pytorch": "PyTorch",
    "keras": "Keras",
    "cho2014": "Cho 2014",
    "chung2014": "Chung 2014",
    "gamma": "Γ notation",
    "onnx": "ONNX",
    "none": "",
}


@dataclass(frozen=True)
class Specification:
    """A generator version's specification, as the course pack names its fields.

    `asked` are keys such as "c@1", in order of use; `claims`, `must_show`, `hints` and `reasons` go by quantity ("c").
    A `question` ("count", "retention") is one without weights; `settings` say more of it, as layers: 2. A `small`
    exercise is made once, in full, and shared; with `fading` the first ones show all steps but one worked.
    """

    cell: str
    convention: str
    asked: tuple[str, ...]
    ranges: Mapping[str, Mapping[str, float]]
    D: int = 1
    H: int = 1
    T: int = 1
    decimals: int = 4
    format: str = "fill_all"
    question: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    small: bool = False
    fading: bool = False
    options: int = 4
    claims: Mapping[str, Sequence[str]] = field(default_factory=dict)
    must_show: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hints: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reasons: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        return cls(**known | {"asked": tuple(stored["asked"])})

    @property
    def is_backward(self) -> bool:
        """Whether gradients are asked, so that the way back is computed too."""
        return any(name[0] == "d" for name in self.asked)

    @property
    def unit(self) -> float:
        """The last decimal asked: the float that is written 0.0001, not one beside it."""
        return round(10.0**-self.decimals, self.decimals)

    @property
    def tolerance(self) -> float:
        return round(sim.TOLERANCE * self.unit, self.decimals)

    @property
    def convention_name(self) -> str:
        return CONVENTION_NAMES.get(self.convention, self.convention)

    def reason(self, name: str, turn: int) -> str:
        """One line that says why a right step is right, another each time; empty where none is written."""
        lines = self.reasons.get(name) or self.reasons.get(quantity(name)) or ()
        return lines[turn % len(lines)] if lines else ""

    def claimed(self, name: str) -> Sequence[str]:
        """The slips that may be named in one asked quantity, if a variant's numbers tell them apart."""
        return self.claims.get(name) or self.claims.get(quantity(name)) or ()

    def declared(self) -> sim.Cell:
        """The cell, in the convention in force; where no convention changes it ("none"), as it is everywhere."""
        return sim.cell(self.cell, convention="pytorch" if self.convention == "none" else self.convention)

    def in_order_of_use(self) -> list[str]:
        """Every quantity of a step: those asked in the order they are asked in, each after what it reads itself."""
        cell = self.declared()
        ordered: dict[str, None] = {}

        def put(name: str) -> None:
            for read in cell.reads(name):
                put(read)
            ordered.setdefault(name)

        asked = [name for name in map(quantity, self.asked) if name in cell.equations]
        for name in [*asked, *cell.equations]:
            put(name)
        return list(ordered)

    def drawn_from(self) -> dict[str, sim.Range]:
        return {name: sim.Range(each["low"], each["high"], each["step"]) for name, each in self.ranges.items()}


def quantity(name: str) -> str:
    """ "c@2" → "c"."""
    return name.partition("@")[0]


def step_number(name: str) -> int | None:
    """ "c@2" → 2; a quantity without a step has none."""
    step = name.partition("@")[2]
    return int(step) if step else None
