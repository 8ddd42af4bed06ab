"""What frameworks, ports and habits do differently: one change each, from the way in which a layer was read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import permutations

import numpy as np
import numpy.typing as npt

import sim
from quizzes.lessons.weights.layers import Own
from quizzes.lessons.weights.readings import Reading

type Array = npt.NDArray[np.float64]

HARD = {"Keras 3": "clip01({a} / 6 + 0.5)", "Keras 1 and 2": "clip01({a} / 5 + 0.5)"}
KNOWN_ORDERS = {
    ("i", "f", "g", "o"): "PyTorch’s and Keras’s",
    ("i", "o", "f", "g"): "ONNX’s",
    ("i", "g", "f", "o"): "TensorFlow 1’s",
    ("r", "z", "n"): "PyTorch’s",
    ("z", "r", "n"): "Keras’s and ONNX’s",
}
BEFORE = "W_n @ x + b_n + U_n @ (r * h_prev)"
AFTER = "W_n @ x + b_in + r * (U_n @ h_prev + b_hn)"
KEEPS, ADMITS = "(1 - z) * n + z * h_prev", "(1 - z) * h_prev + z * n"


@dataclass(frozen=True)
class Change:
    """One change of a reading; two of the same `part` never go together."""

    part: str
    title: str  # completes "Your number comes out with …"
    apply: Callable[[Reading], Reading]
    is_odd: bool = False  # one that no library has: tried last together with others


def changes_of(own: Own, read: Reading, has_start: bool) -> list[Change]:
    """All that make sense for this layer, the likelier ones first."""
    return [
        *_cells(own),
        *_biases(own),
        *_orders(own),
        *_starts(read, has_start),
        *_sequences(read),
        *_matrices(own, read),
    ]


def _orders(own: Own) -> Iterator[Change]:
    known = [order for order in KNOWN_ORDERS if sorted(order) == sorted(own.order)]
    others = [order for order in permutations(own.order) if order not in known]
    for order in [*known, *others]:
        if order != own.order:
            whose = f" ({KNOWN_ORDERS[order]})" if order in KNOWN_ORDERS else ""
            title = f"the blocks read in the order {', '.join(order)}{whose} instead of {', '.join(own.order)}"
            yield Change("order", title, partial(replace, order=order), is_odd=order not in KNOWN_ORDERS)
    if len(own.order) > 1 and own.layer.H > 1:
        title = "the gates of each unit side by side, instead of one block for each gate"
        yield Change("order", title, _interleaved)


def _interleaved(read: Reading) -> Reading:
    count, H = read.b_x.shape

    def apart(stacked: Array) -> Array:
        return stacked.reshape(H, count, *stacked.shape[2:]).swapaxes(0, 1)

    return replace(read, W=apart(read.W), U=apart(read.U), b_x=apart(read.b_x), b_h=apart(read.b_h))


def _cells(own: Own) -> Iterator[Change]:
    for title, cell in other_cells(own.layer.cell):
        yield Change("cell", title, partial(replace, cell=cell))


@cache
def other_cells(cell: sim.Cell) -> list[tuple[str, sim.Cell]]:
    """The same cell with other equations, each made once, so that what is compiled for it is kept."""
    made = {"rnn": _rnns, "lstm": _lstms, "gru": _grus}[cell.name.partition("_")[0]](cell)
    return [(title, other) for title, other in made if other.equations != cell.equations]


def _rnns(cell: sim.Cell) -> Iterator[tuple[str, sim.Cell]]:
    yield "tanh in the place of ReLU", sim.cell("rnn")
    yield "ReLU in the place of tanh", sim.cell("rnn_relu")
    yield "no activation at all (linear)", cell.but(h="a")
    yield "σ in the place of the activation", cell.but(h="sigmoid(a)")


def _lstms(cell: sim.Cell) -> Iterator[tuple[str, sim.Cell]]:
    yield "1 added to the forget gate’s sum (forget_bias=1 of TensorFlow 1)", sim.cell("lstm_forget_bias")
    yield from _hard(cell)
    yield 'ReLU in the place of tanh (activation="relu")', cell.but(g="relu(a_g)", tanh_c="relu(c)")
    yield "h made of the cell without its tanh", cell.but(h="o * c")
    yield "no tanh for the candidate", cell.but(g="a_g")
    yield "no forget gate, as in 1997", cell.but(f=None, a_f=None, c="c_prev + i * g")
    yield "coupled gates, f = 1 − i", cell.but(f="1 - i", a_f=None)


def _grus(cell: sim.Cell) -> Iterator[tuple[str, sim.Cell]]:
    is_after = "b_hn" in cell.parameters
    other = (
        "before the product with U (reset_after=False; Cho 2014, ONNX)"
        if is_after
        else "after the product with U (reset_after=True; PyTorch)"
    )
    switched = BEFORE if is_after else AFTER
    yield f"the reset gate acting {other}", cell.but(a_n=switched)
    yield "z admitting the new state instead of keeping the old one (Chung 2014)", cell.but(h=ADMITS)
    yield f"the reset gate acting {other} and z admitting the new state", cell.but(a_n=switched, h=ADMITS)
    yield from _hard(cell)
    yield 'ReLU in the place of tanh (activation="relu")', cell.but(n="relu(a_n)")


def _hard(cell: sim.Cell) -> Iterator[tuple[str, sim.Cell]]:
    gates = [name for name, formula in cell.equations.items() if formula.op == "sigmoid"]
    for whose, formula in HARD.items():
        hard = {gate: formula.format(a=f"a_{gate}") for gate in gates}
        yield f"the hard sigmoid of {whose} for the gates", cell.but(**hard)


def _biases(own: Own) -> Iterator[Change]:
    if not own.bias_rows:
        return
    first, second = ("bias_ih", "bias_hh") if own.library == "torch" else ("its first row", "its second row")
    yield _bias("no bias at all", lambda x, h: (0 * x, 0 * h))
    yield _bias("the bias counted twice", lambda x, h: (2 * x, 2 * h))
    if own.bias_rows == 2:
        yield _bias(f"only one of the two biases: {second} left out", lambda x, h: (x, 0 * h))
        yield _bias(f"only one of the two biases: {first} left out", lambda x, h: (0 * x, h))
    if own.bias_rows == 2 and own.kind == "gru":  # elsewhere the two are only ever added
        yield _bias("the two biases added and both used beside x", lambda x, h: (x + h, 0 * h))
        yield _bias("the two biases exchanged", lambda x, h: (h, x))


def _bias(title: str, made: Callable[[Array, Array], tuple[Array, Array]]) -> Change:
    def apply(read: Reading) -> Reading:
        b_x, b_h = made(read.b_x, read.b_h)
        return replace(read, b_x=b_x, b_h=b_h)

    return Change("bias", title, apply)


def _starts(read: Reading, has_start: bool) -> Iterator[Change]:
    if has_start:
        zeros = np.zeros_like(read.h0)
        yield Change(
            "start", "first states of 0 instead of the given ones", lambda read: replace(read, h0=zeros, c0=zeros)
        )
        if "c" in read.cell.states:
            yield Change("start", "h0 and c0 exchanged", lambda read: replace(read, h0=read.c0, c0=read.h0))
    title = "the states carried over from a run of the same sequence before (stateful)"
    yield Change("start", title, _carried_over)
    ones = np.ones_like(read.h0)
    yield Change("start", "first states of 1", lambda read: replace(read, h0=ones, c0=ones))


def _carried_over(read: Reading) -> Reading:
    last = {name: read.trace.at(name, read.trace.T) for name in read.cell.states}
    return replace(read, h0=last["h"], c0=last.get("c", read.c0))


def _sequences(read: Reading) -> Iterator[Change]:
    T, D = read.x.shape
    if T > 1:
        yield Change(
            "sequence", "the sequence read from its end (go_backwards)", lambda read: replace(read, x=read.x[::-1])
        )
    if T == D and T > 1:
        yield Change("sequence", "x transposed: steps taken for inputs", lambda read: replace(read, x=read.x.T))


def _matrices(own: Own, read: Reading) -> Iterator[Change]:
    H, D = read.W.shape[1:]
    for title, of in _reshapings(own):
        yield Change("matrices", f"{title} reshaped where it had to be transposed", of)
    if H > 1:
        yield _turned("the recurrent matrix of each block transposed", "U")
    if H == D:
        title = "the input and the recurrent matrix exchanged"
        yield Change("matrices", title, lambda read: replace(read, W=read.U, U=read.W))
    if H == D > 1:
        yield _turned("the input matrix of each block transposed", "W")
        yield _turned("both matrices of each block transposed", "WU")


def _turned(title: str, names: str) -> Change:
    def apply(read: Reading) -> Reading:
        turned = {name: getattr(read, name).swapaxes(1, 2) for name in names}
        return replace(read, **turned)

    return Change("matrices", title, apply)


def _reshapings(own: Own) -> Iterator[tuple[str, Callable[[Reading], Reading]]]:
    """Each stacked matrix, and both, with the numbers of its other layout in the places of this one."""
    across = _as_if_torch if own.library == "keras" else _as_if_keras
    if min(own.W.shape) > 1:
        yield "the input matrix", lambda read: replace(read, W=across(read.W))
    if min(own.U.shape) > 1:
        yield "the recurrent matrix", lambda read: replace(read, U=across(read.U))
    if min(own.W.shape) > 1 and min(own.U.shape) > 1:
        yield "each matrix", lambda read: replace(read, W=across(read.W), U=across(read.U))


def _as_if_torch(stacked: Array) -> Array:
    """Keras's kernel (D, G·H) taken by `reshape` for a (G·H, D)."""
    count, H, D = stacked.shape
    return stacked.reshape(count * H, D).T.reshape(count, H, D)


def _as_if_keras(stacked: Array) -> Array:
    """PyTorch's weight (G·H, D) taken by `reshape` for a (D, G·H)."""
    count, H, D = stacked.shape
    return stacked.reshape(D, count * H).T.reshape(count, H, D)
