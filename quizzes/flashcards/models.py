"""Cards, where each learner stands with them, and the append-only log of reviews."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from quizzes.catalog.models import Content, ContentQuerySet, Course
from quizzes.items.models import Question
from quizzes.lessons.models import GlossaryTerm, Mnemonic


class CardQuerySet(ContentQuerySet["Card"]):
    def visible_to(self, user: Any) -> CardQuerySet:
        """Those of the course, and one's own. Nobody sees another's, staff neither."""
        of_course = super().visible_to(user).filter(owner=None)
        is_known = user is not None and user.is_authenticated
        return of_course | self.filter(owner=user) if is_known else of_course


class Card(Content):
    """A front and a back. Cards made from a glossary term, a mnemonic or a question follow its text.

    A learner's own card holds one line of a worked example: it has an owner and no course. Taken away, it is
    unpublished like any other card, so that its reviews stay what they were.
    """

    class Kind(models.TextChoices):
        TERM = "term", "glossary term"
        MNEMONIC = "mnemonic"
        QUESTION = "question"
        OWN = "own", "written as a card"

    course = models.ForeignKey(Course, null=True, blank=True, on_delete=models.CASCADE, related_name="cards")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="own_cards"
    )
    example = models.TextField(blank=True, editable=False, help_text="Of an own card: lstm/?convention=…&line=c")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    term = models.OneToOneField(GlossaryTerm, null=True, blank=True, on_delete=models.CASCADE, related_name="card")
    mnemonic = models.OneToOneField(Mnemonic, null=True, blank=True, on_delete=models.CASCADE, related_name="card")
    question = models.OneToOneField(Question, null=True, blank=True, on_delete=models.CASCADE, related_name="card")
    front = models.TextField(help_text="Markdown.")
    back = models.TextField(help_text="Markdown.")
    front_html = models.TextField(editable=False)
    back_html = models.TextField(editable=False)
    position = models.PositiveIntegerField(default=0, help_text="New cards are met in this order.")

    objects = CardQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["term", "mnemonic", "question", "own"]), name="card_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(owner=None, course__isnull=False, example="")
                | Q(owner__isnull=False, course=None, kind="own") & ~Q(example=""),
                name="a_card_of_a_course_or_of_a_learner",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def title(self) -> str:
        """The first line of its front, which on a card of one's own is plain text."""
        return self.front.partition("\n")[0]


class CardStateQuerySet(models.QuerySet["CardState"]):
    def visible_to(self, user: Any) -> CardStateQuerySet:
        return self.filter(user=user) if user is not None and user.is_authenticated else self.none()


class CardState(models.Model):
    """Where a learner stands with a card: FSRS's state, recomputable from the reviews."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="card_states")
    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="states")
    state = models.PositiveSmallIntegerField(help_text="1 learning, 2 review, 3 relearning")
    step = models.PositiveSmallIntegerField(null=True, blank=True)
    stability = models.FloatField(null=True, blank=True)
    difficulty = models.FloatField(null=True, blank=True)
    due = models.DateTimeField()
    last_review = models.DateTimeField(null=True, blank=True)
    lapses = models.PositiveSmallIntegerField(default=0)

    objects = CardStateQuerySet.as_manager()

    class Meta:
        ordering = ["due"]
        constraints = [
            models.UniqueConstraint(fields=["user", "card"], name="one_state_a_learner_and_card"),
            models.CheckConstraint(condition=Q(state__in=[1, 2, 3]), name="card_state_known"),
        ]
        indexes = [models.Index(fields=["user", "due"], name="cards_due")]

    def __str__(self) -> str:
        return f"card {self.card_id} of {self.user_id}"


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: Any) -> ReviewQuerySet:
        if user is None or not user.is_authenticated:
            return self.none()
        return self.all() if user.is_staff else self.filter(user=user)


class Review(models.Model):
    """One rating, or the undoing of one. Append-only: undoing adds a row, it takes none away."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reviews")
    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="reviews")
    submission_id = models.UUIDField(unique=True)
    rating = models.PositiveSmallIntegerField(null=True, help_text="1 forgot, 2 hard, 3 good, 4 easy; none: an undo")
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.CASCADE, related_name="undone_by")
    before = models.JSONField(null=True, help_text="The state before, exactly; null: the card was new.")
    after = models.JSONField(null=True)
    at = models.DateTimeField()

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__in=[1, 2, 3, 4], undoes=None) | Q(rating=None, undoes__isnull=False),
                name="a_rating_or_an_undo",
            )
        ]
        indexes = [models.Index(fields=["user", "-id"], name="reviews_of_a_learner")]

    def __str__(self) -> str:
        return f"review {self.pk}"
