"""Marking where nothing was seen before: a fresh process, and other wrong numbers in other steps each time.

A program of its own, for the first Check of a process is measured too:

    python -m tests.bench.exercises.patterns lstm-step
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from typing import Any

from quizzes.items.kinds.base import Kind
from quizzes.items.marking import mark, read_answers
from quizzes.items.telling import tell
from tests.bench.exercises.fairness import kinds, variants

CHECKS = 300
SLUGS = ("lstm-step", "gru-step", "lstm-two-steps", "lstm-deltas")


def report() -> None:
    print("Marking and telling in a fresh process, wrong numbers of another pattern in every Check, no database:")
    for slug in SLUGS:
        subprocess.run([sys.executable, "-m", "tests.bench.exercises.patterns", slug], check=True)


def measure(slug: str) -> None:
    chance, kind = random.Random(4), kinds()[slug]
    fair = list(variants(kind, CHECKS))
    print(f"  {slug}:")
    for name, share in (("every step wrong", 1.0), ("half of the steps wrong", 0.5)):
        for made in (set[str](), {slip for slips in kind.specification.claims.values() for slip in slips}):
            times = [_milliseconds(kind, variant, _answers(kind, variant, share, chance), made) for variant in fair]
            before = ", with each slip made before" if made else ""
            print(f"    {name + before:52} first {times[0]:5.1f}, then {_spread(times[1:])} ms")


def _answers(kind: Kind, variant: Any, share: float, chance: random.Random) -> dict[str, list[float]]:
    keys = kind.keys(variant.given, variant.exact, variant.full)
    wrong = {name for name in keys if chance.random() < share}
    return {
        name: [round(chance.uniform(-2, 2), 4) if name in wrong else value for value in key.exact]
        for name, key in keys.items()
    }


def _milliseconds(kind: Kind, variant: Any, answers: dict[str, list[float]], made: set[str]) -> float:
    rule, keys = kind.rule(kind.tolerance), kind.keys(variant.given, variant.exact, variant.full)
    start = time.process_time()
    working = kind.working(variant.given, variant.live, variant.exact)
    steps = mark(read_answers(answers, keys), keys, working, rule, lambda: made)
    tell(steps, working, kind.specification, rule, {})
    return 1000 * (time.process_time() - start)


def _spread(times: list[float]) -> str:
    percentiles = statistics.quantiles(times, n=100)
    return f"p50 {percentiles[49]:.1f}, p95 {percentiles[94]:.1f}"


if __name__ == "__main__":
    measure(sys.argv[1])
