"""Every page of the running site, also with a learner's work on it: read by axe, weighed, and watched."""

import re

import pytest

from tests.by_hand import candidate_without_its_gate, given_in
from tests.learner import Learner

pytestmark = [pytest.mark.chromium, pytest.mark.redis, pytest.mark.embedded, pytest.mark.slow]

OPEN = """
    / /lessons/ /lessons/the-lstm/ /lessons/the-gru/?depth=detailed /glossary/ /mnemonics/ /search/?q=gate /sources/
    /examples/ /examples/lstm/ /examples/gru/ /exercises/ /exercises/lstm-step/ /exercises/lstm-step/take/
    /quizzes/ /quizzes/the-lstm/ /cards/ /cards/review/ /progress/ /help/ /theme/
    /account/ /account/login/ /account/signup/ /account/password/reset/ /no-such-page/
""".split()  # noqa: SIM905 (easier to read than a list)
PANEL = ["/admin/", "/admin/quizzes/question/", "/admin/quizzes/generator/", "/admin/quizzes/variant/"]
SIZES = {"light and wide": {"width": 1280}, "dark and narrow": {"width": 360, "height": 740, "dark": True}}
MOST_BYTES, MOST_REQUESTS = 50_000, 8


@pytest.fixture(scope="module")
def work(site):
    """A guest with work in every state: his browser's cookies, and the pages that show it."""
    learner = Learner(site.url)
    sheet = learner.take()
    mine = given_in(sheet.text).step(candidate_without_its_gate)
    checked = learner.send(sheet, "check/", **{f"{name}-1": value for name, value in mine.items()})
    solution = learner.send(learner.open(f"{learner.take('gru-step').url}solution/"))
    answered = learner.send(learner.start(), r"/1/$", choice="1")
    attempt = re.match(r".*/attempts/[^/]+/", answered.url)[0]
    results = finished_quiz(learner, "the-gru")
    card = rated_cards(learner, 9)
    pages = [checked, learner.take("gru-step"), solution, answered, results, card]
    paths = [f"{attempt}2/", attempt, "/", "/cards/", "/cards/review/", "/progress/", "/account/"]
    return {"cookies": learner.browser_cookies(), "origins": []}, [*(p.url.split("#")[0] for p in pages), *paths]


def finished_quiz(learner, slug):
    page = learner.start(slug)
    summary = learner.open(re.sub(r"\d+/$", "", page.url))
    return learner.send(summary, "finish/")


def rated_cards(learner, count):
    """Rate so many cards; the page of the next one, with its answer."""
    for _ in range(count):
        learner.send(show_answer(learner), "review/", rating="3")
    return show_answer(learner)


def show_answer(learner):
    front = learner.open("/cards/review/")
    return learner.open(re.search(r'href="([^"]+show=1)"', front.text)[1].replace("&amp;", "&"))


def faults_of(page, axe):
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return axe(page) + ([f"{wide} pixels too wide"] if wide > 0 else [])


def all_faults(page, paths, axe):
    found = {}
    for path in paths:
        page.goto(path)
        if faults := faults_of(page, axe):
            found[path] = faults
    return found


def forget_the_missing_page(visit):
    """The browser writes a 404 into its console; there is one page that has to give it."""
    visit.complaints[:] = [said for said in visit.complaints if "status of 404" not in said]


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_wrong_on_any_open_page(visit, axe, size):
    assert all_faults(visit("/help/", **SIZES[size]), OPEN, axe) == {}
    forget_the_missing_page(visit)


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_wrong_where_a_learner_has_worked(visit, axe, work, size):
    cookies, pages = work
    assert all_faults(visit("/help/", state=cookies, **SIZES[size]), pages, axe) == {}


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_wrong_in_the_panel(visit, axe, instructor, size):
    page = visit("/admin/", state=instructor, **SIZES[size])
    assert all_faults(page, [*PANEL, question_form(page), job_page(page)], axe) == {}


def question_form(page):
    page.goto("/admin/quizzes/question/")
    return page.locator("#result_list th a").first.get_attribute("href")


def job_page(page):
    page.goto("/admin/quizzes/generator/")
    page.locator("#result_list input[type=checkbox]").last.check()
    page.locator("select[name=action]").select_option("generate_200")
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**/admin/quizzes/job/*/change/")
    return page.url


def test_nothing_scrolls_sideways_at_320_pixels(visit, work):
    cookies, pages = work
    page = visit("/help/", width=320, height=640, state=cookies)
    wide = {}
    for path in [*OPEN, *pages]:
        page.goto(path)
        if (over := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            wide[path] = over
    assert wide == {}
    forget_the_missing_page(visit)


def test_every_page_is_light_at_first_visit_and_asks_nobody_else(visit, site, work):
    cookies, pages = work
    page = visit("/help/", state=cookies)
    weighed = {path: weigh(page, path) for path in [*OPEN, *pages]}
    forget_the_missing_page(visit)
    assert {path: hosts for path, (_, _, hosts) in weighed.items() if hosts != {site.url}} == {}
    assert {path: count for path, (count, _, _) in weighed.items() if count > MOST_REQUESTS} == {}
    assert {path: size for path, (_, size, _) in weighed.items() if size > MOST_BYTES} == {}


def test_the_panel_and_the_pages_of_the_api_ask_nobody_else(visit, site, instructor):
    page = visit("/admin/", state=instructor)
    for path in [*PANEL, "/api/v1/docs/"]:
        assert weigh(page, path)[2] == {site.url}


def weigh(page, path):
    """(requests, bytes over the wire, hosts) of a first visit. The math font comes late and counts as neither."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked, sizes = {}, {}
    wire.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(path)
    page.evaluate("document.fonts.ready.then(() => true)")
    wire.detach()
    counted = {each: url for each, url in asked.items() if "/math.woff" not in url and not url.startswith("data:")}
    hosts = {re.match(r"\w+://[^/]+", url)[0] for url in asked.values() if not url.startswith("data:")}
    return len(counted), sum(sizes.get(each, 0) for each in counted), hosts


def test_a_planted_fault_of_each_kind_is_seen(visit, axe):
    page = visit("/theme/")
    with page.expect_console_message(lambda said: said.text.startswith("CSP: style-src")):
        page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<input><hr>')")
    page.evaluate("document.querySelector('hr').style.width = '3000px'")
    assert any(said.startswith("CSP: style-src") for said in visit.complaints)
    found = faults_of(page, axe)
    assert any(fault.startswith("label: ") for fault in found)
    assert any("pixels too wide" in fault for fault in found)
    visit.complaints.clear()


def test_the_focus_that_a_swap_loses_is_seen(visit):
    page = visit("/cards/review/")
    page.get_by_role("link", name="Show answer").focus()
    page.evaluate(
        "document.dispatchEvent(new Event('htmx:beforeSwap', {bubbles: true}));"
        "document.activeElement.blur();"
        "document.dispatchEvent(new Event('htmx:afterSettle', {bubbles: true}))"
    )
    page.evaluate("new Promise((done) => setTimeout(done))")
    assert visit.complaints == ["a swap has lost the focus"]
    visit.complaints.clear()
