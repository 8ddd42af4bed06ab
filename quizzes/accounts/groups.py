"""The Instructor group: edits content, sees work, cannot touch superusers, staff rights or keys of others."""

from __future__ import annotations

from typing import Any

CONTENT = [
    "lesson",
    "section",
    "bet",
    "dialogueline",
    "glossaryterm",
    "mnemonic",
    "question",
    "questionversion",
    "option",
    "quiz",
    "quizquestion",
    "generator",
    "source",
    "misconception",
    "knowledgecomponent",
    "card",
    "classroom",
    "membership",
]
WORK = ["attempt", "answerevent", "variant", "generatorversion", "job", "user", "course", "erratum", "review"]


def keep_instructor_group(sender: Any, **kwargs: Any) -> None:
    """After every migrate: the group exists and holds exactly these rights.

    Imports wait until the app registry is ready; Django's own handler, which makes the permissions, may come after
    this one, so it is called first.
    """
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    create_permissions(sender, verbosity=0, using=kwargs.get("using", "default"))

    wanted = [f"{verb}_{model}" for model in CONTENT for verb in ("view", "add", "change")]
    wanted += [f"delete_{model}" for model in ("membership", "quizquestion", "classroom")]
    wanted += [f"view_{model}" for model in WORK] + ["add_user", "change_user"]
    group, _ = Group.objects.get_or_create(name="Instructor")
    group.permissions.set(Permission.objects.filter(content_type__app_label="quizzes", codename__in=wanted))
