"""`manage.py load_course PATH`: load a course pack, or say what is wrong with it, file by file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.errors import StudyError
from quizzes.exchange.folders import read_folder
from quizzes.exchange.loading import load_course
from quizzes.formats.course_files import read_pack
from quizzes.formats.fields import PackError


class Command(BaseCommand):
    help = "Load a course pack (a folder with a course.yaml). Loading the same pack again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the folder of the course pack")

    def handle(self, *args: Any, path: Path, verbosity: int, **options: Any) -> None:
        try:
            report = load_course(course_pack=read_pack(read_folder(path)))
        except PackError as error:
            count = len(error.faults)
            faults = "1 fault" if count == 1 else f"{count} faults"
            raise CommandError(f"{path} has {faults}, so nothing was loaded:\n{error}") from error
        except StudyError as error:
            raise CommandError(f"{error.message} {error.hint}".strip()) from error
        if verbosity:
            self.stdout.write("\n".join(report.lines()))
