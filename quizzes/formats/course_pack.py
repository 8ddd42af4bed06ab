"""A course pack: what its files hold, as dataclasses. The schema is told in quizzes/content/README.md.

Each row remembers where it stands (`where`), and has a `digest` of its own text by which a reload sees what changed.
"""

import hashlib
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from typing import Any

from quizzes.formats.fields import Where

DEPTHS = ("basic", "standard", "detailed")
MNEMONIC_KINDS = ("rhyme", "story", "gem", "acronym", "picture")
MISCONCEPTION_KINDS = ("gates", "cell", "gru", "counting", "gradients", "concepts")
FEEDBACK = ("at_once", "at_end")
CELLS = ("rnn", "lstm", "lstm_peephole", "lstm_coupled", "lstm_1997", "gru")
CONVENTIONS = ("pytorch", "keras", "cho2014", "chung2014", "gamma", "onnx", "none")
FORMATS = ("fill_all", "fill_one", "pick_formula", "find_error", "predict")
RANGES = ("x", "h0", "c0", "W", "U", "b", "p", "dh", "dh_last", "dc_last")


@dataclass(frozen=True)
class Asks:
    """What an exercise without weights asks, what it is given, and what its settings may say."""

    name: str
    given: tuple[str, ...]
    settings: tuple[str, ...] = ()


QUESTIONS = {
    "count": Asks("count", ("D", "H", "T"), ("layers", "bidirectional", "reset_after")),
    "output_shape": Asks("shape", ("N", "T", "H"), ("bidirectional", "batch_first", "return_sequences")),
    "last_state_shape": Asks("shape", ("N", "H"), ("layers", "bidirectional")),
    "order": Asks("stack", ("stack",), ("from_library", "to_library")),
    "factor": Asks("factor", ("w", "h")),
    "retention": Asks("retention", ("f",)),
    "total": Asks("total", ("parts",)),
    "truncated": Asks("truncated", ("parts", "W")),
    "clipped": Asks("clipped", ("gradient", "threshold")),
}
SETTINGS = {"predict": ("raised", "facts")}  # of a format; those of a question stand with it
LIBRARIES = ("pytorch", "keras", "onnx")


def _digest(value: object) -> str:
    return hashlib.sha256(repr(_plain(value)).encode()).hexdigest()


def _plain(value: object) -> object:
    """A dataclass as nested tuples, without the places its rows stand at: moving a row changes nothing."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in fields(value) if each.name != "where"]
        return tuple((name, _plain(getattr(value, name))) for name in names)
    if isinstance(value, tuple | list):
        return tuple(_plain(each) for each in value)
    if isinstance(value, dict):
        return tuple((name, _plain(each)) for name, each in sorted(value.items()))
    return value


@dataclass(frozen=True)
class Row:
    """What has a stable id in the pack."""

    id: str
    where: Where = field(repr=False, compare=False)

    @cached_property
    def digest(self) -> str:
        return _digest(self)


@dataclass(frozen=True)
class Source(Row):
    authors: str
    year: int | None
    title: str
    venue: str
    url: str

    @property
    def label(self) -> str:
        return f"{self.authors} {self.year or ''}".strip()


@dataclass(frozen=True)
class Component(Row):
    title: str
    prerequisites: tuple[str, ...]


@dataclass(frozen=True)
class Misconception(Row):
    kind: str
    title: str
    evaluates: str
    correction: str
    seen_in: str


@dataclass(frozen=True)
class Term(Row):
    term: str
    letter: str
    definition: str
    note: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Mnemonic(Row):
    kind: str
    title: str
    text: str
    meaning: str
    components: tuple[str, ...]


@dataclass(frozen=True)
class Option:
    text: str
    misconception: str  # empty: this is the right one

    @property
    def is_right(self) -> bool:
        return not self.misconception


@dataclass(frozen=True)
class Question(Row):
    stem: str
    options: tuple[Option, ...]
    explanation: str
    components: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def right(self) -> Option:
        return next(option for option in self.options if option.is_right)


@dataclass(frozen=True)
class Quiz(Row):
    title: str
    intro: str
    minutes: int
    feedback: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Generator(Row):
    title: str
    summary: str
    level: int
    components: tuple[str, ...]
    specification: dict[str, Any]


@dataclass(frozen=True)
class Section:
    depth: str
    anchor: str
    title: str
    text: str
    sources: tuple[str, ...]
    where: Where = field(repr=False, compare=False)


@dataclass(frozen=True)
class Bet:
    anchor: str
    prompt: str
    answer: float
    tolerance: float
    reveal: str
    where: Where = field(repr=False, compare=False)


@dataclass(frozen=True)
class Line:
    speaker: str
    text: str
    where: Where = field(repr=False, compare=False)


@dataclass(frozen=True)
class Lesson(Row):
    title: str
    summary: str
    minutes: int
    components: tuple[str, ...]
    generators: tuple[str, ...]
    quizzes: tuple[str, ...]
    sections: tuple[Section, ...]
    bets: tuple[Bet, ...]
    dialogue: tuple[Line, ...]

    def sections_at(self, depth: str) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if section.depth == depth)


@dataclass(frozen=True)
class Erratum:
    number: int
    page: str
    claim: str
    correction: str
    severity: str
    covered_by: tuple[str, ...]
    where: Where = field(repr=False, compare=False)

    @property
    def digest(self) -> str:
        return _digest(self)


@dataclass(frozen=True)
class CoursePack:
    id: str
    title: str
    summary: str
    sources: tuple[Source, ...] = ()
    components: tuple[Component, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    terms: tuple[Term, ...] = ()
    mnemonics: tuple[Mnemonic, ...] = ()
    questions: tuple[Question, ...] = ()
    quizzes: tuple[Quiz, ...] = ()
    generators: tuple[Generator, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    errata: tuple[Erratum, ...] = ()

    @cached_property
    def labels(self) -> dict[str, str]:
        """How each source is named in the text."""
        return {source.id: source.label for source in self.sources}
