"""Index of the Celery tasks; each feature defines its own. Celery finds them here."""

from quizzes.accounts import tasks as accounts
from quizzes.flashcards import tasks as flashcards
from quizzes.items import tasks as items
from quizzes.jobs import tasks as jobs
from quizzes.jobs.tasks import send
from quizzes.lessons.paper import tasks as paper
from quizzes.practice import tasks as practice

__all__ = ["accounts", "flashcards", "items", "jobs", "paper", "practice", "send"]
