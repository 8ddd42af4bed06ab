"""The views of a worked example as a reader uses them: by keyboard, by pointer, without a script, and by axe."""

import re

import pytest

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]

LSTM = "/examples/lstm/"
VIEWS = ("step", "time", "whatif", "gradient", "compare", "code")


def wait_for(page, selector, text):
    page.wait_for_function(
        "([selector, text]) => document.querySelector(selector)?.textContent.includes(text)", arg=[selector, text]
    )


def focused(page):
    return page.evaluate("document.activeElement.id")


def test_every_view_is_reached_by_keyboard_and_the_focus_stays_on_its_tab(open_page):
    page = open_page(LSTM)
    page.focus("#tab-step")
    for view in VIEWS[1:]:
        page.keyboard.press("Tab")
        assert focused(page) == f"tab-{view}"
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#tab-{view}[aria-current]")
        page.wait_for_url(f"**view={view}")
        assert focused(page) == f"tab-{view}"


def test_the_back_button_leads_through_the_views(open_page):
    page = open_page(LSTM)
    page.click("#tab-time")
    page.wait_for_selector("#time-caption")
    page.click("#tab-gradient")
    page.wait_for_selector("#own-desc", state="attached")
    page.go_back()
    page.wait_for_function("() => performance.getEntriesByType('navigation')[0].type === 'reload'")
    page.wait_for_selector("#time-caption")
    page.go_back()
    page.wait_for_selector("#values-caption")


def test_without_a_script_a_typo_comes_back_with_the_focus_on_it_and_everything_else_as_typed(open_page):
    page = open_page("/examples/lstm/", scripts=False)
    page.fill("#c0-1-1", "2.5")
    page.fill("#x-1-1", "abc")
    page.get_by_role("button", name="Recalculate").click()
    page.wait_for_selector("#x-1-1-fault")
    assert focused(page) == "x-1-1" and page.input_value("#x-1-1") == "abc" and page.input_value("#c0-1-1") == "2.5"
    page.keyboard.type("0,5")
    page.press("#x-1-1", "Enter")
    page.wait_for_url("**c0=2.5**")
    open_page.complaints.clear()  # the browser notes that the refusal came with status 422


def test_a_sequence_is_typed_and_its_length_is_the_number_of_steps(open_page):
    page = open_page(f"{LSTM}?view=time")
    page.fill("#sequence", "1 0 0 -1 1 0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#view tbody tr:nth-child(6)")
    assert page.input_value("#size-T") == "6" and focused(page) == "sequence"
    page.wait_for_url("**T=6&x=1;0;0;-1;1;0*")


def test_a_weight_s_slider_moves_fifty_steps_and_nothing_jumps(open_page):
    page = open_page(f"{LSTM}?T=50&view=time")
    page.click("summary:has-text('Weights')")
    page.wait_for_timeout(100)
    page.evaluate(
        "() => { window.shift = 0; new PerformanceObserver((list) => list.getEntries()"
        ".forEach((entry) => { window.shift += entry.value })).observe({type: 'layout-shift'}) }"
    )
    page.focus('[data-of="b_f-1-1"]')
    before = page.get_attribute(".chart path.line.q-c", "d")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('.chart path.line.q-c').getAttribute('d') !== before", arg=before
    )
    page.wait_for_url("**b_f=0.1*")
    assert page.evaluate("document.activeElement.dataset.of") == "b_f-1-1"
    assert page.evaluate("document.querySelector('details.weights').open")
    assert page.evaluate("window.shift") < 0.001


def test_what_was_opened_stays_open_when_numbers_or_views_change(open_page):
    page = open_page(f"{LSTM}?view=gradient&T=6")
    page.click("summary:has-text('The same numbers as tables')")
    page.click("summary:has-text('Weights')")
    page.focus('[data-of="b_f-1-1"]')
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**b_f=-0.3*")
    assert page.locator("#own-caption").is_visible()
    page.click("#tab-time")
    page.wait_for_selector("#time-caption")
    assert page.locator("#b_f-1-1").is_visible()
    page.click("summary:has-text('Weights')")
    page.click("#tab-step")
    page.wait_for_selector("#values-caption")
    assert page.locator("#b_f-1-1").is_hidden()


def test_a_slip_is_chosen_by_keyboard_and_told_once(open_page):
    page = open_page(f"{LSTM}?view=whatif")
    page.focus("#slip")
    page.select_option("#slip", "c.F03")
    wait_for(page, "#slip-caption", "Step 1")
    page.wait_for_url("**slip=c.F03*")
    assert focused(page) == "slip"
    wait_for(page, "#live", "c is 0.8165, with the slip 0.8030.")
    page.select_option("#made", "always")
    page.wait_for_url("**made=always*")
    page.select_option("#slip", "h.C18")
    page.wait_for_url("**slip=h.C18*")


def test_a_slip_stays_chosen_while_a_slider_moves(open_page):
    page = open_page(f"{LSTM}?view=whatif&slip=c.F03")
    page.focus('[data-of="x-1-1"]')
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**x=1;-0.4*")
    assert "slip=c.F03" in page.url and page.input_value("#slip") == "c.F03"
    wait_for(page, "#slip-caption ~ tbody", "0.7333")


