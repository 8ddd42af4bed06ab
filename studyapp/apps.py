from django.apps import AppConfig


class StudyAppConfig(AppConfig):
    """No models: it brings Celery and the start-up checks of database and broker."""

    name = "studyapp"
    verbose_name = "Set-up"

    def ready(self) -> None:
        from studyapp import celery, checks  # noqa: F401  (makes our Celery the current one; registers the checks)
