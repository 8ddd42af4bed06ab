"""Two compilers for one graph: straight-line float code for small cells, NumPy calls for everything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sim.compile.arrays import compile_arrays
from sim.compile.scalar import compile_scalar
from sim.expressions import Shape

type Inputs = Sequence[Sequence[tuple[str, Shape]]]  # groups of leaves in the order in which a program takes them
type Program = Callable[..., list[Any]]

__all__ = ["Inputs", "Program", "compile_arrays", "compile_scalar"]
