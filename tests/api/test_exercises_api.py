"""A program takes a variant, answers by name, and is told the slip; the numbers are worked here in plain floats."""

from math import exp, tanh
from uuid import uuid4

import pytest

from quizzes.catalog.models import Misconception
from quizzes.practice.models import AnswerEvent
from tests.factories import make_misconception, make_user
from tests.program import Program
from tests.samples import make_generator

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(client):
    return Program(client, make_user())


@pytest.fixture
def variant(program):
    make_generator()
    make_misconception("F03", title="Forget and input gates swapped")
    reply = program.post("/exercises/lstm-step/variants/")
    assert reply.status_code == 201
    return reply.json()


def worked(given):
    """One LSTM step with one unit, each named value kept to four decimals."""
    x, h, c = given["x"][0][0], given["h0"][0], given["c0"][0]
    sums = {k: given[f"W_{k}"][0][0] * x + given[f"U_{k}"][0][0] * h + given[f"b_{k}"][0] for k in "ifgo"}
    i, f, o = (round(1 / (1 + exp(-round(sums[k], 4))), 4) for k in "ifo")
    g = round(tanh(sums["g"]), 4)
    values = {"f": f, "i": i, "g": g, "c": round(f * c + i * g, 4), "o": o}
    values["h"] = round(o * round(tanh(values["c"]), 4), 4)
    return {f"{name}@1": [value] for name, value in values.items()} | {"swapped": [round(i * c + f * g, 4)]}


def answer(answers, **changes):
    return {"submission_id": str(uuid4()), "seq": 1, "answers": answers, **changes}


def states(reply):
    return {step["name"]: step["state"] for step in reply.json()["steps"]}


def test_a_variant_holds_what_is_given_and_asked_and_no_key(variant):
    assert set(variant) == {
        *("id", "generator", "version", "seed", "cell", "convention", "format"),
        *("decimals", "tolerance", "given", "asked"),
    }
    assert [f"{each['name']}@{each['step']}" for each in variant["asked"]] == ["f@1", "i@1", "g@1", "c@1", "o@1", "h@1"]
    assert variant["tolerance"] == 0.0003
    assert variant["asked"][0]["shape"] == [1] and variant["cell"] == "lstm" and variant["convention"] == "pytorch"


def test_a_right_calculation_is_right_in_every_step(program, variant):
    right = worked(variant["given"])
    right.pop("swapped")
    reply = program.post(f"/variants/{variant['id']}/answers/", answer(right))
    assert set(states(reply).values()) == {"right"} and reply.json()["complete"]


def test_swapped_gates_are_named_and_the_read_out_is_right_with_your_own_cell(program, variant):
    answers = worked(variant["given"])
    answers["c@1"] = answers.pop("swapped")
    answers["h@1"] = [round(answers["o@1"][0] * round(tanh(answers["c@1"][0]), 4), 4)]
    reply = program.post(f"/variants/{variant['id']}/answers/", answer(answers))
    told = {step["name"]: step for step in reply.json()["steps"]}
    assert told["c@1"]["state"] == "slip" and told["c@1"]["slips"] == ["F03"]
    assert Misconception.objects.get(slug="F03").correction in told["c@1"]["message"]
    assert told["h@1"]["state"] == "right_with_yours" and not reply.json()["complete"]


def test_what_was_typed_is_read_and_echoed(program, variant):
    f = worked(variant["given"])["f@1"][0]
    typed = f"{f:.4f}".replace(".", ",")
    step = program.post(f"/variants/{variant['id']}/answers/", answer({"f@1": [typed]})).json()["steps"][0]
    assert step["state"] == "right" and step["read_as"] == [f]


def test_steps_left_out_are_empty_and_unreadable_ones_invalid(program, variant):
    f = worked(variant["given"])["f@1"]
    reply = program.post(f"/variants/{variant['id']}/answers/", answer({"f@1": f, "i@1": ["=1+1"], "g@1": ["NaN"]}))
    assert states(reply)["i@1"] == states(reply)["g@1"] == "invalid" and states(reply)["c@1"] == "empty"


