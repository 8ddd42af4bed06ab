"""Every exercise of the course is fair: its key is right, every slip it may name is one name's alone.

Few variants of each here, and 200 in the slow tests; with VARIANTS=10000 before the command, so many.
"""

import os
from itertools import combinations, islice
from math import exp, prod, tanh

import pytest

from quizzes.items.kinds import kind_of
from quizzes.items.marking import distance, mark, near_any, read_answers
from quizzes.items.specification import Specification, quantity
from tests.course_packs import STANDING_FOR_ALL, real_pack
from tests.tiers import thorough

FEW = 4
MANY = int(os.environ.get("VARIANTS", "200"))
SPECIFICATIONS = {row.id: Specification.from_json(row.specification) for row in real_pack().generators}
CHOOSING = {"pick_formula", "find_error", "predict"}
NUMBERS = [slug for slug, said in SPECIFICATIONS.items() if said.format not in CHOOSING]

each_exercise = pytest.mark.parametrize("slug", thorough(SPECIFICATIONS, quick=STANDING_FOR_ALL))
each_with_numbers = pytest.mark.parametrize("slug", thorough(NUMBERS, quick=STANDING_FOR_ALL))


def variants(slug, count):
    """The kind, and so many fair certificates; fewer where there are not that many different ones."""
    kind = kind_of(SPECIFICATIONS[slug], f"proof of {slug}")
    candidates = 20 + 5 * count  # one in five passes at least
    seeds = range(min(kind.space, candidates)) if kind.space else range(1, candidates)
    return kind, islice(kind.accepted(seeds), count)


def marked(kind, certificate, answers):
    keys = kind.keys(certificate.given, certificate.exact, certificate.full)
    working = kind.working(certificate.given, certificate.live, certificate.exact)
    return mark(read_answers(answers, keys), keys, working, kind.rule(kind.tolerance))


def as_sent(kind, key):
    """The key, written as a learner sends it."""
    return {name: ", ".join(map(str, map(int, values))) if kind.form == "shape" else values for name, values in key}


def aliases(working, name, slip):
    """Those that no numbers can tell from it; a slip without a layer has none."""
    return getattr(working.slip(name, slip), "aliases", frozenset())


# --- the key, and what lies beside it


def the_key_is_right(slug, count):
    kind, fair = variants(slug, count)
    looked_at = 0
    for certificate in fair:
        for key in (certificate.exact, certificate.full):
            found = marked(kind, certificate, as_sent(kind, key.items()))
            assert {step.state for step in found} == {"right"}, (slug, certificate.seed)
        looked_at += 1
    assert looked_at


def what_is_claimed_can_be_told_apart(slug, count):
    """A live slip is not right, and no two lie so near each other that one number could be both, aliases apart."""
    kind, fair = variants(slug, count)
    rule = kind.rule(kind.tolerance)
    looked_at = 0
    for certificate in fair:
        keys = kind.keys(certificate.given, certificate.exact, certificate.full)
        working = kind.working(certificate.given, certificate.live)
        for name, key in keys.items():
            slips = {slip: v for slip, v in working.slips(name, {}) if slip in certificate.live[name]}
            assert list(slips) == certificate.live[name]
            for slip, values in slips.items():
                assert not near_any(values, (key.exact, key.full), rule.tolerance), (slug, certificate.seed, slip)
            for (one, left), (other, right) in combinations(slips.items(), 2):
                if other not in aliases(working, name, one):
                    assert distance(left, right) > 2 * rule.slip, (slug, certificate.seed, one, other)
            must = SPECIFICATIONS[slug].must_show
            assert set(must.get(name) or must.get(quantity(name), ())) <= slips.keys()
        looked_at += 1
    assert looked_at


@each_exercise
def test_the_key_is_right_rounded_and_in_full(slug):
    the_key_is_right(slug, FEW)


@each_with_numbers
def test_a_slip_it_may_name_is_neither_right_nor_another_slip(slug):
    what_is_claimed_can_be_told_apart(slug, FEW)


@pytest.mark.slow
@each_exercise
def test_the_key_is_right_in_many_variants(slug):
    the_key_is_right(slug, MANY)


@pytest.mark.slow
@each_with_numbers
def test_a_slip_it_may_name_is_neither_right_nor_another_slip_in_many_variants(slug):
    what_is_claimed_can_be_told_apart(slug, MANY)


# --- the numbers once more, in plain floats, with nothing of sim's


def sigma(a):
    return 1 / (1 + exp(-a))


def dot(row, vector):
    return sum(weight * value for weight, value in zip(row, vector, strict=True))


def sums(given, block, x, h, bias=None):
    """W x + b + U h of a block, one number a unit."""
    rows = zip(given[f"W{block}"], given[f"U{block}"], given[bias or f"b{block}"], strict=True)
    return [dot(W, x) + b + dot(U, h) for W, U, b in rows]


