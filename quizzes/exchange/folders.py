"""The files of a course pack, read from a folder."""

from __future__ import annotations

from pathlib import Path

from quizzes.errors import NotFound, Refused
from quizzes.formats.course_files import MOST_FILES
from quizzes.formats.course_lessons import LONGEST_TEXT
from quizzes.formats.yaml_nodes import LONGEST

LARGEST = max(LONGEST, LONGEST_TEXT)
READ = {".yaml", ".md"}


def read_folder(folder: Path) -> dict[str, bytes]:
    """Path within the pack → content. Raises NotFound, Refused; files above the limits are named, not read."""
    if not (folder / "course.yaml").is_file():
        raise NotFound(
            "no_course", f"{folder} is no course pack.", "A course pack is a folder with a course.yaml in it."
        )
    found = sorted(path for path in folder.rglob("*") if path.suffix in READ and path.is_file())
    if len(found) > MOST_FILES:
        raise Refused("course_too_large", f"{folder} has {len(found)} files, at most {MOST_FILES} are read.")
    return {path.relative_to(folder).as_posix(): _content(path, folder) for path in found}


def _content(path: Path, folder: Path) -> bytes:
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Refused("course_leaves_folder", f"{path} points out of the course's folder.", "Copy the file in.")
    if (size := path.stat().st_size) > LARGEST:
        raise Refused("course_too_large", f"{path} has {size} bytes, at most {LARGEST} are read.")
    return path.read_bytes()
