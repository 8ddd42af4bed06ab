"""Cards, today and progress in a real browser: by keyboard alone, without scripts, and read by axe."""

import pytest

from quizzes.flashcards.models import CardState, Review
from tests.cards import make_course

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]
PAGES = ["/", "/cards/", "/cards/review/", "/cards/review/?card=term-term-1&show=1", "/progress/"]


@pytest.fixture
def course():
    return make_course(terms=6, mnemonics=2, questions=2)


def heading(page, text):
    """Wait until the heading says so and has the focus."""
    page.locator("h1:focus").get_by_text(text, exact=True).wait_for()


def answer(page):
    """Show the answer and wait until it has the focus."""
    page.keyboard.press("Space")
    page.locator(".back:focus").wait_for()


def review(page, number, rating):
    """One card by keyboard: two key presses."""
    answer(page)
    page.keyboard.press(rating)
    page.locator("h1:focus").filter(has_not_text=f"Card {number}").wait_for()


def test_a_review_by_keyboard_takes_two_presses_a_card_and_undoes_on_the_finish_page(open_page, course):
    page = open_page("/cards/")
    page.keyboard.press("r")
    page.wait_for_url("**/cards/review/")
    for number in range(1, 11):
        if number in (3, 6):
            page.keyboard.press("u")
            page.locator(".back:focus").wait_for()
            page.keyboard.press("4")
            heading(page, f"Card {number}")
        review(page, number, "Space" if number == 1 else "4")
    heading(page, "Done for now")
    assert Review.objects.filter(rating=3).count() == 1
    page.keyboard.press("u")
    page.get_by_role("heading", name="Card 10").wait_for()
    assert CardState.objects.count() == 9
    page.reload()
    page.keyboard.press("u")
    page.get_by_role("heading", name="Card 9").wait_for()
    assert CardState.objects.count() == 8


def test_space_held_down_shows_the_answer_and_rates_nothing(open_page, course):
    page = open_page("/cards/review/")
    page.keyboard.down("Space")
    page.locator(".back:focus").wait_for()
    for _ in range(3):
        page.keyboard.down("Space")  # a key pressed again before it was let go is one held down
    page.keyboard.up("Space")
    assert page.locator("h1").text_content() == "Card 1"
    assert not Review.objects.exists()


def test_without_scripts_a_card_is_shown_rated_and_undone(open_page, course):
    page = open_page("/cards/review/", scripts=False)
    page.get_by_role("link", name="Show answer").click()
    page.get_by_text("Meaning 1.").wait_for()
    page.get_by_role("button", name="Good").click()
    page.get_by_role("heading", name="Card 2").wait_for()
    page.get_by_role("button", name="Undo the last rating").click()
    page.get_by_text("Meaning 1.").wait_for()
    assert not CardState.objects.exists()


def test_a_second_tab_is_told_why_its_rating_does_not_count(open_page, course):
    page = open_page("/cards/review/")
    review(page, 1, "4")
    answer(page)
    other = page.context.new_page()
    other.goto("/cards/review/")
    review(other, 2, "4")
    page.keyboard.press("1")
    page.get_by_text("was rated elsewhere").wait_for()
    heading(page, "Card 3")
    assert Review.objects.count() == 2
    assert all("409" in said for said in open_page.complaints)
    open_page.complaints.clear()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_wrong_and_nothing_is_wider_than_the_window(open_page, axe, course, width, dark):
    page = open_page("/cards/review/", width=width, dark=dark)
    review(page, 1, "3")  # from here on there is a learner, and something to show
    for path in PAGES:
        page.goto(path)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_axe_finds_nothing_wrong_on_a_strangers_first_page(open_page, axe, course):
    for path in ("/", "/progress/"):
        assert axe(open_page(path)) == []
