"""A linear read-out with a loss: what a layer's h is good for, and the gradient that starts the way back.

Declared as the cells are, and differentiated as they are: y = V h + b_y, and a loss of y and a target.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.checks import check_step, described, of_kind
from sim.errors import NumberError, ShapeError, UnknownName
from sim.language.expressions import Expr, number, parse
from sim.language.gradients import backward_equations
from sim.layers import Array, Numbers, numbers
from sim.runs.walk import value

LINEAR = {"y": "V @ h + b_y"}
DECLARED = {
    "squared": LINEAR | {"e": "y - target", "loss": "sum(e * e) / 2"},
    "cross_entropy": LINEAR | {"p": "softmax(y)", "loss": "logsumexp(y) - sum(target * y)"},
}
PARAMETERS = ("V", "b_y")
SUM = 1e-9  # how far from 1 the shares of a distribution may add up to


@dataclass(frozen=True, eq=False)
class ReadOut:
    """A read-out with its weights V (O, H) and b_y (O,), and the equations of its loss, forward and backward."""

    name: str
    weights: Mapping[str, Array]

    @cached_property
    def equations(self) -> Mapping[str, Expr]:
        return {left: parse(right) for left, right in DECLARED[self.name].items()}

    @cached_property
    def gradients(self) -> Mapping[str, Expr]:
        """From dloss = 1 to dh and the contributions to V and b_y."""
        found = backward_equations(self.equations, {"loss": number(1)}, ("h",))
        return {left: right for left, right in found.items() if left != "dtarget"}


class Readings(Mapping[str, Array]):
    """What a read-out makes of every step: y, loss, dh (T, H) for `backward`, and the gradients V and b_y."""

    def __init__(self, values: Mapping[str, Array]) -> None:
        self._values = values

    @property
    def total(self) -> float:
        """The loss of all steps together."""
        return float(self["loss"].sum())

    def __getitem__(self, name: str) -> Array:
        if name not in self._values:
            raise UnknownName(f"There is no “{name}” in this reading.", f"There are: {', '.join(self._values)}.")
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    __eq__, __hash__ = object.__eq__, object.__hash__


def read_out(loss: str, weights: Mapping[str, Numbers]) -> ReadOut:
    """A linear read-out with the loss "squared" (½ Σ (y − target)²) or "cross_entropy" (of softmax(y)).

    Raises: UnknownName, ShapeError, NumberError.
    """
    if not isinstance(loss, str) or loss not in DECLARED:
        raise UnknownName(f"There is no loss {described(loss)}.", f"There are: {', '.join(DECLARED)}.")
    of_kind("weights", weights, Mapping, "a mapping with V and b_y")
    if missing := [name for name in PARAMETERS if name not in weights]:
        raise UnknownName(f"Weights of the read-out are missing: {', '.join(missing)}.")
    V, b_y = (numbers(name, weights[name]) for name in PARAMETERS)
    if V.ndim != 2 or b_y.shape != V.shape[:1]:
        raise ShapeError(f"V has shape {V.shape} and b_y {b_y.shape}, needs (O, H) and (O,).")
    return ReadOut(loss, {"V": V, "b_y": b_y})


def read(of: ReadOut, h: Numbers, target: Numbers, *, steps: Sequence[int] | None = None) -> Readings:
    """Read out every step of h (T, H) and compare with the target (T, O), or (T,) numbers of classes.

    With `steps`, only these (counted from 1) have a loss: the last alone, where a sequence gets one answer.
    Raises: ShapeError, NumberError, UnknownName.
    """
    of_kind("of", of, ReadOut, "what sim.read_out gives")
    hs = numbers("h", h)
    outputs, H = of.weights["V"].shape
    if hs.ndim != 2 or hs.shape[1] != H:
        raise ShapeError(f"h has shape {hs.shape}, needs (T, H) with H = {H}.")
    T = len(hs)
    targets = _targets(of, numbers("target", target), (T, outputs))
    counted = _counted(steps, T)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by name
        found = [_step(of, hs[t], targets[t], t + 1 in counted) for t in range(T)]
        values = {name: np.array([step[name] for step in found]) for name in found[0]}
        values |= {name: values.pop(f"d{name}").sum(axis=0) for name in PARAMETERS}
    if overflown := [name for name, array in values.items() if not np.isfinite(array).all()]:
        raise NumberError(f"{overflown[0]} is not finite.", "Take smaller weights, or a smaller h.")
    return Readings(values)


def _counted(steps: Sequence[int] | None, T: int) -> set[int]:
    of_kind("steps", steps, (list, tuple, range, set, type(None)), "a list of steps")
    return set(range(1, T + 1)) if steps is None else {check_step(step, T) for step in steps}


def _targets(of: ReadOut, target: Array, shape: tuple[int, int]) -> Array:
    """The target (T, O); numbers of classes become 1 in their column. Raises: ShapeError, UnknownName."""
    if target.shape == shape[:1] and of.name == "cross_entropy":
        classes = target.astype(int)
        if (classes != target).any() or classes.min() < 0 or classes.max() >= shape[1]:
            raise UnknownName(f"The target names a class that is not there; classes count from 0 to {shape[1] - 1}.")
        target = np.eye(shape[1])[classes]
    if target.shape != shape:
        raise ShapeError(f"target has shape {target.shape}, needs (T, O) = {shape}.")
    if of.name == "cross_entropy" and ((target < 0).any() or np.abs(target.sum(axis=1) - 1).max() > SUM):
        raise NumberError("A row of target is no distribution.", "Its entries are 0 or more and add up to 1.")
    return target


def _step(of: ReadOut, h: Array, target: Array, counts: bool) -> dict[str, Array]:
    """Every value and gradient of one step; a step that does not count has loss and gradients 0."""
    names: dict[str, Array] = {**of.weights, "h": h, "target": target}
    for name, formula in (*of.equations.items(), *of.gradients.items()):
        found = value(formula, names)
        names[name] = found if counts or name not in ("loss", *of.gradients) else np.zeros_like(found)
    return {name: names[name] for name in (*of.equations, *of.gradients)}
