"""Proportional set size: the memory of a group of processes, what they share counted once."""

from __future__ import annotations

from pathlib import Path


def descendants(pid: int) -> list[int]:
    """The process and everything below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in descendants(int(child)))]


def pss_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def total_pss_mb(pid: int) -> float:
    return sum(pss_kb(each) for each in descendants(pid)) / 1024
