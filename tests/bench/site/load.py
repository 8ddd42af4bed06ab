"""A small load client: sixteen kept-alive connections, plain HTTP/1.1, every latency kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Tally:
    """What one connection saw: seconds a request, and every status that was not the expected one."""

    latencies: list[float]
    faults: list[str]


class Connection:
    """One connection that asks and reads whole replies. The server may close it; then it connects again."""

    def __init__(self, host: str, port: int, headers: dict[str, str]) -> None:
        self.address = (host, port)
        self.headers = {"Host": f"{host}:{port}", **headers}
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        if self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection(*self.address)
        sent = {**self.headers, **headers, "Content-Length": str(len(body))}
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in sent.items())
        self.writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        reply = await self._read()
        if reply.headers.get("connection", "").lower() == "close":
            self.writer.close()
        return reply

    async def _read(self) -> Reply:
        assert self.reader is not None
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Reply(int(head[0].split()[1]), headers, body)


Step = Callable[[Connection, int, int], "asyncio.Future[Reply]"]


async def run(connections: list[Connection], step: Step, seconds: float, expected: set[int]) -> list[Tally]:
    """Every connection repeats `step(connection, its number, its turn)` until the time is over."""
    until = time.perf_counter() + seconds
    return list(await asyncio.gather(*(_repeat(c, n, step, until, expected) for n, c in enumerate(connections))))


async def _repeat(connection: Connection, number: int, step: Step, until: float, expected: set[int]) -> Tally:
    tally, turn = Tally([], []), 0
    while time.perf_counter() < until:
        begun = time.perf_counter()
        reply = await step(connection, number, turn)
        tally.latencies.append(time.perf_counter() - begun)
        turn += 1
        if reply.status not in expected:
            tally.faults.append(f"{reply.status} {reply.body[:200]!r}")
    return tally


def percentile(latencies: list[float], share: float) -> float:
    ordered = sorted(latencies)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
