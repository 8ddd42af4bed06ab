from django.apps import AppConfig
from django.db.models.signals import post_migrate


class QuizzesConfig(AppConfig):
    name = "quizzes"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Carousel"

    def ready(self) -> None:
        from quizzes.accounts.groups import keep_instructor_group

        post_migrate.connect(keep_instructor_group, sender=self)
