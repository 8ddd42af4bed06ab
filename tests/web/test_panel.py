"""The panel: an instructor edits content through the services, sees work, and gets no further."""

from dataclasses import replace

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from quizzes.accounts import people
from quizzes.accounts.models import Classroom, User
from quizzes.catalog.models import Source
from quizzes.errors import Forbidden
from quizzes.flashcards.models import Card
from quizzes.flashcards.services import save_card
from quizzes.items.models import Question, QuestionVersion
from quizzes.items.questions import edit_question
from quizzes.jobs.models import AuditEntry, Job, Outbox
from quizzes.lessons.models import GlossaryTerm, Mnemonic
from quizzes.lessons.services import save_mnemonic, save_term
from quizzes.practice.models import Attempt
from tests.factories import (
    make_attempt,
    make_component,
    make_course,
    make_question,
    make_quiz,
    make_source,
    make_user,
    wording,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def instructor():
    user = make_user("prof", is_staff=True)
    user.groups.add(Group.objects.get(name="Instructor"))
    return user


@pytest.fixture
def panel(client, instructor):
    client.force_login(instructor)
    return client


def change(obj):
    return reverse(f"admin:quizzes_{obj._meta.model_name}_change", args=[obj.pk])


def question_form(question, **changes):
    form = {
        **{"stem": "Stem 1?", "explanation": "WHY 1", "is_published": "on", "components": [], "sources": []},
        **{"text_1": "KEY 1", "misconception_1": "", "text_2": "Wrong 1, as in F02", "misconception_2": "F02"},
        **{"text_3": "Wrong 1, as in F03", "misconception_3": "F03"},
        **{"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"},
    }
    return form | changes


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/quizzes/question/"])
def test_a_learner_is_told_that_the_panel_is_for_others_and_not_sent_round(client, path):
    client.force_login(make_user())
    answer = client.get(path)
    assert answer.status_code == 403 and "This page is for somebody else" in answer.text


def test_a_stranger_signs_in_for_the_panel_where_everybody_does(client):
    first = client.get("/admin/quizzes/question/?q=a", follow=True)
    path, status = first.redirect_chain[-1]
    assert (path, status) == ("/account/login/?next=/admin/quizzes/question/%3Fq%3Da", 302)
    assert 'name="next" value="/admin/quizzes/question/?q=a"' in first.text
    assert "/account/password/reset/" in first.text


def test_the_panel_sends_nobody_to_another_site(client):
    assert client.get("/admin/login/?next=https://elsewhere.example/")["Location"] == "/account/login/?next=/admin/"


def test_the_panels_own_sign_in_takes_no_password(client):
    answer = client.post("/admin/login/", {"username": "instructor", "password": "secret"})
    assert answer.status_code == 302 and answer["Location"] == "/account/login/?next=/admin/"


def test_an_instructor_who_asks_to_sign_in_again_is_led_on(panel):
    assert panel.get("/admin/login/?next=/admin/quizzes/question/")["Location"] == "/admin/quizzes/question/"


def test_every_list_and_every_form_of_the_panel_opens(panel):
    opened = 0
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label != "quizzes":
            continue
        request = panel.get("/admin/").wsgi_request
        if not model_admin.has_view_permission(request):
            continue
        name = f"admin:quizzes_{model._meta.model_name}"
        assert panel.get(reverse(f"{name}_changelist")).status_code == 200, model
        if model_admin.has_add_permission(request):
            assert panel.get(reverse(f"{name}_add")).status_code == 200, model
        opened += 1
    assert opened > 12


def test_an_edited_question_becomes_a_new_version_and_the_old_one_stays_as_asked(panel):
    question = make_question(1)
    asked = question.current
    attempt = make_attempt(make_quiz([question]))
    reply = panel.post(change(question), question_form(question, stem="Which gate keeps the old cell?"))
    assert reply.status_code == 302, reply.context["adminform"].form.errors
    question.refresh_from_db()
    assert question.current.number == 2 and question.current.stem == "Which gate keeps the old cell?"
    assert question.current.made_by.username == "prof"
    assert QuestionVersion.objects.get(pk=asked.pk).stem == "Stem 1?"
    assert attempt.places.get().version == asked
    assert AuditEntry.objects.filter(action="edited", actor__username="prof").exists()


def test_saving_a_question_unchanged_makes_no_version(panel):
    question = make_question(1)
    assert panel.post(change(question), question_form(question)).status_code == 302
    assert question.versions.count() == 1


def test_the_form_shows_the_question_as_it_stands(panel):
    page = panel.get(change(make_question(1))).text
    assert "Stem 1?" in page and "Wrong 1, as in F02" in page and "WHY 1" in page


def test_two_right_options_are_refused_in_one_sentence_and_nothing_is_stored(panel):
    question = make_question(1)
    reply = panel.post(change(question), question_form(question, misconception_2=""))
    assert "exactly one, the right one, must be" in reply.text
    assert question.versions.count() == 1


def test_a_question_is_made_in_the_panel(panel):
    make_question(1)  # so that its misconceptions exist
    form = question_form(None, slug="made-in-the-panel", stem="Made here?")
    assert panel.post(reverse("admin:quizzes_question_add"), form).status_code == 302
    assert Question.objects.get(slug="made-in-the-panel").current.stem == "Made here?"


def test_a_source_cited_in_an_edited_question_stays_beside_those_chosen(panel):
    question = make_question(1)
    cited, chosen = make_source("cho2014"), Source.objects.get(slug="gers2000")
    form = question_form(question, explanation="As [@cho2014] has it.", sources=[chosen.pk])
    assert panel.post(change(question), form).status_code == 302
    assert set(question.sources.all()) == {cited, chosen}


def test_components_of_a_question_are_what_its_form_says(panel):
    question, other = make_question(1), make_component("output-gate")
    panel.post(change(question), question_form(question, components=[other.pk]))
    assert list(question.components.all()) == [other]


def test_a_source_cited_in_an_edited_term_stays_beside_those_chosen(panel):
    term = GlossaryTerm.objects.create(course=make_course(), slug="gate", term="Gate", definition="Old.")
    cited, chosen = make_source("cho2014"), make_source("gers2000")
    form = {"term": "Gate", "definition": "A share [@cho2014].", "is_published": "on", "sources": [chosen.pk]}
    assert panel.post(change(term), form).status_code == 302
    assert set(term.sources.all()) == {cited, chosen}


def test_an_edited_term_is_rendered_kept_and_its_card_follows(panel):
    term = GlossaryTerm.objects.create(course=make_course(), slug="gate", term="Gate", definition="Old.")
    form = {"term": "Gate", "definition": "A *fraction*.", "is_published": "on", "letter": "", "note": ""}
    assert panel.post(change(term), form).status_code == 302
    term.refresh_from_db()
    assert "<em>fraction</em>" in term.definition_html and term.edited_at is not None
    assert Outbox.objects.filter(task="quizzes.flashcards.tasks.sync_cards").exists()


def test_markdown_that_cannot_be_shown_is_refused_beside_its_field(panel):
    term = GlossaryTerm.objects.create(course=make_course(), slug="gate", term="Gate", definition="Old.")
    form = {"term": "Gate", "definition": r"$\frac{1$", "is_published": "on"}
    assert panel.post(change(term), form).status_code == 200
    term.refresh_from_db()
    assert term.definition == "Old."


def test_lists_show_texts_as_they_read_and_not_as_they_are_written(panel):
    text = {"course": make_course(), "title": "The gate"}
    save_mnemonic(mnemonic=Mnemonic(slug="keeps", kind="gem", text="*Forget* keeps.", meaning="So.", **text))
    save_card(card=Card(course=text["course"], slug="own", front="Which is *open*?", back="None."))
    save_term(term=GlossaryTerm(course=text["course"], slug="gate", term="Gate", definition="A *fraction*."))
    for name, read in (("mnemonic", "Forget"), ("card", "open"), ("glossaryterm", "fraction")):
        page = panel.get(reverse(f"admin:quizzes_{name}_changelist")).text
        assert f"<em>{read}</em>" in page and f"*{read}*" not in page
    question = make_question(1)
    edit_question(question=question, wording=replace(wording(1), stem="Which *one*?"))
    assert "Which <em>one</em>?" in panel.get(change(question)).text


def test_attempts_can_be_looked_at_and_not_changed(panel):
    attempt = make_attempt()
    page = panel.get(change(attempt))
    assert page.status_code == 200 and "_save" not in page.text
    assert panel.post(change(attempt), {"state": "finished"}).status_code == 403
    assert Attempt.objects.get().state == "open"


def test_an_instructor_neither_sees_a_superuser_nor_gives_himself_rights(panel, instructor):
    root = User.objects.create_superuser("root", password="correct horse battery")
    assert panel.get(change(root)).status_code == 302  # "doesn't exist", back to the index
    page = panel.get(change(instructor))
    assert page.status_code == 200 and 'name="is_superuser"' not in page.text
    form = {"username": "prof", "is_superuser": "on", "is_active": "on"}
    panel.post(change(instructor), form)
    instructor.refresh_from_db()
    assert not instructor.is_superuser and instructor.is_active


def test_an_instructor_cannot_change_another_instructors_account_or_password(panel):
    other = make_user("other", is_staff=True)
    password = reverse("admin:auth_user_password_change", args=[other.pk])
    assert panel.post(change(other), {"username": "taken-over"}).status_code == 403
    assert panel.post(password, {"password1": "new pass word", "password2": "new pass word"}).status_code == 403


def test_a_quiz_asks_its_questions_in_the_order_of_their_numbers_and_those_taken_out_no_more(panel):
    first, second, third = (make_question() for _ in range(3))
    quiz = make_quiz([first, second])
    form = {"title": "Changed", "feedback": "at_once", "position": "1", "minutes": "5", "is_published": "on"}
    rows = {"places-TOTAL_FORMS": "3", "places-INITIAL_FORMS": "2"}
    for at, (place, question, position) in enumerate([(1, first, 9), (2, second, 2), (None, third, 2)]):
        old = quiz.places.get(position=place).pk if place else ""
        rows |= {f"places-{at}-id": old, f"places-{at}-quiz": quiz.pk}
        rows |= {f"places-{at}-question": question.pk, f"places-{at}-position": position}
    assert panel.post(change(quiz), form | rows | {"places-1-DELETE": "on"}).status_code == 302
    quiz.refresh_from_db()
    assert quiz.title == "Changed" and quiz.edited_at is not None
    asked = quiz.places.order_by("position").values_list("question", "position")
    assert list(asked) == [(third.pk, 1), (first.pk, 2)]


def test_a_card_written_in_the_panel_is_one_of_its_own_kind_and_rendered(panel):
    make_course()
    form = {"slug": "own", "front": "*Which* gate?", "back": "[[f]]", "position": "0", "is_published": "on"}
    assert panel.post(reverse("admin:quizzes_card_add"), form).status_code == 302
    card = Card.objects.get()
    assert card.kind == "own" and "<em>Which</em>" in card.front_html and 'class="q q-f"' in card.back_html


def test_an_instructor_gets_no_learners_password(panel):
    learner = make_user("ada", email="ada@example.org")
    password = reverse("admin:auth_user_password_change", args=[learner.pk])
    assert panel.get(password).status_code == 403
    sent = {"password1": "new pass word", "password2": "new pass word", "usable_password": "true"}
    assert panel.post(password, sent).status_code == 403
    learner.refresh_from_db()
    assert learner.check_password("correct horse battery")
    assert password not in panel.get(change(learner)).text


def test_an_instructor_names_and_stops_a_learner_and_leaves_how_he_signs_in(panel):
    learner = make_user("ada", email="ada@example.org")
    form = {"username": "eve", "email": "eve@example.org", "first_name": "Ada", "last_name": "L."}
    assert panel.post(change(learner), form).status_code == 302
    learner.refresh_from_db()
    assert (learner.username, learner.email) == ("ada", "ada@example.org")
    assert (learner.first_name, learner.is_active) == ("Ada", False)
    entry = AuditEntry.objects.get(subject=f"user {learner.pk}")
    assert entry.actor.username == "prof" and entry.detail == {"changed": ["first_name", "is_active", "last_name"]}


def test_how_somebody_signs_in_is_a_superusers_to_change_whoever_calls(instructor):
    learner = make_user("ada")
    learner.email = "eve@example.org"
    with pytest.raises(Forbidden):
        people.save_user(user=learner, changed=["email"], by=instructor)
    learner.refresh_from_db()
    assert learner.email == ""


def test_a_password_that_a_superuser_sets_is_written_down(client):
    client.force_login(User.objects.create_superuser("root", password="correct horse battery"))
    learner = make_user("ada")
    password = reverse("admin:auth_user_password_change", args=[learner.pk])
    form = {"password1": "another horse battery", "password2": "another horse battery", "usable_password": "true"}
    assert client.post(password, form | {"set-password": "1"}).status_code == 302
    learner.refresh_from_db()
    assert learner.check_password("another horse battery")
    assert AuditEntry.objects.get(action="changed the password").subject == f"user {learner.pk}"


def test_who_is_put_into_a_class_and_taken_out_is_written_down(panel):
    learner, classroom = make_user("ada"), Classroom.objects.create(name="Class 1")
    rows = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-0-classroom": classroom.pk}
    row = {"memberships-0-user": learner.pk, "memberships-0-role": "learner"}
    assert panel.post(change(classroom), {"name": "Class 1", **rows, **row}).status_code == 302
    membership = learner.memberships.get()
    there = {"memberships-INITIAL_FORMS": "1", "memberships-0-id": membership.pk, "memberships-0-DELETE": "on"}
    assert panel.post(change(classroom), {"name": "Class 1", **rows, **row, **there}).status_code == 302
    assert not learner.memberships.exists()
    noted = AuditEntry.objects.filter(detail__user=learner.pk).order_by("pk").values_list("action", flat=True)
    assert list(noted) == ["enrolled", "removed a member"]


def test_content_is_never_deleted_from_the_panel(panel):
    question = make_question(1)
    assert panel.post(reverse("admin:quizzes_question_delete", args=[question.pk]), {"post": "yes"}).status_code == 403


def test_the_results_of_a_quiz_come_as_csv(panel):
    quiz = make_quiz(2)
    form = {"action": "results_as_csv", "_selected_action": [quiz.pk]}
    reply = panel.post(reverse("admin:quizzes_quiz_changelist"), form)
    assert reply["Content-Type"].startswith("text/csv") and "learner,attempt,started" in reply.text


def test_progress_of_a_job_is_shown_while_it_runs_and_it_can_be_cancelled(panel):
    job = Job.objects.create(kind="variants", title="200 variants", total=200, done=50, state=Job.State.RUNNING)
    page = panel.get(change(job)).text
    assert "50 of 200" in page and 'hx-trigger="every 1s"' in page
    assert "50 of 200" in panel.get(reverse("admin:job-progress", args=[job.pk])).text
    panel.post(reverse("admin:job-cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert "hx-trigger" not in panel.get(change(job)).text
