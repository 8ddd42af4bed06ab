"""One step in as few NumPy calls as possible: what is computed alike stands side by side, in lanes.

The products U_i h, U_f h, U_g h and U_o h become one product with the four matrices stacked, one σ squashes i, f and o,
and the sum U_i.T da_i + U_f.T da_f + … becomes one product with the matrices beside one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from sim.compile.graphs import Graph, Node
from sim.language.expressions import Shape, combined

# when a node is computed: once; for all steps at once, before the loop; in the loop; for all steps at once, after it
FIXED, AHEAD, LOOP, AFTER = "fixed", "ahead", "loop", "after"
JOINED = "@+"  # M1 @ v1 + M2 @ v2 + …, the arguments in pairs
SQUASHED = ("round_sigmoid", "round_tanh")  # alike but for their numbers


@dataclass(frozen=True)
class Step:
    """One step as a graph, and what its leaves are: `given` for every step beforehand, `carried` from the step that was
    computed before (leaf → node), or the same in every step (all others).

    Asked for are the values of the nodes in `kept` in every step, and the sums of those in `summed` over all steps.
    """

    graph: Graph
    leaves: Mapping[str, Shape]
    given: Sequence[str]
    carried: Mapping[str, int]
    kept: Mapping[str, int]
    summed: Mapping[str, int] = field(default_factory=dict)

    def node(self, number: int) -> Node:
        return self.graph.nodes[number]

    @cached_property
    def needed(self) -> list[int]:
        return self.graph.needed({*self.carried.values(), *self.kept.values(), *self.summed.values()})

    @cached_property
    def phase(self) -> dict[int, str]:
        handed_on = set(self.carried.values())
        carrying = set(self.graph.needed({*handed_on, *self._readers()}))
        phase: dict[int, str] = {}
        for number in self.needed:
            node = self.node(number)
            read = {phase[arg] for arg in node.args}
            if node.op == "name":
                phase[number] = AHEAD if node.label in self.given else LOOP if node.label in self.carried else FIXED
            elif read & {LOOP, AFTER}:
                phase[number] = LOOP if number in carrying else AFTER
            else:
                phase[number] = LOOP if number in handed_on else AHEAD if AHEAD in read else FIXED
        return phase

    def _readers(self) -> Iterator[int]:
        """What reads the step before: it is there only while the loop is at that step."""
        for number in self.needed:
            before = (self.node(arg) for arg in self.node(number).args)
            if any(arg.op == "name" and arg.label in self.carried for arg in before):
                yield number

    @cached_property
    def shape(self) -> dict[int, Shape]:
        """The shape of each node in one step of one variant."""
        shape: dict[int, Shape] = {}
        for number in self.needed:
            node = self.node(number)
            if not node.args:
                shape[number] = self.leaves[str(node.label)] if node.op == "name" else ()
            elif node.op == JOINED:
                shape[number] = shape[node.args[0]][:1]
            else:
                shape[number] = combined(node.op, [shape[arg] for arg in node.args])
        return shape

    def joined(self) -> Step:
        """The same step with every sum of several products of the loop's values written as one node."""
        graph, new = Graph(), dict[int, int]()
        for number in self.needed:
            node = self.node(number)
            products = [term for term in self._terms(number) if self._is_product(term)]
            if node.op == "+" and len(products) > 1:
                rest = [new[term] for term in self._terms(number) if term not in products]
                total = graph.add(JOINED, *(new[arg] for term in products for arg in self.node(term).args))
                for term in rest:
                    total = graph.add("+", total, term)
                new[number] = total
            else:
                new[number] = graph.add(node.op, *(new[arg] for arg in node.args), label=node.label)
        mapped = (
            {name: new[number] for name, number in part.items()} for part in (self.carried, self.kept, self.summed)
        )
        carried, kept, summed = mapped
        return replace(self, graph=graph, carried=carried, kept=kept, summed=summed)

    def _terms(self, number: int) -> Iterator[int]:
        if self.node(number).op == "+":
            for arg in self.node(number).args:
                yield from self._terms(arg)
        else:
            yield number

    def _is_product(self, number: int) -> bool:
        node = self.node(number)
        return node.op == "@" and self.phase[node.args[0]] == FIXED and self.phase[node.args[1]] == LOOP


@dataclass(frozen=True)
class Operand:
    """What a call reads: "one" node for all lanes, a "stack" of fixed ones, "rows" of a pack, or a "feed" of known ones
    that are laid side by side ahead of the loop."""

    kind: str
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class Run:
    """One call: some lanes of a pack, all computed alike from aligned operands."""

    nodes: tuple[int, ...]
    operands: tuple[Operand, ...]


