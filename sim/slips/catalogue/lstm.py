"""Slips of a cell with a cell state: swapped and misread gates, the state, the read-out: F01 … F03, F20, F25, C."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.language.declarations import Cell
from sim.language.expressions import Expr, number, parse, substitute
from sim.slips.catalogue.gates import blocks
from sim.slips.catalogue.rows import Row, first_that_fits, renamed

WRONG_SLICE = (
    "blocks are read in another library's order",
    "State the order of the blocks with the weights, and convert by name, never by position.",
    "CrispASR pull request 106; coremltools pull request 93; keras issue 3088",
)
# the block order i, o, f, c read as i, f, g, o: f gets the weights of o, g those of f, o those of g
SLICES = {"f": "o", "g": "f", "o": "g"}

# id, asked, wrong right-hand side (with and without a forget gate), title, correction, source
LINES: list[tuple[str, str, tuple[str, ...], str, str, str]] = [
    ("F01", "c", ("switch(f) * c_prev + switch(i) * g", "c_prev + switch(i) * g"), "the gates are read as switches",
     "A sigmoid gate is a fraction strictly between 0 and 1, one for each unit.", "source page 000"),
    ("F02", "c", ("(1 - f) * c_prev + i * g",), "f is read as the share forgotten",
     "f is the share kept: 1 keeps, 0 erases.", "threads asking for a remember gate"),
    ("F03", "c", ("i * c_prev + f * g",), "i and f are swapped",
     "f goes with the old cell, i with the candidate.", "keras issue 3088; coremltools pull request 93"),
    ("C01", "c", ("f * c_prev + g", "c_prev + g"), "the candidate is added without its gate",
     "Scale the candidate by i first.", "summaries that know three gates only"),
    ("C02", "c", ("f * (c_prev + i * g)",), "f multiplies the whole sum",
     "The old part and the new part have gates of their own.", "plausible, not sighted"),
    ("C03", "c", ("f * c_prev + i + g", "c_prev + i + g"), "i and g are added",
     "The gate multiplies the candidate.", "torchrecurrent issue 22"),
    ("C04", "c", ("f * c_prev * i * g", "c_prev * i * g"), "the two parts are multiplied",
     "The update is a sum; that is the point of the cell.", "forum threads on reading the LSTM diagram"),
    ("C05", "c", ("f * h_prev + i * g", "h_prev + i * g"), "h_prev stands where c_prev belongs",
     "The cell line carries c.", "texar issue 198"),
    ("C06", "c", ("c_prev + i * g",), "the forget gate is left out",
     "The cell of 1997 had no forget gate; today's has one.", "tutorials that credit 1997 with three gates"),
    ("C07", "c", ("f * c_prev + (1 - f) * g",), "i is taken as 1 − f",
     "That is the coupled cell; in the LSTM i and f are independent.", "Greff et al. 2017"),
    ("C08", "c", ("f * c_prev + o * g", "c_prev + o * g"), "o is used to write",
     "The gate that writes is i; o acts on the read-out only.", WRONG_SLICE[2]),
    ("C10", "c", ("clip(f * c_prev + i * g)", "clip(c_prev + i * g)"), "the cell is clipped to ±1",
     "c has no bounds; only h stays within −1 and 1.", "Stack Overflow thread on LSTM outputs outside ±1"),
    ("C20", "c", ("tenths(f) * c_prev + tenths(i) * tenths(g)", "c_prev + tenths(i) * tenths(g)"),
     "everything before was rounded to one decimal",
     "Keep four digits until the last step.", "own runs"),
    ("C11", "h", ("o * c",), "tanh is missing in the read-out",
     "h is o · tanh(c).", "course notes that drop it"),
    ("C12", "h", ("tanh(o * c)",), "o stands inside the tanh",
     "Squash first, gate second.", "Cross Validated thread on the second tanh"),
    ("C13", "h", ("o * tanh(c_prev)",), "the old cell is read out",
     "h uses the cell just updated.", "borelien/entailment-neural-attention-lstm-tf issue 3"),
    ("C14", "h", ("o * tanh(g)",), "the candidate is read out",
     "h comes from c, which still contains the past.", "show_attend_and_tell issue 12"),
    ("C15", "h", ("tanh_c",), "the output gate is left out",
     "The output gate decides how much is shown.", "plausible: in the GRU the state is the output"),
    ("C20", "h", ("tenths(o) * tenths(tanh_c)",), "everything before was rounded to one decimal",
     "Keep four digits until the last step.", "own runs"),
]  # fmt: skip

# what is made of the forget gate's own formula, whatever squashes it, and with a hidden 1 or without
OF_THE_FORGET_GATE: list[tuple[str, Callable[[Expr], Expr], str, str, str]] = [
    ("F02", lambda f: Expr("-", (number(1), f)), "f is read as the share forgotten",
     "f is the share kept: 1 keeps, 0 erases.", "threads asking for a remember gate"),
    ("F25", lambda f: substitute(f, {"a_f": parse("a_f + 0.3 * c_prev")}), "a peephole is added to a plain cell",
     "Peepholes are an option (Gers & Schmidhuber 2000), not the default.", "Greff et al. 2017"),
]  # fmt: skip

SQUASHED = (
    "tanh is applied to the stored cell",
    "Squash on the way out only; carry c as it is.",
    "nicodjimenez/lstm issue 43",
)


def rows(cell: Cell) -> Iterator[Row]:
    is_coupled = cell.equations.get("f") == parse("1 - i")
    yield from _of_the_forget_gate(cell)
    for key, asked, options, *said in LINES:
        formula = first_that_fits(cell, asked, options)
        if formula is not None and not (key == "C07" and is_coupled):
            yield Row(key, asked, {asked: formula}, *said)
    yield from _squashed(cell)
    yield from _slices(cell)


def _of_the_forget_gate(cell: Cell) -> Iterator[Row]:
    if "a_f" in cell.equations:
        for key, wrong, *said in OF_THE_FORGET_GATE:
            if key != "F25" or "p_f" not in cell.parameters:
                yield Row(key, "f", {"f": wrong(cell.equations["f"])}, *said)


def _squashed(cell: Cell) -> Iterator[Row]:
    """C09: the stored cell is squashed; h stays as it was (a), or is made from the squashed cell (b)."""
    stored = {"c": Expr("tanh", (cell.equations["c"],))}
    yield Row("C09a", "c", stored | {"tanh_c": parse("c")}, *SQUASHED)
    for asked in ("c", "h"):
        yield Row("C09b", asked, stored, *SQUASHED)


def _slices(cell: Cell) -> Iterator[Row]:
    """F20, in every quantity it shows in; only where every block has just W, U and b."""
    found = {block.out: block for block in blocks(cell)}
    if set(found) != {"i", "f", "g", "o"} or "p_i" in cell.parameters:
        return
    wrong = {}
    for out, other in SLICES.items():
        block = found[out]
        wrong[block.a] = renamed(block.sum, {f"{letter}_{out}": f"{letter}_{other}" for letter in "WUb"})
        yield Row("F20", out, {out: block.squashed(wrong[block.a])}, *WRONG_SLICE, convention=True)
    for asked in ("c", "h"):
        yield Row("F20", asked, wrong, *WRONG_SLICE, convention=True)
