"""Variants of every generator looked at one by one: is the key right, and does every slip that lives have a place?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, count, islice
from typing import Any

import sim
from quizzes.items.kinds import kind_of
from quizzes.items.kinds.base import Kind
from quizzes.items.marking import distance, is_complete, mark, read_answers
from quizzes.items.specification import Specification, quantity
from tests.course_packs import real_pack


def kinds() -> dict[str, Kind]:
    return {
        each.id: kind_of(Specification.from_json(each.specification), f"{each.id}/1") for each in real_pack().generators
    }


def variants(kind: Kind, most: int) -> Iterator[sim.Certificate]:
    seeds = range(kind.space) if kind.space else count(1)
    return islice((each for block in _blocks(seeds) for each in _accepted(kind, block)), most)


def _blocks(seeds: Any) -> Iterator[list[int]]:
    seeds = iter(seeds)
    while block := list(islice(seeds, 500)):
        yield block


def _accepted(kind: Kind, seeds: list[int]) -> list[sim.Certificate]:
    try:
        return list(kind.accepted(seeds))
    except sim.NoneAccepted:
        return []


def faults(kind: Kind, variant: sim.Certificate) -> Iterator[str]:
    """What is not as it was promised."""
    keys = kind.keys(variant.given, variant.exact, variant.full)
    working = kind.working(variant.given, variant.live, variant.exact)
    rule = kind.rule(kind.tolerance)
    for said in (variant.exact, variant.full):
        sent = {name: _typed(kind, said[name]) for name in keys}
        if not is_complete(mark(read_answers(sent, keys), keys, working, rule)):
            yield "the key is refused"
    for name, key in keys.items():
        values = {slip: found for slip, found in working.slips(name, {}) if slip in variant.live[name]}
        for slip, value in values.items():
            if min(distance(value, right) for right in (key.exact, key.full)) <= rule.tolerance:
                yield f"{slip} is accepted as {name}"
        for one, other in combinations(values, 2):
            near = distance(values[one], values[other]) <= 2 * rule.slip and kind.form != "option"
            if near and not _are_aliases(kind, name, one, other):
                yield f"{one} and {other} coincide in {name}"
        if lost := set(kind.specification.must_show.get(quantity(name), ())) - set(values) - {""}:
            yield f"{', '.join(lost)} must show in {name}"


def _typed(kind: Kind, values: list[Any]) -> Any:
    return ", ".join(f"{each:g}" for each in values) if kind.form == "shape" else values


def _are_aliases(kind: Kind, name: str, one: str, other: str) -> bool:
    if kind.specification.question:
        return False
    slip = sim.slip_named(kind.specification.declared(), name, one)
    return other in slip.aliases


def report(most: int) -> int:
    print(f"Fairness of up to {most} variants of every generator:")
    wrong = looked_at = 0
    for slug, kind in kinds().items():
        number, found = 0, []
        for variant in variants(kind, most):
            number += 1
            found += list(faults(kind, variant))
        looked_at += number
        wrong += len(found)
        print(f"  {slug:28} {number:6} variants, {len(found)} faults {found[:2] or ''}")
    print(f"  {looked_at} variants in all, {wrong} faults.")
    return wrong
