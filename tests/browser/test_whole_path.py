"""Lesson, example, exercise with a slip, quiz, cards on the running site: by keyboard alone, then without scripts."""

import re

import pytest

from tests.by_hand import candidate_without_its_gate, given_in, i_and_f_swapped
from tests.keyboard import Keyboard

pytestmark = [pytest.mark.chromium, pytest.mark.redis, pytest.mark.embedded, pytest.mark.slow]

SIZES = {"light and wide": {"width": 1280}, "dark and narrow": {"width": 360, "height": 740, "dark": True}}
QUESTIONS = 7  # of the quiz why-rnns-forget
NEW_CARDS = 10  # a day
RATINGS = "4323432341"  # what is forgotten comes back in two minutes: nothing may be due before the end


# --- by keyboard alone


@pytest.mark.parametrize("size", SIZES)
def test_by_keyboard_alone_from_the_first_page_to_a_named_slip_a_quiz_and_the_last_card(visit, axe, size):
    hands = Keyboard(visit("/", **SIZES[size]))
    for part in (read_a_lesson, change_a_number, slip, answer_a_quiz, review_all_cards):
        part(hands)
        assert axe(hands.page) == [], part.__name__  # as the swaps have left the page


def read_a_lesson(hands):
    page = hands.page
    hands.follow(re.compile("The LSTM, one step"), "**/lessons/the-lstm/*")
    assert page.locator("h1").inner_text() == "The LSTM, one step at a time"
    hands.write(page.locator(".bet input[name=guess]").first, "0.4")
    hands.keys("Enter")
    hands.wait_for_focus(".told")


def change_a_number(hands):
    page = hands.page
    hands.follow("Watch the numbers", "**/examples/lstm/**")
    before = page.locator("table.values").inner_text()
    hands.press(page.locator("[data-of='x-1-1']"), "ArrowRight")
    page.wait_for_function("old => document.querySelector('table.values').innerText !== old", arg=before)
    hands.wait_for_focus("[data-of='x-1-1']")


def slip(hands):
    """i and f swapped in the cell, everything else right: the slip is named, and h is right with the wrong c."""
    page = hands.page
    hands.follow("Practise this", "**/exercises/lstm-step/")
    hands.follow("Take one", "**/exercises/lstm-step/take/")
    hands.push("All steps at once", "**/exercises/taken/*/")
    given = given_in(page.content())
    right, mine = given.step(), given.step(i_and_f_swapped)
    for name, value in mine.items():
        hands.write(page.locator(f"#step-{name}-1-value"), value)
    hands.keys("Enter")
    hands.wait_for_focus("#step-c-1-value")
    assert_named(page, "i and f are swapped", mine)
    assert page.locator("#live").inner_text() == "5 of 6 steps are right."
    hands.write(page.locator("#step-c-1-value"), right["c"])
    hands.write(page.locator("#step-h-1-value"), right["h"])
    hands.keys("Enter")
    page.get_by_text("All 6 steps are right.").first.wait_for()
    hands.wait_for_focus("#said")


def assert_named(page, title, mine):
    """The slip's name and the formula that was evaluated with the learner's own numbers stand at c, and at c only."""
    states = page.locator(".step").evaluate_all("all => all.map((e) => [e.id, e.dataset.state])")
    assert dict(states) == {f"step-{name}-1": "right" for name in "figo"} | {
        "step-c-1": "slip",
        "step-h-1": "right_with_yours",
    }
    said = page.locator("#step-c-1-say")
    assert title in said.inner_text()
    assert said.locator("math").count() == 1
    assert str(abs(mine["f"])) in said.locator(".put-in").inner_text()


def answer_a_quiz(hands):
    page = hands.page
    hands.follow("Quizzes", "**/quizzes/")
    hands.follow("Why plain networks forget", "**/quizzes/why-rnns-forget/")
    hands.push("Start", "**/attempts/*/1/")
    for position in range(1, QUESTIONS + 1):
        hands.reach(page.locator("input[name=choice]").first)
        hands.keys("Space", "ArrowDown")
        hands.push("Save answer")
        hands.wait_for_focus("#feedback")
        if position < QUESTIONS:
            hands.keys("Alt+ArrowRight")
            page.wait_for_url(f"**/attempts/*/{position + 1}/")
    hands.push("See the results", "**/results/")
    assert page.locator("main details").count() == QUESTIONS


