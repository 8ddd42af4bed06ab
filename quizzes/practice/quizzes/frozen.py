"""The words of a question made from one variant: what is given, one quantity asked, its slips as wrong options."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import sim
from quizzes.errors import Refused
from quizzes.items.kinds.base import Kind, Tellable, Worked, numbers
from quizzes.items.kinds.choices import OPTIONS, shuffled
from quizzes.items.kinds.formulas import FormulaKind
from quizzes.items.kinds.questions import QuestionKind
from quizzes.items.kinds.working import half_up
from quizzes.items.marking import Values, catalogue_id
from quizzes.items.quantities import letter, spoken
from quizzes.items.questions import Choice, Wording
from quizzes.items.specification import quantity, step_number
from quizzes.lessons.examples.quantities import gate_of
from quizzes.practice.exercises.given import question_rows
from quizzes.practice.quizzes.markdown import breakable, listed, plain

MOST_WRONG = 5
FEWEST_WRONG = 2
NAME = re.compile(r"\w+")
STATES, LOSS = "inputs and states", "from the loss"
BEFORE = {"h0": r"h_{\text{prev}}", "c0": r"c_{\text{prev}}"}


def frozen_wording(kind: Kind, certificate: sim.Certificate, name: str, known: Collection[str]) -> Wording:
    """The question. `known` are the catalogue's ids: a slip without a row there can't be an option.

    Raises Refused for numbers that were refused, for an exercise whose wrong answers show no slip, and where fewer than
    two slips can be named.
    """
    _check(kind, certificate, name)
    wording = formula_wording if isinstance(kind, FormulaKind) else number_wording
    return wording(kind, certificate, name, known)  # type: ignore[arg-type]


def can_be_frozen(kind: Kind) -> bool:
    """Whether a wrong answer shows a slip. Another step or direction than the right one may be a mere guess."""
    return kind.form != "option" or isinstance(kind, FormulaKind)


def _check(kind: Kind, certificate: sim.Certificate, name: str) -> None:
    if not can_be_frozen(kind):
        said = "Its wrong answers show no misconception, and every wrong option of a question has one."
        raise Refused("no_slips", f"This exercise can't be frozen. {said}", "Take one that names slips.")
    if name not in kind.asked:
        raise Refused("unknown_quantity", f"{name} is not asked here.", f"Asked are: {', '.join(kind.asked)}.")
    if certificate.reasons:
        reasons = "; ".join(certificate.reasons)
        raise Refused("candidate_refused", f"Seed {certificate.seed} was refused: {reasons}.", "Take another seed.")


def _enough(wrong: Collection[str], certificate: sim.Certificate, name: str) -> None:
    if len(wrong) < FEWEST_WRONG:
        raise Refused(
            "too_few_slips",
            f"With seed {certificate.seed} fewer than two slips can be told apart in {letter(name)}.",
            "Take another seed, or another quantity.",
        )


# --- one chooses among formulas already


def formula_wording(kind: FormulaKind, certificate: sim.Certificate, name: str, known: Collection[str]) -> Wording:
    """The variant's own options in their own order; each wrong one is its slip's formula."""
    ids, (right,) = [each["id"] for each in certificate.given[OPTIONS][name]], certificate.exact[name]
    wrong = iter(certificate.live[name])
    slips = ["" if each == right else next(wrong) for each in ids]
    texts = {slip: breakable(kind.latex(name, slip)) for slip in slips if not slip or catalogue_id(slip) in known}
    _enough([slip for slip in texts if slip], certificate, name)
    choices = tuple(Choice(text, catalogue_id(slip)) for slip, text in texts.items())
    told = [f"{text}: {plain(sim.slip_named(kind.cell, name, slip).title)}." for slip, text in texts.items() if slip]
    why = f"{listed([texts['']])}\n\nThe other formulas come from slips:\n\n{listed(told)}"
    return Wording(f"{_cell(kind.cell)} Which formula gives {_asked(kind, name)}?", choices, why)


def _cell(cell: sim.Cell) -> str:
    return f"{cell.title}: {plain(cell.note)}"


def _asked(kind: Kind, name: str) -> str:
    """ "the cell state, $c$"; its step where there are several."""
    asked = spoken(name if kind.specification.T > 1 else quantity(name))
    return f"the {asked}, ${sim.latex(kind.specification.declared(), quantity(name)).partition(' = ')[0]}$"


# --- one computes a number


def number_wording(kind: Kind, certificate: sim.Certificate, name: str, known: Collection[str]) -> Wording:
    """The right value among those that slips give, in an order that hangs on the seed."""
    working = kind.working(certificate.given, certificate.live, certificate.exact)
    right = written(kind, numbers(certificate.exact[name]))
    wrong = _wrong(kind, working, name, right, known)
    _enough(wrong, certificate, name)
    choices = [Choice(right), *(Choice(text, catalogue_id(slip)) for text, slip in wrong.items())]
    order = shuffled(kind.stream, certificate.seed, choices, name)
    told = [f"{text}: {plain(working.slip(name, slip).title)}." for text, slip in wrong.items()]
    return Wording(stem(kind, certificate, name), tuple(order), explanation(kind, certificate, name, told))


def _wrong(kind: Kind, working: Tellable, name: str, right: str, known: Collection[str]) -> dict[str, str]:
    """Up to five wrong answers as written, each with its slip; other conventions come last, for they are no slips."""
    found = sorted(working.slips(name, {}), key=lambda pair: working.slip(name, pair[0]).convention)
    texts: dict[str, str] = {}
    for slip, values in found:
        text = written(kind, values)
        if catalogue_id(slip) in known and text != right:
            texts.setdefault(text, slip)
    return dict(list(texts.items())[:MOST_WRONG])


def written(kind: Kind, values: Values) -> str:
    """An answer as an option reads: −0.3799, (0.4013, 0.5000), 224, (32, 6, 8)."""
    decimals = 0 if kind.unit == 1 else kind.specification.decimals
    entries = [f"{half_up(value, decimals) + 0.0:.{decimals}f}".replace("-", "−") for value in values]
    return entries[0] if len(entries) == 1 else f"({', '.join(entries)})"


# --- what is given, and what is asked


def stem(kind: Kind, certificate: sim.Certificate, name: str) -> str:
    said = kind.specification
    if isinstance(kind, QuestionKind):
        rows = [plain(f"{meaning}: {value}") for meaning, value in question_rows(said, certificate.given)]
        return f"{_layer(kind)}Given are\n\n{listed(rows)}\n\nWhat is {_title(kind)}?{_precision(kind)}"
    cell = said.declared()
    rows = list(_given(kind, cell, certificate.given, name))
    return f"{_cell(cell)} Given are\n\n{listed(rows)}\n\nWhat is {_asked(kind, name)}?{_precision(kind)}"


def _layer(kind: QuestionKind) -> str:
    """What is counted, where something is: "LSTM in PyTorch. "."""
    said = kind.specification
    library = f" in {said.convention_name}" if said.convention_name else ""
    return f"{said.cell.partition('_')[0].upper()}{library}. " if kind.exercise.is_whole else ""


def _title(kind: QuestionKind) -> str:
    return plain(kind.question.title) if kind.form == "shape" else f"the {spoken(kind.question.asked)}"


def _precision(kind: Kind) -> str:
    rounded = "The answer" if isinstance(kind, QuestionKind) else "Every named value"
    return "" if kind.unit == 1 else f" {rounded} is rounded to {kind.specification.decimals} decimals."


def _given(kind: Kind, cell: sim.Cell, given: Mapping[str, Any], name: str) -> Iterator[str]:
    """Inputs and states in one line, what the loss gives in one, then one for each block of weights that is needed."""
    groups: dict[str, list[str]] = {}
    for each in _needed(kind, cell, given, name):
        groups.setdefault(_group(cell, each), []).append(_equation(kind, each, given[each]))
    for group in sorted(groups, key=[STATES, LOSS, *groups].index):
        yield (f"{LOSS}: " if group == LOSS else "") + ", ".join(groups[group])


def _group(cell: sim.Cell, name: str) -> str:
    if name not in cell.parameters:
        return LOSS if name[0] == "d" else STATES
    return gate_of(name)


def _needed(kind: Kind, cell: sim.Cell, given: Mapping[str, Any], name: str) -> list[str]:
    """What the asked quantity depends on; over several steps, and on the way back, that is everything."""
    if kind.specification.T > 1 or quantity(name) not in cell.equations:
        return [each for each in given if each in cell.parameters or each[0] in "xhcd"]
    read = {token for each in _closure(cell, quantity(name)) for token in NAME.findall(sim.text(cell, each))}
    starts = {f"{state}0" for state in cell.states if f"{state}_prev" in read}
    return [each for each in given if each in read or each in starts]


def _closure(cell: sim.Cell, name: str) -> set[str]:
    """The quantity and all it is computed from."""
    return {name}.union(*(_closure(cell, read) for read in cell.reads(name) if read in cell.equations))


def _equation(kind: Kind, name: str, value: Any) -> str:
    steps = kind.specification.T
    if name in ("x", "dh") and steps > 1:
        return ", ".join(f"${_symbol_given(name)}_{step} = {_latex(each)}$" for step, each in enumerate(value, start=1))
    before = BEFORE.get(name) if steps == 1 else None
    return f"${before or _symbol_given(name)} = {_latex(value[0] if name in ('x', 'dh') else value)}$"


def _symbol_given(name: str) -> str:
    """ "W_f" → W_f, "b_hn" → b_{hn} upright, "dc_last" → δc_last."""
    stem, _, below = name.partition("_")
    if stem in ("h0", "c0"):
        return f"{stem[0]}_0"
    head = rf"\delta {stem[1:]}" if stem[0] == "d" else stem
    return head + (f"_{below}" if len(below) == 1 else rf"_{{\text{{{below}}}}}" if below else "")


def _latex(value: Any) -> str:
    """A number, or a column or matrix of numbers."""
    rows = value if isinstance(value, list) else [value]
    if len(numbers(rows)) == 1:
        return _number(numbers(rows)[0])
    lines = [" & ".join(map(_number, row if isinstance(row, list) else [row])) for row in rows]
    return rf"\begin{{pmatrix}} {r' \\ '.join(lines)} \end{{pmatrix}}"


def _number(value: float) -> str:
    return f"{Decimal(repr(value)).normalize() + 0:f}"


# --- why


def explanation(kind: Kind, certificate: sim.Certificate, name: str, told: Sequence[str]) -> str:
    """The way to the right value with the numbers put in, then what each wrong one comes from."""
    lines = [_worked(kind, line) for line in _way(kind, certificate, name)]
    return f"{listed(lines)}\n\nThe other numbers come from slips:\n\n{listed(told)}"


def _way(kind: Kind, certificate: sim.Certificate, name: str) -> list[Worked]:
    """The lines of the step that lead to it, the asked one last."""
    lines = kind.worked(certificate.given, certificate.exact)
    if isinstance(kind, QuestionKind) or quantity(name) not in kind.specification.declared().equations:
        return [line for line in lines if line.name == name]
    wanted = _closure(kind.specification.declared(), quantity(name))
    return [line for line in lines if quantity(line.name) in wanted and step_number(line.name) == step_number(name)]


def _worked(kind: Kind, line: Worked) -> str:
    put_in = "; ".join(plain(each) for each in line.put_in)
    if isinstance(kind, QuestionKind):
        formula = plain(line.formula)
        return put_in if put_in.startswith(formula) else f"{formula}: {put_in}"
    return f"{breakable(sim.latex(kind.specification.declared(), quantity(line.name)))}: {put_in}"
