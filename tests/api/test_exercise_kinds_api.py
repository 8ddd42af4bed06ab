"""Every kind of exercise through the API: taken, answered rightly from a computation of our own, and wrongly."""

import itertools
import math
from uuid import uuid4

import pytest

import sim
from quizzes.items.making import certificates
from quizzes.items.models import Variant
from tests.factories import make_user
from tests.program import Program
from tests.samples import OF_EACH_KIND, WEIGHTS, generator_of, make_generator, span

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(client):
    return Program(client, make_user())


@pytest.fixture
def take(program):
    def taken(kind, **sent):
        generator_of(kind)
        reply = program.post(f"/exercises/{kind}/variants/", sent)
        assert reply.status_code == 201, reply.content
        return reply.json()

    return taken


@pytest.fixture
def answer(program):
    counted = {}

    def answered(taking, answers, status=(200, 201)):
        seq = counted.get(taking["id"], 0) + 1
        body = {"submission_id": str(uuid4()), "seq": seq, "answers": answers}
        reply = program.post(f"/variants/{taking['id']}/answers/", body)
        assert reply.status_code in (status if isinstance(status, tuple) else (status,)), reply.content
        counted[taking["id"]] = seq if reply.status_code < 300 else seq - 1
        return reply.json()

    return answered


def states(reply):
    return {step["name"]: step["state"] for step in reply["steps"]}


def test_a_count_is_right_by_the_formula_and_another_library_s_is_a_convention(take, answer):
    taking = take("count")
    assert taking["asked"] == [{"name": "count", "step": None, "shape": [1]}]
    assert set(taking["given"]) == {"D", "H", "T", "question", "layers", "bidirectional"} and taking["tolerance"] == 0
    D, H = taking["given"]["D"], taking["given"]["H"]
    keras = 4 * (H * D + H * H + H)
    assert states(answer(taking, {"count": [keras]})) == {"count": "convention"}
    reply = answer(taking, {"count": [str(keras + 4 * H)]})
    assert states(reply) == {"count": "right"} and reply["complete"]


@pytest.mark.parametrize("mark", [",", ".", " ", "'"])
def test_a_count_may_have_its_thousands_marked(take, answer, monkeypatch, mark):
    monkeypatch.setitem(OF_EACH_KIND["count"]["ranges"], "H", span(40, 49, 1))
    taking = take("count")
    D, H = taking["given"]["D"], taking["given"]["H"]
    count = 4 * (H * D + H * H + 2 * H)
    reply = answer(taking, {"count": [f"{count:,}".replace(",", mark)]})
    assert reply["complete"]
    assert reply["steps"][0]["read_as"] == [count]


@pytest.mark.parametrize(("kind", "sent"), [("count", [368]), ("shape", "200, 8, 30")])
def test_whole_numbers_are_told_as_whole_numbers(take, answer, program, kind, sent):
    taking = take(kind)
    assert taking["decimals"] == 0
    (step,) = answer(taking, {kind: sent})["steps"]
    solution = program.post(f"/variants/{taking['id']}/solution/").json()
    told = [*step["read_as"], *solution["exact"][kind], *solution["full"][kind]]
    assert told and all(isinstance(each, int) for each in told)


def test_a_shape_is_one_string(take, answer):
    taking = take("shape")
    assert taking["asked"] == [{"name": "shape", "step": None, "shape": []}]
    N, T, H = (taking["given"][name] for name in "NTH")
    assert answer(taking, {"shape": f"{N}, {H}"})["steps"][0]["slips"] == ["P13"]
    assert states(answer(taking, {"shape": f"({N}, {T}, {H})"})) == {"shape": "right"}


def test_a_chain_is_a_product(take, answer):
    taking = take("retention")
    f = taking["given"]["f"]
    assert answer(taking, {"retention": [round(sum(f) / 3, 4)]})["steps"][0]["slips"] == ["B06b"]
    assert states(answer(taking, {"retention": [f"{math.prod(f):.4f}".replace(".", ",")]})) == {"retention": "right"}


def test_blocks_are_put_in_another_library_s_order(take, answer):
    taking = take("order")
    i, f, g, o = taking["given"]["stack"]
    assert taking["asked"][0]["shape"] == [4]
    assert answer(taking, {"stack": [i, f, g, o]})["steps"][0] == answer_like(
        "stack", "convention", ["F20"], [i, f, g, o]
    )
    assert states(answer(taking, {"stack": [i, o, f, g]})) == {"stack": "right"}


class answer_like:  # noqa: N801 (reads as a value)
    """Equal to a marked step whatever its message says."""

    def __init__(self, name, state, slips, read_as):
        self.fields = {"name": name, "state": state, "slips": slips, "read_as": read_as}

    def __eq__(self, other):
        return {**other, **self.fields} == other

    __hash__ = None


