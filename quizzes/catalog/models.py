"""What a course is about: its knowledge components, the misconceptions it treats, its sources and their errors."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q


class ContentQuerySet[M: models.Model](models.QuerySet[M]):
    """Content is public once published; staff see drafts too."""

    def visible_to(self, user: Any) -> Self:
        if user is not None and user.is_staff:
            return self.all()
        return self.filter(is_published=True)


class Content(models.Model):
    """Anything a course pack brings: a stable id, and a digest by which a reload sees what an instructor edited.

    `loaded_digest` is the digest of the pack's text when it was loaded; empty for content born in the panel.
    `edited_at` is set when a person edits it: `load_course` then keeps it.
    """

    slug = models.SlugField(max_length=80, unique=True)
    is_published = models.BooleanField("published", default=True)
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class Course(models.Model):
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.title


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, user: Any) -> SourceQuerySet:
        return self.all()


class Source(models.Model):
    """A paper, a manual or a page that a statement rests on."""

    slug = models.SlugField(max_length=80, unique=True)
    authors = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    title = models.CharField(max_length=300)
    venue = models.CharField(max_length=200, blank=True)
    url = models.URLField(blank=True)
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["authors", "year"]

    def __str__(self) -> str:
        return f"{self.authors} {self.year or ''}".strip()


class KnowledgeComponent(models.Model):
    """One thing to be able to do, and what it rests on."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    prerequisites = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="unlocks")
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


class Misconception(models.Model):
    """A row of the catalogue. A slip is a misconception with a formula; the formula itself lives in `sim`."""

    class Kind(models.TextChoices):
        GATES = "gates"
        CELL = "cell", "cell and hidden state"
        GRU = "gru", "GRU"
        COUNTING = "counting", "counting and shapes"
        GRADIENTS = "gradients"
        CONCEPTS = "concepts", "concepts and history"

    slug = models.CharField("id", max_length=12, unique=True, help_text="The catalogue's id, such as F03.")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=200)
    evaluates = models.CharField(max_length=300, blank=True, help_text="What a learner in this error evaluates.")
    correction = models.TextField()
    seen_in = models.CharField(max_length=300, blank=True)
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["gates", "cell", "gru", "counting", "gradients", "concepts"]),
                name="misconception_kind_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.title}"


class Erratum(models.Model):
    """A statement of a source page that is wrong or loose, the right one, and what teaches it."""

    number = models.PositiveSmallIntegerField(unique=True)
    page = models.CharField(max_length=40)
    claim = models.TextField(help_text="What the page conveys, in our words.")
    correction = models.TextField()
    severity = models.CharField(max_length=1, choices=[("A", "wrong"), ("B", "misleading"), ("C", "loose")])
    covered_by = models.JSONField(default=list, blank=True)
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "errata"

    def __str__(self) -> str:
        return f"{self.number} ({self.severity})"
