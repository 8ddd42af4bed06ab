"""What staff do with accounts and classes; every change is written down.

How somebody signs in, and what he may do, only a superuser changes: else every instructor could become any learner.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from quizzes.accounts.models import Classroom, Membership, User
from quizzes.errors import Forbidden
from quizzes.jobs.services import audit

INSTRUCTORS_CHANGE = frozenset({"first_name", "last_name", "is_active"})


@transaction.atomic
def save_user(*, user: User, changed: Collection[str], by: User) -> User:
    """Save a new account, or what `by` changed of one. Raises Forbidden."""
    is_new = user.pk is None
    if not is_new and not by.is_superuser and not INSTRUCTORS_CHANGE.issuperset(changed):
        raise _superusers_only()
    user.save()
    note_user(user=user, action="made" if is_new else "edited", by=by, changed=changed)
    return user


def note_user(*, user: User, action: str, by: User, changed: Collection[str] = ()) -> None:
    """Accounts are named by number: the note outlasts an account that is erased."""
    audit(actor=by, action=action, subject=f"user {user.pk}", detail={"changed": sorted(changed)})


@transaction.atomic
def save_class(*, classroom: Classroom, by: User) -> Classroom:
    action = "edited" if classroom.pk else "made"
    classroom.save()
    audit(actor=by, action=action, subject=f"class {classroom}")
    return classroom


@transaction.atomic
def save_membership(*, membership: Membership, by: User) -> Membership:
    membership.save()
    _note_member(membership, "enrolled", by)
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, by: User) -> None:
    _note_member(membership, "removed a member", by)
    membership.delete()


def _note_member(membership: Membership, action: str, by: User) -> None:
    detail = {"user": membership.user_id, "role": membership.role}
    audit(actor=by, action=action, subject=f"class {membership.classroom}", detail=detail)


def _superusers_only() -> Forbidden:
    return Forbidden(
        "superusers_only",
        "Only an administrator changes how somebody signs in, or what he may do.",
        "You can change names, and whether the account is active.",
    )
