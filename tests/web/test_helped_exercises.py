"""Help with an exercise: worked steps at first, hints with their price, the same numbers again, a repair, the goal."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from quizzes.items.making import kind_of_version
from quizzes.practice.exercises.goals import goal_of
from quizzes.practice.models import Attempt, SlipRecord
from tests.factories import make_misconception, make_user
from tests.samples import OF_EACH_KIND, generator_of, make_generator, span

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner(client):
    user = make_user()
    client.force_login(user)
    return user


@pytest.fixture
def generator(db):
    make_misconception("F03", title="Forget and input gates swapped")
    return make_generator(fading=True)


def take(client, generator, **sent):
    client.post(reverse("exercise-take", args=[generator.slug]), sent)
    return Attempt.objects.order_by("-started_at").first()


def page(client, attempt):
    return client.get(reverse("taken", args=[attempt.pk])).content.decode()


def check(client, attempt, answers):
    html = page(client, attempt)
    hidden = dict(re.findall(r'name="(submission_id|seq)" value="([^"]+)"', html))
    fields = {name.replace("@", "-"): value for name, value in answers.items()}
    return client.post(reverse("taken-check", args=[attempt.pk]), hidden | fields, follow=True)


def asked(attempt):
    """In order of use, whatever the order a database keeps."""
    return list(kind_of_version(attempt.variant.version).asked)


def key(attempt):
    return {name: attempt.variant.key.exact[name][0] for name in asked(attempt)}


def solve(client, attempt):
    check(client, attempt, {name: value for name, value in key(attempt).items() if name not in attempt.shown})
    attempt.refresh_from_db()
    return attempt


def test_the_first_takings_show_all_steps_worked_but_one_then_two_then_none(client, learner, generator):
    opened = []
    for _ in range(3):
        attempt = take(client, generator)
        opened.append([name for name in asked(attempt) if name not in attempt.shown])
        assert solve(client, attempt).right == attempt.asked == len(opened[-1])
    assert opened == [["h@1"], ["o@1", "h@1"], ["f@1", "i@1", "g@1", "c@1", "o@1", "h@1"]]


def test_a_worked_step_stands_on_the_page_with_its_numbers(client, learner, generator):
    attempt = take(client, generator)
    html = page(client, attempt)
    assert "Worked for you" in html
    assert html.count('class="step worked"') == 5
    assert f"{key(attempt)['f@1']:.4f}" in html
    assert f"{abs(key(attempt)['h@1']):.4f}" not in html


def test_the_open_step_is_where_this_learner_slips_most(client, learner, generator):
    attempt = take(client, generator, whole="1")
    given, exact = attempt.variant.given, key(attempt)
    swapped = exact["i@1"] * given["c0"][0] + exact["f@1"] * exact["g@1"]
    check(client, attempt, {**{name: exact[name] for name in ("f@1", "i@1", "g@1")}, "c@1": round(swapped, 4)})
    assert SlipRecord.objects.get().place == "c@1"
    assert [name for name in asked(attempt) if name not in take(client, generator).shown] == ["c@1"]


def test_whoever_wants_all_steps_gets_them(client, learner, generator):
    assert "All steps at once" in client.get(reverse("exercise-take", args=[generator.slug])).content.decode()
    assert take(client, generator, whole="1").shown == {}


def test_an_answer_to_a_worked_step_is_refused(client, learner, generator):
    attempt = take(client, generator)
    assert check(client, attempt, {"f@1": 0.5, "h@1": 0.5}).status_code == 422
    assert not attempt.events.exists()


def hint(client, attempt, step, **typed):
    return client.post(reverse("taken-check", args=[attempt.pk]), {"hint": step, **typed}).content.decode()


def test_hints_come_one_by_one_up_to_four_and_what_was_typed_stays(client, learner, generator):
    attempt = take(client, generator, whole="1")
    assert "A hint costs this" in page(client, attempt)
    for number in range(1, 6):
        html = hint(client, attempt, "f-1", **{"c-1": "0,77"})
        assert html.count("<li>") >= min(number, 4)
        assert 'value="0,77"' in html
    assert "Hint 2 of 4" not in html.partition('id="step-i-1"')[0]
    attempt.refresh_from_db()
    assert attempt.hints == {"f@1": 4} and not attempt.events.exists()
    assert "no longer counts toward the goal" in html


@pytest.mark.parametrize("kind", OF_EACH_KIND)
def test_every_kind_has_four_hints_in_words_and_none_gives_the_answer_away(client, learner, kind):
    attempt = take(client, generator_of(kind))
    name = asked(attempt)[0]
    for _ in range(4):
        html = hint(client, attempt, name.replace("@", "-"))
    hints = re.search(r'<ol class="hints".*?</ol>', html, re.DOTALL)[0]
    assert hints.count("<li>") == 4
    assert all(len(re.sub(r"<[^>]+>", "", each)) > 8 for each in hints.split("</li>")[:-1])
    if attempt.variant.key.tolerance:
        assert f"{abs(attempt.variant.key.exact[name][0]):.4f}" not in hints


def test_a_hint_for_nothing_asked_is_refused(client, learner, generator):
    attempt = take(client, generator, whole="1")
    assert client.post(reverse("taken-check", args=[attempt.pk]), {"hint": "q-1"}).status_code == 422


def test_the_same_numbers_can_be_done_again_and_count_for_no_goal(client, learner, generator):
    first = solve(client, take(client, generator, whole="1"))
    client.post(reverse("taken-again", args=[first.pk]))
    second = Attempt.objects.exclude(pk=first.pk).get()
    assert second.variant == first.variant and second.is_open and not second.shown
    first.refresh_from_db()
    assert not first.is_open
    assert len(goal_of(learner, generator).right) == 1
    solve(client, second)
    assert len(goal_of(learner, generator).right) == 1


def test_the_goal_is_three_of_five_without_a_hint_on_two_days(client, learner, generator):
    def taken(days_ago, with_hint=False):
        attempt = take(client, generator, whole="1")
        if with_hint:
            hint(client, attempt, "f-1")
        solve(client, attempt)
        Attempt.objects.filter(pk=attempt.pk).update(started_at=timezone.now() - timedelta(days=days_ago))

    taken(3)
    taken(3)
    taken(3, with_hint=True)
    assert not goal_of(learner, generator).is_reached
    taken(3)
    assert "all on one day" in client.get(reverse("exercise-take", args=[generator.slug])).content.decode()
    taken(0)
    assert goal_of(learner, generator).is_reached
    assert "You have reached the goal" in client.get(reverse("exercise-take", args=[generator.slug])).content.decode()


@pytest.mark.parametrize(
    ("rights", "is_reached"),
    [
        ("110", False),  # two are not enough
        ("111", True),
        ("110001", False),  # the sixth from the last is too long ago
        ("10011", True),
    ],
)
def test_three_of_the_last_five_reach_the_goal(client, learner, generator, rights, is_reached):
    """`rights`: the latest first, a day each."""
    for days, right in enumerate(rights):
        attempt = take(client, generator, whole="1")
        check(client, attempt, key(attempt) if right == "1" else {"f@1": 9})
        Attempt.objects.filter(pk=attempt.pk).update(started_at=timezone.now() - timedelta(days=days))
    assert goal_of(learner, generator).is_reached == is_reached


def slip_on_the_cell(client, generator):
    attempt = take(client, generator, whole="1")
    given, exact = attempt.variant.given, key(attempt)
    swapped = exact["i@1"] * given["c0"][0] + exact["f@1"] * exact["g@1"]
    check(client, attempt, {**{name: exact[name] for name in ("f@1", "i@1", "g@1")}, "c@1": round(swapped, 4)})


def test_a_slip_made_twice_is_offered_as_a_repair_on_exactly_that_step(client, learner, generator):
    slip_on_the_cell(client, generator)
    assert "Repair" not in client.get("/").content.decode()
    slip_on_the_cell(client, generator)
    today = client.get("/").content.decode()
    assert "Repair: Forget and input gates swapped" in today and "/exercises/repair/F03/" in today
    assert client.get("/exercises/repair/F03/").status_code == 200
    client.post("/exercises/repair/F03/")
    attempt = Attempt.objects.order_by("-started_at").first()
    assert attempt.repairs.slug == "F03"
    assert "F03" in attempt.variant.key.live["c@1"]
    assert [name for name in asked(attempt) if name not in attempt.shown] == ["c@1"]
    assert "A repair" in page(client, attempt)


def test_a_repair_is_gone_after_right_answers_on_three_days(client, learner, generator):
    for _ in range(2):
        slip_on_the_cell(client, generator)
    long_ago = timezone.now() - timedelta(days=9)
    SlipRecord.objects.update(at=long_ago)
    for days in (6, 4, 2):
        assert "Repair: " in client.get("/").content.decode()
        client.post("/exercises/repair/F03/")
        attempt = Attempt.objects.order_by("-started_at").first()
        solve(client, attempt)
        attempt.events.update(at=timezone.now() - timedelta(days=days))
        Attempt.objects.filter(pk=attempt.pk).update(started_at=timezone.now() - timedelta(days=days))
    assert "Repair: " not in client.get("/").content.decode()


def test_there_is_no_repair_of_a_slip_one_has_not_made(client, learner, generator):
    assert client.get("/exercises/repair/F03/").status_code == 404


@pytest.mark.parametrize("kind", OF_EACH_KIND)
def test_every_kind_can_be_taken_checked_and_looked_up_on_its_page(client, learner, kind):
    attempt = take(client, generator_of(kind))
    answers = dict(attempt.variant.key.exact)
    if kind == "shape":
        answers["shape"] = ", ".join(f"{each:g}" for each in answers["shape"])
    html = check(client, attempt, answers).content.decode()
    assert "right." in html
    solution = client.post(reverse("taken-solution", args=[attempt.pk]), follow=True).content.decode()
    assert "Step by step" in solution


def test_no_worked_step_gives_an_open_one_away_until_all_is_right(client, learner, generator):
    """c open: h is computed from it, so h is not shown before c is right."""
    for _ in range(2):
        slip_on_the_cell(client, generator)
    client.post("/exercises/repair/F03/")
    attempt = Attempt.objects.order_by("-started_at").first()
    shown = re.findall(r'class="letter">.*?>(\w)<', page(client, attempt))
    assert sorted(shown) == ["f", "g", "i", "o"]
    html = check(client, attempt, {"c@1": key(attempt)["c@1"]}).content.decode()
    assert sorted(re.findall(r'class="letter">.*?>(\w)<', html)) == ["f", "g", "h", "i", "o"]
    assert "After right answers on three days" in html


def test_after_a_right_repair_the_row_rests_until_tomorrow(client, learner, generator):
    for _ in range(2):
        slip_on_the_cell(client, generator)
    SlipRecord.objects.update(at=timezone.now() - timedelta(days=3))
    assert "Repair: " in client.get("/").content.decode()
    client.post("/exercises/repair/F03/")
    solve(client, Attempt.objects.order_by("-started_at").first())
    assert "Repair: " not in client.get("/").content.decode()


def test_the_solution_shows_what_the_learner_wrote_and_its_slip(client, learner, generator):
    slip_on_the_cell(client, generator)
    attempt = Attempt.objects.get()
    html = client.post(reverse("taken-solution", args=[attempt.pk]), follow=True).content.decode()
    assert "i and f are swapped" in html and html.count("you had this one") == 3 and html.count("you wrote") == 4


def test_whoever_has_seen_a_solution_cannot_reach_the_goal_by_copying_it(client, learner, generator):
    for _ in range(3):
        first = take(client, generator, whole="1")
        client.post(reverse("taken-solution", args=[first.pk]))
        client.post(reverse("taken-again", args=[first.pk]))
        solve(client, Attempt.objects.get(variant=first.variant, state="open"))
    assert goal_of(learner, generator).right == []


def test_an_exhausted_small_exercise_begins_again_blank_with_the_one_seen_longest_ago(client, learner):
    small = generator_of("shape")
    seen = []
    for _ in range(20):  # of 18
        attempt = take(client, small)
        assert attempt.last_seq == 0
        seen.append(attempt.variant_id)
        check(client, attempt, {"shape": "1, 2"})
    assert len(set(seen)) == 18
    assert seen[18:] == seen[:2]


def test_a_repair_opens_the_step_where_the_slip_was_made(client, learner):
    """F05 can happen in f, i and o; it was made in o."""
    make_misconception("F05", title="Recurrent term left out")
    generator = make_generator(fading=True)
    for _ in range(2):
        attempt = take(client, generator, whole="1")
        while "F05" not in attempt.variant.key.live["o@1"]:
            attempt = take(client, generator, whole="1")
        working = kind_of_version(attempt.variant.version).working(attempt.variant.given, attempt.variant.key.live)
        check(client, attempt, {"o@1": round(dict(working.slips("o@1", {}))["F05"][0], 4)})
    assert set(SlipRecord.objects.values_list("place", flat=True)) == {"o@1"}
    client.post("/exercises/repair/F05/")
    repair = Attempt.objects.get(repairs__slug="F05")
    assert [name for name in asked(repair) if name not in repair.shown] == ["o@1"]


# --- counts


@pytest.mark.parametrize(("mark", "echoed"), [(",", True), (".", True), (" ", True), ("", False)])
def test_a_count_with_its_thousands_marked_is_right_and_says_how_it_was_read(
    client, learner, monkeypatch, mark, echoed
):
    monkeypatch.setitem(OF_EACH_KIND["count"]["ranges"], "H", span(40, 49, 1))
    attempt = take(client, generator_of("count"))
    count = int(key(attempt)["count"])
    html = check(client, attempt, {"count": f"{count:,}".replace(",", mark)}).content.decode()
    assert "That is right." in html
    assert (f"read as {count}" in html) == echoed
