"""Every public page as a visitor meets it: no accessibility fault in either theme, no sideways scrolling, and light."""

import gzip

import pytest
from django.core.management import call_command

from studyapp import places

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]

PAGES = """
    / /lessons/ /lessons/the-lstm/ /lessons/the-gru/?depth=detailed /lessons/why-rnns-forget/?depth=basic
    /glossary/ /mnemonics/ /search/?q=gate /sources/ /examples/ /examples/lstm/ /examples/gru/
    /exercises/ /exercises/lstm-step/ /exercises/lstm-step/take/ /quizzes/ /quizzes/the-lstm/ /cards/ /progress/
    /help/ /theme/ /account/ /account/login/ /account/signup/ /account/password/reset/
""".split()  # noqa: SIM905 (easier to read than a list)


@pytest.fixture
def course(db):
    call_command("load_course", str(places.ROOT / "quizzes" / "content" / "recurrent-networks"), verbosity=0)


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_has_a_fault_that_axe_can_find_or_scrolls_sideways(open_page, axe, course, width, dark):
    page = open_page("/help/", width=width, dark=dark)
    faults = {}
    for path in PAGES:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if found := axe(page) + ([f"{wide} pixels too wide"] if wide > 0 else []):
            faults[path] = found
    assert faults == {}


def test_a_first_visit_is_light_and_asks_nobody_else(open_page, course):
    page = open_page("about:blank")
    bodies = {}
    page.on("response", lambda response: bodies.update({response.url: response.body()}))
    page.goto("/lessons/the-lstm/", wait_until="networkidle")
    own = page.url.split("/lessons/")[0]
    assert all(url.startswith(own) for url in bodies)
    counted = {url: len(gzip.compress(body)) for url, body in bodies.items() if "math.woff" not in url}
    assert len(counted) <= 8
    assert sum(counted.values()) <= 50_000


def test_own_scripts_and_styles_stay_small():
    folder = places.ROOT / "quizzes" / "static" / "carousel"
    scripts = sum(len(gzip.compress(path.read_bytes())) for path in folder.glob("*.js"))
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in folder.glob("*.css")}
    sheets_on_paper, common = sizes.pop("paper.css"), sizes.pop("carousel.css")
    del sizes["admin.css"]  # the panel's, which has a base of its own
    assert scripts <= 6_000
    assert max(common + size for size in sizes.values()) <= 10_000 and sheets_on_paper <= 2_000
