"""Index of the Celery tasks; each feature defines its own. Celery finds them here."""

from quizzes.jobs.tasks import send, sweep

__all__ = ["send", "sweep"]