def lstm(given):
    """Every value of every step, by name and step."""
    h, c, found = given["h0"], given["c0"], {}
    for step, x in enumerate(given["x"], start=1):
        f, i, o = ([sigma(a) for a in sums(given, block, x, h)] for block in ("_f", "_i", "_o"))
        g = [tanh(a) for a in sums(given, "_g", x, h)]
        found[f"c_prev@{step}"] = c
        c = [kept * old + let_in * new for kept, old, let_in, new in zip(f, c, i, g, strict=True)]
        h = [shown * tanh(cell) for shown, cell in zip(o, c, strict=True)]
        found |= {f"{name}@{step}": value for name, value in zip("figoch", (f, i, g, o, c, h), strict=True)}
    return found


def lstm_backwards(given):
    """The gradients of the one step of a single unit, from what the loss and the step beyond give."""
    step = {name.partition("@")[0]: value[0] for name, value in lstm(given).items()}
    f, i, g, o, squashed = (*(step[name] for name in "figo"), tanh(step["c"]))
    dh, beyond = given["dh"][0][0], given["dc_last"][0]
    dc = dh * o * (1 - squashed**2) + beyond
    return {
        "dc@1": [dc],
        "da_f@1": [dc * step["c_prev"] * f * (1 - f)],
        "da_i@1": [dc * g * i * (1 - i)],
        "da_g@1": [dc * i * (1 - g**2)],
        "da_o@1": [dh * squashed * o * (1 - o)],
    }


def gru(given):
    """PyTorch's step: the reset after the product, z keeps."""
    (x,), old = given["x"], given["h0"]
    r, z = ([sigma(a) for a in sums(given, block, x, old)] for block in ("_r", "_z"))
    inner = zip(given["W_n"], given["b_in"], r, given["U_n"], given["b_hn"], strict=True)
    n = [tanh(dot(W, x) + b_in + reset * (dot(U, old) + b_hn)) for W, b_in, reset, U, b_hn in inner]
    h = [(1 - keep) * new + keep * before for keep, new, before in zip(z, n, old, strict=True)]
    return {"r@1": r, "z@1": z, "n@1": n, "h@1": h}


def chain(given):
    h, found = given["h0"], {}
    for step, x in enumerate(given["x"], start=1):
        found[f"h@{step}"] = h = [tanh(a) for a in sums(given, "", x, h)]
    return found


def pytorch_count(given):
    D, H = given["D"], given["H"]
    matrices = 4 * H * D + 4 * H * H
    return {"count": [matrices + 4 * H + 4 * H]}


BY_HAND = {
    "lstm-step": lstm,
    "gru-step": gru,
    "lstm-two-steps": lstm,
    "rnn-chain": chain,
    "lstm-deltas": lstm_backwards,
    "count-lstm-pytorch": pytorch_count,
}


def the_keys_are_those_by_hand(slug, count):
    kind, fair = variants(slug, count)
    looked_at = 0
    for certificate in fair:
        computed = BY_HAND[slug](certificate.given)
        for name, key in kind.keys(certificate.given, certificate.exact, certificate.full).items():
            assert distance(key.full, tuple(computed[name])) < 1e-12, (slug, certificate.seed, name)
            assert distance(key.exact, tuple(computed[name])) <= kind.tolerance, (slug, certificate.seed, name)
        looked_at += 1
    assert looked_at


@pytest.mark.parametrize("slug", BY_HAND)
def test_plain_floats_by_hand_give_the_same_keys(slug):
    the_keys_are_those_by_hand(slug, 30)


@pytest.mark.slow
@pytest.mark.parametrize("slug", BY_HAND)
def test_plain_floats_by_hand_give_the_same_keys_in_many_variants(slug):
    the_keys_are_those_by_hand(slug, MANY)


# what stands on no unit's wires: a product along a chain, a shape, an order
OTHERS_BY_HAND = {
    "rnn-chain-factor": lambda given: [prod(given["w"] * (1 - h * h) for h in given["h"])],
    "rnn-shared-weight": lambda given: [sum(given["parts"])],
    "truncated-bptt": lambda given: [sum(given["parts"][: given["W"]])],
    "cell-retention": lambda given: [prod(given["f"])],
    "clipping-by-norm": lambda given: [
        each * given["threshold"] / sum(d * d for d in given["gradient"]) ** 0.5 for each in given["gradient"]
    ],
    "count-lstm-keras": lambda given: [4 * given["H"] * (given["D"] + given["H"] + 1)],
    "count-gru-keras": lambda given: [3 * given["H"] * (given["D"] + given["H"] + 2)],
    "count-stacked": lambda given: [4 * given["H"] * (given["D"] + given["H"] + 2 + 2 * given["H"] + 2)],
    "count-bidirectional": lambda given: [8 * given["H"] * (given["D"] + given["H"] + 2)],
    "shape-return-sequences": lambda given: [given["N"], given["T"], given["H"]],
    "shape-batch-first": lambda given: [given["T"], given["N"], given["H"]],
    "shape-bidirectional": lambda given: [given["N"], given["T"], 2 * given["H"]],
    "shape-bidirectional-summary": lambda given: [given["N"], 2 * given["H"]],
    "shape-last-state": lambda given: [2, given["N"], given["H"]],
    "gate-order-lstm": lambda given: [given["stack"][place] for place in (0, 3, 1, 2)],
    "gate-order-gru": lambda given: [given["stack"][place] for place in (1, 0, 2)],
}


