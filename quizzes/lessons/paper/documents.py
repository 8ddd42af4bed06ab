"""The sheets as a document of its own: a page and all it links, for a browser that sees no network."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from quizzes.lessons.paper.pages import context_of
from quizzes.lessons.paper.wanted import Wanted

STYLES = ("carousel.css", "paper.css")
FONT = '@font-face { font-family: "Carousel Math"; src: url("math.woff") format("woff"); }'


def document(asked: Wanted, size: str) -> dict[str, bytes]:
    """File name → content; the page is `sheets.html`. `size` is a paper size of CSS: A4, Letter."""
    files = {
        "sheets.html": render_to_string("paper/document.html", context_of(asked)).encode(),
        "theme.css": render_to_string("theme.css", {"scheme": "light"}).encode(),
        "page.css": f"@page {{ size: {size}; }} {FONT}".encode(),
    }
    files |= {name: Path(str(finders.find(f"carousel/{name}"))).read_bytes() for name in STYLES}
    font = Path(settings.VAR_DIR) / "math.woff"
    return files | ({font.name: font.read_bytes()} if font.exists() else {})
