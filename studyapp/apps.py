from django.apps import AppConfig


class StudyAppConfig(AppConfig):
    """No models: it brings the start-up checks of database, broker and cache."""

    name = "studyapp"
    verbose_name = "Set-up"

    def ready(self) -> None:
        from studyapp import checks  # noqa: F401  (registers the checks)
