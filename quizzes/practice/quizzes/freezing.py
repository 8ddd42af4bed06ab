"""Freezing a variant: its numbers become a question of a quiz, which everybody is asked with the same numbers."""

from __future__ import annotations

from hashlib import blake2b

from django.db import transaction
from django.utils import timezone

from quizzes.accounts.models import User
from quizzes.catalog.models import Misconception
from quizzes.errors import Refused
from quizzes.items.making import certificates, kind_of_version, lock
from quizzes.items.models import Generator, GeneratorVersion, Question
from quizzes.items.questions import Wording, save_question
from quizzes.jobs.services import audit, enqueue_once
from quizzes.practice.models import Quiz, QuizQuestion
from quizzes.practice.quizzes.frozen import frozen_wording

LONGEST = 80  # characters of a slug
SYNC_CARDS = "quizzes.flashcards.tasks.sync_cards"


def freeze_variant(*, quiz: Quiz, generator: Generator, name: str, seed: int, made_by: User) -> QuizQuestion:
    """Ask for this quantity of this seed's numbers at the end of the quiz; attempts begun before keep what they have.

    The same variant is frozen once: a second quiz asks the same question, as it reads by now. Raises Refused.
    """
    version = generator.current
    if version is None:
        raise Refused("no_version", "This generator has no version yet.", "Save its specification first.")
    version.generator = generator
    known = frozenset(Misconception.objects.values_list("slug", flat=True))
    wording = frozen_wording(kind_of_version(version), certificates(version, [seed])[0], name, known)
    return _append(quiz, version, frozen_slug(version, name, seed), wording, made_by)


@transaction.atomic
def _append(quiz: Quiz, version: GeneratorVersion, slug: str, wording: Wording, made_by: User) -> QuizQuestion:
    lock(version)  # so that two who freeze the same variant at once make one question
    quiz = Quiz.objects.select_for_update().get(pk=quiz.pk)
    question = Question.objects.filter(slug=slug).first() or _question(quiz, version, slug, wording, made_by)
    if quiz.places.filter(question=question).exists():
        raise Refused("asked_already", f"“{quiz}” asks this question already.", "Take another seed, or another quiz.")
    last = quiz.places.order_by("-position").values_list("position", flat=True).first() or 0
    place = QuizQuestion.objects.create(quiz=quiz, question=question, position=last + 1)
    quiz.edited_at = timezone.now()  # so that a reload of the course pack keeps it
    quiz.save(update_fields=["edited_at"])
    audit(actor=made_by, action="frozen", subject=f"question {slug}", detail={"quiz": quiz.slug})
    enqueue_once(task=SYNC_CARDS, arguments={"course_id": quiz.course_id})
    return place


def _question(quiz: Quiz, version: GeneratorVersion, slug: str, wording: Wording, made_by: User) -> Question:
    components = list(version.generator.components.values_list("slug", flat=True))
    question = Question(course=quiz.course, slug=slug, edited_at=timezone.now())
    return save_question(question=question, wording=wording, components=components, made_by=made_by)


def frozen_slug(version: GeneratorVersion, name: str, seed: int) -> str:
    """ "lstm-step-2-c-1-17": version 2, c@1, seed 17. One too long ends in a digest of the whole."""
    whole = f"{version.generator.slug}-{version.number}-{name.replace('@', '-')}-{seed}"
    if len(whole) <= LONGEST:
        return whole
    return f"{whole[: LONGEST - 9]}-{blake2b(whole.encode(), digest_size=4).hexdigest()}"
