"""A learner followed with his own numbers: what comes out where his earlier values stand instead of the right ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.checks import check_step, of_kind
from sim.compile.decimals import Rounding, check_largest, exactly, whole_list
from sim.compile.programs import Sizes, Steps, is_small
from sim.compile.recipes import Number
from sim.errors import SizeError, UnknownName
from sim.language.declarations import Cell
from sim.language.expressions import Shape
from sim.layers import Array, Layer, numbers, of_shape
from sim.runs.running import given_to, largest_of, state, steps_in
from sim.runs.traces import Trace, by_name
from sim.slips.binding import Slip, slip_named
from sim.slips.worlds import World, setting

MOST_FOLLOWED = 64  # steps


class Losses(NamedTuple):
    """What a backward pass is given: dh (T, H), and what reaches the last states from beyond. None is 0."""

    dh: npt.ArrayLike | None = None
    dh_last: npt.ArrayLike | None = None
    dc_last: npt.ArrayLike | None = None


class Follower:
    """One set of given numbers, checked once, and asked again and again with other own numbers and other slips.

    Raises: ShapeError, NumberError, UnknownName for a layer that reads from the end; SizeError.
    """

    def __init__(
        self, layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
        *, dh: npt.ArrayLike | None = None, dh_last: npt.ArrayLike | None = None, dc_last: npt.ArrayLike | None = None,
    ) -> None:  # fmt: skip
        of_kind("layer", layer, Layer, "one layer")
        if layer.reverse:
            raise UnknownName("A layer that reads from the end can't be followed.", "Give it the sequence reversed.")
        self.layer, self.given = layer, given_to(layer, x, h0, c0)
        self.T = steps_in(layer, self.given)
        if self.T > MOST_FOLLOWED:
            raise SizeError(f"x has {self.T} steps; a learner is followed through {MOST_FOLLOWED} at most.")
        self.is_scalar = layer.D == layer.H == 1
        self._named = self._by_name(Losses(dh, dh_last, dc_last))
        self._in_units: dict[int, dict[str, Number]] = {}
        self._worlds: dict[object, World] = {}
        self._owned: dict[object, Number] = {}

    def value(
        self, own: Mapping[str, npt.ArrayLike], asked: str, *, slip: Slip | str | None = None, decimals: int | None = 4
    ) -> Array:
        """As `evaluate_with`."""
        found = self.asked(own, asked, decimals)
        return np.array(found.entries(slip)).reshape(found.shape)

    def entries(
        self, own: Mapping[str, npt.ArrayLike], asked: str, *, slip: Slip | str | None = None, decimals: int | None = 4
    ) -> tuple[float, ...]:
        """The same, one entry after another."""
        return self.asked(own, asked, decimals).entries(slip)

    def asked(self, own: Mapping[str, npt.ArrayLike], asked: str, decimals: int | None = 4) -> Asked:
        """One quantity of a learner with these own numbers, to be asked for with one slip after the other."""
        order = places(self.layer.cell, self.T)
        check_known(self.layer.cell, [asked, *own], order)
        earlier = {key: value for key, value in own.items() if order[key] < order[asked]}
        return Asked(self.layer, self._world(earlier, exactly(decimals)), asked)

    def early(self, asked: str, decimals: int) -> Iterator[tuple[float, ...]]:
        """The value in traces of which every value is kept to fewer decimals, most first, and in one cut off there."""
        for kept in range(decimals - 1, 0, -1):
            yield Asked(self.layer, self._world({}, Rounding(kept=kept)), asked).entries()
        yield Asked(self.layer, self._world({}, Rounding(kept=decimals, op="cut")), asked).entries()

    def trace(
        self, own: Mapping[str, npt.ArrayLike], *, slip: Slip | None = None, step: int = 1, decimals: int | None = 4
    ) -> Trace:
        """As `trace_with`."""
        layer, rounding = self.layer, exactly(decimals)
        check_known(layer.cell, own, places(layer.cell, self.T))
        cells = _cells(layer, slip, step, self.T)
        replaced = {f"{name}@{step}" for name in ((slip.asked, *slip.changes) if slip else ())}
        used = {key: value for key, value in own.items() if key not in replaced}
        world = self._world(used, rounding)
        world = world.after_slip(slip, step) if slip else world
        raw = [world[f"{name}@{t}"] for t in range(1, self.T + 1) for name in cells[0].equations]
        if is_small(layer.D, layer.H) and not self.is_scalar:
            raw = np.ravel(raw).tolist()
        own_values = {key: np.atleast_1d(self._own(key, value, None)) for key, value in used.items()}
        return Trace(cells, layer, self.given, raw, (layer.H,), rounding, own=own_values)

    def _world(self, own: Mapping[str, npt.ArrayLike], rounding: Rounding | None) -> World:
        return once(self._worlds, (rounding, *own.items()), lambda: self._made(own, rounding))

    def _made(self, own: Mapping[str, npt.ArrayLike], rounding: Rounding | None) -> World:
        unit = None if rounding is None else rounding.unit
        given = self._named if unit is None else self._units(unit)
        theirs = {key: self._own(key, value, unit) for key, value in own.items()}
        return World(setting(self.layer.cell, self.T, self.is_scalar, rounding), given, theirs)

    def _own(self, key: str, value: npt.ArrayLike, unit: int | None) -> Number:
        """A learner's value as worlds hold it: many of them ask for the same."""
        return once(self._owned, (key, value, unit), lambda: self._read(key, value, unit))

    def _read(self, key: str, value: npt.ArrayLike, unit: int | None) -> Number:
        array = own_value(self.layer, key, value)
        units = array if unit is None else np.rint(array * 10.0**unit)
        return units.item() if self.is_scalar else units

    def _units(self, decimals: int) -> dict[str, Number]:
        """What is given as whole numbers of the last decimal. Raises: DecimalsError."""
        if decimals not in self._in_units:
            whole = whole_list(list(self._named.values()), decimals, self._as_arrays)
            check_largest(largest_of(whole))
            self._in_units[decimals] = dict(zip(self._named, whole, strict=True))
        return self._in_units[decimals]

    def _by_name(self, losses: Losses) -> dict[str, Number]:
        """Weights, inputs, first states and what the loss gives, by the keys that equations read."""
        layer, states, rows = self.layer, self.layer.cell.states, range(1, self.T + 1)
        x, *firsts = by_name(self.given, states, layer.D, layer.H).values()
        dh = np.zeros((self.T, layer.H)) if losses.dh is None else numbers("dh", losses.dh)
        of_shape("dh", dh, (self.T, layer.H))
        last = {"h": losses.dh_last, "c": losses.dc_last}
        found = {f"d{each}_last": state(layer, f"d{each}_last", last[each]) for each in states}
        found |= {f"x@{t}": x[t - 1] for t in rows} | {f"dh_loss@{t}": dh[t - 1] for t in rows}
        found |= {**layer.weights} | {f"{each}@0": first for each, first in zip(states, firsts, strict=True)}
        return {key: array.item() for key, array in found.items()} if self.is_scalar else found

    def _as_arrays(self) -> dict[str, Array]:
        """What is given, as its name is said: "h0", "dh at step 1"."""
        said = {f"{state}@0": f"{state}0" for state in self.layer.cell.states}
        plain = {key: key.replace("dh_loss", "dh").replace("@", " at step ") for key in self._named}
        return {said.get(key, plain[key]): np.asarray(value) for key, value in self._named.items()}


