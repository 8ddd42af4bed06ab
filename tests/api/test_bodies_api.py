"""What a program sends: bodies that can't be read change nothing, and a field is of the kind that it says."""

import json
from uuid import UUID, uuid4

import pytest
from django.test import Client

from quizzes.items.models import Variant
from quizzes.practice.models import Attempt
from tests.factories import make_quiz, make_user
from tests.program import Program
from tests.samples import OF_EACH_KIND, WEIGHTS, generator_of, make_generator

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(client):
    return Program(client, make_user(is_staff=True))


@pytest.fixture
def variant(program):
    make_generator()
    return program.post("/exercises/lstm-step/variants/").json()["id"]


def send(program, path, body, content_type="application/json", **headers):
    """The bytes as they are."""
    return program.client.generic(
        "POST", f"/api/v1{path}", body, content_type, headers=program.headers, **{"HTTP_ACCEPT": "*/*"} | headers
    )


def answer(program, variant, answers, **changed):
    seq = Attempt.objects.get(pk=variant).last_seq + 1
    sent = {"submission_id": str(uuid4()), "seq": seq, "answers": answers} | changed
    return program.post(f"/variants/{variant}/answers/", sent)


UNREADABLE = [
    (b"hi", "text/plain", 415),
    (b"a=1", "application/x-www-form-urlencoded", 415),
    (b"{}", "", 415),
    (b"[1]", "application/json", 422),
    (b'{"x":', "application/json", 400),
    (b"NaN", "application/json", 400),
    (b"\xff", "application/json", 400),
    (b"[" * 60_000, "application/json", 422),
    (b" " * 1_000_000, "application/json", 422),
]


@pytest.mark.parametrize(("body", "content_type", "status"), UNREADABLE)
def test_a_body_that_can_not_be_read_ends_nothing(program, variant, body, content_type, status):
    reply = send(program, f"/variants/{variant}/solution/", body, content_type)
    assert reply.status_code == status and set(reply.json()) == {"code", "message", "hint"}
    assert Attempt.objects.get(pk=variant).is_open
    assert answer(program, variant, {"f@1": [0.5]}).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{}", b'{"sure": true}'])
def test_a_solution_takes_no_fields(program, variant, body):
    assert send(program, f"/variants/{variant}/solution/", body).status_code == 200
    assert not Attempt.objects.get(pk=variant).is_open


def test_a_quiz_is_neither_begun_nor_finished_by_what_can_not_be_read(program):
    quiz = make_quiz()
    assert send(program, f"/quizzes/{quiz.slug}/attempts/", b"[1]").status_code == 422
    assert not Attempt.objects.exists()
    begun = program.post(f"/quizzes/{quiz.slug}/attempts/").json()["id"]
    assert send(program, f"/attempts/{begun}/finish/", b"hi", "text/plain").status_code == 415
    assert Attempt.objects.get(pk=begun).is_open


def test_a_body_in_chunks_is_refused_and_not_taken_for_an_empty_one(program):
    make_generator()
    path = "/exercises/lstm-step/variants/"
    reply = send(program, path, b"", HTTP_TRANSFER_ENCODING="chunked")
    assert reply.status_code == 411 and reply.json()["code"] == "length_required"
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("seq", ["1", 1.0, True, None, [1], 0, -1, 10**12])
def test_seq_is_a_whole_number(program, variant, seq):
    reply = answer(program, variant, {"f@1": [0.5]}, seq=seq)
    assert reply.status_code == 422 and reply.json()["message"].startswith("seq: ")


@pytest.mark.parametrize("seed", ["1", 1.5, True, -1, 2**63])
def test_a_seed_is_a_whole_number(program, seed):
    make_generator()
    reply = program.post("/exercises/lstm-step/variants/", {"seed": seed})
    assert reply.status_code == 422 and reply.json()["message"].startswith("seed: ")


@pytest.mark.parametrize("submission_id", [5, None, ["x"], "", "5", "not an id"])
def test_a_submission_id_is_a_uuid_as_text(program, variant, submission_id):
    reply = answer(program, variant, {"f@1": [0.5]}, submission_id=submission_id)
    assert reply.status_code == 422 and reply.json()["message"].startswith("submission_id: ")


def test_a_number_of_thousands_of_digits_is_refused_in_one_plain_sentence(program, variant):
    digits = "9" * 5000
    body = f'{{"submission_id": "{uuid4()}", "seq": {digits}, "answers": {{"f@1": [0.5]}}}}'
    reply = send(program, f"/variants/{variant}/answers/", body)
    assert reply.status_code == 422 and len(reply.content) < 300 and reply.json()["message"].startswith("seq: ")
    for sent in (digits, f"-{digits}", "9" * 400, "1" + "0" * 20, "1e400"):
        body = f'{{"submission_id": "{uuid4()}", "seq": 1, "answers": {{"f@1": [{sent}]}}}}'
        reply = send(program, f"/variants/{variant}/answers/", body)
        assert reply.status_code == 422 and reply.json()["message"].startswith("f cannot be read as a number")
    reply = answer(program, variant, {"f@1": [0.5], "i@1": [10**400], "g@1": ["9" * 54_000]})
    steps = {step["name"]: step["message"] for step in reply.json()["steps"]}
    assert steps["i@1"] == "That number is too large to be an answer here."
    assert steps["g@1"] == "That is too long; a number needs at most 40 characters."


