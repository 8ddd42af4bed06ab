"""`manage.py certify SLUG`: what becomes of so many candidates of a generator."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.errors import StudyError
from quizzes.items.bench import MOST, TRIED, report, try_out
from quizzes.items.making import kind_of_version
from quizzes.items.models import Generator, GeneratorVersion

PAIRS_SHOWN = 3


class Command(BaseCommand):
    help = "Tries out candidates of an exercise generator: how many pass, why others do not, which slips can be named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the generator's id, as lstm-step")
        parser.add_argument(
            "--count", default=str(TRIED), help=f"how many candidates, 1 to {MOST}; {TRIED} if not said"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, *args: Any, slug: str, count: str, **options: Any) -> None:
        version = _version(slug)
        try:
            trial = try_out(kind_of_version(version), _count(count))
        except StudyError as error:
            raise CommandError(f"{error.message} {error.hint}".strip()) from error
        found = {"generator": slug, "version": version.number, **report(trial)}
        self.stdout.write(json.dumps(found, indent=2) if options["json"] else "\n".join(_table(found)))


def _version(slug: str) -> GeneratorVersion:
    generator = Generator.objects.select_related("current__generator").filter(slug=slug).first()
    if generator is None:
        raise CommandError(f"There is no generator called {slug!r}.")
    if generator.current is None:
        raise CommandError(f"The generator {slug!r} has no version yet.")
    return generator.current


def _count(said: str) -> int:
    count = int(said) if said.isdecimal() and len(said) <= len(str(MOST)) else 0
    if not 1 <= count <= MOST:
        raise CommandError(f"--count is {said!r}, needs a whole number from 1 to {MOST}.")
    return count


def _table(found: Mapping[str, Any]) -> Iterator[str]:
    share, each = found["acceptance"], found["seconds_per_candidate"] * 1000
    yield f"{found['generator']}, version {found['version']}: {found['candidates']} candidates, {each:.3f} ms each"
    yield f"accepted  {found['accepted']} ({share:.1%})"
    yield from (f"refused   {count:>6}  {reason}" for reason, count in found["refusals"].items())
    for name, slips in found["live"].items():
        yield f"\n{name}: named in so many of the {found['accepted']} accepted"
        yield from (f"  {slip:<6} {count:>6}" for slip, count in slips.items())
        pairs = found["closest"].get(name, [])[:PAIRS_SHOWN]
        yield from (f"  too near: {' and '.join(each['pair'])}, {each['candidates']} times" for each in pairs)
