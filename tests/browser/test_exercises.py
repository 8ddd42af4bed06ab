"""An exercise in a real browser: by keyboard alone, without scripts, on a phone. The numbers come from the key."""

import pytest

from quizzes.practice.models import Attempt
from tests.course_packs import real_pack
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
    page.locator(".evaluated").wait_for()
    assert page.locator(".evaluated").inner_text().endswith("gives this number.")  # a_f is not asked, f not right
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


def test_the_diagram_is_unfolded_on_a_phone_and_stands_beside_the_numbers_on_a_desk(open_page):
    make_generator()
    page = open_page("/exercises/lstm-step/", width=360, height=740, scripts=False, phone=True)
    take(page)
    upright, lying = page.locator("svg.upright"), page.locator("svg.cell:not(.upright)")
    assert not upright.is_visible() and not lying.is_visible()
    page.get_by_text("Diagram of the cell").click()
    assert upright.bounding_box()["width"] == 316 and not lying.is_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    assert lying.is_visible() and not page.get_by_text("Diagram of the cell").is_visible()


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
    page.wait_for_load_state()
    assert page.get_by_text("you had this one").count() == 6
    page.get_by_role("link", name="The same numbers as a worked example").click()
    page.wait_for_url("**/examples/lstm/?*")
    assert answers["h@1"].lstrip("-") in page.locator("main").inner_text()


@pytest.mark.parametrize("width", [360, 320])
def test_on_a_phone_every_column_of_the_weights_is_in_sight(open_page, width):
    gru = next(each for each in real_pack().generators if each.id == "gru-step")
    make_generator("gru-step", **gru.specification)
    page = open_page("/exercises/gru-step/", width=width, height=740, phone=True)
    take(page)
    table = page.locator(".scroll:has(.weights)")
    assert table.locator("thead th").count() == 7
    assert table.evaluate("it => it.scrollWidth <= it.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("right_ones", ["", "figco"])
def test_after_check_on_a_phone_the_summary_and_the_first_step_not_right_are_both_uncovered(open_page, right_ones):
    make_generator()
    page = open_page("/exercises/lstm-step/", width=360, height=640, phone=True)
    key = right(take(page))
    for name in "figcoh":
        field(page, name).fill(key[f"{name}@1"] if name in right_ones else "7.5")
    page.get_by_role("button", name="Check").tap()
    said, step = page.locator("#said"), page.locator(".step:has([data-focus])")
    step.wait_for()
    page.wait_for_function("document.activeElement.matches('[data-focus]')")
    top, middle, bottom = said.bounding_box(), step.bounding_box(), page.locator(".bar").bounding_box()
    assert top["y"] >= 0
    assert middle["y"] >= top["y"] + top["height"] - 1
    assert middle["y"] + middle["height"] <= bottom["y"] + 1
