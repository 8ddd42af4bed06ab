"""Every kind of exercise in a real browser: by keyboard alone, by axe at two widths, and with rubbish typed in."""

import pytest

from quizzes.practice.models import Attempt
from tests.samples import OF_EACH_KIND, generator_of, make_generator

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]


def take(page):
    page.get_by_role("button", name="Give me").first.press("Enter")
    page.wait_for_url("**/exercises/taken/*/")
    return Attempt.objects.get()


def wrong_or_right(page, attempt, *, right):
    """Fill in every step, or choose in every question."""
    for name, value in attempt.variant.key.exact.items():
        field = name.replace("@", "-")
        if page.locator(f"input[type=radio][name='{field}']").count():
            options = page.locator(f"input[type=radio][name='{field}']")
            ids = [options.nth(k).get_attribute("value") for k in range(options.count())]
            chosen = value[0] if right else next(each for each in ids if each != value[0])
            page.locator(f"input[name='{field}'][value='{chosen}']").check()
        elif name == "shape":
            page.locator(f"input[name='{field}']").fill(", ".join(f"{each:g}" for each in value) if right else "1, 2")
        else:
            for k, each in enumerate(value):
                page.locator(f"input[name='{field}']").nth(k).fill(f"{each if right else each + 7}")


@pytest.mark.parametrize(
    ("kind", "width", "dark"), [(kind, *((360, False), (1280, True))[k % 2]) for k, kind in enumerate(OF_EACH_KIND)]
)
def test_axe_finds_nothing_wrong_before_and_after_a_check(open_page, axe, kind, width, dark):
    generator_of(kind)
    page = open_page(f"/exercises/{kind}/take/", width=width, dark=dark)
    attempt = take(page)
    assert axe(page) == []
    page.get_by_role("button", name="Hint 1 of 4").first.click()
    page.locator(".hints").first.wait_for()
    wrong_or_right(page, attempt, right=False)
    page.get_by_role("button", name="Check", exact=True).last.click()
    page.locator("#said").wait_for()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wrong_or_right(page, attempt, right=True)
    page.get_by_role("button", name="Check", exact=True).last.click()
    page.locator("#said[data-focus]").wait_for()  # all is right
    page.get_by_role("link", name="worked solution").click()
    page.get_by_role("button", name="Show the solution").click()
    page.get_by_role("heading", name="Step by step").wait_for()
    assert axe(page) == []


def test_by_keyboard_an_option_is_chosen_a_hint_taken_and_the_focus_kept(open_page):
    generator_of("direction")
    page = open_page("/exercises/direction/take/")
    attempt = take(page)
    page.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Hint 1 of 4
    page.locator(".hints").wait_for()
    assert page.evaluate("document.activeElement.className") == "hints"
    assert page.locator("input[type=radio]").first.is_checked()
    right = attempt.variant.key.exact["c@1"][0]
    page.locator(f"input[value={right}]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.locator("#said").get_by_text("That is right.").wait_for()
    attempt.refresh_from_db()
    assert attempt.hints == {"c@1": 1} and attempt.right == 1


def test_enter_in_a_field_checks_and_takes_no_hint(open_page):
    make_generator()
    page = open_page("/exercises/lstm-step/take/")
    attempt = take(page)
    page.locator("#step-f-1-value").fill("0,5")
    page.keyboard.press("Enter")
    page.locator("#said").wait_for()
    attempt.refresh_from_db()
    assert attempt.hints == {} and attempt.events.count() == 1


@pytest.mark.parametrize("rubbish", ["NaN", "=1+1", "<b>0.5</b>", "9" * 5000, "0.5; DROP TABLE", "∞"])
def test_rubbish_gets_a_plain_word_and_leaves_the_exercise_as_it_was(open_page, rubbish):
    make_generator()
    page = open_page("/exercises/lstm-step/take/", scripts=False)
    attempt = take(page)
    page.locator("#step-f-1-value").fill(rubbish)
    page.get_by_role("button", name="Check", exact=True).last.click()
    page.locator(".errors").wait_for()
    assert "nothing was counted" in page.locator(".errors").inner_text()
    open_page.complaints.clear()  # the browser notes that the page came with status 422
    attempt.refresh_from_db()
    assert attempt.last_seq == 0 and not attempt.events.exists() and attempt.is_open


def test_without_scripts_worked_steps_a_hint_and_a_decimal_comma_work(open_page):
    make_generator(fading=True)
    page = open_page("/exercises/lstm-step/take/", width=360, height=740, scripts=False, phone=True)
    attempt = take(page)
    assert page.locator(".step.worked").count() == 5
    right = attempt.variant.key.exact["h@1"][0]
    page.locator("#step-h-1-value").fill("1")
    page.get_by_role("button", name="Hint 1 of 4").click()
    page.get_by_text("It is computed from").wait_for()
    page.locator("#step-h-1-value").fill(f"{right:.4f}".replace(".", ",").replace("-", "−"))
    page.get_by_role("button", name="Check", exact=True).last.click()
    page.locator("#said").get_by_text("That is right.").wait_for()
