"""Everything the service knows of one user, as plain data."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from quizzes.accounts.models import User
from quizzes.flashcards.models import Card, CardState, Review
from quizzes.jobs.models import AuditEntry
from quizzes.practice.models import AnswerEvent, Attempt, AttemptQuestion, SlipRecord

PROFILE = ["username", "email", "first_name", "last_name", "is_guest", "date_joined", "last_login"]


def everything_of(user: User) -> dict[str, Any]:
    """One key a table; each row names what it refers to by its public id. No password, no token key, no answer key."""
    attempts = Attempt.objects.visible_to(user).filter(user=user)
    return {
        "profile": {name: getattr(user, name) for name in PROFILE},
        "classes": list(user.memberships.values("classroom__name", "role")),
        "access_tokens": list(user.access_tokens.values("name", "prefix", "created_at", "last_used_at")),
        "attempts": _rows(
            attempts,
            "id quiz__slug variant__version__generator__slug variant__version__number variant__seed state "
            "started_at deadline finished_at right asked hints",
        ),
        "quiz_questions": _rows(
            AttemptQuestion.objects.filter(attempt__user=user).order_by("attempt__started_at", "position"),
            "attempt_id position version__question__slug version__number version__stem chosen__text is_right",
        ),
        "answers": _rows(
            AnswerEvent.objects.filter(attempt__user=user).order_by("at", "pk"),
            "attempt_id submission_id seq place response result at",
        ),
        "slips": _rows(SlipRecord.objects.filter(user=user), "misconception__slug misconception__title place at"),
        "own_cards": _rows(Card.objects.filter(owner=user).order_by("pk"), "slug example front back is_published"),
        "reviews": _rows(
            Review.objects.filter(user=user).order_by("pk"),
            "pk card__slug submission_id rating undoes_id before after at",
        ),
        "card_states": _rows(
            CardState.objects.filter(user=user),
            "card__slug state step stability difficulty due last_review lapses",
        ),
        "log": _rows(AuditEntry.objects.filter(actor=user), "action subject detail at"),
    }


def _rows(rows: QuerySet[Any], names: str) -> list[dict[str, Any]]:
    return list(rows.values(*names.split()))
