"""An exercise in a real browser: by keyboard alone, without scripts, on a phone. The numbers come from the key."""

import pytest

from quizzes.practice.models import Attempt
from tests.samples import LSTM_STEP, make_generator

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]


def take(page):
    """From the introduction to the numbers; the taking."""
    page.get_by_role("link", name="Take one").press("Enter")
    page.get_by_role("button", name="Give me numbers").press("Enter")
    page.wait_for_url("**/exercises/taken/*/")
    return Attempt.objects.get()


def right(attempt):
    return {name: f"{values[0]:.4f}" for name, values in attempt.variant.key.exact.items()}


def field(page, name):
    return page.locator(f"#step-{name}-1-value")


def test_by_keyboard_a_question_about_two_slips_is_answered_and_the_next_numbers_follow(open_page):
    make_generator(asked=["f@1"], claims={"f": ["F02", "F15"]}, must_show={"f": ["F02", "F15"]})
    page = open_page("/exercises/lstm-step/")
    attempt = take(page)
    field(page, "f").press_sequentially(f"{1 - float(right(attempt)['f@1']):.4f}")
    page.keyboard.press("Enter")
    page.get_by_text("which of these did you do?").wait_for()
    page.keyboard.press("Tab")  # from the field, where the focus is put, to the choices
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("gives this number:").wait_for()
    page.keyboard.press("Alt+n")
    page.wait_for_url(lambda address: str(attempt.pk) not in address)
    assert Attempt.objects.count() == 2


def test_a_checked_answer_that_is_edited_says_so_until_the_next_check(open_page):
    make_generator()
    page = open_page("/exercises/lstm-step/")
    attempt = take(page)
    field(page, "f").fill("0.5555")
    page.get_by_role("button", name="Check").press("Enter")
    page.locator("#said").wait_for()
    stale = page.get_by_text("Edited since the last check.")
    assert not stale.is_visible()
    field(page, "f").fill(right(attempt)["f@1"])
    assert stale.is_visible()


def test_without_scripts_on_a_phone_every_step_is_filled_in_with_decimal_commas(open_page):
    make_generator()
    page = open_page("/exercises/lstm-step/", width=360, height=740, scripts=False, phone=True)
    attempt = take(page)
    answers = right(attempt)
    for name in LSTM_STEP["asked"][:-1]:
        field(page, name[0]).fill(answers[name].replace(".", ",").replace("-", "−"))
    page.get_by_role("button", name="Check").click()
    page.wait_for_url("**/#step-h-1")
    page.get_by_text("5 of 6 steps are right, 1 is still empty.").wait_for()
    field(page, "h").fill(answers["h@1"])
    page.get_by_role("button", name="Check").click()
    page.get_by_text("All 6 steps are right.").wait_for()
    page.get_by_role("link", name="worked solution").click()
    page.get_by_role("button", name="Show the solution").click()
    page.get_by_role("heading", name="Step by step").wait_for()
    assert page.get_by_text("you had this one").count() == 6
    page.get_by_role("link", name="The same numbers as a worked example").click()
    page.wait_for_url("**/examples/lstm/?*")
    assert answers["h@1"].lstrip("-") in page.locator("main").inner_text()
