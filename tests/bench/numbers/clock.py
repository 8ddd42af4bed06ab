"""CPU time of several contenders in turn, so that what disturbs one disturbs all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from time import process_time

type Work = Callable[[], object]

ROUNDS = 15
LONG_ENOUGH = 0.02  # seconds that the calls of one turn take at least


def medians(contenders: Mapping[str, Work], rounds: int = ROUNDS) -> dict[str, float]:
    """The median CPU time of one call of each, in seconds."""
    counts = {name: _calls(work) for name, work in contenders.items()}
    turns: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            turns[name].append(_time(work, counts[name]) / counts[name])
    return {name: median(times) for name, times in turns.items()}


def _calls(work: Work) -> int:
    """How many calls last long enough; on the way everything is compiled."""
    work()
    count = 1
    while _time(work, count) < LONG_ENOUGH:
        count *= 2
    return count


def _time(work: Work, count: int) -> float:
    began = process_time()
    for _ in range(count):
        work()
    return process_time() - began
