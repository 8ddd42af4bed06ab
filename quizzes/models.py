"""Index of the models. Nobody imports from here: take a model from the feature that defines it."""

from quizzes.accounts.models import AccessToken, Classroom, Membership, User
from quizzes.catalog.models import Course, Erratum, KnowledgeComponent, Misconception, Source
from quizzes.flashcards.models import Card, CardState, Review
from quizzes.items.models import (
    Distractor,
    Generator,
    GeneratorVersion,
    Option,
    Question,
    QuestionKey,
    QuestionVersion,
    Variant,
    VariantKey,
)
from quizzes.jobs.models import AuditEntry, Heartbeat, Job, Outbox
from quizzes.lessons.models import Bet, DialogueLine, GlossaryTerm, Lesson, Mnemonic, Section
from quizzes.lessons.paper.models import PaperOrder
from quizzes.practice.models import AnswerEvent, Attempt, AttemptQuestion, Quiz, QuizQuestion, SlipRecord

__all__ = [
    "AccessToken",
    "AnswerEvent",
    "Attempt",
    "AttemptQuestion",
    "AuditEntry",
    "Bet",
    "Card",
    "CardState",
    "Classroom",
    "Course",
    "DialogueLine",
    "Distractor",
    "Erratum",
    "Generator",
    "GeneratorVersion",
    "GlossaryTerm",
    "Heartbeat",
    "Job",
    "KnowledgeComponent",
    "Lesson",
    "Membership",
    "Misconception",
    "Mnemonic",
    "Option",
    "Outbox",
    "PaperOrder",
    "Question",
    "QuestionKey",
    "QuestionVersion",
    "Quiz",
    "QuizQuestion",
    "Review",
    "Section",
    "SlipRecord",
    "Source",
    "User",
    "Variant",
    "VariantKey",
]
