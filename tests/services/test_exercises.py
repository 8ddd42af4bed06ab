"""Taking, answering and ending an exercise: what is stored, what counts, what is refused."""

from math import tanh
from uuid import uuid4

import pytest
from django.utils import timezone

from quizzes.accounts.models import User
from quizzes.catalog.models import Misconception
from quizzes.errors import Conflict, Forbidden, NotFound, Refused
from quizzes.items.generators import save_generator
from quizzes.items.making import certificates
from quizzes.items.models import Variant
from quizzes.items.pool import top_up_pool
from quizzes.practice.exercises import queries
from quizzes.practice.exercises.services import Marking, NothingRead, record, release_solution
from quizzes.practice.exercises.taking import take
from quizzes.practice.models import AnswerEvent, Attempt, SlipRecord
from tests.samples import LSTM_STEP, make_generator

pytestmark = pytest.mark.django_db

GRU_STEP = LSTM_STEP | {
    "cell": "gru",
    "D": 2,
    "H": 2,
    "asked": ["r@1", "z@1", "n@1", "h@1"],
    "claims": {"r": ["F05"], "z": ["F05"], "n": ["G04"], "h": ["G01", "G09"]},
    "must_show": {"h": ["G01"]},
    "reasons": {},
}


@pytest.fixture
def user():
    return User.objects.create_user("ada")


@pytest.fixture
def attempt(user):
    return take(user=user, generator=make_generator(), now=timezone.now())


def answer(attempt, answers, **changed):
    attempt.refresh_from_db()
    sent = {"submission_id": uuid4(), "seq": attempt.last_seq + 1, "now": timezone.now()} | changed
    return record(user=attempt.user, attempt_id=attempt.pk, answers=answers, **sent)


def exact(attempt):
    return {name: list(values) for name, values in attempt.variant.key.exact.items()}


def states(event):
    return {step["name"]: step["state"] for step in event.result["steps"]}


def test_taking_gives_one_certified_variant_with_no_key_in_what_is_told(attempt):
    told = queries.payload(queries.taking(attempt.user, attempt.pk))
    assert told["asked"][0] == {"name": "f", "step": 1, "shape": [1]}
    assert set(told["given"]) >= {"x", "h0", "c0", "W_f"}
    assert not {"exact", "full", "live", "claims", "reasons"} & set(told)
    assert (attempt.asked, attempt.right, attempt.last_seq) == (6, 0, 0)


def test_the_result_has_the_shape_that_is_promised(attempt):
    event = answer(attempt, exact(attempt) | {"c@1": ["0,5"], "h@1": [""], "o@1": ["=1+1"]})
    assert event.result["complete"] is False
    for step in event.result["steps"]:
        assert {"name", "state", "slips", "read_as", "message"} <= set(step)
    by_name = {step["name"]: step for step in event.result["steps"]}
    assert by_name["c@1"]["read_as"] == [0.5]
    assert by_name["h@1"]["state"] == "empty"
    assert by_name["o@1"]["state"] == "invalid"
    assert list(by_name) == LSTM_STEP["asked"]


@pytest.mark.parametrize("as_sent", [lambda v: v, lambda v: [str(x) for x in v], lambda v: v[0], lambda v: str(v[0])])
def test_numbers_and_typed_text_are_answers_alike(attempt, as_sent):
    event = answer(attempt, {name: as_sent(values) for name, values in exact(attempt).items()})
    assert event.result["complete"] is True
    attempt.refresh_from_db()
    assert attempt.right == 6


def test_the_message_of_a_slip_tells_formula_numbers_and_correction(attempt):
    Misconception.objects.create(slug="F03", kind="cell", title="swap", correction="Give f the old cell.")
    key, given = exact(attempt), attempt.variant.given
    wrong = key["i@1"][0] * given["c0"][0] + key["f@1"][0] * key["g@1"][0]
    event = answer(attempt, key | {"c@1": [round(wrong, 4)], "h@1": [round(key["o@1"][0] * tanh(wrong), 4)]})
    told = {step["name"]: step for step in event.result["steps"]}
    assert told["c@1"]["slips"] == ["F03"]
    assert told["c@1"]["message"].startswith("i and f are swapped. c = i ⊙ c_prev + f ⊙ g gives this number: ")
    assert told["c@1"]["message"].endswith("Give f the old cell.")
    for number in (key["i@1"][0], key["f@1"][0], key["g@1"][0]):
        assert f"{abs(number):.4f}" in told["c@1"]["message"]
    assert told["h@1"]["state"] == "right_with_yours"
    assert SlipRecord.objects.get().place == "c@1"


