"""The lessons of a course pack: a YAML file each, and one Markdown file a depth. Pure."""

import re

from quizzes.formats import course_pack as pack
from quizzes.formats.fields import SLUG, Fault, Fields, Where, read_file, read_rows
from quizzes.formats.markup import source_ids

LONGEST_TEXT = 200_000  # bytes of one Markdown file

_HEADING = re.compile(r"^## +(?P<title>.*?) *\{#(?P<anchor>[^}]*)\} *$")


def read_lesson(files: dict[str, bytes], slug: str, faults: list[Fault]) -> pack.Lesson:
    file = f"lessons/{slug}/lesson.yaml"

    def read(row: Fields) -> pack.Lesson:
        return pack.Lesson(
            id=slug,
            where=row.where,
            title=row.text("title", 200),
            summary=row.text("summary", 1000),
            minutes=row.whole("minutes", 1, 240),
            components=row.words("components", required=True),
            generators=row.words("generators"),
            quizzes=row.words("quizzes"),
            sections=tuple(s for depth in pack.DEPTHS for s in _sections(files, slug, depth, faults)),
            bets=read_rows(row, "bets", _bet),
            dialogue=read_rows(row, "dialogue", _line),
        )

    empty = pack.Lesson(slug, Where(file, 1), "", "", 1, (), (), (), (), (), ())
    return read_file(files, file, faults, read, empty)


def _bet(row: Fields) -> pack.Bet:
    return pack.Bet(
        anchor=row.slug("anchor", 60),
        prompt=row.text("prompt", 300),
        answer=row.number("answer"),
        tolerance=row.number("tolerance", default=0.05),
        reveal=row.text("reveal", 600),
        where=row.where,
    )


def _line(row: Fields) -> pack.Line:
    return pack.Line(row.choice("speaker", ("Student", "Teacher")), row.text("text", 800), row.where)


def _sections(files: dict[str, bytes], slug: str, depth: str, faults: list[Fault]) -> list[pack.Section]:
    """The sections of one depth: each begins with a line `## Title {#anchor}`."""
    file = f"lessons/{slug}/{depth}.md"
    found: list[tuple[str, str, int, list[str]]] = []
    for number, line in enumerate(_text_lines(files, file, faults), start=1):
        if match := _HEADING.match(line):
            found.append((match["title"], match["anchor"], number, []))
        elif line.startswith("## "):
            faults.append(Fault(file, number, "heading", f"needs `## Title {{#anchor}}`, found {line!r}"))
        elif found:
            found[-1][3].append(line)
        elif line.strip():
            faults.append(Fault(file, number, "heading", "text stands before the first section"))
    return [_section(depth, file, *each, faults) for each in found]


def _section(
    depth: str, file: str, title: str, anchor: str, number: int, lines: list[str], faults: list[Fault]
) -> pack.Section:
    text = "\n".join(lines)
    where = Where(file, number, anchor)
    if not SLUG.match(anchor) or len(anchor) > 60:
        faults.append(where.fault(f"an anchor needs small letters, digits and hyphens, found {anchor!r}"))
    if not title or len(title) > 200:
        faults.append(where.fault("a section needs a title of at most 200 characters"))
    return pack.Section(depth, anchor, title, text.rstrip(), tuple(source_ids(text)), where)


def _text_lines(files: dict[str, bytes], file: str, faults: list[Fault]) -> list[str]:
    content = files.get(file)
    if content is None:
        faults.append(Fault(file, 1, "", "is missing: a lesson has three depths"))
    elif len(content) > LONGEST_TEXT:
        faults.append(Fault(file, 1, "", f"has {len(content)} bytes, at most {LONGEST_TEXT} are read"))
    else:
        try:
            return content.decode("utf-8").splitlines()
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            faults.append(Fault(file, line, "", "is not UTF-8 text"))
    return []
