"""How fast, beside whom: every row of the promise with what it must reach and what it aims at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import sim
from sim.compile.decimals import Rounding, whole
from sim.compile.memory import aligned
from sim.compile.programs import array_program
from sim.exercises.certificates import Candidates
from tests.bench.numbers.cases import SIZES, Many, N, One, many, one
from tests.bench.numbers.clock import Work, medians

try:
    from tests.bench.numbers import by_jax, by_onnx, by_torch
except ImportError:  # they are fetched by `make bench`; without them our own times remain
    by_jax = by_onnx = by_torch = None

SEEDS = 1000
SLIPS = ("F20", "C11", "C12", "C13", "C14", "C15", "C16", "C17", "C18", "C19")


@dataclass(frozen=True)
class Row:
    """`ours` and `peer` in seconds; `must` and `aim` are ratios (how many times faster), or seconds without a peer.

    `most` says that the ratio is ours over the peer's and may be so much at most.
    """

    what: str
    size: str
    ours: float
    peer: float | None = None
    must: float | None = None
    aim: float | None = None
    most: bool = False

    @property
    def ratio(self) -> float | None:
        if self.peer is None:
            return None
        return self.ours / self.peer if self.most else self.peer / self.ours

    @property
    def verdict(self) -> str:
        if self.must is None or self.aim is None:
            return ""
        reached = self.ratio if self.ratio is not None else self.ours
        small_is_good = self.most or self.peer is None
        for goal, said in ((self.aim, "aim"), (self.must, "must")):
            if reached <= goal if small_is_good else reached >= goal:
                return said
        return "missed"


type Case = One | Many
type Maker = Callable[[Any], Work]  # from a case to the work that is timed


def rows() -> Iterator[Row]:
    for part in (_forward, _exact, _backward, _many, _many_exact, _candidates, _on_demand):
        yield from part()


def _beside(
    what: str, size: str, case: Case, ours: Maker, peers: dict[str, Maker], goals: dict[str, tuple[float, float]]
) -> Iterator[Row]:
    """A row for each peer, all measured in the same turns; the goals are set against some of them."""
    contenders = {"ours": ours} | (peers if by_torch else {})
    per = N if isinstance(case, Many) else 1
    found = medians({name: make(case) for name, make in contenders.items()})
    times = {name: seconds / per for name, seconds in found.items()}
    if len(times) == 1:
        yield Row(what, size, times["ours"])
    for name in (name for name in peers if name in times):
        yield Row(f"{what} / {name}", size, times["ours"], times[name], *goals.get(name, (None, None)))


def our_forward(case: Case) -> Work:
    if isinstance(case, Many):
        return partial(sim.forward_many, case.cell, case.weights, *case.start)
    return partial(sim.forward, case.layer, *case.start)


def our_backward(case: Case) -> Work:
    """Forward and backward, as autograd has to."""
    forward = our_forward(case)
    return lambda: sim.backward(forward(), case.dh)


def our_backward_in_full(case: Case) -> Work:
    """The same, and the gradient of every quantity of every step besides, which nobody else keeps."""
    backward = our_backward(case)
    return lambda: dict(backward())


def _forward() -> Iterator[Row]:
    goals = {"h2T3": (8, 10), "h4T5": (3, 4), "h8T10": (2.3, 3.3)}
    for size in SIZES:
        said = {"torch.nn.LSTM": goals[size]} if size in goals else {}
        peers = {"torch.nn.LSTM": _by("torch", "forward"), "onnxruntime, float32": _by("onnx", "forward")}
        yield from _beside("one LSTM forward", size, one("lstm", size), our_forward, peers, said)
    for size in SIZES:
        peers = {"torch.nn.GRU": _by("torch", "forward")}
        yield from _beside("one GRU forward", size, one("gru", size), our_forward, peers, {})


def _exact() -> Iterator[Row]:
    for size in SIZES:
        case = one("lstm", size)
        times = medians({run.__name__: partial(run, case.layer, *case.start) for run in (sim.exact, sim.forward)})
        yield Row("one exact / unrounded", size, times["exact"], times["forward"], 1.5, 1.3, most=True)


def _backward() -> Iterator[Row]:
    for size, goal in {"h2T3": 20, "h4T5": 8, "h8T10": 6.5}.items():
        peers, goals = {"torch autograd": _by("torch", "backward")}, {"torch autograd": (goal, goal)}
        yield from _beside("one forward and back", size, one("lstm", size), our_backward, peers, goals)


def _many() -> Iterator[Row]:
    for size, goal in {"h2T3": (3.2, 5), "h4T5": (2, 3.2)}.items():
        peers = {"torch.bmm": _by("torch", "forward_many"), "jitted JAX": _by("jax", "forward")}
        yield from _beside("10 000 forward", size, many(size), our_forward, peers, {"torch.bmm": goal})
        peers = {
            "torch autograd, bmm": _by("torch", "backward_many"),
            "torch autograd, same layout": _by("torch", "backward_in_our_layout"),
            "jitted JAX": _by("jax", "backward"),
        }
        goals = dict.fromkeys(peers, (3, 3)) | {"jitted JAX": (1, 1)}
        yield from _beside("10 000 forward and back", size, many(size), our_backward, peers, goals)
        peers = {"jitted JAX": _by("jax", "backward")}
        yield from _beside("10 000, every gradient", size, many(size), our_backward_in_full, peers, {})


def _by(library: str, work: str) -> Maker:
    return lambda case: getattr({"torch": by_torch, "jax": by_jax, "onnx": by_onnx}[library], work)(case)


def _many_exact() -> Iterator[Row]:
    """The compiled steps alone, on arrays of a block, exact and in full precision."""
    for size in ("h2T3", "h4T5"):
        case = many(size)
        times = medians({"full": _program(case, size, None), "exact": _program(case, size, Rounding(4, 4))})
        exact, full = times["exact"] / SEEDS, times["full"] / SEEDS
        yield Row("many exact / unrounded", size, exact, full, 1.5, 1.3, most=True)


def _program(case: Many, size: str, rounding: Rounding | None) -> Work:
    D, H, T = SIZES[size]
    program = array_program(case.cell, (case.cell,) * T, (D, H), rounding, True)
    cut = [array[..., :SEEDS].copy() for array in (*case.weights.values(), *case.x, case.h0, case.c0)]
    given = [whole("given", array, 4) for array in cut] if rounding else cut
    groups = given[: len(case.weights)], given[len(case.weights) :]
    out = aligned(*((H, SEEDS) for _ in range(T * len(case.cell.equations))))
    scratch = aligned(*((*shape, SEEDS) for shape in program.registers)) if program.registers else []
    return partial(program, *groups, out=out, scratch=scratch)


def _exercise(size: str) -> sim.Exercise:
    D, H, T = SIZES[size]
    wide, narrow = sim.Range(-1.9, 1.9, 0.2), sim.Range(-0.9, 0.9, 0.2)
    ranges = {"x": wide, "h0": narrow, "c0": wide, "W": wide, "U": wide, "b": narrow}
    exercise = sim.Exercise("bench/1", "lstm", D, H, T, (f"h@{T}",), claims={"h": SLIPS}, ranges=ranges)
    exercise.check()
    return exercise


def _candidates() -> Iterator[Row]:
    """Draw, truth, ten slips, all pairs, exact: in a block, without those that are looked at further."""
    for size, must, aim in (("h2T3", 1.2e-6, 1.0e-6), ("h4T5", 4.0e-6, 3.5e-6)):
        works = {"judged": partial(Candidates, _exercise(size), range(SEEDS)), "certified": _certified(size)}
        times = medians(works)
        yield Row("one candidate in a block", size, times["judged"] / SEEDS, must=must, aim=aim)
        yield Row("one certificate in a block", size, times["certified"] / SEEDS)


def _certified(size: str) -> Work:
    exercise = _exercise(size)
    return lambda: list(sim.accepted(exercise, range(SEEDS)))


def _on_demand() -> Iterator[Row]:
    for size, must, aim in (("h2T3", 0.5e-3, 0.1e-3), ("h4T5", 1e-3, 0.3e-3)):
        yield Row("one accepted on demand", size, medians({"ours": _demanded(size)})["ours"], must=must, aim=aim)


def _demanded(size: str) -> Work:
    exercise, firsts = _exercise(size), count(0, 16)

    def demand() -> object:
        first = next(firsts)
        return next(sim.accepted(exercise, range(first, first + 16)))

    return demand
