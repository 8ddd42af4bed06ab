"""What the pages and the API of quizzes read. Before an answer may be told, nothing here comes near a key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.safestring import SafeString

from quizzes.accounts.models import User
from quizzes.catalog.models import Misconception, Source
from quizzes.catalog.rendering import stored_html
from quizzes.errors import NotFound
from quizzes.items.models import Question
from quizzes.items.questions import Asked, askable
from quizzes.practice.models import AnswerEvent, Attempt, AttemptQuestion, Quiz
from quizzes.practice.quizzes.services import question_unknown


@dataclass(frozen=True)
class Entry:
    """A question in the map of an attempt."""

    position: int
    state: str  # unanswered, answered, right, wrong
    is_flagged: bool


@dataclass(frozen=True)
class Feedback:
    """What may be told of one question, once it may be told."""

    is_right: bool
    right_option: int
    explanation_html: str
    misconception: Misconception | None
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class ShownChoice:
    """An option at its place in this attempt, with what is said of it once that may be said."""

    value: int
    text: SafeString
    chosen: bool
    closed: bool = False
    state: str = ""
    title: str = ""
    name: str = "choice"

    @property
    def number(self) -> int:
        return self.value


@dataclass(frozen=True)
class Shown:
    """One question of an attempt, as a learner sees it now."""

    position: int
    of: int
    slug: str
    stem: SafeString
    choices: tuple[ShownChoice, ...]
    is_flagged: bool
    feedback: Feedback | None

    @property
    def is_closed(self) -> bool:
        return self.feedback is not None

    @property
    def chosen(self) -> int | None:
        return next((choice.value for choice in self.choices if choice.chosen), None)

    def chosen_as(self, value: int | None) -> tuple[ShownChoice, ...]:
        """The choices as they stand in a form where `value` was chosen, but not saved."""
        if value is None:
            return self.choices
        return tuple(replace(choice, chosen=choice.value == value) for choice in self.choices)

    @property
    def right(self) -> int | None:
        """The number of the right choice: None until it may be told."""
        return next((choice.value for choice in self.choices if choice.state == "right"), None)

    @property
    def sources(self) -> list[Source]:
        """The sources that the explanation itself does not mark."""
        told = self.feedback
        return [row for row in told.sources if f'/sources/#{row.slug}"' not in told.explanation_html] if told else []

    @property
    def explanation(self) -> SafeString:
        return stored_html(self.feedback.explanation_html if self.feedback else "")


def quizzes(reader: User | None = None) -> QuerySet[Quiz]:
    """The quizzes, each with how many questions it asks now: `question_count`."""
    asked = Q(places__question__is_published=True, places__question__current__isnull=False)
    return Quiz.objects.visible_to(reader).annotate(question_count=Count("places", filter=asked))


def quiz(slug: str, reader: User | None = None) -> Any:
    """The quiz with its `question_count`. Raises NotFound."""
    found = quizzes(reader).filter(slug=slug).first()
    if found is None:
        raise NotFound("no_quiz", f"There is no quiz “{slug}”.", "The list of quizzes has all there are.")
    return found


def attempts_at(quiz: Quiz, user: User | None) -> list[Attempt]:
    """This learner's attempts at the quiz, the latest first; at most twenty."""
    if user is None:
        return []
    return list(Attempt.objects.visible_to(user).filter(user=user, quiz=quiz)[:20])


def quiz_attempt(user: User | None, attempt_id: UUID) -> Attempt:
    """An attempt at a quiz that this user may see, with its quiz. Raises NotFound: a stranger learns nothing."""
    attempts = Attempt.objects.visible_to(user).filter(quiz__isnull=False)
    found = attempts.select_related("quiz").filter(pk=attempt_id).first()
    if found is None:
        raise attempt_unknown()
    return found


def own_attempt(user: User | None, attempt_id: UUID) -> Attempt:
    """One's own attempt: nobody answers for another, staff neither."""
    attempt = quiz_attempt(user, attempt_id)
    if user is None or attempt.user_id != user.pk:
        raise attempt_unknown()
    return attempt


def attempt_unknown() -> NotFound:
    return NotFound("attempt_unknown", "There is no such attempt of yours.", "Start one from the list of quizzes.")


def places_of(attempt: Attempt) -> list[AttemptQuestion]:
    return list(attempt.places.order_by("position"))


def last_event(attempt: Attempt) -> AnswerEvent | None:
    return attempt.events.order_by("-seq").first()


