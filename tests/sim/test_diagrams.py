"""A cell as a picture, lying or upright: every label is the cell's, and nothing hides behind anything."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest

import sim
from tests.sim.fixtures import DRAWN, FEW, cell_id, each_kind, random_layer, random_start, random_trace
from tests.sim.pictures import (
    SVG,
    inside,
    labels_of,
    nodes_of,
    numbers_of,
    overlap,
    paths_of,
    picture,
    size_of,
    stretches_of,
)
from tests.tiers import thorough

PHONE = 318  # pixels inside a sheet on a page that is 360 wide
UPDATE_GATE = sim.declare(
    "ugrnn",
    {
        "a_k": "W_k @ x + b_k + U_k @ h_prev",
        "k": "sigmoid(a_k)",
        "a_n": "W_n @ x + b_n + U_n @ h_prev",
        "n": "tanh(a_n)",
        "h": "k * h_prev + (1 - k) * n",
    },
    title="Update gate RNN",
    source="Collins, Sohl-Dickstein & Sussillo 2017",
)  # of no family that the layout knows, as MADE_UP is none
cells = pytest.mark.parametrize("cell", thorough([*DRAWN, UPDATE_GATE], quick=[*FEW, UPDATE_GATE]), ids=cell_id)
both_ways = pytest.mark.parametrize("upright", [False, True], ids=["lying", "upright"])


def wide_trace(cell):
    """A step whose numbers are as long as they are ever shown: negative ones, large states, four inputs."""
    chosen = {"U": 0.3, "b_g": -1.0, "b_n": -1.0, "b_in": -1.0}
    start = {name[0]: 0.1 if name[0] == "W" else 3.0 * (name[0] == "b" and name != "b") for name in cell.parameters}
    weights = {name: np.full(cell.shape(name, 4, 2), chosen.get(name, start[name[0]])) for name in cell.parameters}
    states = {f"{state}0": [-123.45678, -123.45678] for state in cell.states}
    return sim.forward(sim.layer(cell, weights), [[-1.23456] * 4], **states)


@each_kind
def test_a_slip_s_diagram_can_be_drawn_from_its_trace(cell):
    chance = np.random.default_rng(9)
    layer, start = random_layer(cell, chance, 1, 1), random_start(cell, chance, 1, 1, 2)
    for asked in cell.equations:
        for each in sim.slips_for(cell, asked):
            trace = sim.evaluate_slip(each, layer, **start)
            lying, upright = picture(sim.svg(trace)), picture(sim.svg(trace, upright=True))
            assert numbers_of(lying) == numbers_of(upright) != {}


def test_a_diagram_shows_one_unit_that_is_there():
    trace = random_trace(sim.cell("lstm"), np.random.default_rng(1))
    with pytest.raises(sim.SimError, match="unit is 9, needs a whole number from 1"):
        sim.svg(trace, 1, unit=9)
    with pytest.raises(sim.SimError, match=r"no step 1\.5"):
        sim.text(trace, "h", step=1.5)


def test_a_diagram_that_stands_alone_brings_its_colours():
    assert "<style>" in sim.svg("gru", standalone=True)
    assert "<style>" not in sim.svg("gru")


@cells
@both_ways
def test_every_label_is_a_quantity_or_an_operation_of_its_cell(cell, upright):
    svg = picture(sim.svg(random_trace(cell, np.random.default_rng(1)), 1, upright=upright))
    known = set(cell.equations) | {"x"} | {f"{state}_prev" for state in cell.states}
    drawn = {text.get("data-q") for text in svg.iter(f"{SVG}text")}
    assert {"x", *cell.states, *(f"{state}_prev" for state in cell.states)} <= drawn
    for text in svg.iter(f"{SVG}text"):
        name = text.get("data-q")
        assert name in known or text.text in ("σ", "σ +1", "tanh", "ReLU", "×", "+", "1−", "Σ")
        if name and not text.get("id"):
            assert "".join(text.itertext()) in (name, name.removesuffix("_prev"), name.replace("_", ""))
    assert svg.find(f"{SVG}title").text.startswith(cell.title)
    assert "style" not in ET.tostring(svg, encoding="unicode")


@cells
def test_both_ways_draw_the_same_operations_with_the_same_numbers_under_other_ids(cell):
    trace = random_trace(cell, np.random.default_rng(5))
    lying, upright = (picture(sim.svg(trace, 2, prefix="p" * (k + 1), upright=bool(k))) for k in (0, 1))
    said = [sorted("".join(text.itertext()) for text in svg.iter(f"{SVG}text")) for svg in (lying, upright)]
    assert said[0] == said[1]
    assert numbers_of(lying) == numbers_of(upright)
    ids = [each.get("id") for svg in (lying, upright) for each in svg.iter() if each.get("id")]
    assert len(ids) == len(set(ids))


@cells
def test_an_upright_diagram_fits_a_phone_at_full_size(cell):
    svg = picture(sim.svg(cell, upright=True))
    width, height = size_of(svg)
    assert width <= PHONE
    assert height > 0.7 * width


@each_kind
@both_ways
def test_the_state_runs_straight_along_the_top_or_down_the_left_side(cell, upright):
    svg = picture(sim.svg(cell, upright=upright))
    along, away = (1, 0) if upright else (0, 1)
    level = [stretch for stretch in stretches_of(svg) if stretch[away] == stretch[away + 2]]
    nearest = min(stretch[away] for stretch in level)
    rail = sorted((stretch[along], stretch[along + 2]) for stretch in level if stretch[away] == nearest)
    assert all(one[1] == other[0] for one, other in pairwise(rail))
    assert (rail[0][0], rail[-1][1]) == (26 if upright else 10, size_of(svg)[along] - 10)
    assert f"The line on {'the left' if upright else 'top'} carries" in svg.find(f"{SVG}desc").text


@cells
@both_ways
def test_no_line_runs_behind_a_node_that_is_not_its_own(cell, upright):
    svg = picture(sim.svg(cell, upright=upright))
    for points in paths_of(svg):
        for node in nodes_of(svg):
            if not inside(points[0], node) and not inside(points[-1], node):
                for (x1, y1), (x2, y2) in pairwise(points):
                    assert not overlap((min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), node, by=-0.5)


@cells
@both_ways
@pytest.mark.parametrize("trace_of", [wide_trace, lambda cell: cell], ids=["long-numbers", "no-numbers"])
def test_no_label_covers_another_or_a_node_or_a_line_or_is_cut_off(cell, upright, trace_of):
    svg = picture(sim.svg(trace_of(cell), upright=upright))
    width, height = size_of(svg)
    labels = list(labels_of(svg))
    for k, (said, box) in enumerate(labels):
        assert box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height, said
        for other, there in labels[:k]:
            assert not overlap(box, there), (said, other)
        for node in nodes_of(svg):
            assert not overlap(box, node), (said, node)
        for stretch in stretches_of(svg):
            assert not overlap(box, stretch), (said, stretch)


def test_the_longest_numbers_are_among_those_tried():
    drawn = numbers_of(picture(sim.svg(wide_trace(sim.cell("lstm")))))
    assert (drawn["x"], drawn["c_prev"]) == (", ".join(["−1.23456"] * 4), "−123.457")
    assert len(drawn["c"]) == 8 and drawn["g"].startswith("−")
