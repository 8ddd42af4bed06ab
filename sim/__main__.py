"""A worked example as a table: `python -m sim lstm --steps 2`."""

from __future__ import annotations

import argparse
import sys

import sim


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sim", description="Print a worked example as a table.")
    parser.add_argument("cell", choices=sorted(sim.CELLS), help="the cell to work through")
    parser.add_argument("--convention", default="pytorch", choices=sim.CONVENTIONS)
    parser.add_argument("--steps", type=int, default=1, help="how many steps (1)")
    parser.add_argument("--inputs", type=int, default=1, help="D, how many inputs (1)")
    parser.add_argument("--units", type=int, default=1, help="H, how many units (1)")
    parser.add_argument("--decimals", type=int, default=4, help="to how many decimals everything is rounded (4)")
    parser.add_argument("--seed", type=int, default=14, help="another seed, other numbers (14)")
    options = parser.parse_args(arguments)
    try:
        print(worked_example(options))
    except sim.SimError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return 2
    return 0


def worked_example(options: argparse.Namespace) -> str:
    """The convention, the given numbers, and a table of every step."""
    cell = sim.cell(options.cell, options.convention)
    trace = example(cell, options)
    lines = [f"{cell.title}. {cell.note}", "", "Given"]
    lines += [f"  {name:6} {_listed(trace.layer.weights[name].tolist())}" for name in cell.parameters]
    lines += [f"  {state}0     {_listed(getattr(trace, f'{state}0').tolist())}" for state in cell.states]
    for step in range(1, trace.T + 1):
        lines += ["", f"Step {step}, x = {_listed(trace.x[step - 1].tolist())}", *step_table(trace, step)]
    return "\n".join(lines)


def example(cell: sim.Cell, options: argparse.Namespace) -> sim.Trace:
    """A trace of numbers drawn from the seed, one decimal each."""
    wide, narrow = sim.Range(-1.5, 1.5, 0.1), sim.Range(-0.9, 0.9, 0.1)
    ranges = {"x": wide, "h0": narrow, "c0": wide, "W": wide, "U": wide, "b": narrow, "p": narrow}
    asked = (f"h@{options.steps}",)
    exercise = sim.Exercise("table", cell, options.inputs, options.units, options.steps, asked, ranges=ranges)
    given = sim.draw(exercise, options.seed)
    layer = sim.layer(cell, {name: given[name] for name in cell.parameters})
    return sim.exact(layer, given["x"], given["h0"], given.get("c0"), decimals=options.decimals)


def step_table(trace: sim.Trace, step: int) -> list[str]:
    """One row per quantity and unit: name, value, equation, the equation with numbers put in."""
    rows = []
    for line in sim.explain(trace, step):
        for k, numbers in enumerate(line.substituted_text):
            rows.append((line.name if k == 0 else "", line.shown[k], line.text if k == 0 else "", numbers))
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    return [f"  {a:{widths[0]}}  {b:>{widths[1]}}  {c:{widths[2]}}  {d}" for a, b, c, d in rows]


def _listed(numbers: object) -> str:
    return str(numbers).replace("-", "−")


if __name__ == "__main__":
    sys.exit(main())
