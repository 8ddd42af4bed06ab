"""A refused form comes back as it was typed, each wrong entry marked; beside it, the last good numbers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qs

from quizzes.errors import Refused, StudyError
from quizzes.lessons.examples import address
from quizzes.lessons.examples.address import Example
from quizzes.lessons.examples.bench import Bench, Field, Group, Size, Table
from quizzes.lessons.examples.entries import Fault, Query, sentence

LONGEST_LAST = 2_500  # characters of the last good address which a refused page's form carries along
KEPT = ("view", "seed", "open")  # what decides, beside sizes and convention, which fields a form has
LAST = "The numbers below are the last that could be computed."
USUAL = "The numbers below are the usual ones of this cell."


def laid_out(cell: str, query: Query) -> Example | None:
    """An example with the fields of the form that was sent, whatever was typed into them; None where it was no form."""
    form = address.form_read(cell, (query.get("was") or [""])[-1])
    if form is None:
        return None
    sizes, convention = form
    kept = {name: query[name] for name in KEPT if query.get(name)}
    return _read(cell, kept | {name: [str(size)] for name, size in sizes.items()} | {"convention": [convention]})


def last_good(cell: str, query: Query, came_from: str, fields: Example | None) -> tuple[Example, str] | None:
    """What to show beside a refused form, and what to say of it: what it carries along, its own page, the usual."""
    carried = (query.get("last") or [""])[-1]
    for text in (carried, came_from):
        if text and len(text) <= address.LONGEST and (found := _read(cell, parse_qs(text))):
            return _looked_at(found, query, fields), LAST
    if fields is None:
        return None
    return _looked_at(address.usual(cell, fields.convention, **fields.sizes), query, fields), USUAL


def retyped(bench: Bench, query: Query, faults: Sequence[Fault], last: str) -> Bench:
    """The bench with what was typed in the place of its numbers. `last` is the address of what is shown beside it."""
    wrong = {fault.field: sentence([fault]) for fault in faults}
    in_sequence = [fault for fault in faults if fault.field == "sequence" or fault.field.startswith("x-")]
    closed = [table.name for group in bench.weights if not group.is_open for table in group.tables]
    return replace(
        bench,
        given=[_table(table, query, wrong) for table in bench.given],
        weights=[_group(group, query, wrong) for group in bench.weights],
        sequence=_sent(query, "sequence", bench.sequence) if bench.sequence else "",
        sequence_fault=sentence(in_sequence) if bench.sequence and in_sequence else "",
        hidden={name: query[name][-1] for name in closed if query.get(name)},
        sizes=[_size(size, query) for size in bench.sizes],
        convention=_sent(query, "convention", bench.convention),
        last=last if len(last) <= LONGEST_LAST else "",
    )


def _read(cell: str, query: Query) -> Example | None:
    try:
        return address.read(cell, query)
    except StudyError:
        return None


def _looked_at(last: Example, query: Query, fields: Example | None) -> Example:
    """The last good numbers in the view of the form, at its step and unit where they have these."""
    if fields is None:
        return last
    marks = {name: query[name] for name in address.UNSAID if query.get(name)}
    looked_at = parse_qs(address.query(replace(last, line="", slip=""))) | marks | {"was": [address.form_of(last)]}
    return _read(last.cell, looked_at) or replace(last, view=fields.view)


def _group(group: Group, query: Query, wrong: Mapping[str, str]) -> Group:
    return replace(group, tables=[_table(table, query, wrong) for table in group.tables]) if group.is_open else group


def _table(table: Table, query: Query, wrong: Mapping[str, str]) -> Table:
    fields = [field for row in table.rows for field in row]
    sent = query.get(table.name, ())
    texts = sent if len(sent) == len(fields) else [field.text for field in fields]
    typed = iter(texts)
    return replace(table, rows=[[_field(field, next(typed), wrong) for field in row] for row in table.rows])


def _field(field: Field, text: str, wrong: Mapping[str, str]) -> Field:
    return replace(field, text=text, fault=wrong.get(field.id, ""))


def _size(size: Size, query: Query) -> Size:
    chosen = _sent(query, size.name, "")
    return replace(size, value=int(chosen)) if chosen in map(str, size.choices) else size


def _sent(query: Query, name: str, usual: str) -> str:
    return (query.get(name) or [usual])[-1]


def faults_of(error: Refused) -> Sequence[Fault]:
    return error.faults if isinstance(error, address.BadExample) else ()
