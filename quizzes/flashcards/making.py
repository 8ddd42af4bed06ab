"""Cards made from the course's texts: a glossary term, a mnemonic or a question each gives one card that follows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b, sha256

from django.db import transaction

from quizzes.catalog.models import Course
from quizzes.catalog.rendering import Labels, rendered, source_labels
from quizzes.flashcards.models import Card
from quizzes.formats.markup import source_ids
from quizzes.items.models import Question
from quizzes.lessons.models import GlossaryTerm, Mnemonic

LONGEST_SLUG = 80
COLOURED = frozenset("ifgochrznx")


@dataclass(frozen=True, slots=True)
class CardText:
    """What a card should say; `origin` is the field of Card that names what it was made from."""

    origin: str
    source: GlossaryTerm | Mnemonic | Question
    front: str
    back: str
    position: int

    @property
    def slug(self) -> str:
        return f"{self.origin}-{self.source.slug}"[:LONGEST_SLUG]

    @property
    def digest(self) -> str:
        facts = [self.front, self.back, str(self.position), str(self.source.is_published)]
        return sha256("\x00".join(facts).encode()).hexdigest()


@dataclass(slots=True)
class CardsMade:
    """How many cards a call made, changed, found unchanged, and kept because a person had edited them."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0


@transaction.atomic
def sync_cards(course: Course) -> CardsMade:
    """Make or update the cards of a course. Cheap when nothing changed: text is rendered only where it did."""
    made = CardsMade()
    labels = source_labels()
    cards = {(card.kind, _source_id(card)): card for card in course.cards.exclude(kind=Card.Kind.OWN)}
    changed: list[Card] = []
    new: list[Card] = []
    for text in card_texts(course):
        card = cards.get((text.origin, text.source.pk))
        if card is None:
            new.append(_written(Card(course=course, kind=text.origin), text, labels))
            made.created += 1
        elif card.loaded_digest == text.digest:
            made.unchanged += 1
        elif card.edited_at:
            made.kept += 1
        else:
            changed.append(_written(card, text, labels))
            made.changed += 1
    Card.objects.bulk_create(new, batch_size=200)
    names = ["front", "back", "front_html", "back_html", "position", "is_published", "loaded_digest"]
    Card.objects.bulk_update(changed, names, batch_size=100)
    return made


def card_texts(course: Course) -> Iterator[CardText]:
    """What every card of the course should say. The three kinds alternate, so that the first days hold all of them."""
    described = course.terms.prefetch_related("sources").order_by("pk")
    terms = [_term_card(term, 3 * place) for place, term in enumerate(described)]
    mnemonics = [_mnemonic_card(it, 3 * place + 1) for place, it in enumerate(course.mnemonics.order_by("pk"))]
    questions = course.questions.filter(current__key__isnull=False).select_related("current__key__option")
    asked = questions.prefetch_related("current__options", "sources").order_by("pk")
    yield from terms
    yield from mnemonics
    yield from (_question_card(it, 3 * place + 2) for place, it in enumerate(asked))


def _term_card(term: GlossaryTerm, position: int) -> CardText:
    letter = f" [[{term.letter}]]" if term.letter in COLOURED else ""
    return CardText("term", term, term.term + letter, _back(term, term.definition, term.note), position)


def _mnemonic_card(mnemonic: Mnemonic, position: int) -> CardText:
    back = f"{mnemonic.text}\n\n{mnemonic.meaning}"
    return CardText("mnemonic", mnemonic, mnemonic.title, back, position)


def _question_card(question: Question, position: int) -> CardText:
    """Stem and options in front; the right option and why behind. The order is fixed, but says nothing of the key."""
    version = question.current
    assert version is not None
    options = sorted(version.options.all(), key=lambda option: blake2b(option.text.encode()).digest())
    front = "\n".join([version.stem, "", *(f"- {_one_line(option.text)}" for option in options)])
    back = _back(question, f"**{_one_line(version.key.option.text)}**", version.key.explanation)
    return CardText("question", question, front, back, position)


def _back(source: GlossaryTerm | Question, *texts: str) -> str:
    """Paragraphs, and last the sources that the texts do not cite themselves."""
    paragraphs = [text for text in texts if text]
    cited = source_ids("\n".join(paragraphs))
    marks = [f"[@{it.slug}]" for it in source.sources.all() if it.slug not in cited]
    return "\n\n".join([*paragraphs, *([f"Source: {', '.join(marks)}"] if marks else [])])


def _written(card: Card, text: CardText, labels: Labels) -> Card:
    setattr(card, text.origin, text.source)
    card.slug = text.slug
    card.front, card.back, card.position = text.front, text.back, text.position
    card.is_published, card.loaded_digest = text.source.is_published, text.digest
    return render_card(card, labels)


def render_card(card: Card, labels: Labels) -> Card:
    card.front_html, card.back_html = rendered("front", card.front, labels), rendered("back", card.back, labels)
    return card


def _source_id(card: Card) -> int | None:
    return card.term_id or card.mnemonic_id or card.question_id


def _one_line(text: str) -> str:
    return " ".join(text.split())
