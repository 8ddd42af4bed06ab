"""The math font for readers whose system has none: a part of STIX Two Math, made once at set-up into var/math.woff.

Without such a font browsers leave brackets at the height of the text. The whole font (SIL Open Font License 1.1, which
allows a part of it to be served under another name) comes with the ziamath package; the part holds what we write.
"""

from __future__ import annotations

import logging
import os
from importlib.util import find_spec
from pathlib import Path

LARGEST = 30_000  # bytes
NAME = "Carousel Math"
SIGNS = "ΓΔ·⋅×−±⊙∘∑∏∂√∞≈≠≤≥←→∈…⋯′‖⟨⟩̃̂̄ˆ˜¯⊤σθαβγδεητλμπ"
UNUSED = '"#$@\\^_`~'
CHARACTERS = [
    *(code for code in range(0x20, 0x7F) if chr(code) not in UNUSED),
    0xA0,
    *map(ord, SIGNS),
    *range(0x1D434, 0x1D455),  # italic capitals, a to g; then h, which Unicode keeps elsewhere, and i to z
    0x210E,
    *range(0x1D456, 0x1D468),
    *range(0x1D6FC, 0x1D716),  # italic Greek and ∂
]


def make_math_font(target: Path) -> bool:
    """Write the subset, if it is not there yet and its source is installed. Says whether it is there."""
    if target.exists():
        return True
    if (source := _whole_font()) is None:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(f".{os.getpid()}")
    _subset(source, part)
    if part.stat().st_size > LARGEST:
        raise ValueError(f"the math font has {part.stat().st_size} bytes; at most {LARGEST} are served")
    part.replace(target)
    return True


def _whole_font() -> Path | None:
    package = find_spec("ziamath") if find_spec("fontTools") else None
    folder = Path(package.origin).parent / "fonts" if package and package.origin else None
    return next(folder.glob("STIXTwoMath*.ttf"), None) if folder else None


def _subset(source: Path, target: Path) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.WARNING)  # else a page of lines for each table
    options = subset.Options(layout_features=[], hinting=False, glyph_names=False, name_IDs=[0, 1, 2, 4, 6, 13, 14])
    options.drop_tables += ["GPOS", "GSUB", "GDEF"]
    font = TTFont(source)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 6):
            record.string = NAME if record.nameID != 6 else NAME.replace(" ", "")
    font.flavor = "woff"
    font.save(target)
