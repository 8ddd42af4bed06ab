"""Quizzes in the browser, without scripting: plain pages and forms, and no key before its time."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from quizzes.accounts.models import User
from quizzes.practice.models import AnswerEvent, Attempt
from quizzes.practice.quizzes.services import finish_attempt
from tests.factories import answer, choice_of, make_attempt, make_lesson, make_question, make_quiz, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def user():
    return make_user("ada")


@pytest.fixture
def browser(user):
    client = Client()
    client.force_login(user)
    return client


def text_of(response):
    """What one reads: tags away, spaces single."""
    html = re.sub(r"<(script|style|head)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&nbsp;", " ").replace("\xa0", " ").split())


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]+)"', response.content.decode())[1]


def start(client, quiz):
    return client.post(f"/quizzes/{quiz.slug}/start/", follow=True)


def save(client, page, attempt, position, slip="", **more):
    """Send the form of this page as a browser would, with the right option or the slip's chosen."""
    form = {name: hidden(page, name) for name in ("submission_id", "seq")}
    form["choice"] = choice_of(attempt, position, slip)
    return client.post(f"/attempts/{attempt.pk}/{position}/", form | more, follow=True)


# --- before -----------------------------------------------------------------------------------------------------------


def test_the_list_is_public_and_says_how_long_and_when_there_is_feedback(client):
    quiz = make_quiz(4, minutes=12, feedback="at_end")
    make_quiz(2, is_published=False, title="A draft")
    page = client.get("/quizzes/")
    said = text_of(page)
    assert f"{quiz.title} What it is about. 4 questions · about 12 min · feedback when the attempt is finished" in said
    assert "A draft" not in said
    assert "public" in page["Cache-Control"] and not page.cookies and "csrf" not in page.content.decode()


def test_the_list_without_quizzes_says_so(client):
    assert "There is no quiz yet." in text_of(client.get("/quizzes/"))


def test_a_quiz_says_what_happens_before_it_starts(client):
    quiz = make_quiz(4, time_limit_minutes=20)
    page = client.get(f"/quizzes/{quiz.slug}/")
    assert "4 questions, one on a page" in text_of(page) and "time limit of 20 minutes" in text_of(page)
    assert "no-store" in page["Cache-Control"] and not User.objects.exists()


def test_an_unknown_quiz_is_not_found(client):
    assert client.get("/quizzes/none/").status_code == 404
    assert client.post("/quizzes/none/start/").status_code == 404
    assert not User.objects.exists()


def test_a_visitor_starts_by_a_form_with_a_token_and_becomes_a_guest_who_keeps_his_attempt():
    client, quiz = Client(enforce_csrf_checks=True), make_quiz()
    assert client.post(f"/quizzes/{quiz.slug}/start/").status_code == 403
    page = client.get(f"/quizzes/{quiz.slug}/")
    token = hidden(page, "csrfmiddlewaretoken")
    page = client.post(f"/quizzes/{quiz.slug}/start/", {"csrfmiddlewaretoken": token}, follow=True)
    attempt = Attempt.objects.get()
    assert attempt.user.is_guest and page.redirect_chain == [(f"/attempts/{attempt.pk}/1/", 302)]
    assert client.get(f"/attempts/{attempt.pk}/2/").status_code == 200


def test_a_quiz_offers_to_go_on_where_one_left_off(browser, user):
    quiz = make_quiz()
    attempt = make_attempt(quiz, user)
    answer(attempt, 1)
    assert "Go on" in text_of(browser.get(f"/quizzes/{quiz.slug}/"))
    assert start(browser, quiz).redirect_chain == [(f"/attempts/{attempt.pk}/2/", 302)]


# --- feedback after each answer ---------------------------------------------------------------------------------------


