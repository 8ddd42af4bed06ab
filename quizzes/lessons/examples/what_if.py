"""What would a slip have given? The catalogue that diagnoses exercises makes it on purpose, and both runs go on."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

import sim
from quizzes.lessons.examples.address import DECIMALS, Example
from quizzes.lessons.examples.chart import Chart, Series, chart
from quizzes.lessons.examples.over_time import course_of, unit_of
from quizzes.lessons.examples.quantities import name_of
from quizzes.lessons.examples.worked import inputs_of, line, said


@dataclass(frozen=True)
class Choice:
    """The slips that may be made in one quantity: value of the field → title."""

    quantity: str
    name: str
    slips: dict[str, str]


@dataclass(frozen=True)
class Pair:
    """One number done right and with the slip."""

    name: str
    right: float
    wrong: float

    @property
    def difference(self) -> float:
        """Of the two as they are shown, so that it can be checked by eye."""
        return round(self.wrong, DECIMALS) - round(self.right, DECIMALS)

    @property
    def differs(self) -> bool:
        return f"{self.right:.{DECIMALS}f}" != f"{self.wrong:.{DECIMALS}f}"


@dataclass(frozen=True)
class Later:
    number: int
    pairs: list[Pair]


@dataclass(frozen=True)
class Equation:
    right: SafeString
    right_put_in: SafeString
    wrong: SafeString
    wrong_put_in: SafeString
    words: str


@dataclass(frozen=True)
class Shown:
    """A slip that was made: its equations, the step in which it is made, and every step from there on."""

    slip: sim.Slip
    equations: list[Equation]
    pairs: list[Pair]
    states: list[str]
    later: list[Later]
    chart: Chart | None
    hides: bool  # nothing differs at the shown digits


@dataclass(frozen=True)
class WhatIf:
    choices: list[Choice]
    shown: Shown | None
    fault: str
    said: str


def what_if(example: Example, trace: sim.Trace) -> WhatIf:
    choices = _choices(example, trace.layer)
    if not example.slip or not any(example.slip in choice.slips for choice in choices):
        return WhatIf(choices, None, "", "")
    quantity, _, slip_id = example.slip.partition(".")
    slip = sim.slip_named(example.declared, quantity, slip_id)
    try:
        wrong = sim.evaluate_slip(slip, trace.layer, *inputs_of(example), step=_made_in(example))
    except sim.SimError as error:
        return WhatIf(choices, None, f"With this slip: {error.message} {error.hint}", error.message)
    assert isinstance(wrong, sim.Trace)
    shown = _shown(example, slip, trace, wrong)
    return WhatIf(choices, shown, "", _said(quantity, shown))


def _made_in(example: Example) -> int | None:
    return None if example.made == "always" else example.step


def _choices(example: Example, layer: sim.Layer) -> list[Choice]:
    """Every slip that these sizes allow: a transposed W, say, needs as many inputs as units."""
    found = []
    for quantity in example.declared.equations:
        slips = {
            f"{quantity}.{slip.id}": slip.title
            for slip in sim.slips_for(example.declared, quantity)
            if _fits(slip, layer)
        }
        if slips:
            found.append(Choice(quantity, name_of(quantity), slips))
    return found


def _fits(slip: sim.Slip, layer: sim.Layer) -> bool:
    try:
        slip.cell_for(layer)
    except sim.SimError:
        return False
    return True


def _shown(example: Example, slip: sim.Slip, right: sim.Trace, wrong: sim.Trace) -> Shown:
    at, unit = example.step, example.unit - 1
    states = list(reversed(right.states))
    first = 1 if example.made == "always" else at
    pairs = [_pair(name, right, wrong, at, unit) for name in example.declared.equations]
    later = [Later(t, [_pair(state, right, wrong, t, unit) for state in states]) for t in range(first, right.T + 1)]
    return Shown(
        slip=slip,
        equations=[_equation(example, name, right, wrong) for name in slip.changes],
        pairs=pairs,
        states=states,
        later=later,
        chart=_chart(example, right, wrong) if right.T > 1 else None,
        hides=not any(pair.differs for moment in [Later(at, pairs), *later] for pair in moment.pairs),
    )


def _pair(name: str, right: sim.Trace, wrong: sim.Trace, step: int, unit: int) -> Pair:
    """A quantity that the slip leaves out stands for itself."""
    there = float(right.at(name, step)[unit])
    return Pair(name, there, float(wrong.at(name, step)[unit]) if name in wrong else there)


def _equation(example: Example, name: str, right: sim.Trace, wrong: sim.Trace) -> Equation:
    true, slipped = (line(of, name, example.step, example) for of in (right, wrong))
    return Equation(true.formula, true.substituted, slipped.formula, slipped.substituted, slipped.words)


def _chart(example: Example, right: sim.Trace, wrong: sim.Trace) -> Chart:
    state = right.states[-1]
    series = [
        Series(state, unit_of(right, state, example.unit), title=f"{state}, done right"),
        Series("slip", unit_of(wrong, state, example.unit), "k-3", "cross", f"{state} with the slip"),
    ]
    said = " ".join(map(course_of, series))
    return chart("slip", f"{name_of(state).capitalize()}, right and with the slip", said, series, now=example.step)


def _said(quantity: str, shown: Shown) -> str:
    if shown.hides:
        return "These numbers hide the slip: nothing differs."
    pair = next(pair for pair in shown.pairs if pair.name == quantity)
    return f"{quantity.replace('_', ' ')} is {said([pair.right])}, with the slip {said([pair.wrong])}."