def entries(places: Iterable[AttemptQuestion]) -> list[Entry]:
    return [Entry(place.position, _state(place), place.is_flagged) for place in places]


def _state(place: AttemptQuestion) -> str:
    if place.chosen_id is None:
        return "unanswered"
    return {None: "answered", True: "right", False: "wrong"}[place.is_right]


def shown_question(attempt: Attempt, places: list[AttemptQuestion], position: int) -> Shown:
    """One question as it may be seen now. Raises NotFound."""
    place = next((place for place in places if place.position == position), None)
    if place is None:
        raise question_unknown()
    may_be_told = place.is_right is not None or not attempt.is_open  # spares a query; `_released` decides
    told = feedback(attempt, [position]) if may_be_told else {}
    return _show(place, attempt.asked, askable([place.version_id]), told)


def shown_questions(attempt: Attempt, places: list[AttemptQuestion] | None = None) -> list[Shown]:
    """All of them, in a number of queries that does not grow. `places` are the attempt's, if they were read before."""
    released = list(_released(attempt))
    if places is None:
        places = places_of(attempt) if attempt.is_open else released
    asked = askable(place.version_id for place in places)
    told = _tell_all(released)
    return [_show(place, attempt.asked, asked, told) for place in places]


def shown_answer(event: AnswerEvent) -> Shown:
    """The question that an answer was given to, with what may be told of it now: three queries."""
    attempt, position = event.attempt, int(event.place)
    released = list(_released(attempt).filter(position=position))
    place = released[0] if released else attempt.places.get(position=position)
    return _show(place, attempt.asked, askable([place.version_id]), _tell_all(released))


def feedback(attempt: Attempt, positions: list[int]) -> dict[int, Feedback]:
    """What may be told of these questions, by position."""
    return _tell_all(_released(attempt).filter(position__in=positions))


def _released(attempt: Attempt) -> QuerySet[AttemptQuestion]:
    """The places whose key may be told, with it. This is the only reader of keys."""
    released = Q(is_right__isnull=False) | Q(attempt__state=Attempt.State.FINISHED)
    rows = attempt.places.filter(released).order_by("position")
    return rows.select_related("version__key", "chosen__distractor__misconception")


def _tell_all(released: Iterable[AttemptQuestion]) -> dict[int, Feedback]:
    places = list(released)
    sources = _sources(place.version.question_id for place in places)
    return {place.position: _tell(place, sources.get(place.version.question_id, ())) for place in places}


def _tell(place: AttemptQuestion, sources: tuple[Source, ...]) -> Feedback:
    key = place.version.key
    distractor = getattr(place.chosen, "distractor", None)
    return Feedback(
        is_right=bool(place.is_right),
        right_option=key.option_id,
        explanation_html=key.explanation_html,
        misconception=distractor.misconception if distractor else None,
        sources=sources,
    )


def _sources(question_ids: Iterable[int]) -> dict[int, tuple[Source, ...]]:
    ids = set(question_ids)
    if not ids:
        return {}
    found: dict[int, tuple[Source, ...]] = {}
    through = Question.sources.through.objects.filter(question__in=ids).select_related("source")
    for row in through.order_by("source__authors", "source__year"):
        found[row.question_id] = (*found.get(row.question_id, ()), row.source)
    return found


def _show(place: AttemptQuestion, of: int, asked: dict[int, Asked], told: dict[int, Feedback]) -> Shown:
    question = asked[place.version_id]
    known = told.get(place.position)
    texts = dict(question.options)
    choices = tuple(
        _show_choice(number, option, texts[option], place, known)
        for number, option in enumerate(place.option_order, start=1)
    )
    stem = stored_html(question.stem_html)
    return Shown(place.position, of, question.slug, stem, choices, place.is_flagged, known)


def _show_choice(number: int, option: int, text: str, place: AttemptQuestion, known: Feedback | None) -> ShownChoice:
    is_chosen = option == place.chosen_id
    if known is None:
        return ShownChoice(number, stored_html(text), is_chosen)
    state, title = _verdict(option, is_chosen, known)
    return ShownChoice(number, stored_html(text), is_chosen, True, state, title, name=f"choice-{place.position}")


def _verdict(option: int, is_chosen: bool, known: Feedback) -> tuple[str, str]:
    """The state of an option that may be spoken of, and its words."""
    if option == known.right_option:
        return "right", "right" if is_chosen else "this is the right one"
    return ("wrong", "not right") if is_chosen else ("", "")