def sigmoid(a):
    return 1 / (1 + math.exp(-a))


def test_gradients_follow_the_chain_rule(take, answer):
    taking = take("gradients")
    given = taking["given"]
    x, h0, c0 = given["x"][0][0], given["h0"][0], given["c0"][0]
    a = {q: given[f"W_{q}"][0][0] * x + given[f"U_{q}"][0][0] * h0 + given[f"b_{q}"][0] for q in "ifgo"}
    i, f, o, g = sigmoid(a["i"]), sigmoid(a["f"]), sigmoid(a["o"]), math.tanh(a["g"])
    c = f * c0 + i * g
    dh = given["dh"][0][0]
    dc = dh * o * (1 - math.tanh(c) ** 2) + given["dc_last"][0]
    right = {
        "dc@1": dc, "da_o@1": dh * math.tanh(c) * o * (1 - o), "da_f@1": dc * c0 * f * (1 - f),
        "da_i@1": dc * g * i * (1 - i), "da_g@1": dc * i * (1 - g * g),
    }  # fmt: skip
    reply = answer(taking, {name: [round(value, 4)] for name, value in right.items()})
    assert set(states(reply).values()) == {"right"}
    half = answer(taking, {"dc@1": [round(dh * o * (1 - math.tanh(c) ** 2), 4)]})["steps"][0]
    assert half["state"] == "slip" and half["slips"][0] in OF_EACH_KIND["gradients"]["claims"]["dc"]


def test_a_formula_is_chosen_by_its_id(take, answer):
    taking = take("formula")
    right = {"f": "f = σ(W_f x + b_f + U_f h_prev)", "c": "c = f ⊙ c_prev + i ⊙ g", "h": "h = o ⊙ tanh(c)"}
    asked = {f"{each['name']}@{each['step']}": each for each in taking["asked"]}
    assert all(len(each["options"]) == 4 and each["shape"] == [] for each in asked.values())
    chosen = {
        key: next(option["id"] for option in each["options"] if option["text"] == right[each["name"]])
        for key, each in asked.items()
    }
    wrong = {
        key: next(option["id"] for option in each["options"] if option["id"] != chosen[key])
        for key, each in asked.items()
    }
    reply = answer(taking, wrong)
    assert set(states(reply).values()) == {"slip"} and all(len(step["slips"]) == 1 for step in reply["steps"])
    assert answer(taking, chosen)["complete"]


def test_an_error_is_found_where_the_numbers_first_depart(take, answer):
    taking = take("error")
    given, ids = taking["given"], [option["id"] for option in taking["asked"][0]["options"]]
    assert ids == OF_EACH_KIND["error"]["asked"]
    x, h0, c0 = given["x"][0][0], given["h0"][0], given["c0"][0]
    a = {q: given[f"W_{q}"][0][0] * x + given[f"U_{q}"][0][0] * h0 + given[f"b_{q}"][0] for q in "ifgo"}
    work = {name[0]: given[name][0] for name in ids}
    right = {
        "f": sigmoid(a["f"]), "i": sigmoid(a["i"]), "g": math.tanh(a["g"]),
        "c": work["f"] * c0 + work["i"] * work["g"], "o": sigmoid(a["o"]), "h": work["o"] * math.tanh(work["c"]),
    }  # fmt: skip
    departs = [f"{name}@1" for name in right if abs(right[name] - work[name]) > 0.0005]
    assert len(departs) == 1
    other = next(name for name in ids if name not in departs)
    assert states(answer(taking, {"error": other})) == {"error": "unrecognised"}
    reply = answer(taking, {"error": departs[0]})
    assert reply["complete"] and len(reply["steps"][0]["message"]) > 20


def test_a_direction_follows_from_the_signs(take, answer):
    taking = take("direction")
    given = taking["given"]
    signs = dict(fact.split(" is ") for fact in given["facts"].split("; "))
    ways = {"b_f": signs["c_prev"], "b_i": signs["g"], "b_g": "positive", "b_o": "none"}  # c = f·c′ + i·g
    way = {"positive": "rises", "negative": "falls", "none": "stays"}[ways[given["raised"]]]
    assert [option["id"] for option in taking["asked"][0]["options"]] == ["rises", "falls", "stays"]
    for wrong in {"rises", "falls", "stays"} - {way}:
        (step,) = answer(taking, {"c@1": wrong})["steps"]
        assert (step["state"], step["slips"]) == ("unrecognised", [])  # slips are claimed, and one of two is a guess
    assert answer(taking, {"c@1": [way]})["complete"]


