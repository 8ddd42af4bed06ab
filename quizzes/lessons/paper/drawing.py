"""Numbers for an exam: variant k of a seed is the same for ever, and its key depends on no tie of rounding. Pure."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import numpy.typing as npt

import sim
from quizzes.lessons.examples.address import Example, Rows

DECIMALS = 3  # of every value on a sheet; what is given has one


def drawn(example: Example, seed: int, count: int) -> tuple[Example, ...]:
    """So many examples of the same cell and sizes. The first ones stay the same when more are asked for."""
    exercise = _exercise(example, seed)
    fair = sim.accepted(exercise, range(1, 2 * count + 50))
    return tuple(_with(example, sim.draw(exercise, each.seed)) for each in islice(fair, count))


def _exercise(example: Example, seed: int) -> sim.Exercise:
    cell = example.declared
    asked = [f"{name}@{step}" for step in range(1, example.T + 1) for name in cell.equations]
    reach = {1: 1.5, 2: 0.9}.get(max(example.D, example.H), 0.7)  # sums stay where σ and tanh still move
    reaches = {"W": reach, "U": reach, "b": 0.9, "p": 0.9, "x": 1.5, "h0": 0.9, "c0": 1.5}
    ranges = {name: sim.Range(-far, far, 0.2) for name, far in reaches.items()}  # odd tenths: none is 0
    stream = f"paper {cell.name} {cell.convention} {seed}"
    return sim.Exercise(stream, cell, example.D, example.H, example.T, asked, ranges=ranges, decimals=DECIMALS)


def _with(example: Example, numbers: dict[str, npt.NDArray[np.float64]]) -> Example:
    return replace(example, numbers={name: _rows(numbers[name]) for name in example.numbers}, step=1, unit=1)


def _rows(array: npt.NDArray[np.float64]) -> Rows:
    return tuple(tuple(float(number) for number in row) for row in np.atleast_2d(array))
