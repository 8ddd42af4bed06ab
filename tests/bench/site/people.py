"""Sixteen learners with everything they need to keep the site busy, made straight in its database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from secrets import token_hex

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from quizzes.accounts.models import User
from quizzes.flashcards.models import Card, CardState
from quizzes.practice.models import Attempt, Quiz
from quizzes.practice.quizzes.services import arrange_quiz, start_attempt


@dataclass
class Learner:
    """A signed-in browser: its cookies, an open attempt, the cards that are due."""

    user: User
    headers: dict[str, str]
    attempt: Attempt
    cards: list[str]


def make_learners(count: int) -> list[Learner]:
    quiz = changeable_quiz()
    return [_learner(f"bench-{token_hex(4)}-{number}", quiz) for number in range(count)]


def changeable_quiz() -> Quiz:
    """A quiz like the course's longest, with feedback at the end: there an answer may be saved again and again."""
    longest = max(Quiz.objects.all(), key=lambda quiz: quiz.places.count())
    quiz, is_new = Quiz.objects.get_or_create(
        slug="bench", defaults={"course": longest.course, "title": "Bench", "feedback": "at_end", "is_published": False}
    )
    if is_new:
        arrange_quiz(quiz=quiz, questions=[place.question for place in longest.places.select_related("question")])
    return quiz


def _learner(name: str, quiz: Quiz) -> Learner:
    user = User.objects.create_user(name)
    attempt = start_attempt(user=user, quiz=quiz, now=timezone.now())
    return Learner(user, {"Cookie": _cookies(user), "X-CSRFToken": "a" * 32}, attempt, _due_cards(user))


def _cookies(user: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    csrf = "a" * 32
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={csrf}"


def _due_cards(user: User) -> list[str]:
    """Every card of the course, met some days ago and due now."""
    now = timezone.now()
    cards = list(Card.objects.filter(is_published=True))
    states = [
        CardState(
            user=user,
            card=card,
            state=2,
            stability=5.0,
            difficulty=5.0,
            due=now - timedelta(days=1),
            last_review=now - timedelta(days=6),
        )
        for card in cards
    ]
    CardState.objects.bulk_create(states, batch_size=200)
    return [card.slug for card in cards]
