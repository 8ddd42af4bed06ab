"""The Django project: settings, addresses, Celery, and the launcher behind `make run`."""
