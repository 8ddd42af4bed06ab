"""The kinds of exercises. `kind_of(specification, stream)` is the one way in."""

from __future__ import annotations

from collections.abc import Callable

from quizzes.items.kinds.base import Kind
from quizzes.items.kinds.directions import DirectionKind
from quizzes.items.kinds.errors import ErrorKind
from quizzes.items.kinds.formulas import FormulaKind
from quizzes.items.kinds.questions import QuestionKind
from quizzes.items.kinds.steps import StepsKind
from quizzes.items.specification import Specification

BY_FORMAT: dict[str, Callable[[Specification, str], Kind]] = {
    "fill_all": StepsKind,
    "fill_one": StepsKind,
    "pick_formula": FormulaKind,
    "find_error": ErrorKind,
    "predict": DirectionKind,
}


def kind_of(specification: Specification, stream: str = "trial") -> Kind:
    """What the specification is understood as. `stream` makes the draws this version's own."""
    if specification.question:
        return QuestionKind(specification, stream)
    return BY_FORMAT[specification.format](specification, stream)