@pytest.mark.parametrize("kind", OF_EACH_KIND)
def test_no_key_no_slip_and_no_certificate_is_in_what_a_learner_gets(take, kind):
    taking = take(kind)
    assert set(taking) == {
        "id", "generator", "version", "seed", "cell", "convention", "format", "decimals", "tolerance", "given", "asked",
    }  # fmt: skip
    assert "options" not in taking["given"]
    said = str(taking)
    claimed = {slip for slips in OF_EACH_KIND[kind]["claims"].values() for slip in slips}
    assert not [slip for slip in claimed if f"'{slip}'" in said]


@pytest.mark.parametrize("kind", OF_EACH_KIND)
def test_the_solution_ends_a_taking_and_shows_the_working(take, answer, program, kind):
    taking = take(kind)
    solution = program.post(f"/variants/{taking['id']}/solution/").json()
    asked = [each["name"] if each["step"] is None else f"{each['name']}@{each['step']}" for each in taking["asked"]]
    assert list(solution["exact"]) == asked and solution["steps"]
    right = {name: solution["exact"][name] for name in asked}
    assert answer(taking, right, status=409)["code"] == "attempt_finished"


@pytest.mark.parametrize("kind", OF_EACH_KIND)
def test_the_key_of_each_kind_is_right(take, answer, kind):
    taking = take(kind)
    key = Variant.objects.get(attempts=taking["id"]).key.exact
    sent = {name: ", ".join(f"{each:g}" for each in value) if name == "shape" else value for name, value in key.items()}
    reply = answer(taking, sent)
    assert set(states(reply).values()) == {"right"} and reply["complete"]


@pytest.mark.parametrize("kind", OF_EACH_KIND)
def test_rubbish_is_refused_and_nothing_stored(take, answer, program, kind):
    taking = take(kind)
    name = next(each["name"] if each["step"] is None else f"{each['name']}@{each['step']}" for each in taking["asked"])
    for rubbish in ("NaN", "=1+1", "<b>1</b>", "9" * 10_000, True, {"a": 1}):
        shape = taking["asked"][0]["shape"]
        entries = [rubbish] * math.prod(shape) if shape else rubbish
        assert answer(taking, {name: entries}, status=422)["code"] in {"nothing_read", "wrong_shape", "invalid"}
    assert answer(taking, {"q@9": [1]}, status=422)["code"] == "unknown_quantity"
    assert not Variant.objects.get(attempts=taking["id"]).attempts.get().events.exists()


def test_a_small_exercise_is_shared_and_not_repeated_before_all_were_seen(take, program):
    kind = "shape"
    seen = [take(kind)["seed"]]
    for _ in range(17):
        seen.append(program.post(f"/exercises/{kind}/variants/").json()["seed"])
    assert sorted(seen) == list(range(18))  # 3 · 3 · 2 of them
    again = program.post(f"/exercises/{kind}/variants/").json()
    assert again["seed"] == seen[0]


def test_every_direction_of_a_small_exercise_is_decided_by_its_signs():
    generator = generator_of("direction")
    decided = {
        (each.given["raised"], each.given["facts"]): each.exact["c@1"]
        for each in certificates(generator.current, range(16))
        if not each.reasons
    }
    signs = [f"c_prev is {c}; g is {g}" for c, g in itertools.product(("positive", "negative"), repeat=2)]
    for fact in signs:
        c_prev, g = fact.split("; ")
        expected = {
            "b_f": "rises" if "positive" in c_prev else "falls",
            "b_i": "rises" if "positive" in g else "falls",
            "b_g": "rises",
            "b_o": "stays",
        }
        assert {bias: decided[bias, fact] for bias in expected} == {bias: [way] for bias, way in expected.items()}


@pytest.fixture
def two_weights(program):
    """Both weight gradients of two units, of which one is a matrix that stands in the way of the other."""
    make_generator(
        "two-weights", cell="rnn", convention="none", D=1, H=2, T=2, asked=["dW", "dU"], claims={}, must_show={},
        ranges=WEIGHTS | {"dh": span(-1.9, 1.9, 0.2)},
    )  # fmt: skip
    return program.post("/exercises/two-weights/variants/", {}).json()


def test_an_own_matrix_carries_into_the_next_and_the_variant_stays(two_weights, answer):
    reply = answer(two_weights, {"dW": [[9], [9]], "dU": [[9, 8], [7, 6]]})
    assert states(reply) == {"dW": "unrecognised", "dU": "unrecognised"}
    assert reply["steps"][1]["read_as"] == [[9, 8], [7, 6]]
    assert Variant.objects.get().state == Variant.State.TAKEN


def test_answers_that_cannot_be_marked_are_refused_and_withdraw_nothing(two_weights, answer, monkeypatch):
    def breaks(*_):
        raise sim.SimError("Nobody foresaw this.")

    monkeypatch.setattr("quizzes.practice.exercises.services.mark", breaks)
    reply = answer(two_weights, {"dW": [[9], [9]]}, 422)
    assert reply["code"] == "cannot_be_marked"
    assert Variant.objects.get().state == Variant.State.TAKEN
