"""All parts in all states, and the manners of swaps and keys."""

import pytest

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def gallery_is_open(settings):
    settings.GALLERY = True


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_wrong_and_nothing_is_wider_than_the_window(open_page, axe, width, dark):
    page = open_page("/gallery/", width=width, dark=dark)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    "path", ["/help/", "/theme/", "/account/", "/account/login/", "/account/signup/", "/gallery/errors/500/"]
)
def test_axe_finds_nothing_wrong_on_the_pages_around(open_page, axe, path):
    assert axe(open_page(path, dark=True)) == []


def test_a_chosen_theme_stands_from_the_first_paint(open_page):
    page = open_page("/theme/")
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").filter(has_text="Saved for this browser.").wait_for()
    page.goto("/help/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 22, 20)"


def test_print_is_dark_on_white_whatever_the_theme(open_page):
    page = open_page("/help/", dark=True)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".top").is_visible()


def test_a_new_card_takes_the_focus_and_is_announced(open_page):
    page = open_page("/gallery/")
    page.locator("#swap-heading").click()
    page.get_by_role("heading", name="Card 7 of 14").wait_for()
    page.wait_for_function("document.activeElement.textContent === 'Card 7 of 14'")
    assert page.locator("#live").text_content() == "Something new is here."


def test_a_fragment_without_a_wish_leaves_the_focus_where_it_was(open_page):
    page = open_page("/gallery/")
    page.locator("#swap-stay").click()
    page.get_by_text("This came as stay.").wait_for()
    assert page.evaluate("document.activeElement.id") == "swap-stay"


def test_a_refusal_lands_in_place_with_the_focus_on_it(open_page):
    page = open_page("/gallery/")
    page.locator("#swap-422").click()
    page.locator("#swapped .error").wait_for()
    page.wait_for_function("document.activeElement.className === 'errors'")
    assert page.locator("#banner").is_hidden()
    expect_complaints(open_page)


@pytest.mark.parametrize("kind", ["429", "500", "page"])
def test_a_fault_is_told_in_the_banner_and_nothing_typed_is_lost(open_page, kind):
    page = open_page("/gallery/")
    page.locator(f"#swap-{kind}").click()
    page.locator("#banner").wait_for(state="visible")
    words = page.locator("#banner").inner_text()
    assert "Please wait a little." in words if kind == "429" else "Something went wrong on the server." in words
    assert "proxy" not in words
    assert page.locator("#swapped").inner_text() == "Nothing swapped yet."
    expect_complaints(open_page)


def test_without_a_connection_the_banner_says_so_and_trying_again_works(open_page):
    page = open_page("/gallery/")
    page.context.set_offline(True)
    page.locator("#swap-stay").click()
    page.get_by_text("No connection to the server.").wait_for()
    page.context.set_offline(False)
    page.locator("#swap-stay").click()
    page.get_by_text("This came as stay.").wait_for()
    assert page.locator("#banner").is_hidden()
    open_page.complaints.clear()


def test_a_key_is_listed_and_works_but_not_in_a_field(open_page):
    page = open_page("/gallery/")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    assert "Today" in page.get_by_role("dialog").inner_text()
    page.keyboard.press("Escape")
    page.locator("#step-x-empty-value").focus()
    page.keyboard.press("r")
    assert page.url.endswith("/gallery/")
    page.locator("h1").click()
    page.keyboard.press("/")
    page.wait_for_url("**/search/")
    open_page.complaints.clear()


def test_an_edited_step_says_that_its_mark_is_old(open_page):
    page = open_page("/gallery/")
    note = page.locator("#step-f-right .stale")
    assert not note.is_visible()
    page.locator("#step-f-right-value").fill("0.5")
    assert note.is_visible()


def test_a_phone_gets_a_sign_key_beside_number_fields(open_page):
    page = open_page("/gallery/", width=360, phone=True)
    page.locator("#step-f-right").get_by_role("button", name="Change the sign of f").tap()
    page.wait_for_function("document.getElementById('step-f-right-value').value === '-0.4013'")


def test_a_field_that_takes_the_focus_after_a_swap_keeps_it_on_a_phone(open_page):
    page = open_page("/gallery/", width=360, phone=True)
    page.locator("#swap-field").tap()
    page.get_by_role("button", name="Change the sign of swapped c").wait_for()
    assert page.evaluate("document.activeElement.id") == "swapped-c"


def expect_complaints(open_page):
    """The browser and htmx write every 4xx and 5xx into the console; anything else there is a fault."""
    assert open_page.complaints
    assert all("status of" in text or "Response Status Error" in text for text in open_page.complaints)
    open_page.complaints.clear()
