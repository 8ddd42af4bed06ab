"""What is asked: questions in versions, exercise generators in versions, and certified variants.

Keys stand in tables of their own (QuestionKey, Distractor, VariantKey): what a learner's query reads has no
path to them by accident, and a serializer that lists fields can't reach them.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from quizzes.catalog.models import Content, ContentQuerySet, Course, KnowledgeComponent, Misconception, Source

MOST_LOW_WATER = 5000


class Question(Content):
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="questions")
    components = models.ManyToManyField(KnowledgeComponent, blank=True)
    sources = models.ManyToManyField(Source, blank=True)
    current = models.OneToOneField(
        "QuestionVersion", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ContentQuerySet["Question"].as_manager()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class QuestionVersion(models.Model):
    """A question as it was asked. Never changed once made: an edit makes the next version."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    stem = models.TextField(help_text="Markdown.")
    stem_html = models.TextField(editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["question", "-number"]
        constraints = [models.UniqueConstraint(fields=["question", "number"], name="question_versions_count_up")]

    def __str__(self) -> str:
        return f"{self.question_id} v{self.number}"


class Option(models.Model):
    version = models.ForeignKey(QuestionVersion, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    text = models.TextField(help_text="Markdown.")
    html = models.TextField(editable=False)

    class Meta:
        ordering = ["version", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="options_in_order")]

    def __str__(self) -> str:
        return self.text[:80]


class QuestionKey(models.Model):
    """The right option of a version, and why."""

    version = models.OneToOneField(QuestionVersion, on_delete=models.CASCADE, related_name="key")
    option = models.OneToOneField(Option, on_delete=models.CASCADE, related_name="+")
    explanation = models.TextField(help_text="Markdown.")
    explanation_html = models.TextField(editable=False)

    def __str__(self) -> str:
        return f"key of {self.version_id}"


class Distractor(models.Model):
    """A wrong option and the misconception that makes it tempting."""

    option = models.OneToOneField(Option, on_delete=models.CASCADE, related_name="distractor")
    misconception = models.ForeignKey(Misconception, on_delete=models.PROTECT, related_name="distractors")

    def __str__(self) -> str:
        return f"{self.option_id} → {self.misconception_id}"


class Generator(Content):
    """An exercise whose numbers are fresh each time. What it draws and asks stands in its current version."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="generators")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    level = models.PositiveSmallIntegerField(default=1)
    components = models.ManyToManyField(KnowledgeComponent, blank=True)
    low_water = models.PositiveIntegerField(
        default=40,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_LOW_WATER)],
        help_text="The pool is topped up when fewer are left.",
    )
    current = models.OneToOneField(
        "GeneratorVersion", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ContentQuerySet["Generator"].as_manager()

    class Meta:
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(low_water__gte=1, low_water__lte=MOST_LOW_WATER), name="low_water_within_reach"
            )
        ]

    def __str__(self) -> str:
        return self.title


class GeneratorVersion(models.Model):
    """What is drawn, given, asked and claimed. Never changed once made; old versions stay gradable for ever.

    `specification` holds what `items.specification.Specification` reads, as the course pack's schema names it.
    """

    generator = models.ForeignKey(Generator, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    specification = models.JSONField()
    next_seed = models.PositiveBigIntegerField(default=1, help_text="Seeds below are spoken for.")
    dried_at = models.DateTimeField(null=True, blank=True, help_text="Since then no top-up is ordered: none was found.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["generator", "-number"]
        constraints = [models.UniqueConstraint(fields=["generator", "number"], name="generator_versions_count_up")]

    def __str__(self) -> str:
        return f"{self.generator_id} v{self.number}"

    @property
    def is_small(self) -> bool:
        """Whether its few variants are made once, in full, and shared."""
        return bool(self.specification.get("small"))


class VariantQuerySet(models.QuerySet["Variant"]):
    def visible_to(self, user: Any) -> VariantQuerySet:
        """A learner sees the variants that he took; staff see all."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.all() if user.is_staff else self.filter(attempts__user=user).distinct()


class Variant(models.Model):
    """Certified numbers for one exercise: what is given. What is right stands in its VariantKey."""

    class State(models.TextChoices):
        POOL = "pool", "in the pool"
        TAKEN = "taken"
        SHARED = "shared", "shared by all"
        WITHDRAWN = "withdrawn"

    version = models.ForeignKey(GeneratorVersion, on_delete=models.CASCADE, related_name="variants")
    seed = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, help_text="Of the numbers: no two variants of a version are equal.")
    given = models.JSONField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.POOL)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        ordering = ["version", "seed"]
        constraints = [
            models.UniqueConstraint(fields=["version", "seed"], name="one_variant_a_seed"),
            models.UniqueConstraint(fields=["version", "digest"], name="no_two_variants_alike"),
            models.CheckConstraint(
                condition=Q(state__in=["pool", "taken", "shared", "withdrawn"]), name="variant_state_known"
            ),
        ]
        indexes = [models.Index(fields=["version", "id"], condition=Q(state="pool"), name="variant_pool")]

    def __str__(self) -> str:
        return f"variant {self.seed} of {self.version_id}"


class VariantKey(models.Model):
    """The right values (all-rounded and full-precision), the tolerance, and the certificate."""

    variant = models.OneToOneField(Variant, on_delete=models.CASCADE, related_name="key")
    exact = models.JSONField(help_text='"f@1" → values a careful learner writes down')
    full = models.JSONField(help_text='"f@1" → values at full precision')
    live = models.JSONField(help_text='"f@1" → ids of the slips that may be named')
    tolerance = models.FloatField()

    def __str__(self) -> str:
        return f"key of variant {self.variant_id}"
