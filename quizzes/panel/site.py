"""The instructor's panel: Django's admin, its index in the order of an instructor's day."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

GROUPS = {
    "Content": ["Lesson", "Question", "Quiz", "GlossaryTerm", "Mnemonic", "Card"],
    "Exercises": ["Generator", "Variant"],
    "People and their work": ["Attempt", "Classroom", "User", "Group"],
    "The catalogue": ["Misconception", "KnowledgeComponent", "Source", "Erratum"],
    "House-keeping": ["Job", "Outbox", "AuditEntry"],
}


class Panel(AdminSite):
    site_header = site_title = "Carousel"
    index_title = "The instructor’s panel"
    site_url = "/"

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one page to sign in on, the account's. Raises: PermissionDenied for who is signed in already."""
        # the application's root package imports this module, before any model may be imported
        from django.contrib.auth.views import LoginView, redirect_to_login

        onward = LoginView(request=request).get_redirect_url() or reverse("admin:index", current_app=self.name)
        if self.has_permission(request):
            return HttpResponseRedirect(onward)
        _refuse_learner(request)
        return redirect_to_login(onward, reverse("account_login"))

    def admin_view[View: Callable[..., HttpResponseBase]](self, view: View, cacheable: bool = False) -> View:
        """Who is signed in and no instructor is told so; signing in again would lead him here once more."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                _refuse_learner(request)
            return inner(request, *args, **kwargs)

        return cast(View, guarded)

    def get_urls(self) -> list[Any]:
        """Beside the pages of each model, the bench of a generator: it reaches into more than one feature."""
        from quizzes.panel.views import bench_paths  # as above: it imports models

        return [*bench_paths(self), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Our groups in our order; what no group names (other packages' tables) stands with the house-keeping."""
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label or not apps:
            return apps
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        rest = [name for name in models if not any(name in names for names in GROUPS.values())]
        groups = GROUPS | {"House-keeping": [*GROUPS["House-keeping"], *rest]}
        return [
            apps[0] | {"name": title, "models": found}
            for title, names in groups.items()
            if (found := [models[name] for name in names if name in models])
        ]


def _refuse_learner(request: HttpRequest) -> None:
    if request.user.is_authenticated:
        raise PermissionDenied("The panel is for instructors.")
