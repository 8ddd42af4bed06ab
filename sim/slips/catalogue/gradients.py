"""Slips of the backward pass: B08 … B18 and B23, as wrong equations of the gradients."""

from __future__ import annotations

from collections.abc import Iterator

from sim.language.declarations import Cell
from sim.language.expressions import Expr, name, number, parse, sum_of, terms
from sim.slips.catalogue.gates import blocks
from sim.slips.catalogue.rows import Row, renamed

# id: title, correction, source
SAID = {
    "B07": (
        "the gate's derivative is used on the cell path",
        "The direct cell path carries f, not its slope.",
        "Cross Validated thread on how the LSTM prevents vanishing gradients",
    ),
    "B08": (
        "what comes back from the next step is forgotten",
        "Two paths reach c: through h, and through the next c.",
        "LSTM backpropagation notes that warn of missed paths",
    ),
    "B09": (
        "the slope of tanh is forgotten in the read-out",
        "Multiply by 1 − tanh²(c).",
        "LSTM backpropagation notes that warn of missed paths",
    ),
    "B10": ("1 − c² is used instead of 1 − tanh²(c)", "Use the squashed value.", "derivations in course notes"),
    "B11": (
        "the gate is used as its own partner",
        "The partner of i is g, that of f is the old c, that of o is tanh(c).",
        "LSTM backpropagation notes that warn of missed paths",
    ),
    "B12": ("the new c stands where the old belongs", "f multiplied the old cell.", "cuTAGI issue 77"),
    "B13": (
        "σ′ is applied to a value already squashed",
        "If y is σ(a), its slope is y(1 − y).",
        "derivations in course notes",
    ),
    "B14": (
        "a tanh is differentiated as if it were σ",
        "The slope of tanh is 1 − y², not y(1 − y).",
        "derivations in course notes",
    ),
    "B15": (
        "the output gate's gradient is taken from that of c",
        "o is reached from h only.",
        "LSTM backpropagation notes that warn of missed paths",
    ),
    "B16": (
        "the input weights pass the gradient back in time",
        "Backwards through time use U, transposed.",
        "Data Science thread 19614",
    ),
    "B17": (
        "only one gate passes its gradient back",
        "All blocks read the old h; add what each passes back.",
        "LSTM backpropagation notes that warn of doubled paths",
    ),
    "B18": (
        "∂c/∂c_prev is taken to be f exactly",
        "f is the direct path; the gates also depend on the old c, through the old h.",
        "Cross Validated thread on the derivative and the forget gate; the algorithm of 1997 cut these paths",
    ),
    "B23": (
        "the recurrent matrix is not transposed",
        "Going back uses U transposed; check a 2 × 2 case by a small difference.",
        "readers of Pascanu et al. 2013, equation 5",
    ),
}


def rows(cell: Cell) -> Iterator[Row]:
    for block in blocks(cell):
        da, d, y = f"d{block.a}", f"d{block.out}", block.out
        if block.squash == "sigmoid":
            yield _row("B13", da, **{da: f"{d} * (sigmoid({y}) * (1 - sigmoid({y})))"})
        if block.squash == "tanh":
            yield _row("B14", da, **{da: f"{d} * ({y} * (1 - {y}))"})
    if "tanh_c" in cell.equations:
        yield from _of_a_cell_state(cell)
    if "h" in cell.states:
        yield from _passed_back(cell)


def _of_a_cell_state(cell: Cell) -> Iterator[Row]:
    read_out, *others = terms(cell.gradients["dc"])
    coming = name("dc_back")
    yield _row("B08", "dc", dc=sum_of([read_out, *(term for term in others if term != coming)]))
    yield _row("B09", "dc", dc=sum_of([name("dtanh_c"), *others]))
    yield _row("B10", "dc", dc=sum_of([parse("dtanh_c * (1 - c * c)"), *others]))
    gates = {block.out: block.a for block in blocks(cell) if block.squash == "sigmoid"}
    for gate, d in {"i": "dc", "f": "dc", "o": "dh"}.items():
        if gate in gates:
            da = f"d{gates[gate]}"
            yield _row("B11", da, **{da: f"{d} * {gate} * ({gate} * (1 - {gate}))"})
    if "f" in gates:
        yield _row("B12", "da_f", da_f="dc * c * (f * (1 - f))")
        yield _row("B07", "dc_prev", dc_prev="dc * (f * (1 - f))")
    yield _row("B15", "da_o", da_o="dc * tanh_c * (o * (1 - o))")
    yield _row("B18", "dc", dh_prev=Expr("*", (number(0), name("h_prev"))))


def _passed_back(cell: Cell) -> Iterator[Row]:
    formula = cell.gradients["dh_prev"]
    to_inputs = {leaf: "W" + leaf[1:] for leaf in cell.parameters if leaf[0] == "U"}
    yield _row("B16", "dh_prev", dh_prev=renamed(formula, to_inputs))
    yield _row("B23", "dh_prev", dh_prev=_untransposed(formula))
    through_gates = [term for term in terms(formula) if term.op == "@"]
    if len(through_gates) > 1:
        through_f = next((term for term in through_gates if term.args[1] == name("da_f")), through_gates[0])
        yield _row("B17", "dh_prev", dh_prev=through_f)


def _untransposed(formula: Expr) -> Expr:
    if formula.op == "T":
        return formula.args[0]
    return Expr(formula.op, tuple(map(_untransposed, formula.args)), formula.label)


def _row(key: str, asked: str, **changes: str | Expr) -> Row:
    read = {left: parse(right) if isinstance(right, str) else right for left, right in changes.items()}
    return Row(key, asked, read, *SAID[key])
