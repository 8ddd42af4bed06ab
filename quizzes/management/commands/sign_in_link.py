from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from quizzes.accounts.first import sign_in_path
from quizzes.accounts.models import User


class Command(BaseCommand):
    help = (
        "Prints a link, good for one use within three days, behind which a user chooses a new password. "
        "It has the site's address where PUBLIC_URL is set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_guest=False, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no user called {options['username']!r}.")
        self.stdout.write(settings.PUBLIC_URL.geturl().rstrip("/") + sign_in_path(user))
