"""The first instructor on the running site: from the printed link to an edited question and fresh variants."""

import re

import pytest

from tests.browser.conftest import sign_in_link
from tests.learner import Learner

pytestmark = [pytest.mark.chromium, pytest.mark.redis, pytest.mark.embedded, pytest.mark.slow]

QUESTION = "carousel-purpose"


def open_question(page):
    page.goto(f"/admin/quizzes/question/?q={QUESTION}")
    page.get_by_role("link", name=QUESTION).click()
    page.get_by_label("Question:").wait_for()


def test_the_printed_link_lets_in_once_and_never_again(visit, site, instructor):
    page = visit("/admin/", state=instructor)
    page.get_by_role("heading", name="The instructor’s panel").wait_for()
    page = visit(sign_in_link(site))
    page.get_by_role("heading", name="This link no longer works").wait_for()


def test_an_edited_question_is_a_new_version_and_who_was_asked_the_old_one_keeps_it(visit, site, instructor):
    learner = Learner(site.url)
    asked = find_question(learner, "the-lstm", "Changed by the instructor", most=1)
    page = visit("/admin/", state=instructor)
    open_question(page)
    stem = page.get_by_label("Question:")
    stem.fill(stem.input_value() + " Changed by the instructor.")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()
    page.wait_for_load_state()
    versions = page.locator(".inline-group tbody tr.has_original").all_inner_texts()
    assert len(versions) == 2
    assert "Changed by the instructor." in versions[0] and re.search(r"\b2\b", versions[0])
    assert "Changed by the instructor." not in versions[1]
    assert asked is None
    assert find_question(learner, "the-lstm", "Changed by the instructor") is None
    assert find_question(Learner(site.url), "the-lstm", "Changed by the instructor")


def find_question(learner, quiz, words, most=18):
    """The page of a question with these words in the learner's attempt at the quiz, or None."""
    page = learner.start(quiz)
    for position in range(1, most + 1):
        page = learner.open(re.sub(r"\d+/$", f"{position}/", page.url))
        if words in page.text:
            return page
    return None


def test_variants_are_made_by_the_worker_while_the_page_counts_them(visit, instructor):
    page = visit("/admin/", state=instructor)
    before = in_pool(page, "One LSTM step")
    page.get_by_role("checkbox", name="One LSTM step", exact=False).first.check()
    page.get_by_label("Action:").select_option("generate_200")
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**/admin/quizzes/job/*/change/")
    page.get_by_text("200 of 200, Done.").wait_for(timeout=300_000)  # the worker may be filling pools before
    assert page.get_by_role("progressbar").get_attribute("value") == "200"
    assert in_pool(page, "One LSTM step") >= before + 200


def in_pool(page, title):
    """As the list of generators says now."""
    page.goto("/admin/quizzes/generator/")
    row = page.locator("#result_list tbody tr").filter(has_text=title).first
    return int(row.locator(".field-in_pool").inner_text())
