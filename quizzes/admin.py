"""Index of the instructor's panel; each feature defines its own pages in it."""

from quizzes.accounts import admin as accounts
from quizzes.catalog import admin as catalog
from quizzes.flashcards import admin as flashcards
from quizzes.items import admin as items
from quizzes.jobs import admin as jobs
from quizzes.lessons import admin as lessons
from quizzes.practice import admin as practice

__all__ = ["accounts", "catalog", "flashcards", "items", "jobs", "lessons", "practice"]
