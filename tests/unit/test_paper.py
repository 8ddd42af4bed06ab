"""What stands on a sheet of paper: numbers drawn for ever, three decimals, a table of σ and tanh."""

import math
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest

import sim
from quizzes.errors import NotFound, Refused
from quizzes.lessons.examples import address
from quizzes.lessons.examples.usual import CONVENTIONS
from quizzes.lessons.paper import room, squashing, wanted
from quizzes.lessons.paper.sheets import sheet
from quizzes.lessons.paper.wanted import NoRoom
from tests.tiers import PLAIN_CELLS, thorough

KINDS = [(cell, convention) for cell, conventions in CONVENTIONS.items() for convention in conventions]


def exam(cell="lstm", **query):
    return wanted.read(cell, {name: [str(value)] for name, value in query.items()})


def places(value):
    """To three places, half away from zero, by decimal arithmetic."""
    return float(Decimal(value).quantize(Decimal("0.001"), ROUND_HALF_UP))


def test_the_same_seed_gives_the_same_sheets_and_another_seed_others():
    assert exam(seed=17, variants=5) == exam(seed=17, variants=5)
    assert exam(seed=17, variants=5).examples != exam(seed=18, variants=5).examples


def test_the_first_variants_stay_when_more_are_asked_for():
    assert exam("gru", seed=3, variants=60, D=2, H=2).examples[:4] == exam("gru", seed=3, variants=4, D=2, H=2).examples


def test_sixty_variants_are_sixty_different_ones_with_one_decimal_and_no_0():
    examples = exam(seed=1, variants=60).examples
    assert len({address.query(each) for each in examples}) == 60
    for each in examples:
        for rows in each.numbers.values():
            assert all(round(number, 1) == number != 0 for row in rows for number in row)


def test_a_seed_is_for_ever():
    """Written down once: whoever prints an exam again next year gets the same one."""
    assert address.query(exam(seed=1, variants=1).first) == (
        "convention=pytorch&D=1&H=1&T=2&x=0.1;0.9&h0=-0.9&c0=-1.1&W_i=-0.7&b_i=-0.9&U_i=1.1&W_f=0.7&b_f=-0.7&"
        "U_f=0.9&W_g=1.3&b_g=0.3&U_g=-0.5&W_o=1.3&b_o=-0.1&U_o=-1.3"
    )


@pytest.mark.parametrize(("cell", "convention"), thorough(KINDS, quick=PLAIN_CELLS))
def test_each_key_is_what_a_careful_learner_gets_with_three_decimals(cell, convention):
    """A walk of its own: whole sums by `decimal`, rounded when a value has its name, for one unit."""
    for each in exam(cell, convention=convention, seed=2, variants=3, D=1, H=1, T=2).examples:
        grid = sheet(each).grids[0]
        assert grid.values == walked(each)


def walked(example):
    cell = example.declared
    numbers = {name: Decimal(str(rows[0][0])) for name, rows in example.numbers.items()}
    states = {f"{state}_prev": numbers[f"{state}0"] for state in cell.states}
    found = {name: [] for name in cell.equations}
    for (x,) in example.numbers["x"]:
        known = numbers | states | {"x": Decimal(str(x))}
        for name, formula in cell.equations.items():
            known[name] = evaluated(formula, known).quantize(Decimal("0.001"), ROUND_HALF_UP)
            found[name].append(f"{known[name] + 0:.3f}".replace("-0.000", "0.000").replace("-", "−"))
        states = {f"{state}_prev": known[state] for state in cell.states}
    return found


def evaluated(formula, known):
    if formula.op == "name":
        return known[formula.label]
    if formula.op == "number":
        return Decimal(str(formula.label))
    args = [evaluated(arg, known) for arg in formula.args]
    return {
        "+": lambda: args[0] + args[1],
        "-": lambda: args[0] - args[1],
        "*": lambda: args[0] * args[1],
        "@": lambda: args[0] * args[1],
        "sigmoid": lambda: 1 / (1 + (-args[0]).exp()),
        "tanh": lambda: Decimal(math.tanh(args[0])),
        "relu": lambda: max(args[0], Decimal(0)),
    }[formula.op]()


def test_a_sheet_of_one_example_takes_its_numbers_from_the_same_address_as_the_example():
    query = {"x": ["0.9;-0.4"], "b_f": ["0.25"], "T": ["2"]}
    assert wanted.read("lstm", query).first == address.read("lstm", query)
    values = sheet(wanted.read("lstm", {}).first).grids[0].values
    assert (values["c"], values["h"]) == (["0.816", "0.225"], ["0.492", "0.048"])


def test_given_numbers_with_four_decimals_are_computed_with_as_they_are():
    """a = 0.1234 · 3 + 0.1 = 0.4702, on paper 0.470; rounding what is given first would make 0.469."""
    example = wanted.read("rnn", {"T": ["1"], "x": ["3"], "W": ["0.1234"], "U": ["0"], "b": ["0.1"]}).first
    assert sheet(example).grids[0].values["a"] == ["0.470"]


def test_the_query_of_sheets_gives_the_same_sheets_back():
    for asked in (exam(), exam("gru", seed=4, variants=7, convention="keras", H=3, table="each")):
        again = wanted.read(asked.first.cell, {k: [v] for k, v in _pairs(asked.query())})
        assert again == asked


def _pairs(query):
    return [part.split("=", 1) for part in query.split("&")]