class Asked:
    """One quantity in one world: right, or with a slip made at its step."""

    def __init__(self, layer: Layer, world: World, name: str) -> None:
        self.layer, self.world, self.name = layer, world, name
        self.step = step_of(name)
        self.unit = 1.0 if world.setting.rounding is None else 10.0**world.setting.rounding.unit
        world.reach(name, self.step)

    @property
    def shape(self) -> Shape:
        return self.layer.cell.shape(self.name, self.layer.D, self.layer.H)

    def entries(self, slip: Slip | str | None = None) -> tuple[float, ...]:
        """Raises: UnknownName, ShapeError where the slip does not fit."""
        found = self.world[self.name] if slip is None else self._with(slip)
        if self.world.setting.is_scalar:
            return (found / self.unit + 0.0,)
        whole = found if np.shape(found) else np.full(self.shape, found)  # a slip may make a plain number of a vector
        return tuple((whole / self.unit + 0.0).ravel().tolist())

    def _with(self, slip: Slip | str) -> Number:
        cell, sizes = self.layer.cell, (self.layer.D, self.layer.H)
        return self.world.with_slip(_fitting(slip, cell, sizes, self.name), self.step)[self.name]

    def reads(self) -> set[str]:
        """The learner's own numbers that it is computed from, not those that stand behind them."""
        return self.world.own_read_by(self.name)


