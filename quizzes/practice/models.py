"""What was answered: quizzes, attempts at them and at exercises, and the append-only answer events.

Everything cached here (scores, slip records) can be recomputed from the events.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from quizzes.catalog.models import Content, ContentQuerySet, Course, Misconception
from quizzes.items.models import Option, Question, QuestionVersion, Variant


class Quiz(Content):
    class Feedback(models.TextChoices):
        AT_ONCE = "at_once", "after each answer"
        AT_END = "at_end", "when the attempt is finished"

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="quizzes")
    title = models.CharField(max_length=200)
    intro = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    minutes = models.PositiveSmallIntegerField(default=10, help_text="How long it usually takes.")
    time_limit_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    feedback = models.CharField(max_length=8, choices=Feedback.choices, default=Feedback.AT_ONCE)
    questions = models.ManyToManyField(Question, through="QuizQuestion", related_name="quizzes")

    objects = ContentQuerySet["Quiz"].as_manager()

    class Meta:
        ordering = ["position", "slug"]
        verbose_name_plural = "quizzes"
        constraints = [models.CheckConstraint(condition=Q(feedback__in=["at_once", "at_end"]), name="feedback_known")]

    def __str__(self) -> str:
        return self.title

    @property
    def time_limit(self) -> timedelta | None:
        return timedelta(minutes=self.time_limit_minutes) if self.time_limit_minutes else None


class QuizQuestion(models.Model):
    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="places")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["quiz", "position"]
        constraints = [models.UniqueConstraint(fields=["quiz", "question"], name="a_question_once_a_quiz")]

    def __str__(self) -> str:
        return f"{self.position}. {self.question}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def visible_to(self, user: Any) -> AttemptQuerySet:
        """One's own; staff see all."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.all() if user.is_staff else self.filter(user=user)


class Attempt(models.Model):
    """One learner at one quiz, or at one variant of an exercise (then its id is "this taking")."""

    class State(models.TextChoices):
        OPEN = "open"
        FINISHED = "finished"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attempts")
    quiz = models.ForeignKey(Quiz, null=True, blank=True, on_delete=models.PROTECT, related_name="attempts")
    variant = models.ForeignKey(Variant, null=True, blank=True, on_delete=models.PROTECT, related_name="attempts")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    last_seq = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    right = models.PositiveSmallIntegerField(default=0, help_text="Steps or questions right at the first answer.")
    asked = models.PositiveSmallIntegerField(default=0, help_text="Steps or questions asked.")
    hints = models.JSONField(default=dict, blank=True, help_text='"c@1" → how many hints were shown')
    shown = models.JSONField(default=dict, blank=True, help_text='"f@1" → values given worked, so not asked')
    repairs = models.ForeignKey(
        Misconception, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="What it mends."
    )

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quiz__isnull=False, variant__isnull=True) | Q(quiz__isnull=True, variant__isnull=False),
                name="attempt_at_a_quiz_or_a_variant",
            ),
            models.CheckConstraint(condition=Q(state__in=["open", "finished"]), name="attempt_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", finished_at=None) | Q(state="finished", finished_at__isnull=False),
                name="finished_attempts_have_a_time",
            ),
            models.CheckConstraint(condition=Q(right__lte=models.F("asked")), name="no_more_right_than_asked"),
            models.UniqueConstraint(
                fields=["user", "variant"], condition=Q(state="open"), name="one_open_taking_a_learner_and_variant"
            ),
            models.UniqueConstraint(
                fields=["user", "quiz"], condition=Q(state="open"), name="one_open_attempt_a_learner_and_quiz"
            ),
        ]
        indexes = [models.Index(fields=["user", "-started_at"], name="attempts_of_a_learner")]

    def __str__(self) -> str:
        return f"attempt {str(self.id)[:8]}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def finish(self, now: datetime) -> None:
        """End it; ending it again changes nothing."""
        if self.is_open:
            self.state, self.finished_at = self.State.FINISHED, now
            self.save(update_fields=["state", "finished_at"])


class AttemptQuestion(models.Model):
    """A place in a quiz attempt: which version was asked, its options in this attempt's own order.

    `is_right` stays empty until the mark may be told: where feedback waits for the end, that is at the finish.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    option_order = models.JSONField()
    chosen = models.ForeignKey(Option, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_right = models.BooleanField(null=True, blank=True)
    is_flagged = models.BooleanField(default=False)

    class Meta:
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="places_count_up"),
            models.CheckConstraint(
                condition=Q(is_right=None) | Q(chosen__isnull=False), name="only_what_is_chosen_is_marked"
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.position}"


class AnswerEvent(models.Model):
    """The stored fact: what was sent, and how it was marked then. Append-only; committed before the reply.

    `place` names what was answered: a question's position in the quiz ("3"), or "" for the steps of an exercise.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="events")
    submission_id = models.UUIDField(unique=True)
    seq = models.PositiveIntegerField()
    place = models.CharField(max_length=12, blank=True)
    response = models.JSONField()
    result = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["attempt", "seq"]
        constraints = [models.UniqueConstraint(fields=["attempt", "seq"], name="events_count_up")]

    def __str__(self) -> str:
        return f"event {self.seq} of {self.attempt_id}"


class SlipRecord(models.Model):
    """A misconception that an answer showed: of a wrong option, or of a step whose slip was named."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="slips")
    misconception = models.ForeignKey(Misconception, on_delete=models.PROTECT, related_name="records")
    event = models.ForeignKey(AnswerEvent, on_delete=models.CASCADE, related_name="slips")
    place = models.CharField(max_length=40, help_text='"c@1", or the position of a question')
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["event", "place", "misconception"], name="a_slip_once_an_event_and_place")
        ]
        indexes = [models.Index(fields=["user", "misconception", "-at"], name="slips_of_a_learner")]

    def __str__(self) -> str:
        return f"{self.misconception_id} at {self.place}"
