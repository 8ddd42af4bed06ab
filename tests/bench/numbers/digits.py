"""A million exact traces beside whole-number arithmetic whose σ and tanh come from `decimal`: not one digit may differ.

The reference below knows nothing of `sim`: int64 in units of the last decimal, sums never rounded, every named value
once, half away from zero. Each variant is computed twice by us: alone (`exact`), and in a block, as certificates do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache
from time import perf_counter

import numpy as np
import numpy.typing as npt

import sim
from sim.compile.decimals import Rounding
from sim.compile.programs import array_program
from sim.layers import Layer

type Units = npt.NDArray[np.int64]

BLOCK = 5000
SHAPES = ((1, 1, 1), (2, 2, 3), (1, 3, 2), (2, 4, 5))  # D, H, T
ENTRIES = 15  # numbers run from −1.5 to 1.5, in as many decimals as are asked, two at most


def show(variants: int) -> int:
    """Prints how many digits differ, and returns it."""
    blocks = -(-variants // (BLOCK * 6))
    began, wrong, total, values = perf_counter(), 0, 0, 0
    for decimals in (2, 3, 4):
        for name, steps in (("lstm", _lstm), ("gru", _gru)):
            for number in range(blocks):
                found, compared = _differing(name, steps, decimals, number)
                wrong, total, values = wrong + found, total + BLOCK, values + compared
    took = perf_counter() - began
    print(f"Digits: {total} variants at 2, 3 and 4 decimals, {values} values, {wrong} differ ({took:.0f} s).")
    return wrong


def _differing(
    name: str, steps: Callable[..., Iterator[Mapping[str, Units]]], decimals: int, number: int
) -> tuple[int, int]:
    cell, (D, H, T) = sim.cell(name), SHAPES[number % len(SHAPES)]
    chance = np.random.default_rng([decimals, len(name), number])
    shapes = {key: cell.shape(key, D, H) for key in cell.parameters}
    shapes |= {"x": (T, D)} | {f"{state}0": (H,) for state in cell.states}
    given = {key: _drawn(chance, (*shape, BLOCK), decimals) for key, shape in shapes.items()}
    reference = [value for step in steps(given, T, 10**decimals) for value in (step[key] for key in cell.equations)]
    right = np.stack(reference)  # (T · names, H, N)
    in_block = _in_a_block(cell, (D, H, T), given, decimals)
    alone = np.stack([_alone(cell, (D, H), given, decimals, k) for k in range(BLOCK)], axis=-1).reshape(right.shape)
    return int((in_block != right).sum() + (alone != right).sum()), 2 * right.size


def _drawn(chance: np.random.Generator, shape: tuple[int, ...], decimals: int) -> Units:
    """Whole units; every second array has tenths only, so that sums fall on ties often."""
    places = 1 if chance.random() < 0.5 else 2
    return chance.integers(-ENTRIES * 10 ** (places - 1), ENTRIES * 10 ** (places - 1) + 1, shape) * 10 ** (
        decimals - places
    )


def _in_a_block(cell: sim.Cell, sizes: tuple[int, int, int], given: Mapping[str, Units], decimals: int) -> Units:
    D, H, T = sizes
    program = array_program(cell, (cell,) * T, (D, H), Rounding(decimals, decimals), True)
    arrays = {key: array.astype(float) for key, array in given.items()}
    firsts = [arrays[f"{state}0"] for state in cell.states]
    groups = [arrays[key] for key in cell.parameters], [*arrays["x"], *firsts]
    out = [np.empty((H, BLOCK)) for _ in range(T * len(cell.equations))]
    scratch = [np.empty((*shape, BLOCK)) for shape in program.registers]
    return np.stack(program(*groups, out=out, scratch=scratch)).astype(np.int64)


def _alone(cell: sim.Cell, sizes: tuple[int, int], given: Mapping[str, Units], decimals: int, k: int) -> Units:
    numbers = {key: array[..., k] / 10**decimals for key, array in given.items()}
    layer = Layer(cell, {key: numbers[key] for key in cell.parameters}, *sizes)
    firsts = [numbers[f"{state}0"] for state in cell.states]
    trace = sim.exact(layer, numbers["x"], *firsts, decimals=decimals)
    return np.rint(np.array([trace[key] for key in cell.equations]).swapaxes(0, 1).ravel() * 10**decimals).astype(
        np.int64
    )


# --- the reference


def _lstm(given: Mapping[str, Units], T: int, one: int) -> Iterator[dict[str, Units]]:
    h, c = given["h0"], given["c0"]
    for t in range(T):
        a = {k: _sum(given, k, given["x"][t], h, one) for k in "ifgo"}
        i, f, o = (_squashed("sigmoid", a[k], one) for k in "ifo")
        g = _squashed("tanh", a["g"], one)
        c = _rounded(f * c + i * g, one)
        tanh_c = _squashed("tanh", c, one)
        h = _rounded(o * tanh_c, one)
        yield {f"a_{k}": value for k, value in a.items()} | {
            "i": i, "f": f, "g": g, "o": o, "c": c, "tanh_c": tanh_c, "h": h,
        }  # fmt: skip


def _gru(given: Mapping[str, Units], T: int, one: int) -> Iterator[dict[str, Units]]:
    h = given["h0"]
    for t in range(T):
        x = given["x"][t]
        a_r, a_z = (_sum(given, k, x, h, one) for k in "rz")
        r, z = (_squashed("sigmoid", a, one) for a in (a_r, a_z))
        inner = _product(given["U_n"], h) + given["b_hn"] * one
        a_n = _rounded((_product(given["W_n"], x) + given["b_in"] * one) * one + r * inner, one * one)
        n = _squashed("tanh", a_n, one)
        h = _rounded((one - z) * n + z * h, one)
        yield {"a_r": a_r, "r": r, "a_z": a_z, "z": z, "a_n": a_n, "n": n, "h": h}


def _sum(given: Mapping[str, Units], k: str, x: Units, h: Units, one: int) -> Units:
    return _rounded(_product(given[f"W_{k}"], x) + given[f"b_{k}"] * one + _product(given[f"U_{k}"], h), one)


def _product(matrix: Units, vector: Units) -> Units:
    return (matrix * vector).sum(axis=1)


def _rounded(value: Units, unit: int) -> Units:
    """To whole units, half away from zero."""
    return np.sign(value) * ((2 * np.abs(value) + unit) // (2 * unit))


def _squashed(function: str, a: Units, one: int) -> Units:
    """From a table made with `decimal`. σ(−a) is 1 − σ(a) and tanh(−a) is −tanh(a); only at 0 is there a tie."""
    size = np.abs(a)
    found = _table(function, one)[size] if size.max() < REACH * one else _beyond(function, size, one)
    negative = one - found if function == "sigmoid" else -found
    return np.where(a < 0, negative, found)


REACH = 13  # beyond this, σ and tanh are 1 to every digit asked


def _beyond(function: str, size: Units, one: int) -> Units:
    return np.where(size < REACH * one, _table(function, one)[np.minimum(size, REACH * one - 1)], one)


@cache
def _table(function: str, one: int) -> Units:
    with localcontext() as context:
        context.prec = 30
        return np.array([_exactly(function, Decimal(a) / one, one) for a in range(REACH * one)])


def _exactly(function: str, a: Decimal, one: int) -> int:
    e = (-a).exp()
    value = 1 / (1 + e) if function == "sigmoid" else (1 - e * e) / (1 + e * e)
    return int((value * one).to_integral_value(ROUND_HALF_UP))
