"""Sheets as they are printed, and one's own weights, by keyboard, on a phone, in the dark and without a script."""

import re

import numpy as np
import pytest

from quizzes.lessons.examples.usual import CONVENTIONS
from quizzes.lessons.weights.pages import SAMPLE
from tests import hostile
from tests.factories import make_user

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]

PAPER = ["/paper/", "/paper/lstm/?T=1", "/paper/gru/?D=2&H=2&seed=5&variants=2&table=none"]
LARGEST = "/paper/lstm/?D=4&H=4&T=2&seed=5&variants=1&table=none"


def press(page, key, times=1):
    for _ in range(times):
        page.keyboard.press(key)


def tab_to(page, name, most=60):
    """Go on by Tab alone until what is named has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"Tab does not reach {name}")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_hold_no_barrier_that_axe_knows_and_need_no_scrolling_sideways(open_page, axe, width, dark):
    for place in [*PAPER, LARGEST, "/weights/?sample=lstm"]:
        page = open_page(place, width=width, dark=dark)
        assert axe(page) == [], place
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
    page.get_by_role("button", name="Compute").click()
    page.wait_for_selector("#result")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def pages_of(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(("place", "count"), [
    ("/paper/lstm/", 3),  # sheet, table, key with its working
    ("/paper/gru/?D=2&H=2&T=2&seed=5&variants=3", 5),  # three sheets, one table, one page of keys
    ("/paper/rnn/?seed=1&variants=2&table=each", 5),
    ("/paper/lstm/?seed=1&variants=12", 15),  # two pages of keys
    ("/paper/lstm_peephole/?D=4&H=4&T=5&seed=5&variants=1&table=none", 4),  # three pages of one sheet
])  # fmt: skip
def test_a_sheet_is_a_page_and_the_key_comes_on_its_own(open_page, place, count, paper):
    page = open_page(place)
    assert pages_of(page.pdf(format=paper)) == count


KINDS = [(cell, convention) for cell, conventions in CONVENTIONS.items() for convention in conventions]
A4, LETTER = 680, 703  # px within the margins
BEYOND = """(within) => [...document.querySelectorAll(within)].flatMap((leaf) => {
  const edge = leaf.getBoundingClientRect().right - parseFloat(getComputedStyle(leaf).paddingRight) + 1;
  return [...leaf.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > edge && e.checkVisibility()
    && !e.closest(".visually-hidden")).map((e) => e.parentElement.textContent.slice(0, 60));
})"""
OVERLAPPING = """[...document.querySelectorAll(".worked-lines li")].flatMap((line) => {
  const boxes = [...line.querySelectorAll(".substituted math")].map((e) => e.getBoundingClientRect());
  return boxes.slice(1).filter((box, k) => box.top < boxes[k].bottom - 1 || box.height < 8).map(() => line.textContent);
})"""
LONG = "W_i=" + ";".join(["-1.2345,-1.2345,-1.2345,-1.2345"] * 4)


def resized(page, width, media):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media=media)


def assert_all_on_paper_and_phone(page):
    for width in (A4, LETTER):
        resized(page, width, "print")
        assert page.evaluate(BEYOND, ".leaf") == []
        assert page.evaluate(OVERLAPPING) == []
    resized(page, 360, "screen")
    assert page.evaluate(BEYOND, ".worked-lines") == []
    assert page.evaluate(OVERLAPPING) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize(("cell", "convention"), KINDS)
def test_no_line_of_the_largest_sheets_leaves_the_paper_or_the_phone(open_page, cell, convention):
    for sizes in ("D=4&H=4&T=5", "D=4&H=1&T=5"):
        assert_all_on_paper_and_phone(open_page(f"/paper/{cell}/?convention={convention}&{sizes}&table=none"))


def test_no_line_of_smaller_sheets_leaves_the_paper_or_the_phone(open_page):
    for place in ("lstm/?D=2&H=2", "gru/?D=1&H=2", "gru/?D=2&H=1", "lstm_peephole/?D=2&H=1", "rnn/?D=3&H=2"):
        assert_all_on_paper_and_phone(open_page(f"/paper/{place}&table=none"))


@pytest.mark.parametrize(("place", "columns"), [
    ("lstm/?D=1&H=1", 3),
    ("lstm/?D=4&H=4", 3),
    ("lstm_peephole/?D=4&H=4", 4),
    (f"lstm_peephole/?D=4&H=4&{LONG}", 2),
])  # fmt: skip
def test_the_matrices_of_every_gate_stand_in_the_same_columns(open_page, place, columns):
    page = open_page(f"/paper/{place}&table=none")
    resized(page, A4, "print")
    assert page.evaluate(BEYOND, ".leaf") == []
    gates = page.evaluate("""[...document.querySelectorAll(".weights-list li")].map((gate) =>
        [...gate.children].map((e) => e.getBoundingClientRect()).map((box) => [box.left, box.top + box.height / 2]))""")
    lefts = sorted({round(left) for gate in gates for left, _ in gate})
    assert len(lefts) == columns
    for gate in gates:
        assert [round(left) for left, _ in gate] == [lefts[k % columns] for k in range(len(gate))]
        for row in range(0, len(gate), columns):
            middles = [middle for _, middle in gate[row : row + columns]]
            assert max(middles) - min(middles) < 2


def test_the_head_of_a_leaf_is_printed_on_each_of_its_pages(open_page):
    page = open_page("/paper/lstm/?D=4&H=4&T=5&seed=5&variants=2&table=none")
    resized(page, A4, "print")
    kinds = page.evaluate("""[...document.querySelectorAll(".leaf > .leaf-head")].map((head) =>
        [getComputedStyle(head.parentElement).display, getComputedStyle(head).display, head.offsetHeight < 150])""")
    assert kinds == [["table", "table-header-group", True]] * 3  # two sheets and the keys; a low head is repeated


def test_a_key_keeps_its_distance_from_the_head(open_page):
    page = open_page("/paper/lstm/?seed=5&variants=2&table=none")
    resized(page, A4, "print")
    title, first = page.locator("#keys").bounding_box(), page.locator("#key-1").bounding_box()
    assert first["y"] - title["y"] - title["height"] >= 8


def test_nothing_but_the_sheets_is_printed(open_page):
    page = open_page("/paper/lstm/")
    page.emulate_media(media="print")
    seen = page.evaluate("""[...document.querySelectorAll("body > *, main > *")].filter(e => e.checkVisibility()
        && e.getBoundingClientRect().height > 1).map(e => e.className || e.tagName)""")
    assert seen == ["MAIN", "leaves"]


def test_the_print_button_is_there_only_where_it_works(open_page):
    page = open_page("/paper/lstm/")
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    tab_to(page, "print")
    press(page, "Enter")
    assert page.title() == "printed"
    without = open_page("/paper/lstm/", scripts=False)
    assert without.get_by_role("button", name="Print").count() == 0
    assert without.get_by_text("Your browser prints the sheets alone").is_visible()


def test_an_exam_is_drawn_by_keyboard_and_without_a_script(open_page):
    page = open_page("/paper/", scripts=False)
    tab_to(page, "variants")
    press(page, "Control+a")
    page.keyboard.type("3")
    tab_to(page, "seed")
    press(page, "Control+a")
    page.keyboard.type("77")
    press(page, "Enter")
    page.wait_for_url("**/paper/lstm/?convention=pytorch&D=1&H=1&T=2&seed=77&variants=3")
    assert page.get_by_role("heading", name=re.compile("Key to variant")).count() == 3


def test_weights_are_sent_and_a_number_is_explained_by_keyboard_and_without_a_script(open_page):
    page = open_page("/weights/?sample=lstm", scripts=False)
    tab_to(page, "numbers")
    press(page, "Enter")
    page.wait_for_selector("#result")
    page.get_by_text("the blocks read in the order i, o, f, g (ONNX’s)").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_back_finds_the_answer_and_what_was_pasted(open_page, scripts):
    page = open_page("/weights/", scripts=scripts)
    for name, text in SAMPLE.items():
        page.fill(f"#{name}", text)
    page.get_by_role("button", name="Compute").click()
    page.wait_for_selector("#result")
    page.get_by_role("link", name="The same numbers as a worked example").click()
    page.wait_for_url("**/examples/lstm/**")
    page.go_back()
    page.wait_for_selector("#result")
    assert page.input_value("#weights") == SAMPLE["weights"]
    assert page.get_by_text("the blocks read in the order i, o, f, g (ONNX’s)").is_visible()


def test_back_from_a_second_answer_finds_the_first_and_from_a_refusal_too(open_page):
    page = open_page("/weights/?sample=lstm")
    for x in ("0.9 -0.4", "1 much", "1 2 3"):
        page.fill("#x", x)
        page.get_by_role("button", name="Compute").click()
        page.wait_for_function("x => document.querySelector('#x').defaultValue === x", arg=x)
        if "much" in x:  # the field at fault has the focus
            page.wait_for_function("() => document.activeElement.id === 'x'")
    for x, said in (("1 much", "x at step 2 is “much”"), ("0.9 -0.4", "2 steps")):
        page.go_back()
        page.wait_for_function("x => document.querySelector('#x').defaultValue === x", arg=x)
        assert said in page.locator("main").inner_text().replace("\xa0", " ")
        assert page.input_value("#weights") == SAMPLE["weights"]
    open_page.complaints.clear()  # the browser notes that the refusal came with status 422


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(("T", "room"), [(2, 2), (40, 17)])  # beside many rows there is room for a scroll bar
def test_the_table_of_values_ends_where_a_column_ends(open_page, width, T, room):
    page = open_page("/weights/?sample=lstm", width=width, scripts=False)
    page.fill("#x", " ".join(["0.5"] * T))
    page.get_by_role("button", name="Compute").click()
    page.wait_for_selector("#result")
    ends = page.eval_on_selector_all(".trace thead th", "all => all.map(each => each.getBoundingClientRect().right)")
    box = page.locator(".trace").evaluate("each => each.getBoundingClientRect().left + each.clientWidth")
    assert min(abs(box - end) for end in ends) <= room and box < width


def test_a_file_is_sent_on_a_phone_and_another_number_tried_without_sending_it_again(open_page, tmp_path):
    file = tmp_path / "layer.npz"
    file.write_bytes(hostile.npz({**hostile.GOOD, "bias_hh_l0": np.array([0.1, 0.2, 0.3, 0.4])}))
    page = open_page("/weights/", width=360, phone=True)
    page.set_input_files("#file", str(file))
    page.get_by_role("button", name="Compute").tap()
    page.wait_for_selector("#result")
    page.wait_for_load_state()
    last = page.locator("table", has_text="After the last step").locator("td.num").last.inner_text()
    page.fill("#numbers", last)
    page.get_by_role("button", name="Compute").tap()
    page.wait_for_selector(".verdict")
    assert "the same" in page.locator(".verdict").inner_text()


def test_staff_order_a_pdf_and_the_list_renews_itself(open_page, live_server, client):
    client.force_login(make_user("prof", is_staff=True))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page = open_page("/paper/")
    page.context.add_cookies([cookie])
    page.goto("/paper/lstm/pdf/?seed=3&variants=2")
    page.get_by_role("button", name="Make the PDF").click()
    page.wait_for_selector("text=waiting")
    make_what_is_owed()
    page.wait_for_selector("text=Fetch the PDF")
    with page.expect_download() as download:
        page.get_by_text("Fetch the PDF").click()
    with open(download.value.path(), "rb") as made:
        assert pages_of(made.read()) == 4


def test_a_worker_of_the_running_site_makes_the_pdf_that_an_instructor_ordered(visit, instructor):
    page = visit("/paper/gru/pdf/?seed=3&variants=2", state=instructor)
    page.get_by_role("button", name="Make the PDF").click()
    page.wait_for_selector("text=Fetch the PDF", timeout=300_000)  # the worker may be filling pools before


def make_what_is_owed():
    from quizzes.jobs.models import Outbox
    from quizzes.lessons.paper.tasks import make_pdf

    for row in Outbox.objects.filter(done_at=None):
        make_pdf(row.pk)
