"""What each forked part does. Django is loaded and set up when these are called."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from threading import Event
from typing import Any

from django.urls import get_resolver

THREADS = 4
WEB_WORKERS = 2
WARM = [
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.worker.consumer",
    "gunicorn.app.base",
    "gunicorn.arbiter",
    "gunicorn.workers.gthread",
    "kombu.transport.redis",
    "studyapp.health",
]  # not studyapp.wsgi: it looks at the static files, which are being collected meanwhile


def warm_up() -> None:
    """Import now, once, what the parts would otherwise each import for themselves."""
    for name in WARM:
        importlib.import_module(name)
    get_resolver().url_patterns  # noqa: B018 (reading it imports every view)


def web(listener: int) -> None:
    """gunicorn on a socket that the launcher has bound; from here on it listens."""
    from gunicorn.app.base import BaseApplication

    from studyapp.web import limit_request_line, pre_request
    from studyapp.wsgi import application

    class Site(BaseApplication):
        def load_config(self) -> None:
            settings: dict[str, Any] = {
                "bind": [f"fd://{listener}"],
                "workers": WEB_WORKERS,
                "limit_request_line": limit_request_line,
                "pre_request": pre_request,
                "worker_class": "gthread",
                "threads": THREADS,
                "preload_app": True,
                "graceful_timeout": 4,
                "keepalive": 5,
                "loglevel": "warning",
                "control_socket_disable": True,
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return application

    sys.argv = ["gunicorn"]
    Site().run()


def worker() -> None:
    """One Celery worker for all queues."""
    from django.conf import settings

    from studyapp.celery import app

    work = app.Worker(
        hostname="worker@carousel",
        pool_cls="prefork",
        concurrency=1 if (os.cpu_count() or 1) <= 2 else 2,
        queues=settings.QUEUES,
        loglevel="INFO",
        without_gossip=True,
        without_mingle=True,
        quiet=True,
    )
    work.start()
    sys.exit(work.exitcode)


def beat() -> None:
    from studyapp.celery import app

    app.Beat(loglevel="INFO", quiet=True).run()


def relay() -> None:
    from quizzes.jobs import relay as service
    from quizzes.tasks import send

    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    service.run(stop, send)


def wait_until_ready(seconds: float) -> None:
    """Return when every part behind the pages is well. Raises SystemExit, saying which is not, when time is up."""
    from studyapp import health

    until = time.monotonic() + seconds
    for name in health.PARTS:
        patience = {"timeout": 0.2} if name == "worker" else {}
        while fault := health.fault_of(name, **patience):
            if time.monotonic() > until:
                sys.exit(f"{name}: {fault}")
            time.sleep(0.03)
