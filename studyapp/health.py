"""Is the site alive, and is every part of it at work?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from quizzes.jobs.models import Heartbeat
from studyapp.celery import some_worker_answers

RELAY_SILENCE = timedelta(seconds=20)


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def broker() -> None:
    with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5) as client:
        client.ping()


def worker(timeout: float = 1.0) -> None:
    broker()  # without it there is nothing to ask through, and Celery would try for long
    if not some_worker_answers(timeout):
        raise LookupError("no worker answers")


def relay() -> None:
    last = Heartbeat.objects.filter(name="relay").values_list("at", flat=True).first()
    if last is None or timezone.now() - last > RELAY_SILENCE:
        raise LookupError("the relay has not been heard of" + (f" since {last:%H:%M:%S}" if last else ""))


PARTS: dict[str, Callable[..., None]] = {"database": database, "broker": broker, "worker": worker, "relay": relay}


def fault_of(name: str, **patience: float) -> str:
    """What is wrong with the part, in a few words that tell a stranger nothing; empty when it is well."""
    try:
        PARTS[name](**patience)
    except LookupError as error:
        return str(error)
    except Exception as error:  # whatever it is: the part is not well, and that is the answer
        return f"can't be reached ({type(error).__name__})"
    return ""


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every part is well, else 503; each part by name."""
    faults = {name: fault_of(name) for name in PARTS}
    is_ready = not any(faults.values())
    body = {"ready": is_ready, "parts": {name: fault or "well" for name, fault in faults.items()}}
    return JsonResponse(body, status=200 if is_ready else 503, headers={"Cache-Control": "no-store"})
