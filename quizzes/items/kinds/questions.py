"""Questions without weights: a count, a shape, a product along a chain, an order of blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from html import escape
from typing import Any

import sim
from quizzes.items.kinds.base import NOTHING, CertifiedKind, Given, Had, Live, Tellable, Worked, named
from quizzes.items.marking import Own, Values
from quizzes.items.specification import Specification

Settings = Mapping[str, Any]

CHAINS = {question.asked: question for question in sim.plain_questions() if question.asked != "count"}


def _library(said: Specification) -> str:
    return "keras" if said.convention == "keras" else "pytorch"


def _count(said: Specification) -> sim.Question:
    return sim.count_question(said.cell.partition("_")[0], _library(said), **said.settings)


def _chain(said: Specification) -> sim.Question:
    return CHAINS[said.question]


BUILDERS: dict[str, Callable[[Specification], sim.Question]] = {
    "count": _count,
    "output_shape": lambda said: sim.output_question(_library(said), **said.settings),
    "last_state_shape": lambda said: sim.last_state_question(**said.settings),
    "order": lambda said: sim.order_question(said.cell, **said.settings),
    **dict.fromkeys(("factor", "retention", "total", "truncated", "clipped"), _chain),
}


def flags_of(said: Specification) -> Settings:
    """All that holds of the layer in question, also what is so by default and the specification leaves out."""
    flags: dict[str, Any] = {}
    if said.question in ("count", "last_state_shape"):
        flags = {"layers": 1}
    if said.question in ("count", "output_shape", "last_state_shape"):
        flags |= {"bidirectional": False}
    if said.question == "output_shape":
        flags |= {"return_sequences": True} if _library(said) == "keras" else {"batch_first": True}
    if (said.question, said.cell, _library(said)) == ("count", "gru", "keras"):
        flags |= {"reset_after": True}
    return flags | dict(said.settings)


GO_OVER = {
    "count": "Count once more: how many blocks, and in each the weights of x, the weights of h, and the biases.",
    "shape": "Go through it once more: which axes there are, in which order, and how long each of them is.",
    "stack": "Go through it once more, block by block: whose number belongs in which place.",
}


def question_of(specification: Specification) -> sim.Question:
    """Raises sim.SimError for settings that mean nothing."""
    try:
        return BUILDERS[specification.question](specification)
    except TypeError as error:
        raise sim.SimError(f"“settings” do not fit the question: {error}.") from error


class QuestionKind(CertifiedKind):
    """One question, asked by its own name: "count", "shape", "retention"."""

    @cached_property
    def question(self) -> sim.Question:
        return question_of(self.specification)

    @property
    def form(self) -> str:  # type: ignore[override]
        return self.question.asked if self.question.asked in ("shape", "count") else "numbers"

    @cached_property
    def exercise(self) -> sim.QuestionExercise:  # type: ignore[override]
        said, asked = self.specification, self.question.asked
        return sim.QuestionExercise(
            stream=self.stream,
            question=self.question,
            ranges=said.drawn_from(),
            T=said.T,
            claims=tuple(said.claims.get(asked, ())),
            must_show=tuple(said.must_show.get(asked, ())),
            decimals=said.decimals,
            small=said.small,
        )

    @property
    def is_whole(self) -> bool:
        """Whether the answer is a count or a shape."""
        return self.exercise.is_whole

    @property
    def note(self) -> str:
        """Nothing: it would be the answer's formula."""
        return ""

    @property
    def also_given(self) -> dict[str, Any]:
        flags = flags_of(self.specification).items()
        return {"question": self.question.title} | {
            name: int(value) if isinstance(value, bool) else value for name, value in flags
        }

    @property
    def space(self) -> int | None:
        return self.exercise.space if self.specification.small else None

    @property
    def tolerance(self) -> float:
        return 0 if self.is_whole else self.specification.tolerance

    @property
    def unit(self) -> float:
        return 1 if self.is_whole else self.specification.unit

    def check(self) -> None:
        if self.specification.asked != self.exercise.asked:
            raise sim.SimError(f"“asked” needs to be {self.question.asked}, for that is the question.")
        blocks = self.question.formula.count(",") + 1
        if self.question.asked == "stack" and blocks != self.specification.T:
            raise sim.SimError(f"“T” is {self.specification.T}, needs {blocks}: one number a block.")
        super().check()

    def shape(self, name: str) -> tuple[int, ...]:
        if self.form == "shape":
            return ()
        return (self.specification.T,) if self.question.asked in ("clipped", "stack") else (1,)

    def working(self, given: Given, live: Live = NOTHING, exact: Live = NOTHING) -> QuestionWorking:
        return QuestionWorking(self.question, self.specification, given, live, self.is_whole)

    def worked(self, given: Given, exact: Mapping[str, Any]) -> list[Worked]:
        question = self.question
        values = [int(each) if self.is_whole else each for each in exact[question.asked]]
        put_in = f"{self._put_in(given)} = {_shown(values)}"
        words = f"{question.title}: {question.formula}."
        return [Worked(question.asked, question.formula, values, True, (put_in,), "", words)]

    def hint(self, name: str, number: int, given: Given) -> str:
        formula = self.question.formula
        said = f"What is asked: {self.question.title}."
        return (said, f"`{formula}`", f"`{self._put_in(given)}`", self._expected(given))[number - 1]

    def _put_in(self, given: Given) -> str:
        """The formula with the numbers given in it."""
        if self.is_whole:
            return with_numbers(self.question.formula, given)
        if self.question.asked == "stack":
            (as_it_was,) = self.question.slips
            return _blocks(as_it_was.formula, self.question.formula, given["stack"])
        return PUT_IN[self.question.asked](given)

    def _expected(self, given: Given) -> str:
        if self.form == "shape":
            return f"{self.question.formula.count(',') + 1} whole numbers, in this order: {self.question.formula}."
        if self.is_whole:
            answer = self.question.answer(**{name: given[name] for name in self.question.givens})
            return f"A whole number with {len(str(answer))} digits."
        return "Compare its size with the largest and the smallest of the numbers given."