def test_a_question_is_a_form_of_radio_buttons_with_a_map_in_words(browser, user):
    attempt = make_attempt(user=user)
    page = browser.get(f"/attempts/{attempt.pk}/1/")
    html, said = page.content.decode(), text_of(page)
    assert html.count('type="radio" name="choice"') == 3 and "Save answer" in said
    assert said.count("not answered") == 3 and html.count('aria-current="step"') == 1
    order = [f"{option}" for option in re.findall(r"(KEY|F02|F03)(?: \d+)?</span>", html)]
    places = {choice_of(attempt, 1): "KEY", choice_of(attempt, 1, "F02"): "F02", choice_of(attempt, 1, "F03"): "F03"}
    assert order == [places[number] for number in (1, 2, 3)]


def test_a_wrong_answer_is_told_with_its_misconception_the_right_option_the_reason_and_the_source(browser, user):
    attempt = make_attempt(make_quiz([make_question(7), make_question(8)]), user)
    page = save(browser, browser.get(f"/attempts/{attempt.pk}/1/"), attempt, 1, "F02")
    said = text_of(page)
    assert page.redirect_chain == [(f"/attempts/{attempt.pk}/1/#feedback", 302)]
    assert "Not quite. This is a known misconception: Misconception F02 . The correction of F02. WHY 7" in said
    assert "KEY 7 ✓ this is the right one" in said and "Wrong 7, as in F02 ✗ not right your answer" in said
    assert 'href="/sources/#gers2000"' in page.content.decode() and "Next" in said and "Save answer" not in said
    assert "1 of 2 answered" in said and "✗ not right" in said


def test_a_right_answer_is_told_with_its_reason(browser, user):
    attempt = make_attempt(make_quiz([make_question(7)]), user)
    said = text_of(save(browser, browser.get(f"/attempts/{attempt.pk}/1/"), attempt, 1))
    assert "✓ Right. WHY 7" in said and "See the results" in said


def test_nothing_chosen_is_said_beside_the_form_and_nothing_is_stored(browser, user):
    attempt = make_attempt(user=user)
    form = {"submission_id": str(uuid4()), "seq": "1"}
    page = browser.post(f"/attempts/{attempt.pk}/1/", form)
    assert page.status_code == 422 and "No option was chosen. Choose one of the 3 options." in text_of(page)
    assert not AnswerEvent.objects.exists()


def test_a_form_sent_twice_shows_the_same_page_and_counts_once(browser, user):
    attempt = make_attempt(user=user)
    page = browser.get(f"/attempts/{attempt.pk}/1/")
    pages = [save(browser, page, attempt, 1) for _ in range(2)]
    assert [each.status_code for each in pages] == [200, 200] and AnswerEvent.objects.count() == 1


def test_an_answer_from_an_old_tab_is_kept_in_the_form_and_can_be_saved_again(browser, user):
    attempt = make_attempt(user=user)
    old = browser.get(f"/attempts/{attempt.pk}/2/")
    answer(attempt, 1)
    page = save(browser, old, attempt, 2)
    assert page.status_code == 409 and "perhaps in another tab" in text_of(page)
    checked = re.search(r'value="(\d)" checked', page.content.decode())[1]
    assert int(checked) == choice_of(attempt, 2)
    assert "✓ Right." in text_of(save(browser, page, attempt, 2))


def test_flagging_keeps_what_was_chosen_but_not_saved(browser, user):
    attempt = make_attempt(user=user)
    page = browser.post(f"/attempts/{attempt.pk}/1/flag/", {"flag": "on", "choice": "2"}, follow=True)
    html = page.content.decode()
    assert re.search(r'value="2" checked', html) and "not answered, flagged" in text_of(page)
    page = browser.post(f"/attempts/{attempt.pk}/1/flag/", {"flag": "off"}, follow=True)
    assert "flagged" not in text_of(page) and not AnswerEvent.objects.exists()


# --- feedback at the end ----------------------------------------------------------------------------------------------


