"""`make bench`: requests a second, waiting times, queries and memory of the whole site, client on the same cores.

Each row stands beside the floor of this server and client in the same run: /healthz, which does nothing at all.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from tests.bench.site.load import Connection, Reply, percentile, run
from tests.bench.site.memory import descendants, pss_kb
from tests.servers import Site

CONNECTIONS = 16
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Row:
    name: str
    rate: float
    p50: float
    p95: float
    queries: int | None
    faults: list[str]


class Scenarios:
    """What one connection does over and over. `turns` keeps each learner's own count."""

    def __init__(self, learners) -> None:  # type: ignore[no-untyped-def]
        self.learners = learners

    async def floor(self, connection: Connection, number: int, turn: int) -> Reply:
        return await connection.ask("GET", "/healthz")

    async def lesson(self, connection: Connection, number: int, turn: int) -> Reply:
        return await connection.ask("GET", "/lessons/the-lstm/")

    async def open_attempt(self, connection: Connection, number: int, turn: int) -> Reply:
        return await connection.ask("GET", f"/attempts/{self.learners[number].attempt.pk}/1/")

    async def save_answer(self, connection: Connection, number: int, turn: int) -> Reply:
        form = {"submission_id": str(uuid4()), "seq": turn + 1, "choice": 1 + turn % 3}
        path = f"/attempts/{self.learners[number].attempt.pk}/1/"
        return await connection.ask("POST", path, urlencode(form).encode(), **FORM)

    async def take_variant(self, connection: Connection, number: int, turn: int) -> Reply:
        return await connection.ask("POST", "/exercises/lstm-step/take/", b"", **FORM)

    async def review_card(self, connection: Connection, number: int, turn: int) -> Reply:
        cards = self.learners[number].cards
        form = {"submission_id": str(uuid4()), "card": cards[turn % len(cards)], "rating": 3}
        return await connection.ask("POST", "/cards/review/", urlencode(form).encode(), HX_Request="true", **FORM)


ROWS = [
    ("floor: /healthz", "floor", {200}),
    ("read a lesson", "lesson", {200}),
    ("open an attempt page", "open_attempt", {200}),
    ("save one answer", "save_answer", {302}),
    ("take a variant", "take_variant", {302}),
    ("review a card", "review_card", {200}),
]


def measure(url: str, scenarios: Scenarios, seconds: float) -> list[Row]:
    return [_row(url, scenarios, name, step, expected, seconds) for name, step, expected in ROWS]


def _row(url: str, scenarios: Scenarios, name: str, step: str, expected: set[int], seconds: float) -> Row:
    parts = urlsplit(url)
    connections = [Connection(parts.hostname, parts.port, each.headers) for each in scenarios.learners]
    if step == "review_card":  # one round of the cards that are due, at most
        seconds = min(seconds, 4.0)
    tallies = asyncio.run(run(connections, getattr(scenarios, step), seconds, expected))
    latencies = [latency for tally in tallies for latency in tally.latencies]
    faults = [fault for tally in tallies for fault in tally.faults]
    return Row(
        name,
        len(latencies) / seconds,
        1000 * percentile(latencies, 0.5),
        1000 * percentile(latencies, 0.95),
        queries_of(scenarios, step),
        faults,
    )


def queries_of(scenarios: Scenarios, step: str) -> int | None:
    """Counted in this process, over the same database, for a learner who has not been at it yet."""
    from tests.bench.site.queries import COUNTED

    return COUNTED[step](scenarios.learners[-1]) if step in COUNTED else None


def show(rows: list[Row]) -> None:
    floor = rows[0].rate
    print(f"{CONNECTIONS} connections, client and server on the same {os.cpu_count()} cores")
    print(f"{'':24}{'req/s':>9}{'of floor':>10}{'p50 ms':>9}{'p95 ms':>9}{'queries':>9}{'faults':>8}")
    for row in rows:
        queries = "" if row.queries is None else row.queries
        print(
            f"{row.name:24}{row.rate:9.0f}{row.rate / floor:10.2f}{row.p50:9.1f}{row.p95:9.1f}"
            f"{queries:>9}{len(row.faults):8}"
        )
    for fault in {fault for row in rows for fault in row.faults[:2]}:
        print(f"  {fault}")


def show_memory(site: Site) -> None:
    sizes = [
        (pss_kb(pid) / 1024, Path(f"/proc/{pid}/comm").read_text().strip()) for pid in descendants(site.process.pid)
    ]
    print(f"memory of all {len(sizes)} processes (PSS): {sum(size for size, _ in sizes):.0f} MB")
    print("  " + ", ".join(f"{name} {size:.0f}" for size, name in sorted(sizes, reverse=True)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each row is measured")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(VAR_DIR=f"{folder}/var", DJANGO_SETTINGS_MODULE="studyapp.settings")
        site = Site(Path(folder) / "var").start()
        try:
            rows = bench(site, seconds)
        finally:
            site.stop()
    return 1 if any(row.faults for row in rows) else 0


def bench(site: Site, seconds: float) -> list[Row]:
    import django

    django.setup()
    from tests.bench.site.people import make_learners

    scenarios = Scenarios(make_learners(CONNECTIONS))
    rows = measure(site.url, scenarios, seconds)
    show(rows)
    show_memory(site)
    return rows


if __name__ == "__main__":
    sys.exit(main())
