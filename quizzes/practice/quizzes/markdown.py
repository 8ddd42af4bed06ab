"""Pieces of the Markdown in which a frozen question is written. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

LETTERS = re.compile(r"\b([A-Za-z]+)\\_(\w+)")  # U_n in a sentence, once its line is escaped
MARKDOWN = re.compile(r"([\\`*_\[\]<>$])")


def plain(text: str) -> str:
    """Text in which no sign means anything to Markdown, and U_n is a letter with one below."""
    return LETTERS.sub(r"$\1_{\\text{\2}}$", MARKDOWN.sub(r"\\\1", text))


def listed(rows: Sequence[str]) -> str:
    """Lines of a list."""
    return "\n".join(f"- {row}" for row in rows)


def breakable(latex: str) -> str:
    """An equation as formulas between which a narrow page may break: at = and + outside all brackets."""
    parts, depth = [""], 0
    for word in latex.split(" "):
        if depth == 0 and word in ("=", "+"):
            parts += [word, ""]
        else:
            parts[-1] += f" {word}" if parts[-1] else word
            depth += sum(word.count(sign) for sign in "({") - sum(word.count(sign) for sign in ")}")
    return " ".join(part if part in ("=", "+") else f"${part}$" for part in parts)
