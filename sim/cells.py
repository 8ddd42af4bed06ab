"""The cells, each declared once. Every page, number, picture, gradient and slip of a cell is derived from these lines.

Letters: x input; h, c states; h_prev, c_prev the states of the step before; i, f, o gates; g candidate; r, z, n the
GRU's reset gate, update gate and candidate; a_f is the sum that goes into f. A name that is not declared earlier is a
parameter, and its first letter gives its shape: W (H, D), U (H, H), b and p (H,).

To add a cell, declare it here and name it in DECLARED. Give every weighted sum a name (a_f) and squash that: then its
slips, its gradients, its picture and its exercises come of themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sim.checks import described, of_kind
from sim.errors import UnknownName
from sim.language.declarations import Cell, declare

RNN = declare(
    "rnn",
    {
        "a": "W @ x + b + U @ h_prev",
        "h": "tanh(a)",
    },
    title="Plain RNN",
    note="One state h, no gates.",
    source="Elman 1990",
)

RNN_RELU = RNN.but(name="rnn_relu", title="Plain RNN with ReLU", h="relu(a)", source="Le, Jaitly & Hinton 2015")

LSTM = declare(
    "lstm",
    {
        "a_i": "W_i @ x + b_i + U_i @ h_prev",
        "i": "sigmoid(a_i)",
        "a_f": "W_f @ x + b_f + U_f @ h_prev",
        "f": "sigmoid(a_f)",
        "a_g": "W_g @ x + b_g + U_g @ h_prev",
        "g": "tanh(a_g)",
        "a_o": "W_o @ x + b_o + U_o @ h_prev",
        "o": "sigmoid(a_o)",
        "c": "f * c_prev + i * g",
        "tanh_c": "tanh(c)",
        "h": "o * tanh_c",
    },
    title="LSTM",
    note="PyTorch's blocks stand in the order i, f, g, o. f is the share of the old cell that is kept.",
    source="Hochreiter & Schmidhuber 1997; forget gate Gers, Schmidhuber & Cummins 2000",
)

LSTMS = {
    "pytorch": LSTM,
    "keras": LSTM.but(
        convention="keras",
        note="Keras's blocks stand in the order i, f, c, o. f is the share of the old cell that is kept.",
    ),
    "onnx": LSTM.but(
        convention="onnx",
        note="ONNX's blocks stand in the order i, o, f, c. f is the share of the old cell that is kept.",
    ),
}

LSTM_FORGET_BIAS = LSTM.but(
    name="lstm_forget_bias",
    title="LSTM with a forget bias",
    convention="none",
    f="sigmoid(a_f + 1)",
    note="1 is added to the forget gate's sum and is not among the weights.",
    source="Gers, Schmidhuber & Cummins 2000; Jozefowicz, Zaremba & Sutskever 2015",
)

LSTM_PEEPHOLE = LSTM.but(
    name="lstm_peephole",
    title="LSTM with peepholes",
    convention="onnx",
    a_i="W_i @ x + b_i + U_i @ h_prev + p_i * c_prev",
    a_f="W_f @ x + b_f + U_f @ h_prev + p_f * c_prev",
    a_o="W_o @ x + b_o + U_o @ h_prev + p_o * c",
    note="Peepholes: i and f also see the old cell, o sees the new one, each unit its own.",
    source="Gers & Schmidhuber 2000",
)

LSTM_COUPLED = LSTM.but(
    name="lstm_coupled",
    title="LSTM with coupled gates",
    convention="onnx",
    a_f=None,
    f="1 - i",
    note="Coupled gates: what is let in takes the place of what is forgotten, f = 1 − i.",
    source="Greff et al. 2017, arXiv 1503.04069",
)

LSTM_1997 = LSTM.but(
    name="lstm_1997",
    title="LSTM of 1997",
    convention="none",
    a_f=None,
    f=None,
    c="c_prev + i * g",
    note="The cell of 1997 has no forget gate: the old cell is kept whole. Squashed here as today, by σ and tanh.",
    source="Hochreiter & Schmidhuber 1997",
)

GRU = declare(
    "gru",
    {
        "a_r": "W_r @ x + b_r + U_r @ h_prev",
        "r": "sigmoid(a_r)",
        "a_z": "W_z @ x + b_z + U_z @ h_prev",
        "z": "sigmoid(a_z)",
        "a_n": "W_n @ x + b_in + r * (U_n @ h_prev + b_hn)",
        "n": "tanh(a_n)",
        "h": "(1 - z) * n + z * h_prev",
    },
    title="GRU",
    note="PyTorch: z keeps the old state; r acts after the product with U_n.",
    source="Cho et al. 2014; reset after the product as in PyTorch and Keras",
)

RESET_BEFORE = "W_n @ x + b_n + U_n @ (r * h_prev)"
Z_KEEPS = "z * h_prev + (1 - z) * n"
Z_ADMITS = "(1 - z) * h_prev + z * n"

GRUS = {
    "pytorch": GRU,
    "keras": GRU.but(
        convention="keras",
        h=Z_KEEPS,
        note="Keras: z keeps the old state; r acts after the product with U_n (reset_after).",
    ),
    "cho2014": GRU.but(
        convention="cho2014",
        a_n=RESET_BEFORE,
        h=Z_KEEPS,
        note="Cho et al. 2014: z keeps the old state; r acts on the old state, before the product with U_n.",
        source="Cho et al. 2014, arXiv 1406.1078",
    ),
    "chung2014": GRU.but(
        convention="chung2014",
        a_n=RESET_BEFORE,
        h=Z_ADMITS,
        note="Chung et al. 2014: z admits the new state; r acts on the old state, before the product with U_n.",
        source="Chung et al. 2014, arXiv 1412.3555",
    ),
    "gamma": GRU.but(
        convention="gamma",
        a_n=RESET_BEFORE,
        h=Z_ADMITS,
        note="Γ notation: the update gate admits the new state; the reset gate acts before the product with U_n.",
        source="Course notation with Γu and Γr; Chung et al. 2014",
    ),
    "onnx": GRU.but(
        convention="onnx",
        a_n=RESET_BEFORE,
        h=Z_KEEPS,
        note="ONNX (linear_before_reset = 0): z keeps the old state; r acts before the product with U_n.",
        source="ONNX operator GRU",
    ),
}

# the two libraries that leave the place of the reset to a switch, with the switch the other way
GRU_KERAS_BEFORE = GRUS["keras"].but(
    a_n=RESET_BEFORE,
    note="Keras (reset_after=False): z keeps the old state; r acts before the product with U_n.",
)
GRU_ONNX_AFTER = GRU.but(
    convention="onnx",
    note="ONNX (linear_before_reset = 1): z keeps the old state; r acts after the product with U_n.",
)

MGU = declare(
    "mgu",
    {
        "a_f": "W_f @ x + b_f + U_f @ h_prev",
        "f": "sigmoid(a_f)",
        "a_n": "W_n @ x + b_n + U_n @ (f * h_prev)",
        "n": "tanh(a_n)",
        "h": "(1 - f) * h_prev + f * n",
    },
    title="Minimal gated unit",
    note="One gate f does both: it mutes the old state in the candidate, and is the share of the new in the blend.",
    source="Zhou et al. 2016, arXiv 1603.09420",
    convention="none",
)

DECLARED = {
    "rnn": {"pytorch": RNN},
    "rnn_relu": {"pytorch": RNN_RELU},
    "lstm": LSTMS,
    "lstm_peephole": {"onnx": LSTM_PEEPHOLE},
    "lstm_coupled": {"onnx": LSTM_COUPLED},
    "lstm_1997": {"none": LSTM_1997},
    "lstm_forget_bias": {"none": LSTM_FORGET_BIAS},
    "gru": GRUS,
    "mgu": {"none": MGU},
}
# the cells by name and convention, to be read: whoever changed them would change them for everybody
CELLS: Mapping[str, Mapping[str, Cell]] = MappingProxyType(
    {name: MappingProxyType(DECLARED[name]) for name in DECLARED}
)
CONVENTIONS = tuple(GRUS)


def cell(name: Cell | str, convention: str = "pytorch") -> Cell:
    """The cell of that name in that convention; where the convention changes nothing, the cell itself.

    A `Cell` is given back as it is. Raises: UnknownName, listing the names there are.
    """
    if isinstance(name, Cell):
        return name
    of_kind("cell", name, str, "a cell or its name")
    if name not in CELLS:
        raise UnknownName(f"There is no cell “{name}”.", f"There are: {', '.join(CELLS)}.")
    found = CELLS[name]
    if convention not in (*CONVENTIONS, *found):
        raise UnknownName(f"There is no convention {described(convention)}.", f"There are: {', '.join(CONVENTIONS)}.")
    return found.get(convention) or next(iter(found.values()))
