"""Compilers of one graph: straight-line float code for small cells, NumPy calls for everything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sim.compile.arrays import ArrayProgram
from sim.compile.lanes import Step
from sim.compile.loops import Loop, Workspace
from sim.compile.scalar import compile_scalar
from sim.language.expressions import Shape

type Inputs = Sequence[Sequence[tuple[str, Shape]]]  # groups of leaves in the order in which a program takes them
type Program = Callable[..., list[Any]]

__all__ = ["ArrayProgram", "Inputs", "Loop", "Program", "Step", "Workspace", "compile_scalar"]
