"""A program sends numbers and gets every named value: fixture L of the catalogue, worked on paper."""

import pytest

pytestmark = pytest.mark.django_db

FIXTURE_L = {
    "cell": "lstm",
    "x": [[0.9]],
    "h0": [-0.7],
    "c0": [1.3],
    "decimals": 4,
    "weights": {
        "W_i": [[-1.7]],
        "U_i": [[-0.6]],
        "b_i": [0.6],
        "W_f": [[-1.4]],
        "U_f": [[-1.8]],
        "b_f": [-0.4],
        "W_g": [[-0.7]],
        "U_g": [[-1.7]],
        "b_g": [0.5],
        "W_o": [[1.2]],
        "U_o": [[-0.6]],
        "b_o": [-0.5],
    },
}


def post(client, body):
    return client.post("/api/v1/examples/", body, content_type="application/json")


def test_the_trace_of_fixture_l_comes_back_by_name(client):
    trace = post(client, FIXTURE_L).json()["trace"]
    assert trace["i"] == [[0.3752]] and trace["f"] == [[0.4013]] and trace["g"] == [[0.7857]]
    assert trace["c"] == [[0.8165]] and trace["o"] == [[0.7311]]


def test_rounding_on_paper_and_full_precision_differ_in_the_last_digit(client):
    on_paper = post(client, FIXTURE_L).json()["trace"]["h"]
    in_full = post(client, {name: part for name, part in FIXTURE_L.items() if name != "decimals"}).json()["trace"]["h"]
    assert on_paper == [[0.4922]]  # 0.7311 · 0.6732 = 0.49217652
    assert round(in_full[0][0], 4) == 0.4921


def test_the_convention_is_told_with_the_numbers(client):
    assert "i, f, g, o" in post(client, FIXTURE_L).json()["note"]


@pytest.mark.parametrize(
    "fault",
    [
        {"x": [[0.9, 1.0]]},
        {"x": []},
        {"x": [["a"]]},
        {"h0": [0.1, 0.2]},
        {"weights": {}},
        {"cell": "transformer"},
        {"convention": "none"},
        {"decimals": 9},
        {"x": [[1e400]]},
    ],
)
def test_a_faulty_body_is_refused_in_one_plain_sentence(client, fault):
    reply = post(client, FIXTURE_L | fault)
    assert reply.status_code in (400, 422), reply.content
    assert set(reply.json()) == {"code", "message", "hint"} and reply.json()["message"]


def test_a_huge_body_is_refused_unread(client):
    reply = post(client, FIXTURE_L | {"x": [[0.1]] * 20000})
    assert reply.status_code == 422 and reply.json()["code"] == "body_too_large"


def test_a_body_nested_too_deeply_is_refused_in_three_fields(client):
    reply = client.post("/api/v1/examples/", "[" * 30_000, content_type="application/json")
    assert reply.status_code == 422 and reply.json()["code"] == "too_deep"
