"""What can be taken away: programs, LaTeX and tables with the numbers of this example, and nothing rounded."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO

import sim
from quizzes.lessons.examples import address
from quizzes.lessons.examples.address import DECIMALS, Example

MOST_SHOWN = 16  # steps times units up to which the whole computation is shown on the page


@dataclass(frozen=True)
class File:
    """One thing to take away: its name in the address, what it is, its type, and how it is made."""

    name: str
    title: str
    type: str
    make: Callable[[Example, sim.Trace], str]


@dataclass(frozen=True)
class TakeAway:
    numpy: str
    torch: str
    latex: str  # empty where it would be longer than the page
    files: list[File]
    query: str
    said: str


def take_away(example: Example, trace: sim.Trace) -> TakeAway:
    return TakeAway(
        numpy=numpy_program(example, trace),
        torch=torch_program(example, trace),
        latex=latex(example, trace) if example.T * example.H <= MOST_SHOWN else "",
        files=FILES,
        query=address.query(example),
        said="Recomputed.",
    )


def numpy_program(example: Example, trace: sim.Trace) -> str:
    return f"# {example.declared.title}. {example.declared.note}\n{sim.numpy_code(trace)}"


def torch_program(example: Example, trace: sim.Trace) -> str:
    return f"# {example.declared.title}. {example.declared.note}\n{sim.torch_code(trace)}"


def latex(example: Example, trace: sim.Trace) -> str:
    """Every equation of every step, with its numbers put in."""
    return f"% {example.declared.title}. {example.declared.note}\n{sim.latex(trace, decimals=DECIMALS)}\n"


def table(example: Example, trace: sim.Trace) -> str:
    """A row for every step and unit: the inputs of the step, then every quantity of the unit.

    Before these, as step 0, a row for each unit with the states before the first step, and its weights in columns of
    their own.
    """
    weights = _weights_by_unit(example)
    out = StringIO()
    inputs = [f"x_{k}" for k in range(1, example.D + 1)]
    writer = csv.DictWriter(out, ["step", "unit", *inputs, *trace, *weights[0]], restval="", lineterminator="\n")
    writer.writeheader()
    for unit, own in enumerate(weights):
        states = {state: example.numbers[f"{state}0"][0][unit] for state in trace.states}
        writer.writerow({"step": 0, "unit": unit + 1, **states, **own})
    for t in range(1, trace.T + 1):
        given = dict(zip(inputs, trace.at("x", t).tolist(), strict=True))
        for unit in range(example.H):
            values = {name: float(trace.at(name, t)[unit]) for name in trace}
            writer.writerow({"step": t, "unit": unit + 1, **given, **values})
    return out.getvalue()


def _weights_by_unit(example: Example) -> list[dict[str, float]]:
    """For each unit its weights by column: W_f_1 … for each input, U_f_1 … for each unit, b_f."""
    found: list[dict[str, float]] = [{} for _ in range(example.H)]
    for name in example.declared.parameters:
        rows = example.numbers[name]
        for unit, own in enumerate(found):
            if name[0] in "WU":
                own |= {f"{name}_{k}": value for k, value in enumerate(rows[unit], start=1)}
            else:
                own[name] = rows[0][unit]
    return found


def document(example: Example, trace: sim.Trace) -> str:
    """What was given and every quantity, (T, H), in one JSON object."""
    given = {name: list(map(list, rows)) for name, rows in example.numbers.items()}
    vectors = {name: rows[0] for name, rows in given.items() if name[0] not in "xWU"}
    content = {
        "cell": example.cell,
        "convention": example.convention,
        "note": example.declared.note,
        **example.sizes,
        "given": given | vectors,
        "trace": {name: trace[name].tolist() for name in trace},
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


FILES = [
    File(
        "trace.csv",
        "Every number as a table (CSV; step 0 holds weights and first states)",
        "text/csv; charset=utf-8",
        table,
    ),
    File("trace.json", "Every number by name (JSON)", "application/json", document),
    File("program.py", "A NumPy program", "text/x-python; charset=utf-8", numpy_program),
    File("program_torch.py", "A PyTorch program", "text/x-python; charset=utf-8", torch_program),
    File("computation.tex", "The whole computation in LaTeX", "application/x-tex; charset=utf-8", latex),
]


def file_named(name: str) -> File | None:
    return next((each for each in FILES if each.name == name), None)
