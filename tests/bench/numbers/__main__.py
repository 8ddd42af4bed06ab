"""The numbers of `sim` beside PyTorch, JAX, Keras and onnxruntime: do they agree, and how fast are they?

One process on one core, the contenders in turn, CPU time, medians.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys

# before NumPy and the others read them: one thread each, so that cores do not decide
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("KERAS_BACKEND", "jax")

from tests.bench.numbers import agreement, digits, speed  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench ARGS=numbers", description=__doc__)
    parser.add_argument("part", nargs="?", choices=["agreement", "digits", "speed"], help="one part only")
    parser.add_argument("--variants", type=int, default=1_000_000, help="how many are compared digit by digit")
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    faults = 0
    if asked.part in (None, "agreement"):
        faults += agreement.show()
    if asked.part in (None, "digits"):
        faults += digits.show(asked.variants)
    if asked.part in (None, "speed"):
        show_speed()
    return 1 if faults else 0


def show_speed() -> None:
    print(f"Speed on {platform.processor() or platform.machine()}, Python {platform.python_version()}, one core:")
    print(f"{'':42}{'size':>7}{'ours µs':>10}{'theirs µs':>11}{'ratio':>8}{'must':>7}{'aim':>6}")
    for row in speed.rows():
        print(_line(row), flush=True)


def _line(row: speed.Row) -> str:
    peer = f"{1e6 * row.peer:.3f}" if row.peer is not None else ""
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
    goals = [_goal(row, goal) for goal in (row.must, row.aim)]
    return (
        f"{row.what:42}{row.size:>7}{1e6 * row.ours:10.3f}{peer:>11}{ratio:>8}{goals[0]:>7}{goals[1]:>6}  {row.verdict}"
    )


def _goal(row: speed.Row, goal: float | None) -> str:
    if goal is None:
        return ""
    return f"{1e6 * goal:g}" if row.peer is None else f"{goal:g}"


if __name__ == "__main__":
    sys.exit(main())