def test_the_equations_are_gone_through_one_by_one_by_a_single_key(open_page):
    page = open_page(LSTM)
    for name in ("a_i", "i", "a_f"):
        page.keyboard.press("e")
        page.wait_for_selector(f"li[data-q={name}][aria-current]")
    page.keyboard.press("p")
    page.wait_for_selector("li[data-q=i][aria-current]")
    page.wait_for_url("**line=i*")


def test_the_equation_whose_turn_it_is_comes_into_sight(open_page):
    page = open_page(f"{LSTM}?line=tanh_c", height=600)
    page.focus("#to-after")
    page.keyboard.press("Enter")
    page.wait_for_selector("li[data-q=h][aria-current]")
    page.wait_for_function(
        "() => { const box = document.querySelector('li[data-q=h]').getBoundingClientRect();"
        " return box.top >= 0 && box.bottom <= innerHeight; }"
    )
    assert focused(page) == "to-after" and page.locator("#to-after").bounding_box()["y"] >= 0


def test_the_steps_of_a_long_sequence_are_gone_through_and_the_focus_stays(open_page):
    page = open_page(f"{LSTM}?T=50")
    page.focus("#go-on")
    for step in (2, 3):
        page.keyboard.press("Enter")
        wait_for(page, ".stepper h2", f"Step {step} of 50")
    assert focused(page) == "go-on"


def test_other_numbers_come_from_a_seed_and_can_be_left_again(open_page):
    page = open_page(LSTM)
    page.click("#draw")
    page.wait_for_url("**seed=1")
    assert focused(page) == "draw"
    page.go_back()
    wait_for(page, 'tr[data-q="c"] td.num', "0.8165")


def test_of_many_weights_a_gate_is_opened_on_demand(open_page):
    page = open_page("/examples/gru/?H=8&D=2")
    page.click("summary:has-text('Weights')")
    page.click("#gate-z")
    page.wait_for_selector("#W_z-8-2")
    assert page.locator("[name=W_z]").count() == 16 and page.locator("[name=W_r]").count() == 0
    page.fill("#W_z-1-1", "2.5")
    page.wait_for_url("**W_z=2.5,*")


def test_without_a_script_every_view_is_a_page_and_a_form(open_page):
    page = open_page(LSTM, scripts=False)
    page.click("#tab-time")
    page.fill("#sequence", "1 0 -1")
    page.press("#sequence", "Enter")
    page.wait_for_url("**T=3&x=1;0;-1*view=time")
    page.click("#tab-whatif")
    page.select_option("#slip", "c.F03")
    page.click("text=Recalculate")
    page.wait_for_selector("#slip-caption")
    page.click("#tab-gradient")
    page.wait_for_url("**slip=c.F03*view=gradient*")
    assert "Along the cell’s direct path" in page.text_content("#view")
    page.click("#draw")
    page.wait_for_url(re.compile("(?=.*seed=1)(?=.*view=gradient)"))


def test_a_step_is_chosen_from_a_list_at_once_and_the_back_button_leads_back(open_page):
    page = open_page(f"{LSTM}?T=50&view=gradient")
    page.focus("#go-to")
    page.select_option("#go-to", "25")
    page.wait_for_url("**step=25*")
    assert focused(page) == "go-to" and page.input_value("#go-to") == "25"
    wait_for(page, "#view h3", "The way back at step 25")
    page.go_back()
    wait_for(page, "#view h3", "The way back at step 1,")


def test_without_a_script_the_chosen_step_is_sent_by_its_button(open_page):
    page = open_page(f"{LSTM}?T=50", scripts=False)
    page.select_option("#go-to", "25")
    page.click("#go-there")
    page.wait_for_url("**step=25*")
    assert "Step 25 of 50" in page.text_content("#view h2")


@pytest.mark.parametrize("view", ["time", "whatif&slip=c.F03", "gradient", "compare"])
@pytest.mark.parametrize("width", [360, 1280])
def test_what_is_written_in_a_chart_can_be_read_and_no_mark_stands_on_a_tick(open_page, view, width):
    page = open_page(f"{LSTM}?T=5&view={view}", width=width)
    sizes = page.locator(".chart > svg text").evaluate_all(
        """all => all.map(text => parseFloat(getComputedStyle(text).fontSize)
             * text.ownerSVGElement.getBoundingClientRect().width / 420)"""
    )
    assert sizes and min(sizes) >= 11
    room = page.locator(".chart > svg").evaluate_all(
        """all => all.map(svg => {
             const ends = (which, end) => [...svg.querySelectorAll(which)].map(e => e.getBoundingClientRect()[end]);
             return Math.min(...ends(".mark", "left")) - Math.max(...ends(".up", "right"));
           })"""
    )
    assert min(room) > 0


def test_a_file_is_taken_away(open_page):
    page = open_page(f"{LSTM}?view=code")
    with page.expect_download() as download:
        page.click("text=Every number as a table")
    assert download.value.suggested_filename == "lstm-trace.csv"


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_axe_finds_nothing_in_any_view_and_nothing_sticks_out(open_page, axe, view, width, dark):
    page = open_page(f"{LSTM}?T=12&D=2&H=2&view={view}&slip=c.F03&line=f", width=width, dark=dark)
    for details in page.locator("main details").all():
        details.evaluate("each => { each.open = true }")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(
    "path", ["gru/?D=4&H=8&T=50&convention=cho2014&open=z", "lstm_1997/", "lstm/?H=8&view=gradient"]
)
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_in_the_largest_and_the_oldest(open_page, axe, path, width):
    page = open_page(f"/examples/{path}", width=width)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