@pytest.mark.parametrize(
    "answers", [{}, {"f@1": ["abc"]}, {"q@1": [0.5]}, {"f@1": [0.5, 0.5]}, {"f@1": ["9" * 3000]}, {"f@1": [[[0.5]]]}]
)
def test_what_cannot_be_marked_is_refused_and_stored_nowhere(program, variant, answers):
    reply = program.post(f"/variants/{variant['id']}/answers/", answer(answers))
    assert reply.status_code == 422 and set(reply.json()) == {"code", "message", "hint"}
    again = program.post(f"/variants/{variant['id']}/answers/", answer(worked(variant["given"]) | {"swapped": None}))
    assert again.status_code == 422  # "swapped" is asked nowhere
    assert program.post(f"/variants/{variant['id']}/answers/", answer({"f@1": [0.5]})).status_code == 200  # seq 1


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity"])
def test_what_python_writes_for_no_number_is_unreadable_in_its_step_alone(program, variant, literal):
    f, path = worked(variant["given"])["f@1"][0], f"/variants/{variant['id']}/answers/"
    sent = answer({"f@1": [f], "i@1": [float(literal)], "g@1": float(literal)})
    reply = program.post(path, sent)  # as json.dumps writes it
    assert reply.status_code == 200
    assert (states(reply)["f@1"], states(reply)["i@1"], states(reply)["g@1"]) == ("right", "invalid", "invalid")
    assert AnswerEvent.objects.get().response["answers"]["i@1"] == [literal]
    assert program.post(path, sent).json() == reply.json()
    assert program.post(path, answer({"f@1": [float(literal)]}, seq=2)).status_code == 422
    assert program.post(path, answer({"f@1": [f]}, seq=float(literal))).status_code == 422


@pytest.mark.parametrize("sent", [[[0.5]], [[[0.5]]], [0.5, [0.5]], [[0.5], [0.5]]])
def test_another_shape_than_the_one_asked_is_refused_whatever_else_is_sent(program, variant, sent):
    reply = program.post(f"/variants/{variant['id']}/answers/", answer({"f@1": sent, "i@1": [0.5]}))
    assert (reply.status_code, reply.json()["code"]) == (422, "wrong_shape")
    assert reply.json()["hint"] == "Send f@1 as [0.5]."
    assert not AnswerEvent.objects.exists()


def with_own_f(variant):
    """A wrong f that nothing names, and the cell that follows from it rightly."""
    right, c_prev = worked(variant["given"]), variant["given"]["c0"][0]
    f = round(right["f@1"][0] / 2 + 0.0371, 4)
    return f, right, round(f * c_prev + right["i@1"][0] * right["g@1"][0], 4)


def test_what_was_sent_before_counts_on_until_it_is_sent_anew(program, variant):
    path = f"/variants/{variant['id']}/answers/"
    f, right, c = with_own_f(variant)
    first = program.post(path, answer({"f@1": [f], "c@1": [c]}))
    assert states(first) | {"f@1": "-"} == states(first) | {"f@1": "-", "c@1": "right_with_yours"}
    alone = program.post(path, answer({"c@1": [c]}, seq=2))
    assert (states(alone)["c@1"], states(alone)["f@1"]) == ("right_with_yours", "empty")
    told = {step["name"]: step for step in alone.json()["steps"]}
    assert told["f@1"]["message"] == "Left out this time: what you sent before still counts."
    assert (told["f@1"]["read_as"], told["i@1"]["message"]) == ([None], "")
    anew = program.post(path, answer({"f@1": right["f@1"], "c@1": [c]}, seq=3))
    assert states(anew)["c@1"] != "right_with_yours"
    blank = program.post(path, answer({"f@1": [f]}, seq=4))
    assert blank.status_code == 200
    gone = program.post(path, answer({"f@1": [""], "c@1": [c]}, seq=5))
    assert states(gone)["c@1"] != "right_with_yours"  # a blank takes away what stood


