import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from quizzes.jobs import relay
from quizzes.tasks import send


class Command(BaseCommand):
    help = "Publishes what the outbox owes to the broker, until it is stopped. Run exactly one."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        relay.run(stop, send)
