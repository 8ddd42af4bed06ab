"""A quiz in a real browser: by keyboard alone, without scripts, and read by axe."""

import pytest

from quizzes.items.questions import Choice, Wording, create_question
from quizzes.practice.models import AnswerEvent, Attempt
from tests.factories import choice_of, make_course, make_misconception, make_question, make_quiz

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]


def start(page):
    """By keyboard: Start is the first thing of the page's content to be pressed."""
    page.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/1/")
    return Attempt.objects.get()


def choose(page, number):
    """Into the radio group, along it by arrows, and Enter sends."""
    page.wait_for_load_state()
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    for _ in range(number - 1):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def test_a_quiz_by_keyboard_names_the_misconception_and_moves_the_focus_to_it(open_page):
    quiz = make_quiz([make_question(7), make_question(8)])
    page = open_page(f"/quizzes/{quiz.slug}/")
    attempt = start(page)
    choose(page, choice_of(attempt, 1, "F02"))
    page.locator("#feedback:focus").get_by_text("Misconception F02").wait_for()
    assert "WHY 7" in page.locator("#feedback").text_content()
    assert page.locator("#live").text_content() == "Not quite: Misconception F02."
    page.keyboard.press("Alt+ArrowRight")
    page.wait_for_url("**/2/")
    page.keyboard.press("Alt+f")
    page.get_by_text("not answered, flagged").wait_for()
    choose(page, choice_of(attempt, 2))
    page.locator("#feedback:focus").get_by_text("Right.").wait_for()
    page.get_by_role("button", name="See the results").press("Enter")
    page.wait_for_url("**/results/")
    page.get_by_text("1 of 2; the one miss has one cause.").wait_for()


def test_without_scripts_a_quiz_with_feedback_at_the_end_is_taken_and_tells_nothing_before(open_page):
    quiz = make_quiz([make_question(7), make_question(8)], feedback="at_end")
    page = open_page(f"/quizzes/{quiz.slug}/", scripts=False)
    attempt = start(page)
    choose(page, choice_of(attempt, 1, "F02"))
    page.get_by_text("The answer to question 1 is saved").wait_for()
    assert "WHY" not in page.content() and "Misconception" not in page.content()
    choose(page, choice_of(attempt, 2))
    page.get_by_text("2 of 2 answered. Nothing is left open.").wait_for()
    page.get_by_role("button", name="Finish").click()
    page.get_by_text("1 of 2; the one miss has one cause.").wait_for()
    page.get_by_role("button", name="Try the missed ones again").click()
    page.get_by_role("heading", name="Question 1 of 1").wait_for()


def test_an_answer_from_an_old_tab_is_told_why_and_saved_at_the_second_try(open_page):
    quiz = make_quiz(2)
    page = open_page(f"/quizzes/{quiz.slug}/")
    attempt = start(page)
    other = page.context.new_page()
    other.goto(f"/attempts/{attempt.pk}/2/")
    choose(page, 1)
    page.locator("#feedback").wait_for()
    choose(other, 2)
    other.locator(".errors:focus").get_by_text("perhaps in another tab").wait_for()
    assert other.get_by_role("radio").nth(1).is_checked()
    other.get_by_role("button", name="Save answer").click()
    other.locator("#feedback").wait_for()
    assert AnswerEvent.objects.count() == 2
    assert all("422" in said for said in open_page.complaints)
    open_page.complaints.clear()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_a_quiz_has_a_fault_that_axe_finds_nor_scrolls_sideways(open_page, axe, width, dark):
    make_misconception("F02")
    formulas = (Choice("$i \\odot g$"), Choice("$f \\odot c'$", "F02"))
    formula = create_question(course=make_course(), slug="formula", wording=Wording("Which writes?", formulas, "So."))
    quiz = make_quiz([formula, make_question(8), make_question(9)])

    def look():
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert axe(page) == []

    page = open_page("/quizzes/", width=width, dark=dark)
    look()
    page.get_by_role("link", name=quiz.title).click()
    page.wait_for_url(f"**/quizzes/{quiz.slug}/")
    look()
    attempt = start(page)
    look()
    choose(page, choice_of(attempt, 1, "F02"))
    page.locator("#feedback").wait_for()
    look()
    page.get_by_role("link", name="Overview and finish").click()
    page.wait_for_url(f"**/attempts/{attempt.pk}/")
    look()
    page.get_by_role("button", name="Finish now").click()
    page.wait_for_url("**/results/")
    look()
