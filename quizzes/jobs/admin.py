"""How far long work is, and who changed what."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from quizzes.jobs.models import AuditEntry, Job, Outbox
from quizzes.jobs.panel import ReadOnlyAdmin
from quizzes.jobs.services import audit, cancel_job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("title", "state", "done", "total", "requested_by", "created_at", "ended_at")
    list_filter = ("state", "kind")
    fields = ("title", "progress", "message", "requested_by", "created_at", "ended_at")
    readonly_fields = fields

    class Media:
        js = ("django_htmx/htmx-2.min.js",)

    @admin.display(description="progress")
    def progress(self, job: Job) -> SafeString:
        return render_to_string("panel/_job.html", {"job": job})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """Who may order a job may cancel it; the page shows the button to nobody else."""
        may_cancel = request.user.has_perm("quizzes.change_generator")
        return Job.objects.visible_to(request.user).annotate(may_cancel=Value(may_cancel))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("<uuid:job_id>/progress/", view(self._progress), name="job-progress"),
            path("<uuid:job_id>/cancel/", view(require_POST(self._cancel)), name="job-cancel"),
        ]
        return own + super().get_urls()

    def _progress(self, request: HttpRequest, job_id: Any) -> HttpResponse:
        """What the open page asks for each second while the job runs."""
        return render(request, "panel/_job.html", {"job": self._job(request, job_id)})

    def _cancel(self, request: HttpRequest, job_id: Any) -> HttpResponse:
        job = self._job(request, job_id)
        if not job.may_cancel:
            raise PermissionDenied
        cancel_job(job_id=job.pk)
        audit(actor=request.user, action="cancelled", subject=f"job {job.title}")  # type: ignore[arg-type]
        return redirect("admin:quizzes_job_change", job.pk)

    def _job(self, request: HttpRequest, job_id: Any) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=job_id)


@admin.register(Outbox)
class OutboxAdmin(ReadOnlyAdmin):
    list_display = ("task", "queue", "due_at", "attempts", "done_at", "parked_at", "fault")
    list_filter = ("task", "queue")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "action", "subject")
    list_filter = ("action",)
    search_fields = ("subject", "actor__username")