def test_a_slip_outside_the_catalogue_is_kept_by_the_event_alone(attempt):
    key, given = exact(attempt), attempt.variant.given
    wrong = key["i@1"][0] * given["c0"][0] + key["f@1"][0] * key["g@1"][0]
    event = answer(attempt, key | {"c@1": [round(wrong, 4)]})
    assert event.result["steps"][3]["slips"] == ["F03"]
    assert not SlipRecord.objects.exists()


def test_a_vector_is_judged_as_a_whole_and_a_convention_is_no_slip(user):
    attempt = take(user=user, generator=make_generator("gru-step", **GRU_STEP), now=timezone.now())
    Misconception.objects.create(slug="G01", kind="gru", title="z", correction="Say whether z keeps.")
    key, before = exact(attempt), attempt.variant.given["h0"]
    admits = [round((1 - z) * h + z * n, 4) for z, h, n in zip(key["z@1"], before, key["n@1"], strict=True)]
    event = answer(attempt, key | {"h@1": admits})
    assert event.result["steps"][3]["state"] == "convention"
    assert event.result["steps"][3]["slips"] == ["G01"]
    assert not SlipRecord.objects.exists()
    answer(attempt, key)
    attempt.refresh_from_db()
    assert attempt.right == 4  # the first answer in the other convention was a free try


def test_the_question_about_two_slips_is_answered_by_naming_one(user):
    claims = {"f": ["F02", "F15"]}
    generator = make_generator("alias", asked=["f@1"], claims=claims, must_show={"f": ["F02", "F15"]})
    attempt = take(user=user, generator=generator, now=timezone.now())
    Misconception.objects.create(slug="F15", kind="gates", title="sign", correction="Mind the sign.")
    wrong = {"f@1": [round(1 - exact(attempt)["f@1"][0], 4)]}
    event = answer(attempt, wrong)
    assert event.result["steps"][0]["state"] == "alias"
    assert set(event.result["steps"][0]["slips"]) == {"F02", "F15"}
    event = answer(attempt, wrong, meant={"f@1": "F15"})
    assert (event.result["steps"][0]["state"], event.result["steps"][0]["slips"]) == ("slip", ["F15"])
    assert SlipRecord.objects.get().misconception.slug == "F15"


def test_the_question_about_two_slips_at_once_is_answered_and_nothing_is_stored_of_it(user):
    Misconception.objects.create(slug="F03", kind="cell", title="swap", correction="Give f the old cell.")
    generator = make_generator(
        "pairs", asked=["c@1"], claims={"c": ["F03", "F02", "C09b", "C05", "C10"]}, must_show={"c": ["F03"]}
    )
    earlier, attempt = (take(user=user, generator=generator, now=timezone.now()) for _ in range(2))
    answer(earlier, {"c@1": list(Marking.of(earlier).working.value("c@1", {}, slip="F03", decimals=4))})
    assert SlipRecord.objects.get().misconception.slug == "F03"
    pairs = dict(Marking.of(attempt).working.pairs("c@1", {}, ["F03"]))
    answered = {pair: answer(attempt, {"c@1": list(values)}).result["steps"][0] for pair, values in pairs.items()}
    asked = [pair for pair, step in answered.items() if step["state"] == "pair"]
    assert asked and all({*answered[pair]["slips"]} == {*pair} for pair in asked)
    (step,) = answer(attempt, {"c@1": list(pairs[asked[0]])}, meant={"c@1": "F03"}).result["steps"]
    assert step["state"] == "pair" and "Give f the old cell." in step["message"]
    assert SlipRecord.objects.count() == 1


def test_the_same_submission_again_returns_the_stored_event(attempt):
    same = {"submission_id": uuid4(), "seq": 1}
    first = answer(attempt, {"f@1": [0.5]}, **same)
    assert answer(attempt, {"f@1": [0.5]}, **same) == first
    with pytest.raises(Conflict):
        answer(attempt, {"f@1": [0.6]}, **same)
    assert AnswerEvent.objects.count() == 1


