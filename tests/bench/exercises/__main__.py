"""`make bench ARGS="exercises"`: are all variants fair, what of hand calculations is refused, how fast is a Check?

`--count` is how many variants of every generator are looked at (10 000 takes about ten minutes).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile

import numpy as np


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=1000)
    arguments.add_argument("--kills", type=int, default=0, help="kill the worker so often in the middle of 10 000")
    said = arguments.parse_args()
    if said.kills:
        from tests.bench.exercises import kills

        return kills.report(said.kills)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("DATABASE_URL", None)
        os.environ["VAR_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyapp.settings")
        return run(said.count)


def run(count: int) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.bench.exercises import by_hand, fairness, patterns, serving

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_course", "quizzes/content/recurrent-networks", verbosity=0)
    print("On SQLite, one user, this process alone:")
    for slug in ("lstm-step", "gru-step"):
        for all_wrong in (False, True):
            serving.report_checks(slug, all_wrong=all_wrong)
    patterns.report()
    for slug in ("lstm-step", "gru-step"):
        serving.report_making(slug)
    by_hand.report(np.random.default_rng(4))
    return 1 if fairness.report(count) else 0


if __name__ == "__main__":
    sys.exit(main())