@pytest.mark.parametrize("function", ["sigmoid", "tanh"])
def test_every_entry_of_a_table_is_the_function_to_three_places(function):
    exactly = {"sigmoid": lambda a: 1 / (1 + math.exp(-a)), "tanh": math.tanh}[function]
    table = squashing.table(function)
    entries = [(float(row) + k / 100, value) for row, values in table.near for k, value in enumerate(values)]
    entries += [(float(row) + k / 10, value) for row, values in table.far for k, value in enumerate(values)]
    assert len(table.near) == 40
    assert all(float(value) == places(exactly(round(a, 2))) for a, value in entries)
    last = max(a for a, _ in entries)
    assert places(exactly(last + 0.1)) == 1.0


@pytest.mark.parametrize("function", ["sigmoid", "tanh"])
def test_what_is_read_between_two_entries_lies_within_the_tolerance(function):
    """The proportional part, for every sum with three decimals: never off by more than one unit."""
    exactly = {"sigmoid": lambda a: 1 / (1 + math.exp(-a)), "tanh": math.tanh}[function]
    entries = [float(value) for _, values in squashing.table(function).near for value in values]
    sums = np.arange(0, 3.989, 0.001)
    read = np.interp(sums, np.arange(400) / 100, entries)
    assert np.abs(np.round(read, 3) - [places(exactly(a)) for a in sums]).max() < 0.0011


def test_a_cell_brings_the_tables_it_needs():
    assert squashing.functions_of(sim.cell("lstm")) == ("sigmoid", "tanh")
    assert squashing.functions_of(sim.cell("rnn")) == ("tanh",)
    assert squashing.functions_of(sim.cell("rnn_relu")) == ()


REFUSED = {
    "variants": ("variants=61", "Variants is “61”, needs a whole number from 1 to 60."),
    "no variants": ("variants=0", "Variants is “0”, needs a whole number from 1 to 60."),
    "seed": ("variants=2&seed=-1", "Seed is “-1”, needs a whole number from 0 to 999999."),
    "seed of digits without end": (f"variants=2&seed={'9' * 4000}", f"Seed is “{'9' * 24}”"),
    "seed in other digits": ("variants=2&seed=٣", "Seed is “٣”"),
    "table": ("table=two", "The table is “two”, needs one of: once, each, none."),
    "units": ("H=1000000&seed=1", "H is “1000000”; it needs a whole number from 1 to"),
    "inputs": ("D=0&variants=60", "D is “0”"),
}


@pytest.mark.parametrize(("query", "said"), REFUSED.values(), ids=REFUSED)
def test_what_can_t_be_printed_is_refused_in_one_sentence(query, said):
    with pytest.raises(Refused) as refusal:
        wanted.read("lstm", {name: [value] for name, value in _pairs(query)})
    assert refusal.value.message.startswith(said) and len(refusal.value.message) < 200


def test_sizes_beyond_a_sheet_of_paper_are_refused_with_what_fits_of_the_same_numbers():
    large = {"D": ["2"], "H": ["8"], "T": ["50"], "seed": ["7"], "x": [";".join(["0.1,0.2"] * 50)]}
    with pytest.raises(NoRoom, match="8 units, at most 4; 50 steps, at most 5") as refusal:
        wanted.read("gru", large)
    example = refusal.value.example
    assert example == address.read("gru", large)
    (fitting,) = wanted.read("gru", {k: [v] for k, v in _pairs(refusal.value.fitting)}).examples
    assert fitting.sizes == {"D": 2, "H": 4, "T": 5}
    assert fitting.numbers["x"] == ((0.1, 0.2),) * 5
    assert fitting.numbers["U_r"] == tuple(row[:4] for row in example.numbers["U_r"][:4])
    assert fitting.numbers["b_z"] == (example.numbers["b_z"][0][:4],)


def test_variants_too_large_are_refused_with_as_many_that_fit():
    with pytest.raises(NoRoom) as refusal:
        exam(seed=3, variants=7, H=6, T=2)
    fitting = wanted.read("lstm", {k: [v] for k, v in _pairs(refusal.value.fitting)})
    assert (fitting.seed, len(fitting.examples), fitting.first.sizes) == (3, 7, {"D": 1, "H": 4, "T": 2})


@pytest.mark.parametrize("given", ["x=1;1", "sequence=1 2", "b_f=0.5", "h0=0.1"])
def test_variants_take_no_numbers_and_drop_none_without_a_word(given):
    name = given.partition("=")[0]
    with pytest.raises(Refused, match=f"so none can be given: {name}"):
        wanted.read("lstm", {k: [v] for k, v in _pairs(f"seed=1&variants=2&{given}")})
    wanted.read("lstm", {"seed": ["1"], "variants": ["2"], "utm_source": ["mail"]})


@pytest.mark.parametrize(
    ("cell", "query", "across"),
    [
        ("rnn", {"D": "4", "H": "4"}, 3),
        ("lstm", {}, 3),
        ("lstm_peephole", {"D": "4", "H": "4"}, 4),
        ("gru", {"D": "4", "H": "4"}, 4),
        ("lstm", {"D": "4", "H": "4", "W_i": ";".join(["-1.2345,-1.2345,-1.2345,-1.2345"] * 4)}, 3),
        ("lstm_peephole", {"D": "4", "H": "4", "W_i": ";".join(["-1.2345,-1.2345,-1.2345,-1.2345"] * 4)}, 2),
    ],
)
def test_the_arrays_of_a_gate_stand_in_one_row_where_they_fit_and_else_two_in_a_row(cell, query, across):
    example = wanted.read(cell, {name: [value] for name, value in query.items()}).first
    assert room.across_of(sheet(example).weights) == across


def test_an_unknown_cell_is_not_found():
    with pytest.raises(NotFound):
        wanted.read("transformer", {})