@pytest.mark.parametrize("slug", thorough(OTHERS_BY_HAND, quick=STANDING_FOR_ALL))
def test_what_has_no_weights_comes_out_as_its_formula_says(slug):
    kind, fair = variants(slug, 20)
    for certificate in fair:
        (key,) = kind.keys(certificate.given, certificate.exact, certificate.full).values()
        assert key.full == pytest.approx(OTHERS_BY_HAND[slug](certificate.given), abs=1e-12)
        assert distance(key.exact, key.full) <= kind.unit / 2 + 1e-9


def test_every_question_without_weights_is_computed_here_once_more():
    asked = {slug for slug, said in SPECIFICATIONS.items() if said.question}
    assert asked == OTHERS_BY_HAND.keys() | {"count-lstm-pytorch"}


# --- where one chooses


@pytest.mark.parametrize("slug", thorough((s for s in SPECIFICATIONS if s not in NUMBERS), quick=STANDING_FOR_ALL))
def test_every_wrong_option_is_wrong_and_its_slip_is_one_that_is_claimed(slug):
    kind, fair = variants(slug, 20)
    for certificate in fair:
        for name in kind.asked:
            (right,) = certificate.exact[name]
            ids = [option["id"] for option in certificate.given["options"][name]]
            texts = [option["text"] for option in certificate.given["options"][name]]
            assert len(set(ids)) == len(ids) == len(set(texts))
            for wrong in set(ids) - {right}:
                (step,) = (each for each in marked(kind, certificate, {name: [wrong]}) if each.name == name)
                assert step.state in {"slip", "convention", "unrecognised"}
                assert set(step.slips) <= set(SPECIFICATIONS[slug].claimed(name))


@pytest.mark.parametrize("slug", ["find-lstm-error", "find-gru-error"])
def test_the_working_with_an_error_departs_first_where_the_key_says(slug):
    _, fair = variants(slug, 20)
    for certificate in fair:
        given = certificate.given
        worked = {
            name: value for name, value in (lstm if "lstm" in slug else gru)(given).items() if name in given
        }  # all of them right
        (error,) = certificate.exact["error"]
        for name in SPECIFICATIONS[slug].asked:
            if name == error:
                break
            assert given[name] == pytest.approx(worked[name], abs=3e-4)
        assert abs(given[error][0] - worked[error][0]) > 3e-4


def test_a_refused_candidate_gives_its_own_reasons_and_one_seed_alone_is_what_it_is_among_many():
    kind = kind_of(SPECIFICATIONS["find-gru-error"], "refusals")
    several = kind.certify(range(1, 101))
    refused = [each for each in several if each.reasons]
    assert refused and all("no slip can be planted" not in each.reasons for each in refused)
    assert kind.certificate(7) == several[6]


def test_which_way_a_value_goes_follows_from_the_signs():
    """c = f·c_prev + i·g and h = o·tanh(c), and every gate is positive: the partner's sign is the direction."""
    ways = {"positive": ["rises"], "negative": ["falls"], None: ["stays"]}
    contradictory = 0
    for certificate in kind_of(SPECIFICATIONS["predict-lstm"]).certify(range(32)):
        signs = dict(told.split(" is ") for told in certificate.given["facts"].split("; "))
        impossible = signs["c_prev"] == signs["g"] != signs["c"]  # two parts of one sign make no sum of the other
        assert bool(certificate.reasons) == impossible
        contradictory += impossible
        if not impossible:
            factor = {"b_f": signs["c_prev"], "b_i": signs["g"], "b_g": "positive"}.get(certificate.given["raised"])
            assert certificate.exact["c@1"] == ways[factor]
            assert certificate.exact["h@1"] == ways[factor or signs["c"]]
    assert contradictory == 2 * 4  # two patterns of signs for each of four biases


# --- help


def test_the_worked_gradient_of_a_shared_weight_is_a_sum_of_products_that_is_rounded_once():
    kind, fair = variants("rnn-weight-gradient", 20)
    for certificate in fair:
        line = kind.worked(certificate.given, certificate.exact)[-1]
        (put_in,) = (each.replace("−", "-").replace("·", "*") for each in line.put_in)
        products, value = put_in.split(" = ")
        assert float(value) == certificate.exact["dU"][0][0]
        assert abs(eval(products) - float(value)) < 0.5001e-4


@each_exercise
def test_every_step_has_four_hints_that_say_something_and_a_worked_line(slug):
    kind, fair = variants(slug, 2)
    for certificate in fair:
        for name in kind.asked:
            hints = [kind.hint(name, number, certificate.given) for number in (1, 2, 3, 4)]
            assert all(len(hint) > 3 and "None" not in hint and " ," not in hint for hint in hints), hints
        worked = kind.worked(certificate.given, certificate.exact)
        assert any(line.asked for line in worked)
        assert all(line.formula and line.words for line in worked)