@pytest.mark.parametrize("seq", [0, 2, 7])
def test_a_skipped_or_used_number_is_a_conflict(attempt, seq):
    with pytest.raises(Conflict):
        answer(attempt, {"f@1": [0.5]}, seq=seq)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({}, NothingRead),
        ({"f@1": [""], "i@1": ["NaN"]}, NothingRead),
        ({"q@1": [1.0]}, Refused),
        ({"f@2": [1.0]}, Refused),
        ({"f@1": [1.0, 2.0]}, Refused),
        ({"f@1": [[0.5]]}, Refused),
        ({"f@1": [[["x"]]], "i@1": [0.5]}, Refused),
        ({"f@1": [[[[[[0.5]]]]]], "i@1": [0.5]}, Refused),
    ],
)
def test_what_can_not_be_marked_is_refused_and_nothing_is_stored(attempt, answers, error):
    with pytest.raises(error):
        answer(attempt, answers)
    attempt.refresh_from_db()
    assert (attempt.last_seq, AnswerEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "hostile",
    ["0.5\x00", "\ud800", "<script>", "9" * 1_000_000, float("nan"), float("inf"), 10**400, {"a": ["\x00"]}],
)
def test_hostile_input_in_one_step_is_unreadable_and_the_others_are_marked(attempt, hostile):
    event = answer(attempt, exact(attempt) | {"f@1": [hostile]})
    event.refresh_from_db()
    assert states(event)["f@1"] in {"invalid", "unrecognised", "empty", "rounded_early"}
    assert states(event)["h@1"] == "right"
    assert len(str(event.response)) < 1000


def test_a_hostile_name_is_refused_in_one_printable_sentence(attempt):
    with pytest.raises(Refused) as refusal:
        answer(attempt, {"\ud800\x00" * 500: [1]})
    assert refusal.value.message.isprintable()
    assert len(refusal.value.message) < 200


def test_after_the_solution_no_answer_is_taken(attempt):
    with pytest.raises(Conflict):
        queries.released_key(queries.taking(attempt.user, attempt.pk))
    for _ in range(2):
        release_solution(user=attempt.user, attempt_id=attempt.pk, now=timezone.now())
    with pytest.raises(Conflict):
        answer(attempt, {"f@1": [0.5]})
    taking = queries.taking(attempt.user, attempt.pk)
    told = {line.name: line.values for line in queries.worked_steps(taking)}
    assert [name for name in told if name in LSTM_STEP["asked"]] == LSTM_STEP["asked"]  # in the order asked
    assert {name: told[name] for name in LSTM_STEP["asked"]} == queries.released_key(taking).exact


def test_an_old_version_stays_gradable_after_the_generator_was_edited(attempt):
    generator = attempt.variant.version.generator
    save_generator(
        generator=generator, specification=LSTM_STEP | {"asked": ["c@1"], "claims": {}, "must_show": {}, "decimals": 3}
    )
    event = answer(attempt, exact(attempt))
    assert event.result["complete"] is True
    assert len(event.result["steps"]) == 6


def test_another_learner_reaches_nothing_of_it(attempt):
    eve = User.objects.create_user("eve")
    with pytest.raises(NotFound):
        queries.taking(eve, attempt.pk)
    with pytest.raises(NotFound):
        record(
            user=eve, attempt_id=attempt.pk, submission_id=uuid4(), seq=1, answers={"f@1": [1]}, now=timezone.now()
        )  # fmt: skip
    with pytest.raises(NotFound):
        release_solution(user=eve, attempt_id=attempt.pk, now=timezone.now())


def test_only_staff_may_name_a_seed_and_get_the_reasons_of_a_refusal(user):
    generator = make_generator("fussy", must_show={"c": ["F03", "C01", "C02", "C06"], "h": ["C11", "C15"]})
    found = {bool(each.reasons): each.seed for each in certificates(generator.current, range(1, 300))}
    with pytest.raises(Forbidden):
        take(user=user, generator=generator, now=timezone.now(), seed=found[False])
    user.is_staff = True
    user.save()
    attempt = take(user=user, generator=generator, now=timezone.now(), seed=found[False])
    assert attempt.variant.seed == found[False]
    assert take(user=user, generator=generator, now=timezone.now(), seed=found[False]) == attempt
    with pytest.raises(Refused, match="was refused"):
        take(user=user, generator=generator, now=timezone.now(), seed=found[True])


