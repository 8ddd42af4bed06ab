"""Slips of the LSTM's own: swapped and misread gates, the cell state, the read-out, what the next step is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.catalogue.rows import Row

SUMS = {"a_i": "i", "a_f": "f", "a_g": "g", "a_o": "o"}
WRONG_SLICE = "State the order of the blocks with the weights, and convert by name, never by position."
SLICE_SOURCE = "CrispASR pull request 106; coremltools pull request 93; keras issue 3088"

# id, asked, wrong right-hand side, title, correction, source
LINES = [
    ("F02", "f", "1 - sigmoid(a_f)", "f is read as the share forgotten",
     "f is the share kept: 1 keeps, 0 erases.", "threads asking for a remember gate"),
    ("F25", "f", "sigmoid(a_f + 0.3 * c_prev)", "a peephole is added to a plain cell",
     "Peepholes are an option (Gers & Schmidhuber 2000), not the default.", "Greff et al. 2017"),
    ("F01", "c", "switch(f) * c_prev + switch(i) * g", "the gates are read as switches",
     "A sigmoid gate is a fraction strictly between 0 and 1, one for each unit.", "source page 000"),
    ("F02", "c", "(1 - f) * c_prev + i * g", "f is read as the share forgotten",
     "f is the share kept: 1 keeps, 0 erases.", "threads asking for a remember gate"),
    ("F03", "c", "i * c_prev + f * g", "i and f are swapped",
     "f goes with the old cell, i with the candidate.", "keras issue 3088; coremltools pull request 93"),
    ("C01", "c", "f * c_prev + g", "the candidate is added without its gate",
     "Scale the candidate by i first.", "summaries that know three gates only"),
    ("C02", "c", "f * (c_prev + i * g)", "f multiplies the whole sum",
     "The old part and the new part have gates of their own.", "plausible, not sighted"),
    ("C03", "c", "f * c_prev + i + g", "i and g are added",
     "The gate multiplies the candidate.", "torchrecurrent issue 22"),
    ("C04", "c", "f * c_prev * i * g", "the two parts are multiplied",
     "The update is a sum; that is the point of the cell.", "forum threads on reading the LSTM diagram"),
    ("C05", "c", "f * h_prev + i * g", "f multiplies h_prev instead of c_prev",
     "The cell line carries c.", "texar issue 198"),
    ("C06", "c", "c_prev + i * g", "the forget gate is left out",
     "The cell of 1997 had no forget gate; today's has one.", "tutorials that credit 1997 with three gates"),
    ("C07", "c", "f * c_prev + (1 - f) * g", "i is taken as 1 − f",
     "That is the coupled cell; in the LSTM i and f are independent.", "Greff et al. 2017"),
    ("C08", "c", "f * c_prev + o * g", "o is used to write",
     "The gate that writes is i; o acts on the read-out only.", SLICE_SOURCE),
    ("C09", "c", "tanh(f * c_prev + i * g)", "tanh is applied to the stored cell",
     "Squash on the way out only; carry c as it is.", "nicodjimenez/lstm issue 43"),
    ("C10", "c", "clip(f * c_prev + i * g)", "the cell is clipped to ±1",
     "c has no bounds; only h stays within −1 and 1.", "Stack Overflow thread on LSTM outputs outside ±1"),
    ("C11", "h", "o * c", "tanh is missing in the read-out",
     "h is o · tanh(c).", "course notes that drop it"),
    ("C12", "h", "tanh(o * c)", "o stands inside the tanh",
     "Squash first, gate second.", "Cross Validated thread on the second tanh"),
    ("C13", "h", "o * tanh(c_prev)", "the old cell is read out",
     "h uses the cell just updated.", "borelien/entailment-neural-attention-lstm-tf issue 3"),
    ("C14", "h", "o * tanh(g)", "the candidate is read out",
     "h comes from c, which still contains the past.", "show_attend_and_tell issue 12"),
    ("C15", "h", "tanh_c", "the output gate is left out",
     "The output gate decides how much is shown.", "plausible: in the GRU the state is the output"),
]  # fmt: skip

# the block order i, o, f, c read as i, f, g, o
SLICES = {
    "f": "sigmoid(W_o @ x + b_o + U_o @ h_prev)",
    "g": "tanh(a_f)",
    "o": "sigmoid(a_g)",
    "c": "sigmoid(a_o) * c_prev + i * tanh(a_f)",
}

# id, what each gate's sum reads instead of x, h_prev; what the cell reads instead of c_prev; title, correction, source
CARRIED = [
    ("C16", "x", "c_prev", "c_prev", "c is fed back instead of h",
     "Two lines leave the cell: c goes to the cell line, h to the gates and the next layer.",
     "threads mixing up cell and hidden state"),
    ("C17", "x", "c_prev", "h_prev", "the two states are swapped",
     "PyTorch and Keras give h first; the old TensorFlow tuple gave c first.", "tensorflow issues 17133 and 13943"),
    ("C18", "x", "(0 * h_prev)", "(0 * c_prev)", "the state is set to zero before the step",
     "The state lasts through a sequence.", "Stack Overflow question 38714959"),
    ("C19", "(0 * x)", "h_prev", "c_prev", "the input is taken as zero",
     "A zero input still updates the state; what must not count is masked.", "course chapters on masking"),
]  # fmt: skip


def rows() -> Iterator[Row]:
    for key, asked, formula, title, correction, source in LINES:
        yield Row(key, asked, {asked: formula}, title, correction, source)
    for asked, formula in SLICES.items():
        title = "blocks are read in another library's order"
        yield Row("F20", asked, {asked: formula}, title, WRONG_SLICE, SLICE_SOURCE, convention=True)
    for key, x, h, c, title, correction, source in CARRIED:
        for asked in ("c", "h"):
            yield Row(key, asked, carried(x, h, c), title, correction, source)


def carried(x: str, h: str, c: str) -> Mapping[str, str]:
    """Every equation that reads x or a state, reading something else instead."""
    sums = {a: f"W_{k} @ {x} + b_{k} + U_{k} @ {h}" for a, k in SUMS.items()}
    return sums | {"c": f"f * {c} + i * g"}
