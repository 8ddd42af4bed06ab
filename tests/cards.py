"""Small content for the tests of cards, today and progress: a course with terms, mnemonics and questions."""

from contextlib import contextmanager
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes.catalog.models import Course, Misconception
from quizzes.flashcards.own.lines import line_of, read_line
from quizzes.flashcards.services import rate_card, sync_cards
from quizzes.items.models import Distractor, Option, Question, QuestionKey, QuestionVersion
from quizzes.lessons.models import GlossaryTerm, Mnemonic

TRANSACTIONS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


def make_course(terms=3, mnemonics=1, questions=1, synced=True):
    course = Course.objects.create(slug="rnn", title="Recurrent networks")
    for number in range(1, terms + 1):
        make_term(course, number)
    for number in range(1, mnemonics + 1):
        Mnemonic.objects.create(
            course=course,
            slug=f"saying-{number}",
            kind="rhyme",
            title=f"Saying {number}",
            text="Keep.",
            meaning="It keeps.",
        )
    for number in range(1, questions + 1):
        make_question(course, number)
    if synced:
        sync_cards(course)
    return course


def make_term(course, number, **fields):
    said = {"term": f"Term {number}", "definition": f"Meaning {number}.", "note": ""} | fields
    return GlossaryTerm.objects.create(course=course, slug=f"term-{number}", **said)


def make_misconception(slug="F05", title="i and f swapped"):
    return Misconception.objects.get_or_create(
        slug=slug,
        defaults={"kind": "gates", "title": title, "correction": "f goes with the old cell, i with the candidate."},
    )[0]


def make_question(course, number=1):
    """Four options; the third is right, the first shows F05."""
    question = Question.objects.create(course=course, slug=f"question-{number}")
    version = QuestionVersion.objects.create(
        question=question, number=1, stem=f"What of {number}?", stem_html="<p>What?</p>"
    )
    options = [
        Option.objects.create(
            version=version, position=place, text=f"Answer {place} of {number}", html=f"Answer {place}"
        )
        for place in range(1, 5)
    ]
    QuestionKey.objects.create(
        version=version, option=options[2], explanation="Because.", explanation_html="<p>Because.</p>"
    )
    Distractor.objects.create(option=options[0], misconception=make_misconception())
    question.current = version
    question.save()
    return question


def rated(user, card, rating, now, **more):
    return rate_card(user=user, card=card, submission_id=uuid4(), rating=rating, now=now, **more)


def line(name="c", cell="lstm", **asked):
    """What a card of this line of a worked example says: `line("h", "gru", H=2, step=2)`."""
    return line_of(read_line(cell, {key: [str(value)] for key, value in asked.items()} | {"line": [name]}))


@contextmanager
def at_most(limit):
    """No more than so many queries; what opens and ends transactions is not counted."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(TRANSACTIONS)]
    assert len(asked) <= limit, "\n".join(asked)
