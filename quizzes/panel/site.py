"""The instructor's panel: Django's admin, its index in the order of an instructor's day."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest

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
