"""A real browser: on Django's live server (`open_page`), or on the whole site as `make run` starts it (`visit`)."""

import os
import re

import pytest

from tests.conftest import need
from tests.servers import Site

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the thread of the test

# What nobody looking at the page would notice is written to the console, where it fails the test.
COMPLAIN = """
addEventListener("securitypolicyviolation", (e) =>
  console.error(`CSP: ${e.violatedDirective} forbids ${e.blockedURI}`));
let hadFocus = false;
addEventListener("htmx:beforeSwap", () => { hadFocus = document.activeElement !== document.body; });
addEventListener("htmx:afterSettle", () => setTimeout(() => {
  if (hadFocus && document.activeElement === document.body) console.error("a swap has lost the focus");
}));
"""

# What was done before has been laid out and painted when the second frame from now begins.
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"

MOST_MS = 90_000  # a wait ends with what it waits for; this only decides when to give up

# What htmx writes when a slider's next request takes the place of the one under way, as hx-sync says it shall.
REPLACED = ("htmx:sendAbort", "htmx:afterRequest")


@pytest.fixture(scope="session")
def browser(chromium_path):
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(chromium_path), args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visits:
    """`visits("/help/", width=360, dark=True, scripts=False)` → a page. Complaints of its console are gathered."""

    def __init__(self, browser, base_url):
        self.browser, self.base_url = browser, base_url
        self.contexts, self.complaints = [], []

    def __call__(self, path, *, width=1280, height=800, dark=False, scripts=True, phone=False, state=None):
        context = self.browser.new_context(
            base_url=self.base_url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            has_touch=phone,
            is_mobile=phone,
            storage_state=state,
        )
        self.contexts.append(context)
        context.set_default_timeout(MOST_MS)
        context.add_init_script(COMPLAIN)
        page = context.new_page()
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(path)
        return page

    def hear(self, said):
        if said.type == "error" and not said.text.startswith(REPLACED):
            self.complaints.append(said.text)

    def close(self):
        for context in self.contexts:
            context.close()


def visits(browser, base_url):
    """Any complaint left at the end fails the test."""
    opened = Visits(browser, base_url)
    yield opened
    opened.close()
    assert not opened.complaints


@pytest.fixture
def open_page(browser, live_server):
    """A page of Django's live server, with the test's own rows."""
    yield from visits(browser, live_server.url)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The whole site with its own course, broker and worker, one for all tests of this folder that only use it."""
    need("Redis")
    running = Site(tmp_path_factory.mktemp("site") / "var").start()
    yield running
    running.stop()


@pytest.fixture
def visit(browser, site):
    """A page of the whole site, as a stranger sees it; `state=` brings somebody's cookies."""
    yield from visits(browser, site.url)


@pytest.fixture(scope="session")
def instructor(browser, site):
    """The cookies of the first instructor, who followed the printed link and chose a password."""
    opened = Visits(browser, site.url)
    page = opened(sign_in_link(site))
    for field in page.locator("input[type=password]").all():
        field.fill("a carousel turns at noon")
    page.get_by_role("button", name="Set the password").click()
    page.wait_for_url("**/admin/")
    state = page.context.storage_state()
    opened.close()
    assert not opened.complaints
    return state


def sign_in_link(site):
    return re.search(r"instructor's sign-in.*?(http\S+)", site.read())[1]


@pytest.fixture
def watch_shifts():
    """`watch_shifts(page)` adds up in `window.shift` by how much things jump, from when the page has come to rest."""

    def watch(page):
        page.evaluate("document.fonts.ready.then(() => true)")
        page.evaluate(TWO_FRAMES)
        page.evaluate(
            "() => { window.shift = 0; new PerformanceObserver((list) => list.getEntries()"
            ".forEach((entry) => { window.shift += entry.value })).observe({type: 'layout-shift'}) }"
        )

    return watch


@pytest.fixture(scope="session")
def axe():
    """`axe(page)` → what axe-core finds wrong on the whole page, as readable lines."""
    checker = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def violations(page):
        page.wait_for_load_state()
        found = checker.run(page).response["violations"]
        return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]

    return violations
