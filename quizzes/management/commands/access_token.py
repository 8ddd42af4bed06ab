from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from quizzes.accounts.models import User
from quizzes.accounts.tokens import make_token


class Command(BaseCommand):
    help = "Makes an access token for the API and prints its key, this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_guest=False).first()
        if user is None:
            raise CommandError(f"There is no user called {options['username']!r}.")
        self.stdout.write(make_token(user=user, name=options["name"])[1])
