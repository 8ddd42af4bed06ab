"""What is due, what is new, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from quizzes.accounts.models import User
from quizzes.flashcards.models import Card, CardState, Review
from quizzes.flashcards.replay import Entry, Session, session_at, standing
from quizzes.flashcards.scheduling import Phase, Schedule
from quizzes.practice.models import Attempt, AttemptQuestion

NEW_A_DAY = 10
LONGEST_LOG = 400  # rows of the log looked at for a session: more than a day's work


def _is(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


IN_ORDER = (_is(Q(state=Phase.REVIEW)), "due", "pk")  # short steps before reviews, the longest waiting first


@dataclass(frozen=True, slots=True)
class Counts:
    """New: may still be met today. Again: short steps that are due now. Due: reviews that are due now."""

    new: int
    again: int
    due: int

    @property
    def total(self) -> int:
        return self.new + self.again + self.due


@dataclass(frozen=True, slots=True)
class Queue:
    """What may be reviewed now: the counts, the new cards (slug → id, in order), and the log behind them."""

    counts: Counts
    new: dict[str, int]
    log: list[Entry]


@dataclass(frozen=True, slots=True)
class Deck:
    """Everything one look at the cards needs: the counts, the next card and where it stands, the session."""

    counts: Counts
    card: Card | None
    schedule: Schedule | None
    session: Session


def cards_of(user: User | None) -> QuerySet[Card]:
    """What there is to study. Drafts are left out, for staff too: a draft has no place in anybody's schedule."""
    return Card.objects.visible_to(user).filter(is_published=True)


def deck_sizes(user: User | None) -> dict[str, int]:
    """How many cards there are to study: of the course, and of one's own."""
    own = Q(owner__isnull=False)
    return cards_of(user).aggregate(of_course=Count("pk", filter=~own), own=Count("pk", filter=own))


def due_cards(user: User | None, now: datetime) -> QuerySet[CardState]:
    """Due states, short steps before reviews, the longest waiting first."""
    states = CardState.objects.visible_to(user).filter(due__lte=now, card__is_published=True)
    states = states.filter(~Exists(_asked_now(user, now, OuterRef("card__question"))))
    return states.order_by(*IN_ORDER)


def new_cards(user: User | None, now: datetime) -> QuerySet[Card]:
    """Cards this learner has never rated, in the order they are met: his own as he put them, then the course's."""
    cards = cards_of(user).order_by(F("owner").asc(nulls_last=True), "position", "pk")
    if user is None:
        return cards
    met = CardState.objects.filter(user=user, card=OuterRef("pk"))
    return cards.filter(~Exists(met), ~Exists(_asked_now(user, now, OuterRef("question"))))


def recent_log(user: User | None) -> list[Entry]:
    """The newest rows of the learner's log, newest first."""
    rows = Review.objects.filter(user=user).annotate(was_new=_is(Q(before__isnull=True))).order_by("-pk")
    names = ("id", "card_id", "rating", "at", "undoes_id", "was_new")
    return [Entry(*row) for row in rows.values_list(*names)[:LONGEST_LOG]] if user else []


def new_today(log: list[Entry], now: datetime) -> int:
    """How many new cards were met since midnight (UTC)."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return sum(row.was_new for row in standing(log) if row.at >= midnight)


def counts(user: User | None, now: datetime) -> Counts:
    return queue(user, now).counts


def queue(user: User | None, now: datetime) -> Queue:
    """Three queries, none of which reads a card's text, however many are due."""
    log = recent_log(user)
    limit = max(0, NEW_A_DAY - new_today(log, now))
    new = dict(new_cards(user, now).values_list("slug", "pk")[:limit]) if limit else {}
    due = due_cards(user, now).aggregate(all=Count("pk"), reviews=Count("pk", filter=Q(state=Phase.REVIEW)))
    return Queue(Counts(len(new), due["all"] - due["reviews"], due["reviews"]), new, log)


def deck(user: User | None, now: datetime, *, wanted: str = "") -> Deck:
    """The cards as they stand; `wanted` names the card to show if it may be reviewed now, else the first one is."""
    found = queue(user, now)
    has_due = found.counts.total > found.counts.new
    card: Card | None = None
    schedule: Schedule | None = None
    if has_due and wanted not in found.new:
        state = _first_due(user, now, wanted)
        card, schedule = (state.card, schedule_of(state)) if state else (None, None)
    elif found.new:
        card = Card.objects.get(pk=found.new.get(wanted) or next(iter(found.new.values())))
    return Deck(found.counts, card, schedule, session_at(found.log, now))


def _first_due(user: User | None, now: datetime, wanted: str) -> CardState | None:
    due = due_cards(user, now).select_related("card")
    return due.order_by(_is(Q(card__slug=wanted)).desc(), *IN_ORDER).first()


def schedule_of(state: CardState | None) -> Schedule | None:
    """A stored state as the value the scheduler reads."""
    if state is None:
        return None
    return Schedule(
        state.state, state.step, state.stability, state.difficulty, state.due, state.last_review, state.lapses
    )


def next_due(user: User | None, now: datetime) -> datetime | None:
    """When the next card after now comes back; None when nothing is scheduled."""
    later = CardState.objects.visible_to(user).filter(due__gt=now, card__is_published=True)
    return later.order_by("due").values_list("due", flat=True).first()


def load_by_day(user: User | None, now: datetime, days: int = 7) -> list[tuple[datetime, int]]:
    """(midnight UTC, cards due that day) for today and the days after; what is overdue counts as today."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    states = CardState.objects.visible_to(user).filter(card__is_published=True, due__lt=midnight + timedelta(days))
    per_day = states.annotate(day=TruncDate("due")).values_list("day").annotate(Count("pk")).order_by("day")
    load = [0] * days
    for day, number in per_day:
        load[max(0, (day - midnight.date()).days)] += number
    return [(midnight + timedelta(place), number) for place, number in enumerate(load)]


def log_of(user: User) -> list[Entry]:
    """The whole log, oldest first: what `replay.schedules` rebuilds every schedule from."""
    rows = Review.objects.filter(user=user).order_by("pk")
    return [Entry(*row) for row in rows.values_list("id", "card_id", "rating", "at", "undoes_id")]


def _asked_now(user: User | None, now: datetime, question: OuterRef) -> QuerySet[AttemptQuestion]:
    """The places where an open quiz still asks this question: its card, which tells the answer, waits till then."""
    places = AttemptQuestion.objects.filter(attempt__user=user, attempt__state=Attempt.State.OPEN, is_right=None)
    return places.exclude(attempt__deadline__lt=now).filter(version__question=question)