class Lanes:
    """The packs of a step: what is computed alike, in an order in which the lanes of reader and read are aligned."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.packs = self._ordered(self._alike())
        self.place = {number: (k, lane) for k, pack in enumerate(self.packs) for lane, number in enumerate(pack)}
        self.row = self._rows()

    def _alike(self) -> list[list[int]]:
        """The nodes of the two packed phases, by what they look like down to their leaves; readers come later."""
        looks: dict[int, object] = {}
        packs: dict[object, list[int]] = defaultdict(list)
        height: dict[int, int] = {}
        for number in self.step.needed:
            node, phase, shape = self.step.node(number), self.step.phase[number], self.step.shape[number]
            height[number] = 1 + max((height[arg] for arg in node.args), default=0)
            looks[number] = (phase, shape)
            if node.args and phase in (AHEAD, LOOP):
                what = "squashed" if node.op in SQUASHED else (node.op, node.label)
                like = (phase, what, shape, *(looks[arg] for arg in node.args))
                packs[like].append(number)
                looks[number] = list(packs).index(like)
        return sorted(packs.values(), key=lambda pack: height[pack[0]])

    def _ordered(self, packs: list[list[int]]) -> list[list[int]]:
        """Every pack in the order in which its lanes are read by the packs after it."""
        readers: dict[int, list[int]] = defaultdict(list)
        for number in self.step.needed:
            for arg in self.step.node(number).args:
                readers[arg].append(number)
        rank: dict[int, tuple[int, int]] = {}
        last = (len(packs), 0)
        for k in range(len(packs) - 1, -1, -1):
            packs[k].sort(key=lambda number: min((rank.get(each, last) for each in readers[number]), default=last))
            rank |= {number: (k, lane) for lane, number in enumerate(packs[k])}
        return packs

    # --- what outlasts its step

    @cached_property
    def lasting(self) -> list[int]:
        """The packs of the loop that are needed for every step, those of joined products next to one another."""
        step = self.step
        wanted = {*step.kept.values(), *step.carried.values(), *step.summed.values()}
        wanted |= {arg for number in step.needed if step.phase[number] == AFTER for arg in step.node(number).args}
        packs = {self.place[number][0] for number in wanted if number in self.place and step.phase[number] == LOOP}
        joined = [set(step.node(number).args[1::2]) for number in step.needed if step.node(number).op == JOINED]
        first, last = (joined[0], joined[-1]) if joined else (set(), set())

        def nearness(pack: int) -> int:
            lanes = set(self.packs[pack])
            return {(True, False): 0, (True, True): 1, (False, True): 2}.get(
                (bool(lanes & first), bool(lanes & last)), 3
            )

        return sorted(packs, key=lambda pack: (nearness(pack), pack))

    def _rows(self) -> dict[int, int]:
        """Where each lane of the lasting packs stands when all of them are laid side by side."""
        return {
            number: row for row, number in enumerate(number for pack in self.lasting for number in self.packs[pack])
        }

    # --- the calls

    def runs(self) -> Iterator[Run]:
        """The calls of the two packed phases, each pack in as few as its operands allow."""
        for pack in self.packs:
            start = 0
            while start < len(pack):
                end = start + 1
                while end < len(pack) and self._operands(pack[start : end + 1]):
                    end += 1
                yield Run(tuple(pack[start:end]), self._operands(pack[start:end]))
                start = end

    def _operands(self, lanes: Sequence[int]) -> tuple[Operand, ...]:
        """What these lanes read, argument by argument; nothing if they can't be computed together."""
        op = self.step.node(lanes[0]).op
        args = zip(*(self.step.node(number).args for number in lanes), strict=True)
        operands = [self._operand(nodes, self.step.phase[lanes[0]]) for nodes in args]
        apart = (op == JOINED and len(lanes) > 1) or (op == "@" and operands[1] and operands[1].kind != "one")
        return () if apart or None in operands else tuple(operand for operand in operands if operand)

    def _operand(self, nodes: tuple[int, ...], phase: str) -> Operand | None:
        phases = {self.step.phase[number] for number in nodes}
        if len(set(nodes)) == 1:
            return Operand("one", nodes[:1])
        if phases == {FIXED}:
            return Operand("stack", nodes)
        if all(self._follows(a, b) for a, b in pairwise(nodes)):
            return Operand("rows", nodes)
        return Operand("feed", nodes) if phase == LOOP and phases <= {AHEAD, FIXED} else None

    def _follows(self, a: int, b: int) -> bool:
        return a in self.place and b in self.place and self.place[b] == (self.place[a][0], self.place[a][1] + 1)
