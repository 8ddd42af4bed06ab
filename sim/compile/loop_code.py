"""The source of a looping program: what stands ahead of the loop, in it, and after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sim.compile.arrays import CODE, NAMES, Constants
from sim.compile.lanes import AFTER, AHEAD, FIXED, JOINED, LOOP, Lanes, Operand, Run, Step
from sim.layers import Array

# a matrix times a vector in one step, and in all steps at once; sums over all steps: of outer products, of a value
LOOP_PRODUCT, WHOLE_PRODUCT = "dot({0}, {1}, {out})", "dot({1}, {0}.T)"
OUTER_SUM, SUM = "dot({0}.T, {1})", "dot(w.ones, {0})"


class View(NamedTuple):
    """Some lanes of something: of the lasting rows, of a pack, of a feed, of what is carried.

    `lanes` is 0 for one lane without an axis of lanes; `flat` joins lanes and units.
    """

    kind: str
    number: int
    first: int = 0
    lanes: int = 0
    flat: bool = False


class LoopCode:
    """Writes the two functions of a workspace `w` and the stacks `s`: what is ahead of the loop, and the rest."""

    def __init__(self, step: Step) -> None:
        self.step, self.lanes = step, Lanes(step)
        (units,) = {step.shape[number] for number in step.carried.values()}
        self.constants = Constants(*units)
        self.views: dict[View, str] = {}
        self.wholes: dict[View, str] = {}
        self.stacked: list[tuple[str, tuple[int, ...]]] = []
        self.feeds: list[tuple[int, ...]] = []

    def functions(self) -> tuple[Callable[..., None], Callable[..., dict[str, Array]]]:
        runs = list(self.lanes.runs())
        ahead = [self._ahead(run) for run in runs if self.step.phase[run.nodes[0]] == AHEAD]
        loop = [line for run in runs if self.step.phase[run.nodes[0]] == LOOP for line in self._in_loop(run)]
        ahead += self._fill_feeds()
        after = [*self._after(), *self._sums(), f"return {{{', '.join(self._results())}}}"]
        seen = f"for ({', '.join(self.views.values())},) in w.steps:"
        whole = f"({''.join(f'{name}, ' for name in self.wholes.values())}) = w.whole"
        return self._function([whole, *ahead]), self._function([whole, seen, *(f"    {line}" for line in loop), *after])

    def _function(self, lines: list[str]) -> Callable[..., Any]:
        scope: dict[str, Any] = NAMES | self.constants
        source = ["def function(w, s):", *(f"    {line}" for line in lines)]
        exec("\n".join(source), scope)  # noqa: S102 - our own declarations, never a user's text
        function: Callable[..., Any] = scope["function"]
        return function

    def _call(self, code: str, operands: Sequence[str], number: int, out: str = "None") -> str:
        return self.constants.call(code, operands, self.step.node(number).label, out)

    # --- in the loop

    def _in_loop(self, run: Run) -> Iterator[str]:
        number, op = run.nodes[0], self.step.node(run.nodes[0]).op
        if op == JOINED:
            yield from self._joined_in_loop(number)
        else:
            operands = [self._seen(operand, is_matrix=op == "@") for operand in run.operands]
            out = self._lanes_seen(run.nodes, flat=op == "@")
            yield self._call(LOOP_PRODUCT, operands, number, out) if op == "@" else self._lanes_call(run, operands, out)

    def _lanes_call(self, run: Run, operands: Sequence[str], out: str) -> str:
        """One call for all lanes; where their numbers differ, with an array of them."""
        nodes = [self.step.node(number) for number in run.nodes]
        ops, labels = {node.op for node in nodes}, [node.label for node in nodes]
        label = labels[0] if len(set(labels)) == 1 else tuple(zip(*labels, strict=True))
        return self.constants.call(CODE["round_sigmoid" if len(ops) > 1 else nodes[0].op], operands, label, out)

    def _joined_in_loop(self, number: int) -> Iterator[str]:
        out = self._lanes_seen((number,))
        for k, (matrices, rows) in enumerate(self._products(number)):
            pair = [self._stack(matrices, "beside"), self._view(self.views, rows)]
            if k == 0:
                yield self._call(LOOP_PRODUCT, pair, number, out)
            else:
                yield f"add({out}, {self._call(LOOP_PRODUCT, pair, number)}, {out})"

    def _products(self, number: int) -> Iterator[tuple[tuple[int, ...], View]]:
        """A sum of products as few products: those whose vectors stand side by side are one."""
        args, row = self.step.node(number).args, self.lanes.row
        pairs = zip(args[::2], args[1::2], strict=True)
        for run in _side_by_side(pairs, lambda pair: row[pair[1]]):
            yield tuple(matrix for matrix, _ in run), View("row", 0, row[run[0][1]], len(run), flat=True)

    def _seen(self, operand: Operand, *, is_matrix: bool = False) -> str:
        """An operand as one step sees it."""
        number = operand.nodes[0]
        if self.step.phase[number] == FIXED and operand.kind in ("one", "stack"):
            return self._stack(operand.nodes, "below" if len(self.step.shape[number]) == 2 else "lanes")
        label = str(self.step.node(number).label)
        if label in self.step.carried and operand.kind == "one":
            carried = list(self.step.carried)
            return self._view(
                self.views, View("carried", carried.index(label), self.lanes.row[self.step.carried[label]])
            )
        if number in self.lanes.place and operand.kind != "feed":
            return self._lanes_seen(operand.nodes)
        if operand.nodes not in self.feeds:
            self.feeds.append(operand.nodes)
        return self._view(self.views, View("feed", self.feeds.index(operand.nodes)))

    def _lanes_seen(self, nodes: tuple[int, ...], *, flat: bool = False) -> str:
        return self._view(self.views, self._place(nodes, flat))

    # --- for all steps at once

    def _ahead(self, run: Run) -> str:
        count, number = len(run.nodes), run.nodes[0]
        out = self._view(self.wholes, self._place(run.nodes))
        operands = [self._whole(operand, count) for operand in run.operands]
        if self.step.node(number).op != "@":
            return self._lanes_call(run, operands, out)
        matrix, vector = self._whole(run.operands[0], count), self._all_steps(run.operands[1].nodes[0])
        return f"copyto({out}, {self._call(WHOLE_PRODUCT, [matrix, vector], number)}.reshape({out}.shape))"

    def _whole(self, operand: Operand, count: int) -> str:
        """An operand for all steps; a single one is read by all lanes."""
        if self.step.phase[operand.nodes[0]] == FIXED:
            return self._stack(operand.nodes, "below" if len(self.step.shape[operand.nodes[0]]) == 2 else "lanes")
        if operand.kind == "rows":
            return self._view(self.wholes, self._place(operand.nodes))
        return self._all_steps(operand.nodes[0]) + ("[:, None]" if count > 1 else "")

    def _all_steps(self, number: int) -> str:
        """One node over all steps, the step first."""
        if number in self.lanes.place:
            return self._view(self.wholes, self._place((number,)))
        phase = self.step.phase[number]
        if phase == FIXED:
            return self._stack((number,), "lanes")
        given = list(self.step.given)
        return f"w.given[{given.index(str(self.step.node(number).label))}]" if phase == AHEAD else f"n{number}"

    def _fill_feeds(self) -> Iterator[str]:
        for k, nodes in enumerate(self.feeds):
            for lane, number in enumerate(nodes):
                yield f"copyto(w.feeds[{k}]{f'[:, {lane}]' if len(nodes) > 1 else ''}, {self._all_steps(number)})"

    def _after(self) -> Iterator[str]:
        for number in self.step.needed:
            node = self.step.node(number)
            if self.step.phase[number] != AFTER or node.op == "outer":
                continue
            if node.op == JOINED:
                products = (
                    self._call(WHOLE_PRODUCT, [self._stack(matrices, "beside"), self._view(self.wholes, rows)], number)
                    for matrices, rows in self._products(number)
                )
                yield f"n{number} = {' + '.join(products)}"
            else:
                code = WHOLE_PRODUCT if node.op == "@" else CODE[node.op]
                yield f"n{number} = {self._call(code, [self._all_steps(arg) for arg in node.args], number)}"

    def _sums(self) -> Iterator[str]:
        """The gradients of the weights: outer products with the same vector, side by side, are one product."""
        row = self.lanes.row
        by_right = defaultdict[str, list[int]](list)
        for number in dict.fromkeys(self.step.summed.values()):
            node = self.step.node(number)
            if node.op == "outer" and node.args[0] in row:
                by_right[self._all_steps(node.args[1])].append(number)
            elif node.op == "outer":
                yield f"t{number} = {self._call(OUTER_SUM, [*map(self._all_steps, node.args)], number)}"
            else:
                yield f"t{number} = {self._call(SUM, [self._all_steps(number)], number)}"
        for right, numbers in by_right.items():
            for run in _side_by_side(numbers, lambda number: row[self.step.node(number).args[0]]):
                view = View("row", 0, row[self.step.node(run[0]).args[0]], len(run), flat=True)
                total = self._call(OUTER_SUM, [self._view(self.wholes, view), right], run[0])
                height = self.step.shape[run[0]][0]
                yield f"total = {total}"
                for k, number in enumerate(run):
                    yield f"t{number} = total[{k * height}:{(k + 1) * height}]"

    def _results(self) -> Iterator[str]:
        for name, number in self.step.kept.items():
            if number not in self.lanes.row:
                copied = ".copy()" if number in self.lanes.place else ""
                yield f"{name!r}: {self._all_steps(number)}{copied}"
        for name, number in self.step.summed.items():
            yield f"{name!r}: t{number}"

    # --- names

    def _place(self, nodes: tuple[int, ...], flat: bool = False) -> View:
        pack, lane = self.lanes.place[nodes[0]]
        count = len(nodes) if len(nodes) > 1 else 0
        if nodes[0] in self.lanes.row:
            return View("row", 0, self.lanes.row[nodes[0]], count, flat and count > 0)
        return View("pack", pack, lane, count, flat and count > 0)

    def _view(self, views: dict[View, str], view: View) -> str:
        prefix = "v" if views is self.views else "all"
        return views.setdefault(view, f"{prefix}{len(views)}")

    def _stack(self, nodes: tuple[int, ...], how: str) -> str:
        node = self.step.node(nodes[0])
        if len(nodes) == 1 and node.op == "number":
            return self.constants.name(float(node.label))
        if (how, nodes) not in self.stacked:
            self.stacked.append((how, nodes))
        return f"s[{self.stacked.index((how, nodes))}]"


def _side_by_side[T](items: Iterable[T], row: Callable[[T], int]) -> Iterator[list[T]]:
    """The items in groups whose rows follow one another."""
    group: list[T] = []
    for item in sorted(items, key=row):
        if group and row(item) != row(group[-1]) + 1:
            yield group
            group = []
        group.append(item)
    if group:
        yield group
