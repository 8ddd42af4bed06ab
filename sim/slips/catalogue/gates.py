"""Slips of a weighted sum and of what squashes it: F01, F04 … F19, F21 … F24, for every gate and candidate.

What a block is, is read off the cell: a sum with W @ x in it, and what it is squashed into.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.language.declarations import Cell
from sim.language.expressions import Expr, leaves, name, number, parse, substitute, sum_of, terms
from sim.slips.catalogue.rows import Row, biases, renamed, without

PLAUSIBLE = "plausible, not sighted"


@dataclass(frozen=True)
class Block:
    """A weighted sum and what it is squashed into: a_f and f."""

    cell: Cell
    a: str
    out: str
    squash: str  # σ, tanh, ReLU or the hard sigmoid's clip01, by its name in the language
    inner: Expr  # what is squashed: the sum, or the sum and a hidden 1

    @property
    def sum(self) -> Expr:
        return self.cell.equations[self.a]

    @property
    def matrices(self) -> list[str]:
        """W and U of the sum; W alone where it reads no old state."""
        return [leaf for leaf in leaves(self.sum) if leaf[0] in "WU"]

    def squashed(self, wrong_sum: Expr) -> Expr:
        return Expr(self.squash, (substitute(self.inner, {self.a: wrong_sum}),))


def blocks(cell: Cell) -> list[Block]:
    """Every sum of the cell that is squashed, in the order of the declaration."""
    found = []
    for out, formula in cell.equations.items():
        if formula.op in ("sigmoid", "tanh", "relu", "clip01"):
            sums = [leaf for leaf in leaves(formula) if "x" in leaves(cell.equations.get(leaf, number(0)))]
            found += [Block(cell, a, out, formula.op, formula.args[0]) for a in sums]
    return found


def _product(block: Block) -> Expr | None:
    """The two weighted terms multiplied instead of added; only where both stand in the sum as they are."""
    parts = list(terms(block.sum))
    weighted = [part for part in parts if part.op == "@" and part.args[1] in (name("x"), name("h_prev"))]
    if len(weighted) < 2:
        return None
    rest = [part for part in parts if part not in weighted]
    return sum_of([Expr("*", (weighted[0], weighted[1])), *rest])


def _with_another_bias(block: Block) -> Expr | None:
    """The bias of the next block that is squashed alike, else of the first other one."""
    all_blocks = [each for each in blocks(block.cell) if biases(each.sum)]
    others = [each for each in all_blocks if each.out != block.out]
    alike = [each for each in all_blocks if each.squash == block.squash]
    mine = biases(block.sum)
    if not mine or not others:
        return None
    place = [each.out for each in alike].index(block.out)
    other = alike[(place + 1) % len(alike)] if len(alike) > 1 else others[0]
    return renamed(block.sum, {mine[0]: biases(other.sum)[0]})


def _old_cell_for_h(block: Block) -> Expr | None:
    return renamed(block.sum, {"h_prev": "c_prev"}) if "c" in block.cell.states else None


def _bias_twice(block: Block) -> Expr:
    return substitute(block.sum, {b: Expr("*", (number(2), name(b))) for b in biases(block.sum)})


# id: (wrong sum, title, correction, source)
SUMS: dict[str, tuple[Callable[[Block], Expr | None], str, str, str]] = {
    "F04": (
        lambda block: parse("x + h_prev"),
        "x and h_prev added without weights",
        "Joining lines in a diagram mean: side by side, then a weight matrix, then a bias.",
        "forum threads on reading the LSTM diagram",
    ),
    "F05": (
        lambda block: sum_of([part for part in terms(block.sum) if "h_prev" not in leaves(part)]),
        "the recurrent term is left out",
        "Every gate and every candidate sees the input and the state of the step before.",
        "first-step examples with a zero state, which hide it",
    ),
    "F06": (
        _old_cell_for_h,
        "c_prev stands where h_prev belongs",
        "Gates and candidate read h_prev; only the gates of a peephole variant also look at c.",
        "threads mixing up cell and hidden state; tensorflow issue 17133",
    ),
    "F07": (
        lambda block: without(block.sum, biases(block.sum)),
        "the bias is left out",
        "Add b before squashing.",
        "numpy-ml issue 42",
    ),
    "F08": (
        _bias_twice,
        "the bias is counted twice",
        "PyTorch's two bias vectors are added up: put the value into one and zero into the other.",
        "pytorch issue 750",
    ),
    "F10": (
        lambda block: renamed(block.sum, dict(zip(block.matrices, reversed(block.matrices), strict=True))),
        "the weights of x and h_prev are swapped",
        "The columns of the matrix must stand in the same order as the parts of [h, x].",
        "Cross Validated question 317194",
    ),
    "F11": (
        _product,
        "the two terms are multiplied",
        "Weighted inputs are added.",
        "Cross Validated thread on combining input and previous output",
    ),
    "F12": (
        _with_another_bias,
        "the bias of another block is used",
        "Each block has its own bias.",
        "numpy-ml issue 42",
    ),
}

# {a} is what goes into σ; these stand in for σ
SIGMOIDS = {
    "F01": (
        "switch(sigmoid({a}))",
        "the gate is read as a switch",
        "A sigmoid gate is a fraction strictly between 0 and 1, one for each unit.",
        "source page 000; Stack Overflow answer 62148399",
    ),
    "F13": (
        "clip01(0.2 * {a} + 0.5)",
        "old Keras's hard sigmoid is used",
        "The logistic function is meant; old Keras used a piecewise line as recurrent activation.",
        "Stack Overflow question 49759614",
    ),
    "F14": (
        "clip01({a} / 6 + 0.5)",
        "another hard sigmoid is used",
        "Two different hard sigmoids exist; here the logistic function is meant.",
        "Stack Overflow question 49759614",
    ),
    "F15": (
        "sigmoid(-{a})",
        "the sign in the exponent is wrong",
        "σ(a) is 1 / (1 + e to the power −a).",
        "derivations in course notes",
    ),
    "F16": (
        "sigmoid({a}) * (1 - sigmoid({a}))",
        "the derivative is used instead of σ",
        "Going forward uses σ itself, not its slope.",
        PLAUSIBLE,
    ),
    "F17": (
        "tanh({a})",
        "tanh is used for a gate",
        "A gate needs 0 to 1, so σ; a negative gate would flip the sign of what it multiplies.",
        "threads asking why tanh",
    ),
}

# these stand in for tanh
TANHS = {
    "F21": (
        "sigmoid({a})",
        "σ is used instead of tanh",
        "Here the function is tanh, so that the value can go down as well as up.",
        "threads asking why tanh",
    ),
    "F22": ("sigmoid(2 * {a})", "tanh is computed as σ(2a)", "tanh(a) is 2σ(2a) − 1.", PLAUSIBLE),
    "F23": (
        "{a}",
        "tanh is forgotten",
        "Apply tanh after the weighted sum.",
        "threads on None as activation; Stack Overflow question 55322991",
    ),
    "F24": (
        "relu({a})",
        "ReLU is used instead of tanh",
        "Without an upper bound the state can grow without limit; keep tanh.",
        "Stack Overflow question 55322991; Le, Jaitly & Hinton 2015",
    ),
}

HIDDEN_BIAS = (
    "F18",
    "a bias of 1 is added to weights that already have it, or one that is meant is overlooked",
    "Some libraries add 1 silently to the forget gate: say whether b holds everything.",
    "pytorch issue 20102; tensorflow issue 1326",
)
BIAS_OUTSIDE = (
    "F19",
    "1 is added after σ",
    "A bias goes inside σ; a gate above 1 is impossible.",
    "tvm pull request 3410",
)


def rows(cell: Cell) -> Iterator[Row]:
    """The slips of every block of the cell: of its sum, and of its squashing."""
    for block in blocks(cell):
        yield from _sums(block)
        squashings = {"sigmoid": SIGMOIDS, "tanh": TANHS}.get(block.squash, {})
        for key, (formula, *said) in squashings.items():
            if (key, block.out) != ("F21", "n"):  # in a GRU it is G12
                wrong = substitute(parse(formula.format(a="a")), {"a": block.inner})
                yield Row(key, block.out, {block.out: wrong}, *said)
        if block.out == "f" and "c" in cell.states and block.squash == "sigmoid":
            yield from _forget_biases(block)


def _sums(block: Block) -> Iterator[Row]:
    for key, (wrong_sum, *said) in SUMS.items():
        if (wrong := wrong_sum(block)) not in (None, block.sum):
            yield Row(key, block.a, {block.a: wrong}, *said)
            yield Row(key, block.out, {block.out: block.squashed(wrong)}, *said)


def _forget_biases(block: Block) -> Iterator[Row]:
    """The 1 of the forget gate: added or left out where it should not be, and added outside."""
    plain, raised = parse(f"sigmoid({block.a})"), parse(f"sigmoid({block.a} + 1)")
    is_raised = block.inner != name(block.a)
    key, *said = HIDDEN_BIAS
    yield Row(key, block.out, {block.out: plain if is_raised else raised}, *said)
    key, *said = BIAS_OUTSIDE
    yield Row(key, block.out, {block.out: Expr("+", (plain, number(1)))}, *said)