def review_all_cards(hands):
    """Two presses a card, every rating once, one card taken back in the middle and one on the finish page."""
    page = hands.page
    hands.keys("g", "c")
    page.wait_for_url("**/cards/")
    hands.keys("r")
    page.wait_for_url("**/cards/review/")
    for number in range(1, NEW_CARDS + 1):
        rate(hands, RATINGS[number - 1])
        if number == 3:
            hands.keys("u")
            hands.wait_for_focus(".back")
            assert page.locator("h1").inner_text() == "Card 3"
            hands.keys("4")
            hands.wait_for_focus("h1")
    assert page.locator("h1").inner_text() == "Done for now"
    hands.keys("u")
    hands.wait_for_focus(".back")
    assert page.locator("h1").inner_text() == f"Card {NEW_CARDS}"
    hands.keys("4")
    page.get_by_role("heading", name="Done for now").wait_for()


def rate(hands, key):
    hands.keys("Space")
    hands.wait_for_focus(".back")
    hands.keys(key)
    hands.wait_for_focus("h1")


# --- without scripts


def test_without_scripts_the_same_path_works_with_plain_forms(visit):
    page = visit("/", scripts=False, width=360, height=740)
    page.get_by_role("link", name=re.compile("The LSTM, one step")).first.click()
    page.get_by_label("Bet first.").first.fill("0.4")
    page.get_by_role("button", name="Bet", exact=True).first.click()
    page.locator(".told").wait_for()
    change_a_number_without_scripts(page)
    slip_without_scripts(page)
    answer_a_quiz_without_scripts(page)
    review_without_scripts(page)


def change_a_number_without_scripts(page):
    page.get_by_role("link", name="Watch the numbers").click()
    before = page.locator("table.values tr[data-q=c] td.num").inner_text()
    page.locator("#x-1-1").fill("1,5")
    page.get_by_role("button", name="Recalculate").click()
    page.wait_for_url("**x=1*")
    assert page.locator("table.values tr[data-q=c] td.num").inner_text() != before


def slip_without_scripts(page):
    page.get_by_role("link", name="Practise this").click()
    page.get_by_role("link", name="Take one").click()
    page.get_by_role("button", name="All steps at once").click()
    page.wait_for_url("**/exercises/taken/*/")
    mine = given_in(page.content()).step(candidate_without_its_gate)
    for name, value in mine.items():
        page.locator(f"#step-{name}-1-value").fill(str(value))
    page.get_by_role("button", name="Check", exact=True).last.click()
    page.wait_for_url("**#step-c-1")
    assert_named(page, "the candidate is added without its gate", mine)


def answer_a_quiz_without_scripts(page):
    page.goto("/quizzes/why-rnns-forget/")
    page.get_by_role("button", name="Start").click()
    for number in range(1, QUESTIONS + 1):
        page.wait_for_url(f"**/{number}/")
        page.locator("input[name=choice]").first.check()
        page.get_by_role("button", name="Save answer").click()
        page.locator("#feedback").wait_for()
        page.get_by_role("link", name="Next").or_(page.get_by_role("button", name="See the results")).click()
    page.wait_for_url("**/results/")
    assert page.locator("main details").count() == QUESTIONS


def review_without_scripts(page):
    page.get_by_role("link", name="Review cards").click()
    page.get_by_role("link", name="Start").click()
    for number in range(1, NEW_CARDS + 1):
        page.get_by_role("heading", name=f"Card {number}", exact=True).wait_for()
        page.get_by_role("link", name="Show answer").click()
        page.get_by_role("button", name="Good").click()
    page.get_by_role("heading", name="Done for now").wait_for()
    page.get_by_role("button", name="Undo the last rating").click()
    page.get_by_role("heading", name=f"Card {NEW_CARDS}").wait_for()
