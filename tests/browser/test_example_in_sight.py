"""A worked example while one changes it: what comes out stays in sight, and so does what went wrong."""

import pytest

from tests.browser.test_worked_example import LSTM, value_of, wait_for

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1280, "height": 720}, {"width": 360, "height": 740, "phone": True}


def is_in_sight(page, selector):
    """Whether all of it is on the screen, and nothing lies over its middle."""
    return page.locator(selector).evaluate(
        "(part) => { const box = part.getBoundingClientRect();"
        "const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);"
        "return box.top >= 0 && box.bottom <= innerHeight && (over === part || part.contains(over)) }"
    )


def sliders_on_top(page):
    page.locator(".dials").first.evaluate("(part) => part.scrollIntoView()")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_what_comes_out_is_in_sight_while_a_slider_moves(open_page, size):
    page = open_page(LSTM, **size)
    sliders_on_top(page)
    assert is_in_sight(page, '[data-of="x-1-1"]') and is_in_sight(page, ".readout .now")
    assert page.inner_text(".readout .now").split() == ["c", "0.8165", "h", "0.4921"]
    page.focus('[data-of="x-1-1"]')
    page.keyboard.press("ArrowRight")
    wait_for(page, "c", "0.7333")
    assert "c 0.7333" in page.inner_text(".readout .now")


def test_on_a_wide_screen_sliders_diagram_and_equations_are_in_sight_together(open_page):
    page = open_page(LSTM, **WIDE)
    page.locator('.lines > [data-q="c"]').scroll_into_view_if_needed()
    for part in ('[data-of="c0-1-1"]', ".diagram svg.lying, .diagram svg:not(.upright)", '.lines > [data-q="c"]'):
        assert is_in_sight(page, part), part
    boxes = [page.locator(part).first.bounding_box() for part in (".dials", ".diagram")]
    assert boxes[0]["y"] == 0 and boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]


def test_what_is_gone_to_is_not_left_under_the_sliders(open_page):
    page = open_page(f"{LSTM}?view=gradient&T=10", **WIDE)
    page.locator(".charts").first.evaluate("(part) => part.scrollIntoView()")
    top, sliders = page.locator(".charts").first.bounding_box(), page.locator(".dials").first.bounding_box()
    assert top["y"] >= sliders["y"] + sliders["height"]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("name", ["x", "f", "h"])
def test_whatever_row_is_reached_its_sentence_is_in_sight_and_covers_no_row(open_page, size, name):
    page = open_page(LSTM, **size)
    page.focus(f"#q-{name}")
    assert page.inner_text("#about") == page.text_content(f"#say-{name}") != ""
    assert is_in_sight(page, "#about") and is_in_sight(page, f"#q-{name}")


def test_a_weight_has_its_sentence_and_a_sum_lights_its_gate_in_the_diagram(open_page):
    page = open_page(LSTM)
    page.hover('.lines > [data-q="a_i"] .formula > math [data-q="W_i"]')
    assert page.inner_text("#about").startswith("How strongly the input counts in the input gate")
    page.focus("#q-a_f")
    assert page.locator(".diagram path.lit").first.get_attribute("class").split()[2:3] == ["edge-f"]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_refusal_is_in_sight_and_tied_to_its_field_until_a_number_is_taken(open_page, size):
    page = open_page(LSTM, **size)
    field = page.locator("#x-1-1")
    field.fill("abc")
    page.wait_for_selector('#x-1-1[aria-invalid="true"]')
    assert is_in_sight(page, "#refusal") and is_in_sight(page, "#x-1-1")
    assert field.get_attribute("aria-describedby") == "refusal"
    assert page.input_value('[data-of="x-1-1"]') == "0.9"
    field.fill("1")
    wait_for(page, "c", "0.7333")
    assert field.get_attribute("aria-invalid") is None and field.get_attribute("aria-describedby") is None
    open_page.complaints.clear()  # the browser's own note that a reply was 422


def test_a_slider_goes_half_a_unit_by_page_and_as_far_as_what_is_typed(open_page):
    page = open_page(LSTM)
    page.focus('[data-of="x-1-1"]')
    page.keyboard.press("PageDown")
    wait_for(page, "x", "0.4000")
    page.fill("#x-1-1", "50")
    wait_for(page, "x", "50.0000")
    assert page.input_value('[data-of="x-1-1"]') == "50"
    page.fill("#x-1-1", "1/4")
    wait_for(page, "x", "0.2500")
    assert abs(float(page.input_value('[data-of="x-1-1"]')) - 0.25) < 0.06


def test_without_a_connection_it_says_from_when_the_numbers_are_and_asks_again_when_there_is_one(open_page):
    page = open_page(LSTM)
    page.context.set_offline(True)
    page.fill("#x-1-1", "1")
    page.wait_for_selector("#banner :text('The numbers are those of')")
    assert value_of(page, "c") == "0.8165"
    page.context.set_offline(False)
    wait_for(page, "c", "0.7333")
    assert page.locator("#banner").is_hidden()
    open_page.complaints.clear()  # the browser's own note of a lost connection


def test_the_words_of_equations_can_be_put_away_for_the_eye(open_page):
    page = open_page(LSTM)
    tall = page.locator(".lines").bounding_box()["height"]
    page.uncheck(".in-words input")
    assert page.locator(".lines").bounding_box()["height"] < 0.8 * tall
    page.fill("#x-1-1", "1")
    wait_for(page, "c", "0.7333")
    assert page.locator(".lines").bounding_box()["height"] < 0.8 * tall
    assert "equals" in page.text_content(".lines .words")