@lru_cache(maxsize=8192)
def _fitting(slip: Slip | str, cell: Cell, sizes: Sizes, asked: str) -> Slip:
    """The slip, if it can be made there. Raises: UnknownName, ShapeError."""
    found = slip_named(cell, asked, slip) if isinstance(slip, str) else slip
    found.check(cell, *sizes)
    if found.of_gradient != (asked.partition("@")[0] not in cell.equations):
        raise UnknownName(f"{found.id} is a slip of {found.asked}, and asked is {asked}.")
    return found


def once[Made](known: dict[object, Made], key: object, make: Callable[[], Made]) -> Made:
    """Made once for the same key; for what can be none, as arrays and lists, each time."""
    try:
        hash(key)
    except TypeError:
        return make()
    if key not in known:
        known[key] = make()
    return known[key]


def evaluate_with(
    layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, own: Mapping[str, npt.ArrayLike], asked: str, slip: Slip | str | None = None, decimals: int | None = 4,
    dh: npt.ArrayLike | None = None, dh_last: npt.ArrayLike | None = None, dc_last: npt.ArrayLike | None = None,
) -> Array:  # fmt: skip
    """One quantity ("c@1", "dc@1", "dW_f") where the values in `own` are the learner's, read to `decimals`.

    With a slip, it is made at that step. A value in `own` of the asked quantity, of one that comes after it, or of one
    whose equation the slip replaces, is not used. `decimals=None` computes in full precision. Whoever asks more than
    once keeps a `Follower`.
    Raises: UnknownName, ShapeError, NumberError, DecimalsError.
    """
    follower = Follower(layer, x, h0, c0, dh=dh, dh_last=dh_last, dc_last=dc_last)
    return follower.value(own, asked, slip=slip, decimals=decimals)


def trace_with(
    layer: Layer, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, c0: npt.ArrayLike | None = None,
    *, own: Mapping[str, npt.ArrayLike], slip: Slip | None = None, step: int = 1, decimals: int | None = 4,
) -> Trace:  # fmt: skip
    """The whole trace where the values in `own` are the learner's; for printers, which then put his numbers in.

    With a slip, it is made at `step`, and what it replaces is computed there, not taken from `own`.
    Raises: as `evaluate_with`.
    """
    return Follower(layer, x, h0, c0).trace(own, slip=slip, step=step, decimals=decimals)


@lru_cache(maxsize=64)
def places(cell: Cell, T: int) -> Mapping[str, int]:
    """Every value of T steps forward and backward by key, with its place in the order of computing."""
    keys = [f"{name}@{step}" for step in range(1, T + 1) for name in cell.equations]
    keys += [f"{name}@{step}" for step in range(T, 0, -1) for name in cell.gradients]
    keys += [f"d{name}" for name in cell.parameters]
    return {key: place for place, key in enumerate(keys)}


def check_known(cell: Cell, keys: Iterable[str], known: Mapping[str, int]) -> None:
    """Raises: UnknownName for a value that these steps do not have."""
    for key in keys:
        of_kind("a name", key, str, "a text such as c@1")
        if key in known:
            continue
        name, _, step = key.partition("@")
        if f"{name}@1" in known and step.isdecimal():
            raise UnknownName(f"There is no step {step}.", f"“{key}” is asked of a shorter sequence.")
        raise UnknownName(
            f"There is no “{key}” in {cell.title}.",
            f"Write a name and a step, as in c@1; there are {', '.join(cell.equations)}, and gradients such as dh.",
        )


def step_of(key: str) -> int:
    """The step of "c@2"; of a value of all steps ("dW_f"), the first."""
    return int(key.partition("@")[2] or 1)


def own_value(layer: Layer, key: str, value: npt.ArrayLike) -> Array:
    """A learner's value in its shape; one number, or a matrix entry by entry, will do."""
    shape = layer.cell.shape(key, layer.D, layer.H)
    array = numbers(key, value)
    fits = array.size == math.prod(shape) and (array.ndim < 2 or array.size == 1)
    return array.reshape(shape) if fits else of_shape(key, array, shape)


def _cells(layer: Layer, slip: Slip | None, step: int, T: int) -> Steps:
    """The cell of each step: the layer's own, with the slip in one of them. Raises: UnknownName."""
    step = check_step(step, T)
    wrong = slip.cell_for(layer) if slip else layer.cell
    return tuple(wrong if t == step else layer.cell for t in range(1, T + 1))
