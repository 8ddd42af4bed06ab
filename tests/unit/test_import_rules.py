"""The import rules of the house hold, and each of them would notice a breach."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

# contract, the file that breaks it, what it imports
BREACHES = [
    ("1 sim imports", "sim/cells.py", "django"),
    ("1 sim imports", "sim/slips/binding.py", "quizzes.errors"),
    ("2 a feature imports", "quizzes/catalog/models.py", "quizzes.practice.models"),
    ("2 a feature imports", "quizzes/api/urls.py", "quizzes.panel"),
    ("3 pure modules", "quizzes/formats/markup.py", "django"),
    ("3 pure modules", "quizzes/items/marking.py", "quizzes.items.models"),
    ("3 pure modules", "quizzes/practice/quizzes/sentences.py", "quizzes.templatetags.study"),
    ("4a only the API", "quizzes/lessons/views.py", "rest_framework"),
    ("4b only tasks", "quizzes/practice/models.py", "celery"),
    ("5 sim is imported", "quizzes/items/pool.py", "sim.cells"),
    ("6 views, API", "quizzes/lessons/views.py", "quizzes.jobs.tasks"),
    ("6 views, API", "quizzes/api/urls.py", "quizzes.lessons.views"),
    ("7 services and queries", "quizzes/jobs/services.py", "quizzes.jobs.tasks"),
    ("8 index files", "quizzes/items/models.py", "quizzes.models"),
]


def lint(folder):
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=folder, env={**os.environ, "COLUMNS": "200"}, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def section(output, contract):
    """What the report tells about one broken contract."""
    parts = re.split(r"\n(?=[^\n]+\n-{5,}\n)", output)
    return "\n".join(part for part in parts if part.startswith(contract))


@pytest.fixture(scope="module")
def report_on_breaches(tmp_path_factory):
    folder = tmp_path_factory.mktemp("breached")
    for package in ("sim", "quizzes", "studyapp"):
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "static", "content")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    for _, file, target in BREACHES:
        with open(folder / file, "a") as module:
            module.write(f"\nimport {target}\n")
    return lint(folder)[1]


def test_the_code_keeps_every_import_rule():
    code, output = lint(ROOT)
    assert code == 0, output


@pytest.mark.parametrize(("contract", "file", "target"), BREACHES)
def test_a_planted_breach_is_caught(report_on_breaches, contract, file, target):
    importer = file.removesuffix(".py").replace("/", ".")
    found = section(report_on_breaches, contract)
    assert re.search(rf"{re.escape(importer)}\b.*{re.escape(target)}\b", found), report_on_breaches[-6000:]