def test_an_exercise_is_complete_when_the_last_step_is_right_without_sending_all_again(program, variant):
    path = f"/variants/{variant['id']}/answers/"
    right = worked(variant["given"])
    right.pop("swapped")
    for seq, (name, values) in enumerate(right.items(), start=1):
        reply = program.post(path, answer({name: values}, seq=seq)).json()
        assert reply["complete"] == (seq == len(right))
        assert [step["state"] for step in reply["steps"] if step["name"] == name] == ["right"]
        assert {step["state"] for step in reply["steps"] if step["name"] != name} == {"empty"}


def test_a_step_left_out_that_no_longer_fits_keeps_the_exercise_open(program, variant):
    path = f"/variants/{variant['id']}/answers/"
    f, right, c = with_own_f(variant)
    o = right["o@1"][0]
    h = round(o * round(tanh(c), 4), 4)
    sent = {name: right[name] for name in ("i@1", "g@1", "o@1")} | {"f@1": [f], "c@1": [c], "h@1": [h]}
    assert not program.post(path, answer(sent)).json()["complete"]
    assert not program.post(path, answer({"f@1": right["f@1"]}, seq=2)).json()["complete"]  # his c is wrong with it
    rest = {"c@1": right["c@1"], "h@1": right["h@1"]}
    assert program.post(path, answer(rest, seq=3)).json()["complete"]


def test_when_nothing_can_be_read_the_message_names_what(program, variant):
    reply = program.post(f"/variants/{variant['id']}/answers/", answer({"f@1": ["abc"], "i@1": ["=1"], "c@1": ["x"]}))
    assert reply.json()["code"] == "nothing_read"
    assert reply.json()["message"] == "f, i and c cannot be read as numbers, so nothing was counted."


def test_the_same_submission_counts_once_and_another_body_is_a_conflict(program, variant):
    sent = answer({"f@1": [0.5]})
    path = f"/variants/{variant['id']}/answers/"
    first, again = program.post(path, sent), program.post(path, sent)
    assert first.json() == again.json() and again.status_code == 200
    assert program.post(path, sent | {"answers": {"f@1": [0.6]}}).status_code == 409
    assert program.post(path, answer({"f@1": [0.6]})).status_code == 409  # seq 1 is used
    assert program.post(path, answer({"f@1": [0.6]}, seq=3)).status_code == 409  # seq 2 is skipped
    assert program.post(path, answer({"f@1": [0.6]}, seq=2)).status_code == 200


def test_the_solution_ends_the_taking_and_brings_the_key_with_worked_steps(program, variant):
    solution = program.post(f"/variants/{variant['id']}/solution/").json()
    expected = worked(variant["given"])
    assert solution["exact"] == {name: expected[name] for name in solution["exact"]}
    assert len(solution["steps"]) >= 6
    assert program.post(f"/variants/{variant['id']}/answers/", answer({"f@1": [0.5]})).status_code == 409


def test_anothers_variant_is_not_there(client, variant):
    other = Program(client, make_user())
    assert other.post(f"/variants/{variant['id']}/answers/", answer({"f@1": [0.5]})).status_code == 404
    assert other.post(f"/variants/{variant['id']}/solution/").status_code == 404


def test_only_staff_may_choose_a_seed_and_the_same_seed_is_the_same_variant(program, client):
    make_generator()
    assert program.post("/exercises/lstm-step/variants/", {"seed": 5}).status_code == 403
    staff = Program(client, make_user(is_staff=True))
    replies = {seed: staff.post("/exercises/lstm-step/variants/", {"seed": seed}) for seed in range(1, 80)}
    fair = next(reply.json() for reply in replies.values() if reply.status_code == 201)
    refused = next(reply.json() for reply in replies.values() if reply.status_code == 422)
    assert refused["code"] == "candidate_refused" and refused["message"]
    twice = Program(client, make_user(is_staff=True)).post("/exercises/lstm-step/variants/", {"seed": fair["seed"]})
    assert twice.json()["given"] == fair["given"]