def test_a_seed_taken_by_name_is_never_drawn_for_a_learner(user):
    generator = make_generator()
    staff = User.objects.create_user("grace", is_staff=True)
    by_name = take(user=staff, generator=generator, now=timezone.now(), seed=1).variant
    top_up_pool(generator_id=generator.pk)
    taken = [take(user=user, generator=generator, now=timezone.now()).variant for _ in range(8)]
    assert by_name not in taken
    assert Variant.objects.filter(seed=1).count() == 1
    assert Attempt.objects.count() == 9


# --- what another order, a second taking and a hostile program must not change


def shuffled_key(attempt):
    """The key as a database may give it back: its names in another order."""
    key = attempt.variant.key
    key.exact, key.full = (dict(sorted(said.items())) for said in (key.exact, key.full))
    key.save()


def test_steps_are_marked_in_order_of_use_whatever_the_order_they_are_stored_in(attempt):
    shuffled_key(attempt)
    exact, given = attempt.variant.key.exact, attempt.variant.given
    f = round(1 - exact["f@1"][0], 4) if abs(exact["f@1"][0] - 0.5) > 0.01 else 0.77
    c = round(f * given["c0"][0] + exact["i@1"][0] * exact["g@1"][0], 4)
    event = answer(attempt, exact | {"f@1": [f], "c@1": [c]})
    steps = {step["name"]: step["state"] for step in event.result["steps"]}
    assert list(steps) == ["f@1", "i@1", "g@1", "c@1", "o@1", "h@1"]
    assert steps["c@1"] == "right_with_yours"


def test_numbers_near_nought_carry_no_further_than_nought_itself(attempt):
    tiny = {"f@1": [1e-5], "i@1": [2e-5], "g@1": [3e-5], "c@1": [0], "o@1": [1e-5], "h@1": [0]}
    event = answer(attempt, tiny)
    assert not [step["name"] for step in event.result["steps"] if step["state"] == "right_with_yours"]


@pytest.mark.parametrize("name", ["\u0000", "\ud800", "f@2\u0000", "x" * 60_000])
def test_what_is_meant_by_a_hostile_name_is_refused_in_one_printable_sentence(attempt, name):
    for meant in ({name: "F05"}, {"f@1": name}):
        with pytest.raises(Refused) as refusal:
            answer(attempt, {"f@1": [0.5]}, meant=meant)
        assert refusal.value.message.isprintable() and len(refusal.value.message) < 200
    assert not AnswerEvent.objects.exists()


def test_a_slip_that_is_told_apart_nowhere_in_a_step_can_not_be_meant_there(attempt):
    with pytest.raises(Refused, match="“meant” names C01 for f@1"):
        answer(attempt, {"f@1": [0.5]}, meant={"f@1": "C01"})
    assert answer(attempt, {"f@1": [0.5]}, meant={"f@1": "F05"}).seq == 1


def test_an_alias_of_a_convention_has_the_free_try_of_a_convention():
    from quizzes.items.marking import counted_states

    def result(state, *slips):
        return {"steps": [{"name": "n@1", "state": state, "slips": list(slips)}]}

    assert counted_states([result("alias", "G02", "G03"), result("right")]) == {"n@1": "right"}
    assert counted_states([result("alias", "F02", "F15"), result("right")]) == {"n@1": "alias"}


def test_a_seed_named_by_staff_leaves_the_pool_and_a_withdrawn_one_is_refused(attempt):
    from quizzes.items.making import make_seed, make_variants

    version = attempt.variant.version
    pooled = make_variants(version=version, count=2)
    assert make_seed(version=version, seed=pooled[0].seed).state == Variant.State.TAKEN
    Variant.objects.filter(pk=pooled[1].pk).update(state=Variant.State.WITHDRAWN)
    with pytest.raises(Refused, match="was withdrawn"):
        make_seed(version=version, seed=pooled[1].seed)
