from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from quizzes.progress.mistakes import Right, Slip, mistakes
from quizzes.progress.today import next_lesson, weakest

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SPOT = ("exercise c", 1)


def slip(hours=0, attempt="a", misconception="F05", spot=SPOT):
    at = NOON + timedelta(hours=hours)
    return Slip(
        misconception, "i and f swapped", "f goes with the old cell.", spot, attempt, at, "One LSTM step", "/x/"
    )


def right(hours, attempt, spot=SPOT):
    return Right(spot, attempt, NOON + timedelta(hours=hours))


def only(slips, rights=()):
    found = mistakes(slips, list(rights))
    assert len(found) == 1
    return found[0]


def test_a_slip_made_once_is_open_and_asks_for_no_repair():
    found = only([slip()])
    assert not found.is_gone and not found.needs_repair


def test_a_slip_made_twice_asks_for_a_repair():
    assert only([slip(), slip(1, "b")]).needs_repair


def test_right_answers_on_three_other_days_make_it_gone():
    slips = [slip(), slip(1, "b")]
    once = only(slips, [right(2, "c")])
    assert once.needs_repair and once.right_since == 1
    assert not only(slips, [right(2, "c"), right(24, "d"), right(25, "e")]).is_gone
    assert only(slips, [right(2, "c"), right(24, "d"), right(72, "e")]).is_gone


def test_right_answers_on_one_day_count_once():
    assert only([slip()], [right(1, "b"), right(2, "c"), right(3, "d")]).right_since == 1


def test_correcting_the_same_attempt_is_no_proof():
    assert only([slip()], [right(1, "a"), right(2, "a")]).right_since == 0


def test_two_right_answers_in_one_attempt_count_once():
    assert only([slip()], [right(1, "b"), right(2, "b")]).right_since == 1


def test_right_answers_elsewhere_or_before_say_nothing():
    assert only([slip()], [right(1, "b", ("exercise h", 1)), right(-1, "c")]).right_since == 0


def test_a_new_slip_opens_what_was_gone():
    rights = [right(24, "b"), right(48, "c"), right(72, "d")]
    assert only([slip()], rights).is_gone
    assert only([slip(), slip(73, "e")], rights).needs_repair


def test_open_mistakes_come_first_and_then_those_made_most_often():
    gone, rare, often = slip(0, "a", "F01", ("question", 9)), slip(1, "a", "F02"), slip(0, "a", "F03")
    rights = [right(1, "b", ("question", 9)), right(2, "c", ("question", 9))]
    found = mistakes([gone, rare, often, replace(often, attempt="b")], rights)
    assert [it.last.misconception for it in found] == ["F03", "F02", "F01"]


# --- what comes next ---


def work(quiz=None, generator=None, is_open=False, right=0, asked=4):
    return SimpleNamespace(quiz=quiz, generator=generator, is_open=is_open, is_answered=True, right=right, asked=asked)


def test_the_next_lesson_is_the_first_one_nothing_of_which_was_practised():
    lessons = [
        SimpleNamespace(slug="a", quizzes=["qa"], generators=[]),
        SimpleNamespace(slug="b", quizzes=["qb"], generators=["gb"]),
        SimpleNamespace(slug="c", quizzes=["qc"], generators=[]),
    ]
    assert next_lesson(lessons, []).slug == "a"
    assert next_lesson(lessons, [work(quiz="qa"), work(generator="gb")]).slug == "c"
    assert next_lesson(lessons, [work(quiz="qa", is_open=True)]).slug == "a"
    assert next_lesson(lessons, [work(quiz="qa"), work(quiz="qb"), work(quiz="qc")]) is None


def test_an_exercise_never_tried_comes_before_one_that_went_badly_and_that_before_one_that_went_well():
    generators = [SimpleNamespace(slug=slug) for slug in ("well", "badly", "never")]
    done = [work(generator="well", right=4), work(generator="badly", right=1)]
    assert [it.slug for it in weakest(generators, done)] == ["never", "badly", "well"]