def test_where_feedback_waits_saving_goes_on_and_says_what_is_saved(browser, user):
    attempt = make_attempt(user=user, feedback="at_end")
    page = save(browser, browser.get(f"/attempts/{attempt.pk}/1/"), attempt, 1, "F02")
    assert page.redirect_chain == [(f"/attempts/{attempt.pk}/2/?saved=1", 302)]
    assert re.search(r"The answer to question 1 is saved \(\d\d:\d\d:\d\d UTC\)", text_of(page))
    browser.get(f"/attempts/{attempt.pk}/3/")
    page = save(browser, browser.get(f"/attempts/{attempt.pk}/3/"), attempt, 3)
    assert page.redirect_chain == [(f"/attempts/{attempt.pk}/?saved=3", 302)]
    said = text_of(page)
    assert "2 of 3 answered." in said and "Not answered: question 2 ." in said and "Go on with question 2" in said


def test_where_feedback_waits_the_choice_stands_in_the_form_and_can_be_changed(browser, user):
    attempt = make_attempt(user=user, feedback="at_end")
    answer(attempt, 1, "F02")
    page = browser.get(f"/attempts/{attempt.pk}/1/")
    checked = re.search(r'value="(\d)" checked', page.content.decode())[1]
    assert int(checked) == choice_of(attempt, 1, "F02") and "disabled" not in page.content.decode()
    save(browser, page, attempt, 1)
    assert AnswerEvent.objects.count() == 2


def test_finishing_is_one_form_on_one_page_that_lists_what_is_open_and_flagged(browser, user):
    attempt = make_attempt(user=user, feedback="at_end")
    answer(attempt, 1)
    browser.post(f"/attempts/{attempt.pk}/2/flag/", {"flag": "on"})
    said = text_of(browser.get(f"/attempts/{attempt.pk}/"))
    assert "Not answered: question 2 , question 3 ." in said and "Flagged: question 2 ." in said
    page = browser.post(f"/attempts/{attempt.pk}/finish/", follow=True)
    assert page.redirect_chain == [(f"/attempts/{attempt.pk}/results/", 302)]
    assert "1 of 3; two were not answered." in text_of(page)


def test_after_the_deadline_the_attempt_can_only_be_closed(browser, user):
    attempt = make_attempt(user=user, time_limit_minutes=10, now=timezone.now() - timedelta(minutes=11))
    page = browser.get(f"/attempts/{attempt.pk}/1/", follow=True)
    assert page.redirect_chain == [(f"/attempts/{attempt.pk}/", 302)] and "The time is over" in text_of(page)
    page = browser.post(f"/attempts/{attempt.pk}/finish/", follow=True)
    assert "0 of 3; three were not answered." in text_of(page)


# --- results ----------------------------------------------------------------------------------------------------------


def finished(user, *slips, quiz=None, feedback="at_once"):
    attempt = make_attempt(quiz or make_quiz(len(slips), feedback=feedback), user)
    for position, slip in enumerate(slips, start=1):
        if slip is not None:
            answer(attempt, position, slip)
    return finish_attempt(user=user, attempt_id=attempt.pk, now=timezone.now())


def test_results_go_from_a_sentence_by_cause_to_every_question(browser, user):
    make_lesson(components=["forget-gate"])
    attempt = finished(user, "F02", "", "F02", None)
    page = browser.get(f"/attempts/{attempt.pk}/results/")
    said = text_of(page)
    assert "1 of 4; the two misses have one cause; one was not answered." in said
    assert "Misconception F02 2 answers: questions 1 and 3 · F02 The correction of F02. Lesson: The LSTM" in said
    assert said.count("WHY") == 4 and said.count("this is the right one") == 3 and "Not answered." in said
    names = re.findall(r'name="(choice-\d)"', page.content.decode())
    assert names == [f"choice-{n}" for n in (1, 2, 3, 4) for _ in range(3)]


