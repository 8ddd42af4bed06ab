"""Numbers that are the same for ever, and certificates that keep their word."""

import json
from pathlib import Path

import numpy as np
import pytest

import sim

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())
WIDE, NARROW = sim.Range(-2, 2, 0.1), sim.Range(-0.9, 0.9, 0.1)


def exercise(**changes):
    said = {
        "stream": "lstm-step/1",
        "cell": "lstm",
        "D": 1,
        "H": 1,
        "T": 1,
        "asked": ("f@1", "c@1", "h@1"),
        "claims": {"f": ("F05", "F07", "F17"), "c": ("F02", "F03", "C01", "C06"), "h": ("C11", "C12", "C13")},
        "must_show": {"c": ("F03",)},
        "ranges": {"x": WIDE, "h0": NARROW, "c0": WIDE, "W": WIDE, "U": WIDE, "b": NARROW},
    }
    return sim.Exercise(**said | changes)


def gru(**changes):
    return exercise(
        stream="gru-step/1", cell=sim.cell("gru"), D=2, H=2, asked=("n@1", "h@1"), must_show={},
        claims={"n": ("G02", "G04"), "h": ("G01", "G08")}, **changes,
    )  # fmt: skip


@pytest.mark.parametrize("make", [exercise, gru])
def test_stream_and_seed_give_the_same_numbers_for_ever(make):
    for certificate in sim.certify(make(), [0, 1, 2]):
        golden = GOLDEN[make().stream][str(certificate.seed)]
        assert certificate.given == golden["given"]
        assert certificate.exact == golden["exact"]
        assert certificate.live == golden["live"]
        assert certificate.digest == golden["digest"]


def test_a_variant_alone_is_the_variant_of_a_block():
    block = sim.certify(exercise(), range(50))
    assert sim.certify(exercise(), [37]) == [block[37]]
    drawn = sim.draw(exercise(), 37)
    assert {name: array.tolist() for name, array in drawn.items()} == block[37].given


def test_draws_stay_in_their_range_and_reach_both_ends():
    drawn = [float(sim.draw(exercise(), seed)["h0"][0]) for seed in range(400)]
    assert {min(drawn), max(drawn)} == {-0.9, 0.9}
    assert len(set(drawn)) == 19


def test_other_streams_give_other_numbers():
    assert sim.draw(exercise(), 1)["x"].tolist() != sim.draw(exercise(stream="lstm-step/2"), 1)["x"].tolist()


def layer_of(cell, certificate):
    return sim.layer(cell, {name: certificate.given[name] for name in cell.parameters})


def inputs_of(certificate):
    return {name: certificate.given[name] for name in ("x", "h0", "c0") if name in certificate.given}


@pytest.mark.parametrize("make", [exercise, gru])
def test_certificates_hold_what_exact_and_forward_give(make):
    cell = make().declared
    for certificate in sim.certify(make(), range(20)):
        layer = layer_of(cell, certificate)
        exact = sim.exact(layer, **inputs_of(certificate))
        full = sim.forward(layer, **inputs_of(certificate))
        for asked in make().asked:
            assert certificate.exact[asked] == exact[asked[0]][0].tolist()
            assert np.allclose(certificate.full[asked], full[asked[0]][0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("make", [exercise, gru])
def test_live_slips_lie_four_tolerances_from_the_key_and_from_each_other(make):
    accepted = [each for each in sim.certify(make(), range(60)) if not each.reasons]
    assert len(accepted) >= 12  # ranges are chosen so that a fifth of the candidates pass
    for certificate in accepted:
        layer = layer_of(make().declared, certificate)
        for asked in make().asked:
            values = [np.array(certificate.exact[asked])]
            for slip_id in certificate.live[asked]:
                slip = next(each for each in sim.slips_for(layer.cell, asked) if each.id == slip_id)
                trace = sim.evaluate_slip(slip, layer, **inputs_of(certificate), step=1, decimals=4)
                values.append(trace[asked[0]][0])
            distances = [np.abs(a - b).max() for k, a in enumerate(values) for b in values[:k]]
            assert min(distances, default=1) >= 0.0012 - 1e-9


def test_a_variant_that_cannot_show_what_it_must_is_refused_with_the_reason():
    zero = sim.Range(0, 0, 0.1)
    dull = exercise(ranges=exercise().ranges | {"c0": zero}, claims={"c": ("F02", "C01")}, must_show={"c": ("F02",)})
    certificates = sim.certify(dull, range(30))
    assert all("F02 cannot be told apart in c@1" in each.reasons for each in certificates)


def test_a_slip_near_another_is_switched_off_for_this_variant_only():
    live = [each.live["c@1"] for each in sim.certify(exercise(), range(300))]
    assert any("C06" not in ids for ids in live)
    assert any("C06" in ids for ids in live)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"asked": ()}, "asks for nothing"),
        ({"asked": ("c@2",)}, "has 1 steps"),
        ({"asked": ("q@1",)}, "no “q@1”"),
        ({"claims": {"o": ("F05",)}}, "not asked"),
        ({"claims": {"c": ("F99",)}}, "no slip F99"),
        ({"must_show": {"c": ("C08",)}}, "does not claim"),
        ({"ranges": {}}, "no range for W_i"),
        ({"ranges": {"x": sim.Range(1, 0, 0.1), "W": WIDE, "U": WIDE, "b": WIDE}}, "holds no number"),
        ({"decimals": 1, "ranges": {"W": sim.Range(0, 1, 0.01)}}, "more than 1 decimal"),
        ({"D": 0}, "D is 0"),
        ({"cell": "lsmt"}, "no cell “lsmt”"),
        ({"D": 2, "claims": {"f": ("F10",)}, "must_show": {}}, "does not fit"),
    ],
)
def test_an_exercise_that_cannot_be_is_refused(changes, message):
    with pytest.raises(sim.SimError, match=message):
        sim.certify(exercise(**changes), [0])
