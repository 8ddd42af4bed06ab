from __future__ import annotations

from typing import Any

from django.db import models

from quizzes.jobs.models import Job


class PaperOrderQuerySet(models.QuerySet["PaperOrder"]):
    def visible_to(self, user: Any) -> PaperOrderQuerySet:
        return self.all() if user is not None and user.is_staff else self.none()


class PaperOrder(models.Model):
    """Sheets that staff want as a PDF. The file is in its row: any worker makes it for any web server."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True)
    cell = models.CharField(max_length=40)
    query = models.TextField()  # as the address of the sheets has it
    size = models.CharField(max_length=10)
    pdf = models.BinaryField(null=True, blank=True)  # until it is made, and again when it is no longer kept

    objects = PaperOrderQuerySet.as_manager()

    class Meta:
        ordering = ["-job__created_at"]

    def __str__(self) -> str:
        return self.job.title

    @property
    def file_name(self) -> str:
        return f"{self.cell}-{self.job.created_at:%Y-%m-%d-%H%M}.pdf"