def test_the_missed_ones_are_asked_again_from_the_results(browser, user):
    attempt = finished(user, "F02", "", None)
    form = {"missed_of": str(attempt.pk)}
    page = browser.post(f"/quizzes/{attempt.quiz.slug}/start/", form, follow=True)
    assert "Question 1 of 2" in text_of(page)


def test_a_finished_attempt_leads_to_its_results(browser, user):
    attempt = finished(user, "F02", "")
    assert browser.get(f"/attempts/{attempt.pk}/")["Location"] == f"/attempts/{attempt.pk}/results/"
    assert browser.get(f"/attempts/{attempt.pk}/2/")["Location"] == f"/attempts/{attempt.pk}/results/#q2"
    assert "1 of 2" in text_of(browser.get(f"/quizzes/{attempt.quiz.slug}/"))


def test_results_wait_for_the_finish(browser, user):
    attempt = make_attempt(user=user)
    answer(attempt, 1)
    assert browser.get(f"/attempts/{attempt.pk}/results/")["Location"] == f"/attempts/{attempt.pk}/"


# --- whose, and what is never sent ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "1/", "results/"])
def test_anothers_attempt_does_not_exist(browser, client, path):
    attempt = make_attempt()
    for visitor in (browser, client):
        assert visitor.get(f"/attempts/{attempt.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["1/", "1/flag/", "finish/"])
def test_anothers_attempt_can_not_be_changed_and_a_stranger_is_made_no_guest(browser, client, path):
    attempt = make_attempt()
    form = {"submission_id": str(uuid4()), "seq": "1", "choice": "1", "flag": "on"}
    users = User.objects.count()
    for visitor in (browser, client):
        assert visitor.post(f"/attempts/{attempt.pk}/{path}", form).status_code == 404
    assert User.objects.count() == users and not AnswerEvent.objects.exists()


CANARIES = ["canary-why", "The correction of", "Misconception F0", "is the right one", 'data-state="right"']


def found_in(*responses):
    return {canary for canary in CANARIES for response in responses if canary in response.content.decode()}


def open_pages(client, attempt, position):
    """Every page and reply of an open attempt at a question that is not answered yet."""
    at, form = f"/attempts/{attempt.pk}/{position}/", {"submission_id": str(uuid4()), "seq": "1", "choice": "9"}
    return [
        client.get("/quizzes/"),
        client.get(f"/quizzes/{attempt.quiz.slug}/"),
        client.get(at),
        client.get(at, headers=HTMX),
        client.get(f"{at}?choice=1&saved=1"),
        client.get(f"/attempts/{attempt.pk}/"),
        client.get(f"/attempts/{attempt.pk}/results/", follow=True),
        client.post(at, form),
        client.post(at, form, headers=HTMX),
        client.post(at, form | {"submission_id": "x"}),
        client.post(f"{at}flag/", {"flag": "on", "choice": "1"}, follow=True),
        client.get("/account/everything.json"),
    ]


@pytest.mark.parametrize("feedback", ["at_once", "at_end"])
def test_no_page_before_the_answer_holds_key_explanation_or_diagnosis(browser, user, feedback):
    quiz = make_quiz([make_question(explanation="canary-why") for _ in range(2)], feedback=feedback)
    attempt = make_attempt(quiz, user)
    pages = open_pages(browser, attempt, 1)
    assert found_in(*pages) == set() and [page.status_code for page in pages[7:10]] == [422] * 3
    assert pages[-1].status_code == 200
    page = save(browser, pages[2], attempt, 1, "F02")
    if feedback == "at_once":  # the search does find what is there
        assert found_in(page) == set(CANARIES)
        assert found_in(browser.get(f"/attempts/{attempt.pk}/2/")) == set()


def test_where_feedback_waits_no_page_between_answer_and_finish_holds_anything(browser, user):
    quiz = make_quiz([make_question(explanation="canary-why") for _ in range(2)], feedback="at_end")
    attempt = make_attempt(quiz, user)
    replies = [save(browser, browser.get(f"/attempts/{attempt.pk}/1/"), attempt, 1, "F02")]
    replies += [save(browser, replies[0], attempt, 2)]
    assert found_in(*replies, *open_pages(browser, attempt, 1), *open_pages(browser, attempt, 2)) == set()
    page = browser.post(f"/attempts/{attempt.pk}/finish/", follow=True)
    assert found_in(page) == set(CANARIES)


def test_right_and_wrong_look_alike_before_the_finish(browser, user):
    attempt = make_attempt(make_quiz([make_question(7), make_question(8)], feedback="at_end"), user)
    lengths = []
    for slip in ("", "F02"):
        page = save(browser, browser.get(f"/attempts/{attempt.pk}/1/"), attempt, 1, slip)
        lengths.append(len(text_of(page)))
    assert lengths[0] == lengths[1]


# --- fragments --------------------------------------------------------------------------------------------------------


def test_htmx_gets_the_question_without_the_frame_and_hears_the_feedback(browser, user):
    attempt = make_attempt(make_quiz([make_question(7), make_question(8)]), user)
    page = browser.get(f"/attempts/{attempt.pk}/1/")
    form = {name: hidden(page, name) for name in ("submission_id", "seq")}
    form["choice"] = choice_of(attempt, 1, "F02")
    reply = browser.post(f"/attempts/{attempt.pk}/1/", form, headers=HTMX)
    fragment = browser.get(reply["Location"].partition("#")[0], headers=HTMX).content.decode()
    assert "<html" not in fragment and '<div id="question">' in fragment and "WHY 7" in fragment
    assert 'id="live" hx-swap-oob="innerHTML">Not quite: Misconception F02.' in fragment
    assert fragment.count("data-focus") == 1 and len(fragment.encode()) < 12_000


def test_htmx_gets_the_reason_into_the_form(browser, user):
    attempt = make_attempt(user=user)
    form = {"submission_id": str(uuid4()), "seq": "7", "choice": "1"}
    reply = browser.post(f"/attempts/{attempt.pk}/1/", form, headers=HTMX)
    assert reply.status_code == 422 and "perhaps in another tab" in text_of(reply)
    assert "<html" not in reply.content.decode() and hidden(reply, "seq") == "1"


# --- the cost ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("questions", [2, 20])
@pytest.mark.parametrize("feedback", ["at_once", "at_end"])
def test_no_request_takes_more_than_twelve_queries_whatever_the_size(
    browser, user, questions, feedback, django_assert_max_num_queries
):
    quiz = make_quiz(questions, feedback=feedback)
    at = f"/quizzes/{quiz.slug}/"

    def cheap(ask):  # BEGIN and COMMIT, here the savepoint, are counted too
        with django_assert_max_num_queries(12):
            return ask()

    cheap(lambda: browser.get("/quizzes/"))
    cheap(lambda: browser.get(at))
    cheap(lambda: browser.post(f"{at}start/"))
    attempt = Attempt.objects.get()
    page = cheap(lambda: browser.get(f"/attempts/{attempt.pk}/1/"))
    form = {name: hidden(page, name) for name in ("submission_id", "seq")}
    form["choice"] = choice_of(attempt, 1, "F02")
    cheap(lambda: browser.post(f"/attempts/{attempt.pk}/1/", form))
    cheap(lambda: browser.get(f"/attempts/{attempt.pk}/1/"))
    cheap(lambda: browser.post(f"/attempts/{attempt.pk}/2/flag/", {"flag": "on"}))
    cheap(lambda: browser.get(f"/attempts/{attempt.pk}/"))
    for position in range(2, questions):
        answer(attempt, position, "F03" if position % 2 else "")
    cheap(lambda: browser.post(f"/attempts/{attempt.pk}/finish/"))
    cheap(lambda: browser.get(f"/attempts/{attempt.pk}/results/"))
