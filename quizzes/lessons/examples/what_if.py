"""What would a slip have given? The catalogue that diagnoses exercises makes it on purpose, and both runs go on.

A slip of the way forward is followed into the later steps, one of the way back into the earlier ones; the loss of the
way back is the sum of the last hidden states.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString, mark_safe

import sim
from quizzes.lessons.examples.address import DECIMALS, Example
from quizzes.lessons.examples.chart import Chart, Series, chart, notes_on_closeness
from quizzes.lessons.examples.gradient import SHOWN, back_from_the_last, told_back
from quizzes.lessons.examples.over_time import course_of, unit_of
from quizzes.lessons.examples.quantities import name_of
from quizzes.lessons.examples.worked import Decimals, inputs_of, line, said
from quizzes.templatetags.study import number, q_tag

type Run = sim.Trace | sim.Gradients


@dataclass(frozen=True)
class Choice:
    """The slips that may be made in one quantity: value of the field → title."""

    name: str
    slips: dict[str, str]


@dataclass(frozen=True)
class Pair:
    """One number done right and with the slip."""

    name: str
    right: float
    wrong: float
    decimals: Decimals

    @property
    def label(self) -> SafeString:
        return label(self.name)

    @property
    def shown(self) -> list[str]:
        """Both as they are written: to so many decimals, or gradients to so many significant digits."""
        if isinstance(self.decimals, sim.Significant):
            return [self.decimals.digits(value) for value in (self.right, self.wrong)]
        return [number(value, self.decimals) for value in (self.right, self.wrong)]

    @property
    def difference(self) -> str:
        """Of the two as they are shown, so that it can be checked by eye."""
        if isinstance(self.decimals, sim.Significant):
            return self.decimals.difference(self.wrong, self.right)
        return number(round(self.wrong, self.decimals) - round(self.right, self.decimals), self.decimals)

    @property
    def differs(self) -> bool:
        right, wrong = self.shown
        return right != wrong


@dataclass(frozen=True)
class Moment:
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
    """A slip that was made: its equations, the step in which it is made, and every step that follows from it."""

    slip: sim.Slip
    equations: list[Equation]
    pairs: list[Pair]
    states: list[SafeString]
    later: list[Moment]
    chart: Chart | None
    hides: bool  # nothing differs at the shown digits


@dataclass(frozen=True)
class WhatIf:
    choices: list[Choice]
    shown: Shown | None
    fault: str
    said: str


def what_if(example: Example, trace: sim.Trace) -> WhatIf:
    choices = _choices(trace)
    if not any(example.slip in choice.slips for choice in choices):
        return WhatIf(choices, None, "", "No slip is chosen.")
    quantity, _, slip_id = example.slip.partition(".")
    slip = sim.slip_named(example.declared, quantity, slip_id)
    try:
        shown = _shown(example, slip, trace)
    except sim.SimError as error:
        return WhatIf(choices, None, f"With this slip: {error.message} {error.hint}", error.message)
    return WhatIf(choices, shown, "", _said(quantity, shown))


# --- the choice


def _choices(trace: sim.Trace) -> list[Choice]:
    """Every slip that these sizes allow, of the way forward and of the way back."""
    found = []
    for quantity, name in _quantities(trace.cell):
        slips = [slip for slip in sim.slips_for(trace.cell, quantity) if _fits(slip, trace.layer)]
        if slips:
            found.append(Choice(name, {f"{quantity}.{slip.id}": slip.title for slip in slips}))
    return found


def _quantities(cell: sim.Cell) -> Iterator[tuple[str, str]]:
    """Where a slip may be made, and what that is called in the list."""
    yield from ((name, f"{name}: {name_of(name)}") for name in cell.equations)
    yield from ((name, f"on the way back, δ{name[1:]}") for name in told_back(cell))


def _fits(slip: sim.Slip, layer: sim.Layer) -> bool:
    """Whether it can be made with these sizes: a transposed W, say, needs as many inputs as units."""
    try:
        slip.cell_for(layer)
    except sim.SimError:
        return False
    return True


# --- both runs


def _shown(example: Example, slip: sim.Slip, trace: sim.Trace) -> Shown:
    right, wrong = _runs(example, slip, trace)
    names = told_back(trace.cell) if slip.of_gradient else list(trace.cell.equations)
    states = [f"d{state}" if slip.of_gradient else state for state in reversed(trace.states)]
    decimals = SHOWN if slip.of_gradient else DECIMALS
    pairs = _pairs(names, right, wrong, example.step, example.unit, decimals)
    later = [
        Moment(t, _pairs(states, right, wrong, t, example.unit, decimals)) for t in _steps(example, slip.of_gradient)
    ]
    return Shown(
        slip=slip,
        equations=[_equation(example, name, right, wrong, decimals) for name in slip.changes],
        pairs=pairs,
        states=[label(state) for state in states],
        later=later,
        chart=_chart(example, states[0], right, wrong, decimals) if trace.T > 1 else None,
        hides=not any(pair.differs for moment in [Moment(0, pairs), *later] for pair in moment.pairs),
    )


def _runs(example: Example, slip: sim.Slip, trace: sim.Trace) -> tuple[Run, Run]:
    """Done right, and with the slip. Raises: SimError where the slip leads beyond what can be computed."""
    made_in = None if example.made == "always" else example.step
    loss = [1.0] * example.H if slip.of_gradient else None
    wrong = sim.evaluate_slip(slip, trace.layer, *inputs_of(example), step=made_in, dh_last=loss)
    return back_from_the_last(trace) if slip.of_gradient else trace, wrong


def _steps(example: Example, is_back: bool) -> range:
    """From the step of the slip on, in the direction of computing; all of them where it is made in every step."""
    if is_back:
        return range(example.T if example.made == "always" else example.step, 0, -1)
    return range(1 if example.made == "always" else example.step, example.T + 1)


def _pairs(names: list[str], right: Run, wrong: Run, step: int, unit: int, decimals: Decimals) -> list[Pair]:
    """A quantity that the slip leaves out stands for itself."""
    found = []
    for name in names:
        true = float(right.at(name, step)[unit - 1])
        slipped = float(wrong.at(name, step)[unit - 1]) if name in wrong else true
        found.append(Pair(name, true, slipped, decimals))
    return found


def _equation(example: Example, name: str, right: Run, wrong: Run, decimals: Decimals) -> Equation:
    true, slipped = (line(of, name, example.step, example, decimals) for of in (right, wrong))
    return Equation(true.formula, true.substituted, slipped.formula, slipped.substituted, slipped.words)


def _chart(example: Example, state: str, right: Run, wrong: Run, decimals: Decimals) -> Chart:
    """The carried state, or its gradient, both ways."""
    shown = state.replace("d", "δ")
    series = [
        Series(shown, unit_of(right, state, example.unit), f"q-{state[-1]}", "circle", f"{shown}, done right"),
        Series("slip", unit_of(wrong, state, example.unit), "k-3", "cross", f"{shown} with the slip"),
    ]
    title = f"{name_of(state[-1])}, right and with the slip"
    title = f"The gradient of the {title}" if state.startswith("d") else title.capitalize()
    said = " ".join(course_of(each, decimals) for each in series)
    drawn = chart("slip", title, said, series, now=example.step)
    return replace(drawn, notes=notes_on_closeness(drawn, *(each.values for each in series)))


def label(name: str) -> SafeString:
    """A quantity, or its gradient with a δ, in its hue."""
    if not name.startswith("d"):
        return q_tag(name)
    return mark_safe(str(q_tag(name[1:])).replace(">", ">δ", 1))  # noqa: S308 (q_tag has escaped it)


def _said(quantity: str, shown: Shown) -> str:
    if shown.hides:
        return "These numbers hide the slip: nothing differs."
    pair = next(pair for pair in shown.pairs if pair.name == quantity)
    name = quantity.replace("_", " ").replace("d", "the gradient of ", 1 if quantity.startswith("d") else 0)
    return f"{name} is {said([pair.right], pair.decimals)}, with the slip {said([pair.wrong], pair.decimals)}."
