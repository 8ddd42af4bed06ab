"""From a worked example to a card of one's own and back, by keyboard, without scripts, and read by axe."""

import pytest

from quizzes.flashcards.models import Card, CardState
from tests.cards import make_course

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]
LONG = "/cards/own/new/gru/?H=8&D=4&line=a_n&unit=3&step=2"


def test_by_keyboard_a_changed_number_goes_on_a_card_is_reviewed_and_leads_back(open_page):
    page = open_page("/examples/lstm/?line=c")
    page.focus('[data-of="x-1-1"]')
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**x=1;-0.4*")
    page.focus("#card-link")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cards/own/new/lstm/?**x=1;-0.4**")
    page.get_by_role("button", name="Put on a card").focus()
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="Put on a card: LSTM, step 1").wait_for()
    page.goto("/cards/review/")
    assert "0.7333" not in page.content()
    page.keyboard.press("Space")
    page.locator(".back:focus").wait_for()
    assert "0.7333" in page.text_content(".back")
    page.keyboard.press("3")
    page.get_by_role("heading", name="Done for now").wait_for()
    page.keyboard.press("u")
    page.locator(".back:focus").wait_for()
    assert not CardState.objects.exists()
    page.get_by_role("link", name="See it in the worked example").press("Enter")
    page.wait_for_url("**/examples/lstm/?**x=1;-0.4**line=c")
    assert page.text_content("[aria-current=step] .substituted").startswith("0.7333")


def test_the_link_follows_the_line_and_keeps_the_focus_where_it_is(open_page):
    page = open_page("/examples/lstm/")
    page.keyboard.press("e")
    page.locator("#card-link").get_by_text("i", exact=True).wait_for()
    assert page.get_attribute("#card-link", "href").endswith("line=a_i")
    page.focus("#to-after")
    page.keyboard.press("Enter")
    page.wait_for_url("**line=i")
    assert page.get_attribute("#card-link", "href").endswith("line=i")
    assert page.evaluate("document.activeElement.id") == "to-after"


def test_without_scripts_a_line_is_chosen_put_taken_away_and_put_back(open_page):
    page = open_page("/examples/gru/?convention=keras", scripts=False)
    page.get_by_role("link", name="Put on a card").click()
    page.get_by_role("button", name="update gate z", exact=True).click()
    page.get_by_role("button", name="Put on a card").click()
    page.get_by_role("button", name="Take away").click()
    page.get_by_text("You have none yet.").wait_for()
    assert not Card.objects.get().is_published
    page.get_by_role("button", name="Put it back").click()
    page.get_by_role("link", name="GRU as in Keras, step 1: what is the update gate?").click()
    page.wait_for_url("**/examples/gru/?convention=keras**line=z")
    assert Card.objects.get().is_published


@pytest.mark.parametrize(("width", "dark"), [(320, False), (360, True), (1280, False)])
def test_axe_finds_nothing_wrong_and_nothing_is_wider_than_the_window(open_page, axe, width, dark):
    make_course()
    page = open_page("/examples/lstm/?line=c", width=width, dark=dark)
    for path in (LONG, "/cards/own/new/lstm/", "/cards/own/new/lstm/?line=c"):
        page.goto(path)
        check(page, axe)
    page.get_by_role("button", name="Put on a card").click()
    page.wait_for_url("**/cards/own/")
    check(page, axe)
    page.goto(LONG)
    page.get_by_role("button", name="Put on a card").click()
    page.get_by_role("link", name="Review cards").click()
    page.wait_for_url("**/cards/review/")
    for _ in range(2):  # the short one, then the long one: front and back
        page.keyboard.press("Space")
        page.locator(".back:focus").wait_for()
        check(page, axe)
        page.keyboard.press("4")
        page.locator("h1:focus").wait_for()
        check(page, axe)
    page.goto("/cards/own/")
    page.get_by_role("button", name="Take away").first.click()
    page.get_by_text("Taken away:").wait_for()
    check(page, axe)


def check(page, axe):
    assert axe(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
