"""The slips that need no layer, by their id in the catalogue."""

from __future__ import annotations

from functools import cache
from typing import Any

from sim.checks import LONGEST, of_kind
from sim.errors import UnknownName
from sim.plain.chains import CHAINS
from sim.plain.counting import WIDTH, count_question, last_state_question, output_question
from sim.plain.questions import PlainSlip, Question


@cache
def plain_questions() -> tuple[Question, ...]:
    """The questions that the catalogue's rows are about, each id first where the row's own number stands."""
    return (
        count_question("lstm", "keras"),
        count_question("lstm", "pytorch"),
        count_question("gru", "keras", reset_after=False),
        count_question("gru", "keras"),
        count_question("lstm", "pytorch", layers=2),
        WIDTH,
        output_question("keras"),
        last_state_question(),
        *CHAINS,
    )


@cache
def _by_id() -> dict[str, PlainSlip]:
    found = {"P01": count_question("lstm", "pytorch").slip("P01")}  # the row's number is the one for PyTorch
    for question in plain_questions():
        for slip in question.slips:
            found.setdefault(slip.id, slip)
    return found


def plain_slip(slip_id: str) -> PlainSlip:
    """The slip of that id. Raises: UnknownName, listing those there are."""
    of_kind("slip_id", slip_id, str, "an id such as P02")
    if slip_id not in _by_id():
        raise UnknownName(
            f"There is no slip {slip_id[:LONGEST]} without a layer.", f"There are: {', '.join(_by_id())}."
        )
    return _by_id()[slip_id]


def evaluate_plain_slip(slip_id: str, **givens: Any) -> Any:
    """The wrong number of a slip in counting or along a chain: `evaluate_plain_slip("P02", D=3, H=8)` is 128.

    Counting takes D, H and T; a chain w and h, or f; a shared weight its `parts`, the latest first.
    Raises: SimError for givens that are missing or no numbers.
    """
    return plain_slip(slip_id).answer(**givens)
