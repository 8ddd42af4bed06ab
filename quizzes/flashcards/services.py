"""Rating a card, and undoing it. Also: writing one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from quizzes.accounts.models import User
from quizzes.catalog.rendering import source_labels
from quizzes.errors import Conflict, Refused
from quizzes.flashcards import scheduling
from quizzes.flashcards.making import CardsMade, render_card, sync_cards
from quizzes.flashcards.models import Card, CardState, Review
from quizzes.flashcards.queries import recent_log, schedule_of
from quizzes.flashcards.replay import session_at
from quizzes.flashcards.scheduling import Schedule

__all__ = ["CardsMade", "rate_card", "save_card", "sync_cards", "undo_review"]


@transaction.atomic
def save_card(*, card: Card) -> Card:
    """Save a card that a person wrote or edited. Raises Refused where its text can't be shown."""
    card.kind = card.kind or Card.Kind.OWN
    render_card(card, source_labels()).save()
    return card


def rate_card(
    *, user: User, card: Card, submission_id: UUID, rating: int, now: datetime, seen: str | None = None
) -> Review:
    """Store a rating and the schedule that follows from it; the review returned is committed.

    `seen` is the fingerprint of the schedule the learner was shown. The same submission again returns the stored
    review. Raises Refused (no such rating), Conflict (a used id with another body; the card has moved on).
    """
    if rating not in (1, 2, 3, 4):
        raise Refused("rating_unknown", f"{rating} is not a rating.", "Send 1 forgot, 2 hard, 3 good or 4 easy.")
    try:
        with transaction.atomic():
            stored = _stored(submission_id, user=user, card=card, rating=rating)
            return stored or _rate(user, card, submission_id, rating, now, seen)
    except IntegrityError as error:  # the same submission, or another first rating, at the same moment
        if stored := _stored(submission_id, user=user, card=card, rating=rating):
            return stored
        raise _moved_on() from error


def undo_review(*, user: User, now: datetime, submission_id: UUID | None = None) -> Review:
    """Take back the last rating of this session; the schedule is what it was before, to the byte.

    The log keeps both rows. Raises Conflict when this session holds nothing (more) to undo.
    """
    submission_id = submission_id or uuid4()
    try:
        with transaction.atomic():
            stored = _stored(submission_id, user=user, rating=None)
            return stored or _undo(user, submission_id, now)
    except IntegrityError as error:
        if stored := _stored(submission_id, user=user, rating=None):
            return stored
        raise _nothing_to_undo() from error


def _rate(user: User, card: Card, submission_id: UUID, rating: int, now: datetime, seen: str | None) -> Review:
    state = CardState.objects.select_for_update().filter(user=user, card=card).first()
    before = schedule_of(state)
    _check_still_so(before, seen, now)
    after = scheduling.rate(before, rating, now)
    _keep(user, card.pk, state, after)
    return Review.objects.create(
        user=user,
        card=card,
        submission_id=submission_id,
        rating=rating,
        before=before.to_json() if before else None,
        after=after.to_json(),
        at=now,
    )


def _undo(user: User, submission_id: UUID, now: datetime) -> Review:
    last = session_at(recent_log(user), now).last
    if last is None:
        raise _nothing_to_undo()
    review = Review.objects.select_related("card").get(pk=last.id)
    state = CardState.objects.select_for_update().filter(user=user, card=review.card_id).first()
    if (schedule := schedule_of(state)) is None or schedule.to_json() != review.after:
        raise _nothing_to_undo()  # undone at the same moment elsewhere
    before = Schedule.from_json(review.before) if review.before else None
    _keep(user, review.card_id, state, before)
    return Review.objects.create(
        user=user,
        card=review.card,
        submission_id=submission_id,
        undoes=review,
        before=review.after,
        after=review.before,
        at=now,
    )


def _keep(user: User, card_id: int, state: CardState | None, schedule: Schedule | None) -> None:
    """Store a schedule as it is; None makes the card new again."""
    if schedule is None:
        if state:
            state.delete()
        return
    state = state or CardState(user=user, card_id=card_id)
    for name in Schedule.__slots__:
        setattr(state, name, getattr(schedule, name))
    state.save()


def _stored(submission_id: UUID, *, user: User, rating: int | None, card: Card | None = None) -> Review | None:
    """What this submission stored before, if it did. Raises Conflict where its body was another."""
    review = Review.objects.filter(submission_id=submission_id).first()
    if review is None:
        return None
    if (review.user_id, review.rating) != (user.pk, rating) or (card and review.card_id != card.pk):
        raise Conflict(
            "submission_reused",
            "This submission id was used before, for something else.",
            "Send a new rating under a new submission id.",
        )
    return review


def _check_still_so(schedule: Schedule | None, seen: str | None, now: datetime) -> None:
    if seen is not None and seen != scheduling.fingerprint(schedule, now):
        raise _moved_on()
    if schedule is not None and schedule.due > now:
        raise Conflict(
            "card_not_due",
            f"This card is not due before {schedule.due:%d %b %H:%M} UTC.",
            "Its schedule is as it was. Go on with the cards that are due.",
        )


def _moved_on() -> Conflict:
    return Conflict(
        "card_moved_on",
        "This rating was not counted: the card was rated elsewhere, or a day has passed since you opened it.",
        "Its schedule is as that other rating left it. Go on with the card below.",
    )


def _nothing_to_undo() -> Conflict:
    return Conflict(
        "nothing_to_undo",
        "There is nothing to undo.",
        "Ratings can be undone until half an hour after the last one.",
    )
