"""A step as a NumPy program that loops over a sequence, every array and every view made beforehand.

For one example of a large cell. Axes: (step, lane, unit).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from sim.compile.arrays import ArrayProgram
from sim.compile.lanes import AHEAD, LOOP, Step
from sim.compile.loop_code import LoopCode, View
from sim.language.expressions import Shape
from sim.layers import Array

MOST_FREE, LARGEST_FREE = 16, 200_000  # lengths of sequence, and floats, for which a workspace is kept for the next run


class Workspace:
    """The arrays of a program for so many steps, and the views it works on, step by step in the order of computing.

    `order` are the steps as they are computed, counted from 0; what a step in `cuts` hands on is 0.
    """

    def __init__(self, loop: Loop, order: Sequence[int], cuts: Collection[int] = ()) -> None:
        self.loop, T = loop, (len(order),)
        self.given: Sequence[Array] = ()
        self.ones = np.ones(T)
        self.first = [np.zeros(loop.step.leaves[leaf]) for leaf in loop.step.carried]
        self.nothing = [np.zeros_like(first) for first in self.first]
        self.rows = np.empty(T + loop.rows_shape)
        self.feeds = [np.empty(T + shape) for shape in loop.feed_shapes()]
        self.packs = {k: np.empty((T if is_ahead else ()) + shape) for k, shape, is_ahead in loop.pack_shapes()}
        self.whole = [self._lanes(self._array(view), view, axis=1) for view in loop.wholes]
        before = [None, *order[:-1]]
        self.steps = [
            tuple(self._seen(view, t, prior, prior in cuts) for view in loop.views)
            for t, prior in zip(order, before, strict=True)
        ]

    def _array(self, view: View) -> Array:
        return self.rows if view.kind == "row" else (self.feeds if view.kind == "feed" else self.packs)[view.number]

    def _seen(self, view: View, t: int, prior: int | None, is_cut: bool) -> Array:
        """What a step sees."""
        if view.kind == "carried":
            if prior is None:
                return self.first[view.number]
            return self.nothing[view.number] if is_cut else np.asarray(self.rows[prior, view.first])
        array = self._array(view)
        return self._lanes(array if self.loop.is_of_one_step(view) else array[t], view, axis=0)

    @staticmethod
    def _lanes(array: Array, view: View, axis: int) -> Array:
        if view.kind == "feed":
            return array
        lanes = slice(view.first, view.first + view.lanes) if view.lanes else view.first
        seen = array[(slice(None),) * axis + (lanes,)]
        return seen.reshape(*seen.shape[:axis], -1, *seen.shape[axis + 2 :]) if view.flat else seen


class Loop:
    """A step compiled. First `stacks` of the fixed arrays, then a `Workspace`, then `run`."""

    def __init__(self, step: Step) -> None:
        code = LoopCode(step.joined())
        self.step, self.lanes = code.step, code.lanes
        self._ahead, self._main = code.functions()
        self.views, self.wholes = list(code.views), list(code.wholes)
        self.row_of = {name: self.lanes.row[n] for name, n in code.step.kept.items() if n in self.lanes.row}
        self._free: dict[tuple[int, tuple[int, ...]], list[Workspace]] = defaultdict(list)
        self._stacked, self._feeds = code.stacked, code.feeds
        self._fixed_nodes = sorted({number for _, nodes in self._stacked for number in nodes})
        leaves = [(leaf, shape) for leaf, shape in step.leaves.items() if leaf not in (*step.given, *step.carried)]
        self._fixed = ArrayProgram(self.step.graph, self._fixed_nodes, [leaves], many=False)

    def stacks(self, fixed: Sequence[Array]) -> list[Array]:
        """The fixed arrays, in the order of the leaves, laid side by side as the program reads them."""
        found = dict(zip(self._fixed_nodes, self._fixed(fixed), strict=True))
        return [_laid(how, [found[number] for number in nodes]) for how, nodes in self._stacked]

    def run(
        self, stacks: Sequence[Array], given: Sequence[Array], first: Sequence[Array], *,
        backward: bool = False, cuts: tuple[int, ...] = (),
    ) -> tuple[Array, dict[str, Array]]:  # fmt: skip
        """The lasting values over all steps, in the rows that `row_of` says; and by name what else was asked for.

        `given` are the leaves known for every step, the step first; `first` what the first computed step is passed.
        Going `backward`, the last step is the first computed. The steps in `cuts` hand on nothing.
        """
        workspace = self._workspace(len(given[0]), backward, cuts)
        workspace.given = given
        for place, value in zip(workspace.first, first, strict=True):
            place[...] = value
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by name
            self._ahead(workspace, stacks)
            others = self._main(workspace, stacks)
        rows = workspace.rows.copy()
        if rows.size <= LARGEST_FREE:
            self._free[len(rows), cuts].append(workspace)
        return rows, others

    def _workspace(self, T: int, backward: bool, cuts: tuple[int, ...]) -> Workspace:
        """One that nobody works in, or a new one: two threads never share one."""
        free = self._free[T, cuts]
        if free:
            return free.pop()
        if len(self._free) > MOST_FREE:
            self._free.clear()
        return Workspace(self, range(T - 1, -1, -1) if backward else range(T), cuts)

    # --- what a workspace has to hold

    @property
    def rows_shape(self) -> Shape:
        shapes = {self.step.shape[number] for number in self.lanes.row}
        (shape,) = shapes or {()}  # what lasts are states and gradients of units, all of one size
        return (len(self.lanes.row), *shape)

    def feed_shapes(self) -> list[Shape]:
        return [((len(nodes),) if len(nodes) > 1 else ()) + self.step.shape[nodes[0]] for nodes in self._feeds]

    def pack_shapes(self) -> Iterator[tuple[int, Shape, bool]]:
        """The packs that are not among the rows, and whether each holds all steps."""
        for k, pack in enumerate(self.lanes.packs):
            if k not in self.lanes.lasting:
                yield k, (len(pack), *self.step.shape[pack[0]]), self.step.phase[pack[0]] == AHEAD

    def is_of_one_step(self, view: View) -> bool:
        return view.kind == "pack" and self.step.phase[self.lanes.packs[view.number][0]] == LOOP


def _laid(how: str, arrays: list[Array]) -> Array:
    """Matrices one below the other or beside one another; vectors in lanes of their own."""
    if len(arrays) == 1:
        return arrays[0]
    return np.stack(arrays) if how == "lanes" else np.concatenate(arrays, axis=int(how == "beside"))
