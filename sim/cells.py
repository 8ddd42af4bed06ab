"""The cells, each declared once. Every other page, number, picture and slip of a cell is derived from these lines.

Letters: x input; h, c states; h_prev, c_prev the states of the step before; i, f, o gates; g candidate; r, z, n the
GRU's reset gate, update gate and candidate; a_f is the sum that goes into f. A name that is not declared earlier is a
parameter, and its first letter gives its shape: W (H, D), U (H, H), b and p (H,).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sim.errors import DeclarationError, UnknownName
from sim.expressions import Expr, Shape, leaves, parse

GIVEN = ("x", "h_prev", "c_prev")


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell as data: named equations in order. Two cells are the same only if they are the same object."""

    name: str
    equations: Mapping[str, Expr]
    title: str
    convention: str
    note: str  # the convention in one sentence, to be printed beside every number
    source: str

    @cached_property
    def states(self) -> tuple[str, ...]:
        """What is carried from step to step: ("h",) or ("h", "c")."""
        read = {leaf for formula in self.equations.values() for leaf in leaves(formula)}
        return tuple(state for state in ("h", "c") if state in self.equations and f"{state}_prev" in read)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The weights in the order in which the equations first read them."""
        read = [leaf for formula in self.equations.values() for leaf in leaves(formula)]
        return tuple(dict.fromkeys(leaf for leaf in read if leaf not in self.equations and leaf not in GIVEN))

    def formula(self, name: str) -> Expr:
        """The right-hand side of a quantity. Raises: UnknownName, listing those there are."""
        if name not in self.equations:
            raise UnknownName(f"{self.title} has no “{name}”.", f"It has {', '.join(self.equations)}.")
        return self.equations[name]

    def reads(self, name: str) -> tuple[str, ...]:
        """The quantities of the same step that a quantity is computed from: c reads f, i and g. Raises: UnknownName."""
        return tuple(dict.fromkeys(leaf for leaf in leaves(self.formula(name)) if leaf in self.equations))

    def shape(self, leaf: str, D: int, H: int) -> Shape:
        """The shape of any name: W (H, D), U (H, H), x (D,), everything else (H,)."""
        if leaf == "x":
            return (D,)
        return {"W": (H, D), "U": (H, H)}.get(leaf[0], (H,))

    def but(
        self, *, name: str = "", title: str = "", convention: str = "", note: str = "", source: str = "", **changed: str
    ) -> Cell:
        """The same cell with some equations replaced: `LSTM.but(h="o * c")`. A new name is added at the end."""
        equations = {**self.equations, **{left: parse(right) for left, right in changed.items()}}
        _check(equations)
        return Cell(
            name or self.name,
            equations,
            title or self.title,
            convention or self.convention,
            note or self.note,
            source or self.source,
        )


def declare(name: str, equations: Mapping[str, str], *, title: str, source: str, note: str = "") -> Cell:
    """Declare a cell. Raises: DeclarationError when an equation reads a name declared after it."""
    parsed = {left: parse(right) for left, right in equations.items()}
    _check(parsed)
    return Cell(name, parsed, title, "pytorch", note, source)


def _check(equations: Mapping[str, Expr]) -> None:
    """Only earlier names may be read, and a parameter's first letter must say its shape."""
    for position, (left, formula) in enumerate(equations.items()):
        later = set(list(equations)[position:])
        for leaf in leaves(formula):
            if leaf in later:
                raise DeclarationError(f"The equation of {left} reads {leaf}, which is declared later.")
            if leaf not in equations and leaf not in GIVEN and leaf[0] not in "WUbp":
                raise DeclarationError(f"{leaf} in the equation of {left} is neither declared nor a W, U, b or p.")


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

LSTM_NOTES = {
    "keras": "Keras's blocks stand in the order i, f, c, o. f is the share of the old cell that is kept.",
    "onnx": "ONNX's blocks stand in the order i, o, f, c. f is the share of the old cell that is kept.",
}
LSTMS = {"pytorch": LSTM} | {key: LSTM.but(convention=key, note=note) for key, note in LSTM_NOTES.items()}

CELLS: dict[str, dict[str, Cell]] = {
    "rnn": {"pytorch": RNN},
    "rnn_relu": {"pytorch": RNN_RELU},
    "lstm": LSTMS,
    "gru": GRUS,
}
CONVENTIONS = tuple(GRUS)


def cell(name: Cell | str, convention: str = "pytorch") -> Cell:
    """The cell of that name in that convention; where the convention changes nothing, the cell itself.

    Raises: UnknownName, listing the names there are.
    """
    if isinstance(name, Cell):
        return name
    if name not in CELLS:
        raise UnknownName(f"There is no cell “{name}”.", f"There are: {', '.join(CELLS)}.")
    if convention not in CONVENTIONS:
        raise UnknownName(f"There is no convention “{convention}”.", f"There are: {', '.join(CONVENTIONS)}.")
    return CELLS[name].get(convention, CELLS[name]["pytorch"])
