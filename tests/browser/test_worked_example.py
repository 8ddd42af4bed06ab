"""The worked example as a reader uses it: by slider, by keyboard, on a phone, without a script, and by axe."""

import pytest

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]

LSTM = "/examples/lstm/"


def value_of(page, quantity):
    return page.text_content(f'tr[data-q="{quantity}"] td.num').strip()


def wait_for(page, quantity, value):
    page.wait_for_function(
        "([quantity, value]) => document.querySelector(`tr[data-q=${quantity}] td.num`)?.textContent.includes(value)",
        arg=[quantity, value],
    )


def test_a_slider_moves_equation_diagram_and_table_and_keeps_the_focus(open_page):
    page = open_page(LSTM)
    page.focus('[data-of="x-1-1"]')
    page.keyboard.press("ArrowRight")
    wait_for(page, "c", "0.7333")
    assert page.text_content('li[data-q="c"] .substituted').startswith("0.7333")
    assert page.text_content('svg [data-q="c"].number') == "0.7333"
    assert page.evaluate("document.activeElement.dataset.of") == "x-1-1"
    page.wait_for_url("**x=1;-0.4*")
    assert page.input_value("#x-1-1") == "1"
    assert "c 0.7333" in page.text_content("#live")


def test_nothing_jumps_while_a_slider_moves(open_page, watch_shifts):
    page = open_page(LSTM)
    watch_shifts(page)
    page.focus('[data-of="x-1-1"]')
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    wait_for(page, "x", "0.1000")
    assert page.evaluate("window.shift") < 0.001


def test_a_bad_number_leaves_the_last_good_ones_and_says_why(open_page):
    page = open_page(LSTM)
    page.fill("#x-1-1", "much")
    page.wait_for_selector("#refusal .error")
    assert "x at step 1 is “much”" in page.text_content("#refusal")
    assert value_of(page, "c") == "0.8165"
    page.fill("#x-1-1", "1")
    wait_for(page, "c", "0.7333")
    assert page.text_content("#refusal").strip() == ""
    open_page.complaints.clear()  # the browser's own note that a reply was 422


def test_one_quantity_lights_up_in_all_three_views_by_keyboard(open_page):
    page = open_page(LSTM)
    page.focus("#q-i")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "q-f"
    for view in ("li.lit[data-q=f]", "math .lit[data-q=f]", "svg .lit[data-q=f]", "tr.lit[data-q=f]"):
        assert page.locator(view).count(), view
    assert page.text_content("#about") == "A share from 0 to 1: how much of the old cell is kept."


def shown_diagrams(page):
    """(classes, width on the screen, width as drawn) of each diagram that is there for eyes and for screen readers."""
    return page.evaluate(
        "[...document.querySelectorAll('svg.cell')].filter((svg) => svg.checkVisibility())"
        ".map((svg) => [svg.getAttribute('class'), svg.getBoundingClientRect().width, svg.viewBox.baseVal.width])"
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["with a script", "without"])
def test_on_a_phone_the_diagram_stands_upright_at_full_size(open_page, scripts):
    page = open_page(LSTM, width=360, height=740, phone=True, scripts=scripts)
    for cell in ("lstm", "lstm_peephole", "gru", "rnn"):
        page.goto(f"/examples/{cell}/?D=2&H=2")
        [(kind, width, drawn)] = shown_diagrams(page)
        assert (kind, width) == ("cell upright", drawn)
        assert page.get_by_role("img", name="unit 1 of 2").count() == 1
    page.set_viewport_size({"width": 1280, "height": 800})
    assert [kind for kind, *_ in shown_diagrams(page)] == ["cell"]


def test_the_upright_diagram_follows_a_slider_and_lights_up_with_the_other_views(open_page):
    page = open_page(LSTM, width=360, height=740, phone=True)
    page.focus('[data-of="x-1-1"]')
    page.keyboard.press("ArrowRight")
    wait_for(page, "c", "0.7333")
    assert page.text_content('svg.upright [data-q="c"].number') == "0.7333"
    page.tap('svg.upright [data-q="f"].number')
    for view in ("li.lit[data-q=f]", "math .lit[data-q=f]", "svg.upright .lit[data-q=f]", "tr.lit[data-q=f]"):
        assert page.locator(view).count(), view
    assert page.locator("svg.upright path.lit").get_attribute("class") == "line edge edge-f q-f lit"


def test_a_step_is_an_entry_of_the_history(open_page):
    page = open_page(LSTM)
    page.click("#go-2")
    wait_for(page, "c", "0.2251")
    page.wait_for_url("**step=2")
    page.go_back()
    wait_for(page, "c", "0.8165")


def test_another_size_brings_other_fields_and_the_focus_stays(open_page):
    page = open_page(LSTM)
    page.focus("#size-H")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("#see-2")
    assert page.evaluate("document.activeElement.id") == "size-H"
    assert page.locator("[name=U_f]").count() == 4


def test_without_a_script_the_same_page_is_a_form(open_page):
    page = open_page(LSTM, scripts=False)
    page.fill("#x-1-1", "1")
    page.click("text=Recalculate")
    page.wait_for_url("**x=1;-0.4*")
    assert page.locator('[data-of="x-1-1"]').is_hidden()
    page.click("#go-2")
    page.wait_for_url("**step=2")
    with page.expect_navigation(url="**step=2"):  # Enter recalculates, it does not press the first step button
        page.press("#x-1-1", "Enter")


@pytest.mark.parametrize("path", [LSTM, "/examples/gru/?D=4&H=4&T=5&convention=cho2014", "/examples/"])
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_axe_finds_nothing_and_nothing_sticks_out(open_page, axe, path, width, dark):
    page = open_page(path, width=width, dark=dark)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
