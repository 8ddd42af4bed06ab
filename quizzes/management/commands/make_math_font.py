"""Make the math font; `make run` does it by itself, a deployed site calls this once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from studyapp.math_font import make_math_font


class Command(BaseCommand):
    help = "Make the small math font in the var folder, for readers whose system has none."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.VAR_DIR / "math.woff"
        made = make_math_font(path)
        self.stdout.write(str(path) if made else "ziamath or fonttools is missing; readers' own fonts will be used")
