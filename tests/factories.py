"""Small rows for tests: a course, questions, quizzes. Texts are plain, so that a test can look for them in a page."""

from itertools import count
from uuid import uuid4

from django.utils import timezone

from quizzes.accounts.models import User
from quizzes.catalog.models import Course, KnowledgeComponent, Misconception, Source
from quizzes.items.questions import Choice, Wording, create_question
from quizzes.lessons.models import Lesson
from quizzes.practice.models import Quiz
from quizzes.practice.quizzes.services import answer_question, arrange_quiz, start_attempt

_number = count(1)


def make_user(username="", **fields):
    return User.objects.create_user(username or f"learner{next(_number)}", password="correct horse battery", **fields)


def make_course():
    return Course.objects.get_or_create(slug="recurrent-networks", defaults={"title": "Recurrent networks"})[0]


def make_misconception(slug="F02", title="Forget gate read as the share forgotten", **fields):
    fields = {"kind": "gates", "title": title, "correction": f"The correction of {slug}."} | fields
    return Misconception.objects.get_or_create(slug=slug, defaults=fields)[0]


def make_source(slug="gers2000"):
    return Source.objects.get_or_create(slug=slug, defaults={"authors": "Gers", "year": 2000, "title": "Learning"})[0]


def make_component(slug="forget-gate"):
    return KnowledgeComponent.objects.get_or_create(slug=slug, defaults={"title": slug})[0]


def make_lesson(slug="the-lstm", title="The LSTM", components=()):
    lesson = Lesson.objects.create(course=make_course(), slug=slug, title=title, summary="One state more.")
    lesson.components.set([make_component(each) for each in components])
    return lesson


def wording(n=1, *, slips=("F02", "F03"), right="KEY", explanation="WHY"):
    """`KEY n` is right; each further option shows one of `slips`; the explanation reads `WHY n`."""
    for slip in slips:
        make_misconception(slip, title=f"Misconception {slip}")
    wrong = [Choice(f"Wrong {n}, as in {slip}", slip) for slip in slips]
    return Wording(f"Stem {n}?", (Choice(f"{right} {n}"), *wrong), f"{explanation} {n}")


def make_question(n=None, *, components=("forget-gate",), sources=("gers2000",), **words):
    n = n or next(_number)
    for slug in components:
        make_component(slug)
    for slug in sources:
        make_source(slug)
    return create_question(
        course=make_course(),
        slug=f"question-{n}",
        wording=wording(n, **words),
        components=components,
        sources=sources,
    )


def make_quiz(questions=3, *, slug="", feedback="at_once", **fields):
    """A quiz of so many fresh questions, or of the questions given."""
    slug = slug or f"quiz-{next(_number)}"
    fields = {"title": f"Title of {slug}", "intro": "What it is about."} | fields
    quiz = Quiz.objects.create(course=make_course(), slug=slug, feedback=feedback, **fields)
    rows = [make_question() for _ in range(questions)] if isinstance(questions, int) else questions
    arrange_quiz(quiz=quiz, questions=rows)
    return quiz


def make_attempt(quiz=None, user=None, *, now=None, **quiz_fields):
    return start_attempt(user=user or make_user(), quiz=quiz or make_quiz(**quiz_fields), now=now or timezone.now())


def choice_of(attempt, position, slip=""):
    """The number, in the attempt's own order, of the right option, or of the one that shows `slip`."""
    place = attempt.places.get(position=position)
    option = place.version.options.get(distractor__misconception__slug=slip) if slip else place.version.key.option
    return place.option_order.index(option.pk) + 1


def answer(attempt, position, slip="", *, choice=None, submission_id=None, seq=None, now=None, user=None):
    """Answer right, or as somebody in the misconception `slip` would."""
    attempt.refresh_from_db()
    return answer_question(
        user=user or attempt.user,
        attempt_id=attempt.pk,
        position=position,
        choice=choice or choice_of(attempt, position, slip),
        submission_id=submission_id or uuid4(),
        seq=seq or attempt.last_seq + 1,
        now=now or timezone.now(),
    )
