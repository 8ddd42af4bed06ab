"""What is read: lessons at three depths, their dialogues and bets, the glossary and the mnemonics."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from quizzes.catalog.models import Content, ContentQuerySet, Course, KnowledgeComponent, Source


class Depth(models.TextChoices):
    BASIC = "basic"
    STANDARD = "standard"
    DETAILED = "detailed"


class Lesson(Content):
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="lessons")
    title = models.CharField(max_length=200)
    summary = models.TextField(help_text="One or two sentences for the list of lessons.")
    position = models.PositiveSmallIntegerField(default=0)
    minutes = models.PositiveSmallIntegerField(default=10)
    components = models.ManyToManyField(KnowledgeComponent, blank=True)
    generators = models.JSONField(default=list, blank=True, help_text="Slugs of exercises that practise it.")
    quizzes = models.JSONField(default=list, blank=True, help_text="Slugs of quizzes that check it.")

    objects = ContentQuerySet["Lesson"].as_manager()

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title


class Section(models.Model):
    """One section of a lesson at one depth. The same anchor names the same section at every depth."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="sections")
    depth = models.CharField(max_length=8, choices=Depth.choices)
    anchor = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=200)
    text = models.TextField(help_text="Markdown.")
    html = models.TextField(editable=False, help_text="The text, rendered and cleaned.")
    sources = models.ManyToManyField(Source, blank=True)

    class Meta:
        ordering = ["lesson", "depth", "position"]
        constraints = [
            models.UniqueConstraint(fields=["lesson", "depth", "anchor"], name="one_section_a_depth_and_anchor"),
            models.CheckConstraint(condition=Q(depth__in=["basic", "standard", "detailed"]), name="depth_known"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.depth})"


class Bet(models.Model):
    """A guess asked for before the number is shown."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="bets")
    anchor = models.SlugField(max_length=60)
    prompt = models.CharField(max_length=300, help_text="Markdown, in one line.")
    prompt_html = models.TextField(editable=False)
    answer = models.FloatField()
    tolerance = models.FloatField(default=0.05)
    reveal = models.TextField(help_text="What is said once the number is shown. Markdown.")
    reveal_html = models.TextField(editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "anchor"], name="one_bet_a_section")]

    def __str__(self) -> str:
        return self.prompt


class DialogueLine(models.Model):
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="dialogue")
    position = models.PositiveSmallIntegerField()
    speaker = models.CharField(max_length=40)
    text = models.TextField()
    html = models.TextField(editable=False)

    class Meta:
        ordering = ["lesson", "position"]
        constraints = [models.UniqueConstraint(fields=["lesson", "position"], name="dialogue_in_order")]

    def __str__(self) -> str:
        return f"{self.speaker}: {self.text[:60]}"


class GlossaryTerm(Content):
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="terms")
    term = models.CharField(max_length=120)
    letter = models.CharField(max_length=12, blank=True, help_text="The quantity's letter, such as f or c_prev.")
    definition = models.TextField(help_text="One sentence. Markdown.")
    note = models.TextField(blank=True, help_text="A longer note with a number. Markdown.")
    definition_html = models.TextField(editable=False)
    note_html = models.TextField(editable=False, blank=True)
    sources = models.ManyToManyField(Source, blank=True)

    objects = ContentQuerySet["GlossaryTerm"].as_manager()

    class Meta:
        ordering = ["term"]

    def __str__(self) -> str:
        return self.term


class Mnemonic(Content):
    class Kind(models.TextChoices):
        RHYME = "rhyme"
        STORY = "story"
        GEM = "gem"
        ACRONYM = "acronym"
        PICTURE = "picture"

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="mnemonics")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    title = models.CharField(max_length=160, help_text="What it helps to remember.")
    text = models.TextField(help_text="Markdown.")
    meaning = models.TextField(help_text="What it stands for, in plain words. Markdown.")
    text_html = models.TextField(editable=False)
    meaning_html = models.TextField(editable=False)
    components = models.ManyToManyField(KnowledgeComponent, blank=True)

    objects = ContentQuerySet["Mnemonic"].as_manager()

    class Meta:
        ordering = ["kind", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["rhyme", "story", "gem", "acronym", "picture"]), name="mnemonic_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.title
