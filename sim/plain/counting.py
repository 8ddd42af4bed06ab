"""How many parameters a recurrent layer has and what shapes go in and out, with the slips in counting them.

Sizes are whole numbers: D inputs, H units, T steps, N sequences in a batch. Everything here is integer arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sim.checks import whole_number
from sim.errors import UnknownName
from sim.plain.questions import PlainSlip, Question

BLOCKS = {"rnn": 1, "lstm": 4, "gru": 3}
LIBRARIES = ("pytorch", "keras")
MOST_LAYERS = 1_000


@dataclass(frozen=True)
class Counted:
    """A layer, or a stack of layers: G blocks of W (H, D), U (H, H) and some bias vectors (H,)."""

    blocks: int
    biases: int
    layers: int = 1
    directions: int = 1
    squares: int = 1  # recurrent matrices of a block

    def one(self, D: int, H: int) -> int:
        """One layer in one direction: G (H·D + H·H + B·H)."""
        return self.blocks * (H * D + self.squares * H * H + self.biases * H)

    def all(self, D: int, H: int) -> int:
        """All layers; one above the first reads all directions of the one below it."""
        inputs = [D] + [self.directions * H] * (self.layers - 1)
        return sum(self.directions * self.one(width, H) for width in inputs)

    @property
    def formula(self) -> str:
        """With the block count as a number: 4·(H·D + H·H + 2·H); a stack tells what differs above."""
        bias = {0: "", 1: " + H", 2: " + 2·H"}[self.biases]
        below, above = (self._direction(f"{width}{' + H·H' if self.squares else ''}{bias}") for width in self._widths)
        return below if self.layers == 1 else f"{below} + {self._above()}{above}"

    @property
    def _widths(self) -> tuple[str, str]:
        return "H·D", "H·H" if self.directions == 1 else "H·2·H"

    def _direction(self, inner: str) -> str:
        blocks = f"{self.blocks}·({inner})"
        return f"2·{blocks}" if self.directions == 2 else blocks

    def _above(self) -> str:
        return "" if self.layers == 2 else f"{self.layers - 1}·"


@dataclass(frozen=True)
class CountSlip:
    """A slip in counting: how what is counted is taken for something else, where that can happen."""

    id: str
    title: str
    correction: str
    source: str
    taken_for: Callable[[Counted], Counted]
    can_be: Callable[[str, Counted], bool] = lambda kind, counted: True


COUNT_SLIPS = [
    CountSlip("P02", "the recurrent weights are forgotten",
              "Each block also has an H × H matrix.", "Stack Overflow thread on the parameters of an LSTM",
              lambda counted: replace(counted, squares=0)),
    CountSlip("P03", "the biases are forgotten",
              "Every block has bias vectors too: add H for each of them.",
              "Stack Overflow thread on the parameters of an LSTM",
              lambda counted: replace(counted, biases=0)),
    CountSlip("P04", "three blocks, for three gates",
              "Three gates and the candidate make four blocks.", "texts that never mention the candidate",
              lambda counted: replace(counted, blocks=3), lambda kind, counted: kind == "lstm"),
    CountSlip("P07", "one block only",
              "That is a plain RNN layer.", "Stack Overflow thread on the parameters of an LSTM",
              lambda counted: replace(counted, blocks=1), lambda kind, counted: kind != "rnn"),
    CountSlip("P08", "a GRU is counted with two blocks",
              "Two gates and the candidate make three blocks.", "Stack Overflow thread on 9408 and 9600 parameters",
              lambda counted: replace(counted, blocks=2), lambda kind, counted: kind == "gru"),
]  # fmt: skip
MISSED_BIAS = {
    "pytorch": ("P01", "one bias where PyTorch has two",
              "Ask which library: a second bias vector adds H once more for each block.",
              "flax issue 3746; threads comparing Keras and PyTorch"),
    "keras": ("P09", "a GRU's second bias is missed",
              "Reset after the product needs a bias of its own beside h.",
              "Stack Overflow thread on 9408 and 9600 parameters"),
}  # fmt: skip
ANOTHER_BIAS = ("P01", "PyTorch's second bias is counted",
                "Ask which library: Keras keeps one bias vector for each block.",
                "flax issue 3746; threads comparing Keras and PyTorch")  # fmt: skip
TIMES_STEPS = ("P05", "multiplied by the number of steps",
               "The weights are shared by all steps.", "Cross Validated questions 221513 and 531329")  # fmt: skip
SWAPPED = ("P06", "inputs and units are swapped",
           "The square is that of the number of units.",
           "Data Science thread on the parameters of an LSTM")  # fmt: skip
SAME_SIZE = ("P10", "the second layer is sized like the first",
             "A layer above the first reads H numbers, or 2·H in two directions, and not D.",
             "PyTorch's page on the shapes of an LSTM's weights")  # fmt: skip


def count_question(
    kind: str, library: str, *, layers: int = 1, bidirectional: bool = False, reset_after: bool = True
) -> Question:
    """How many parameters such a layer, or such a stack, has. `reset_after` is Keras's switch for the GRU.

    Raises: UnknownName, SizeError.
    """
    if kind not in BLOCKS:
        raise UnknownName(f"Nothing is known of the layers “{kind}”.", f"There are: {', '.join(BLOCKS)}.")
    _check_library(library)
    layers = whole_number("layers", layers, 1, MOST_LAYERS)
    two_biases = library == "pytorch" or (kind == "gru" and reset_after)
    counted = Counted(BLOCKS[kind], 2 if two_biases else 1, layers, 2 if bidirectional else 1)
    slips = tuple(_count_slips(kind, library, counted))
    return Question("count", "the number of parameters", counted.formula, counted.all, slips)


def _check_library(library: str) -> None:
    if library not in LIBRARIES:
        raise UnknownName(f"Nothing is known of the library “{library}”.", f"There are: {', '.join(LIBRARIES)}.")


def _count_slips(kind: str, library: str, counted: Counted) -> Iterator[PlainSlip]:
    """Those that can be made here, each with the very formula that it computes."""

    def slip(said: tuple[str, ...], formula: str, wrong: Callable[..., int], *, convention: bool = False) -> PlainSlip:
        key, title, correction, source = said
        return PlainSlip(key, "count", title, formula, correction, source, wrong, convention)

    elsewhere = replace(counted, biases=3 - counted.biases)
    said = MISSED_BIAS[library] if counted.biases == 2 else ANOTHER_BIAS
    yield slip(said, elsewhere.formula, elsewhere.all, convention=True)
    for each in COUNT_SLIPS:
        if each.can_be(kind, counted):
            taken = each.taken_for(counted)
            yield slip((each.id, each.title, each.correction, each.source), taken.formula, taken.all)
    yield slip(TIMES_STEPS, f"T·({counted.formula})", lambda D, H, T: T * counted.all(D, H))
    swapped = counted.formula.translate(str.maketrans("DH", "HD"))
    yield slip(SWAPPED, swapped, lambda D, H: counted.all(H, D))
    if counted.layers > 1:
        first = replace(counted, layers=1)
        yield slip(SAME_SIZE, f"{counted.layers}·{first.formula}", lambda D, H: counted.layers * first.all(D, H))


# --- shapes

UNITS_AS_STEPS = ("P11", "shape", "the units are taken for the steps", "T where H belongs",
                  "The units are the width of h; T comes from the data.",
                  "Stack Overflow questions 44273249 and 51932767")  # fmt: skip

WIDTH = Question(
    "width",
    "how many numbers a layer gives for each step",
    "H",
    lambda H: H,
    (PlainSlip("P11", "width", *UNITS_AS_STEPS[2:], lambda T: T),),
)


def output_question(
    library: str, *, bidirectional: bool = False, batch_first: bool = True, return_sequences: bool = True
) -> Question:
    """The shape of all outputs: of Keras with return_sequences, or of PyTorch with or without batch_first.

    Without return_sequences Keras gives one summary a sequence, which joins where the two directions end.
    Raises: UnknownName, also for return_sequences=False in PyTorch, which has no such switch.
    """
    _check_library(library)
    if not return_sequences:
        return _summary_question(library, 2 if bidirectional else 1)
    directions = 2 if bidirectional else 1
    first = library == "keras" or batch_first

    def shape(N: int, T: int, width: int) -> tuple[int, ...]:
        return (N, T, width) if first else (T, N, width)

    width = "2·H" if bidirectional else "H"
    slips = [PlainSlip(*UNITS_AS_STEPS, lambda N, T: shape(N, T, directions * T))]
    if library == "keras":
        slips.append(
            PlainSlip("P13", "shape", "return_sequences is taken as False", f"(N, {width})",
                      "With return_sequences a layer gives every step; a second recurrent layer needs them.",
                      "Stack Overflow question 40331510", lambda N, H: (N, directions * H))
        )  # fmt: skip
    formula = f"({'N, T' if first else 'T, N'}, {width})"
    return Question(
        "shape", "the shape of the output", formula, lambda N, T, H: shape(N, T, directions * H), tuple(slips)
    )


def _summary_question(library: str, directions: int) -> Question:
    if library != "keras":
        raise UnknownName(f"{library} has no return_sequences.", "It is a switch of Keras.")
    width = "2·H" if directions == 2 else "H"
    slips = (
        PlainSlip(*UNITS_AS_STEPS, lambda N, T: (N, directions * T)),
        PlainSlip("P13", "shape", "return_sequences is taken as True", f"(N, T, {width})",
                  "Without return_sequences a layer gives one summary a sequence; a second recurrent layer needs more.",
                  "Stack Overflow question 40331510", lambda N, T, H: (N, T, directions * H)),
    )  # fmt: skip
    return Question("shape", "the shape of the output", f"(N, {width})", lambda N, H: (N, directions * H), slips)


def last_state_question(*, layers: int = 1, bidirectional: bool = False) -> Question:
    """The shape of PyTorch's h_n, which batch_first does not touch. Raises: SizeError."""
    rows = whole_number("layers", layers, 1, MOST_LAYERS) * (2 if bidirectional else 1)
    slip = PlainSlip("P16", "shape", "batch_first is expected to move the states too", f"(N, {rows}, H)",
                     "It applies to input and output, not to the states.", "pytorch issue 34036",
                     lambda N, H: (N, rows, H))  # fmt: skip
    return Question("shape", "the shape of h_n", f"({rows}, N, H)", lambda N, H: (rows, N, H), (slip,))