class QuestionWorking(Tellable):
    """One variant of a question. It has no earlier numbers of the learner's."""

    def __init__(
        self, question: sim.Question, specification: Specification, given: Given, live: Live, is_whole: bool
    ) -> None:
        self.question, self.specification, self.given, self.live = question, specification, given, live
        self.is_whole = is_whole

    @property
    def note(self) -> str:
        library, formula = self.specification.convention_name, self.question.formula
        if not library:
            return f"Here: {formula}."
        return f"{library}'s order: {formula}." if self.question.asked == "stack" else f"{library} counts: {formula}."

    @property
    def noun(self) -> str:  # type: ignore[override]
        return "shape" if self.question.asked == "shape" else "number"

    @property
    def go_over(self) -> str:  # type: ignore[override]
        return GO_OVER.get(self.question.asked, super().go_over)

    def elsewhere(self, values: Values) -> str:
        """ "It would be right with batch_first=True": what one switch of the layer, turned over, makes of it."""
        for name, value in flags_of(self.specification).items():
            if isinstance(value, bool) and values == self._with_switch(name, not value):
                return f"It would be right with {name}={not value}, and here {name}={value}."
        return ""

    def _with_switch(self, name: str, value: bool) -> Values | None:
        said = self.specification
        try:
            other = question_of(replace(said, settings={**said.settings, name: value}))
        except sim.SimError:
            return None  # PyTorch has no return_sequences
        if not self.given.keys() >= {*other.givens}:
            return None
        return _values(other.answer(**{given: self.given[given] for given in other.givens}))

    def slips(self, name: str, own: Own) -> Iterator[tuple[str, Values]]:
        return self._of(self._named(name))

    def others(self, name: str, own: Own) -> Iterator[tuple[str, Values]]:
        given, may_be_named = self.given.keys(), self._named(name)
        possible = [slip.id for slip in self.question.slips if given >= {*slip.givens}]  # T may be told, or not
        return self._of([slip for slip in possible if slip not in may_be_named])

    def alike(self, name: str, own: Own) -> Iterator[Values]:
        may_be_named = self._named(name)
        dead = [slip for slip in self.specification.claimed(name) if slip not in may_be_named]
        return (values for _, values in self._of(dead))

    def _named(self, name: str) -> list[str]:
        return named(self.live, name, self.question.slips)

    def _of(self, slips: Sequence[str]) -> Iterator[tuple[str, Values]]:
        for slip in slips:
            yield slip, _values(self.wrong(slip))

    def wrong(self, slip: str) -> Any:
        each = self.question.slip(slip)
        return each.answer(**{name: self.given[name] for name in each.givens})

    def early(self, name: str, own: Own) -> Iterator[Values]:
        if not self.is_whole:
            full = _values(self.question.answer(**{name: self.given[name] for name in self.question.givens}))
            yield from sim.rounded_early(full, self.specification.decimals)

    def slip(self, name: str, slip: str) -> sim.PlainSlip:
        return self.question.slip(slip)

    def line(self, name: str, own: Own, slip: sim.PlainSlip, had: Had) -> dict[str, Any]:
        values = _values(self.wrong(slip.id))
        decimals = None if self.is_whole else self.specification.decimals
        put_in = _shown([round(each, decimals) + 0 for each in values])  # + 0: no minus before a zero
        return {"text": slip.formula, "formula": escape(slip.formula), "put_in": [put_in]}


def with_numbers(formula: str, given: Given) -> str:
    """A formula of sizes with the sizes put in: "4·(H·D + H·H)" → "4·(8·3 + 8·8)"."""
    sizes = {name: str(value) for name, value in given.items() if name.isupper()}
    return "".join(sizes.get(sign, sign) for sign in formula)


def _factor(given: Given) -> str:
    w = _written(given["w"])
    return " · ".join(f"{w}·(1 − {_written(h)}²)" for h in given["h"])


def _clipped(given: Given) -> str:
    gradient = given["gradient"]
    squares = " + ".join(f"{_written(each)}²" for each in gradient)
    return f"{_shown(gradient)} · {_written(given['threshold'])} / √({squares})"


def _blocks(before: str, after: str, stack: Sequence[float]) -> str:
    """Each number with the name of its block, and the order in which they are wanted."""
    named = zip(before.split(", "), stack, strict=True)
    return f"{', '.join(f'{name} {_shown([number])}' for name, number in named)}, in the order {after}"


PUT_IN: dict[str, Callable[[Given], str]] = {
    "factor": _factor,
    "retention": lambda given: " · ".join(map(_written, given["f"])),
    "total": lambda given: " + ".join(map(_written, given["parts"])),
    "truncated": lambda given: " + ".join(map(_written, given["parts"][: int(given["W"])])),
    "clipped": _clipped,
}


def _written(value: float) -> str:
    """A number within a formula: a negative one in brackets."""
    return f"{value}" if value >= 0 else f"(−{-value})"


def _shown(values: Sequence[float]) -> str:
    written = [f"{value}".replace("-", "−") for value in values]
    return written[0] if len(written) == 1 else f"({', '.join(written)})"


def _values(answer: Any) -> Values:
    entries = answer if isinstance(answer, tuple) else getattr(answer, "tolist", lambda: answer)()
    return tuple(float(each) for each in (entries if isinstance(entries, tuple | list) else [entries]))