@pytest.mark.parametrize("meant", [{"q@1": "F05"}, {"f@1": "Z99"}, {"f@1": "C01"}, {"f@1": ""}])
def test_what_could_not_be_meant_is_refused(program, variant, meant):
    reply = answer(program, variant, {"f@1": [0.5]}, meant=meant)
    assert reply.status_code == 422
    assert Attempt.objects.get(pk=variant).last_seq == 0


def test_a_seed_can_be_taken_faded_though_it_was_taken_whole_before(program):
    make_generator(fading=True)
    path = "/exercises/lstm-step/variants/"
    program.post(path)  # one that is fair
    seed = {"seed": Variant.objects.first().seed}
    whole, faded = program.post(path, seed).json(), program.post(path, seed | {"fade": True}).json()
    assert len(whole["asked"]) == 6 and [each["name"] for each in faded["asked"]] == ["h"]
    assert {"f@1", "i@1", "g@1", "c@1", "o@1"} <= set(faded["given"])
    assert program.post(path, seed | {"fade": True}).json()["id"] == faded["id"]
    assert len(program.post(path, seed).json()["asked"]) == 6


def test_an_id_in_the_address_may_be_spelled_as_in_a_body(program, variant):
    spelled = UUID(variant)
    for written in (str(spelled), str(spelled).upper(), spelled.hex, spelled.hex.upper()):
        assert program.get(f"/variants/{written}/").json()["id"] == variant
    assert program.get(f"/variants/{spelled.hex[:-1]}/").status_code == 404


def test_a_session_without_its_csrf_token_is_told_what_is_missing(variant):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Attempt.objects.get(pk=variant).user)
    reply = client.post(f"/api/v1/variants/{variant}/solution/", {}, content_type="application/json")
    assert reply.status_code == 403 and reply.json()["code"] == "csrf_failed"
    assert "CSRF" in reply.json()["message"] and "X-CSRFToken" in reply.json()["hint"]


def test_a_matrix_is_read_back_by_its_rows(program):
    specification = {
        "cell": "rnn",
        "convention": "none",
        "D": 1,
        "H": 2,
        "asked": ["dU"],
        "ranges": {name: WEIGHTS[name] for name in ("x", "h0", "W", "U", "b")} | {"dh": WEIGHTS["x"]},
        "claims": {},
        "must_show": {},
    }
    make_generator("du", **specification)
    taking = program.post("/exercises/du/variants/").json()
    assert taking["asked"][0]["shape"] == [2, 2]
    for sent in ([1, 2, 3, 4], [[1, 2, 3, 4]], [[1, 2], [3, [4]]], [[1, 2], 3, 4], 1):
        assert answer(program, taking["id"], {"dU": sent}).json()["code"] == "wrong_shape"
    (step,) = answer(program, taking["id"], {"dU": [[1, 2], [3, 4]]}).json()["steps"]
    assert step["read_as"] == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("kind", "message", "hint"),
    [
        ("count", "count cannot be read as a whole number", "Write it in figures, such as 1024 or 1,024."),
        ("shape", "shape cannot be read as a shape", "Write whole numbers with commas between them, like 32, 6, 8."),
        ("error", "error cannot be read as one of the options", "Send the id of one option."),
        ("retention", "retention cannot be read as a number", "Write 0.4013, −0.38 or 1/3."),
    ],
)
def test_what_an_answer_looks_like_is_said_of_each_kind(program, kind, message, hint):
    generator_of(kind)
    taking = program.post(f"/exercises/{kind}/variants/").json()
    reply = answer(program, taking["id"], {OF_EACH_KIND[kind]["asked"][0] if kind != "error" else "error": "so"})
    assert reply.status_code == 422
    assert (reply.json()["message"], reply.json()["hint"]) == (f"{message}, so nothing was counted.", hint)


def test_a_convention_s_free_try_is_offered_once(program):
    generator_of("order")
    taking = program.post("/exercises/order/variants/").json()
    as_it_was = {"stack": taking["given"]["stack"]}
    first, second = (answer(program, taking["id"], as_it_was).json()["steps"][0] for _ in range(2))
    assert first["state"] == second["state"] == "convention"
    assert "the first time costs nothing" in first["message"]
    assert "costs nothing" not in second["message"] and "no free try is left" in second["message"]
    assert json.dumps(first["read_as"]) == json.dumps(second["read_as"])
