"""Unsafe settings of database and broker are refused at start, each with one sentence that says what to change.

They ask the servers themselves what is in force. `manage.py check --database default` runs them; so does every start.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connections

log = logging.getLogger(__name__)

SQLITE_NEEDS = {
    "journal_mode": ("wal", "write-ahead logging lets pages be read while an answer is written"),
    "synchronous": (2, "FULL: an answer shown as saved must survive a power cut"),
    "foreign_keys": (1, "ON: no row may point to nothing"),
}
POSTGRESQL_NEEDS = {
    "fsync": "an answer shown as saved must survive a power cut",
    "full_page_writes": "a torn page after a power cut can't be mended without it",
    "synchronous_commit": "an answer shown as saved must be on the disk",
}
REDIS_NEEDS = {
    "appendonly": ("yes", "tasks must survive a restart of the broker"),
    "maxmemory-policy": ("noeviction", "a full broker must refuse new tasks, not forget old ones"),
}


@register(Tags.database)
def database_is_safe(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for alias in databases or []:
        look = sqlite_faults if connections[alias].vendor == "sqlite" else postgresql_faults
        found += look(alias)
    return found


def sqlite_faults(alias: str) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    mode = connections[alias].settings_dict["OPTIONS"].get("transaction_mode")
    if str(mode).upper() != "IMMEDIATE":
        found.append(
            unsafe("study.E002", f"SQLite's transaction_mode is {mode}, needs IMMEDIATE", "writes fail otherwise")
        )
    with connections[alias].cursor() as cursor:
        for name, (needed, reason) in SQLITE_NEEDS.items():
            value = cursor.execute(f"PRAGMA {name}").fetchone()[0]
            if value != needed:
                found.append(unsafe("study.E001", f"SQLite's {name} is {value}, needs {needed}", reason))
    return found


def postgresql_faults(alias: str) -> list[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(POSTGRESQL_NEEDS)])
        return [
            unsafe("study.E003", f"PostgreSQL's {name} is off, needs on", POSTGRESQL_NEEDS[name])
            for name, value in cursor.fetchall()
            if value == "off"
        ]


@register(Tags.database)
def broker_is_safe(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A broker that is away, or lets nobody see its settings, is no fault here: /readyz tells the first."""
    if not databases or not settings.OWN_REDIS_URL:
        return []
    try:
        return redis_faults(settings.OWN_REDIS_URL)
    except redis.RedisError as error:
        log.warning("the broker's settings could not be read: %s", type(error).__name__)
        return []


def redis_faults(url: str) -> list[CheckMessage]:
    with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2, decode_responses=True) as client:
        found: dict[str, str] = {name: client.config_get(name).get(name, "") for name in REDIS_NEEDS}
    return [
        unsafe("study.E004", f"The broker's {name} is {found[name]}, needs {needed}", reason)
        for name, (needed, reason) in REDIS_NEEDS.items()
        if found[name] != needed
    ]


def unsafe(number: str, what: str, why: str) -> Error:
    return Error(f"{what}: {why}.", id=number)


def refuse_unsafe() -> None:
    """End the process with those sentences if it would run on unsafe servers. A server that is away is waited for."""
    try:
        found = run_checks(tags=[Tags.database], databases=["default"])
    except DatabaseError as error:
        log.warning("the database's settings could not be read: %s", error)
        return
    finally:
        connections.close_all()
    if faults := [message for message in found if message.is_serious()]:
        raise SystemCheckError("\n".join(str(message.msg) for message in faults))
