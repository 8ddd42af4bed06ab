"""The files of a course pack to a CoursePack: pure; every fault of every file is told at once."""

import re
from collections.abc import Callable
from typing import Any

from quizzes.formats import course_pack as pack
from quizzes.formats.course_checks import check
from quizzes.formats.fields import SLUG, Fault, Fields, PackError, Where, read_file
from quizzes.formats.markup import source_ids

MOST_FILES = 200
LONGEST_TEXT = 200_000  # bytes of one Markdown file

_HEADING = re.compile(r"^## +(?P<title>.*?) *\{#(?P<anchor>[^}]*)\} *$")


def read_pack(files: dict[str, bytes]) -> pack.CoursePack:
    """The course in these files (path within the pack → bytes). Raises: PackError listing every fault."""
    faults: list[Fault] = []
    if len(files) > MOST_FILES:
        raise PackError(
            [Fault("course.yaml", 1, "", f"the pack has {len(files)} files, at most {MOST_FILES} are read")]
        )
    course = _read_course(files, faults)
    faults += check(course)
    if faults:
        raise PackError(faults)
    return course


def _read_course(files: dict[str, bytes], faults: list[Fault]) -> pack.CoursePack:
    def rows[Read](file: str, read: Callable[[Fields], Read]) -> tuple[Read, ...]:
        name = file.removesuffix(".yaml")
        return read_file(files, file, faults, lambda top: _rows(top, name, read), ())

    def about(top: Fields) -> tuple[str, str, str, tuple[str, ...]]:
        return top.slug(), top.text("title", 200), top.text("summary", 1000), top.words("lessons", required=True)

    course_id, title, summary, lessons = read_file(files, "course.yaml", faults, about, ("", "", "", ()))
    return pack.CoursePack(
        id=course_id,
        title=title,
        summary=summary,
        sources=rows("sources.yaml", _source),
        components=rows("components.yaml", _component),
        misconceptions=rows("misconceptions.yaml", _misconception),
        terms=rows("glossary.yaml", _term),
        mnemonics=rows("mnemonics.yaml", _mnemonic),
        questions=_questions(files, faults),
        quizzes=rows("quizzes.yaml", _quiz),
        generators=rows("generators.yaml", _generator),
        lessons=tuple(_lesson(files, slug, faults) for slug in lessons),
        errata=rows("errata.yaml", _erratum),
    )


def _rows[Read](top: Fields, name: str, read: Callable[[Fields], Read]) -> tuple[Read, ...]:
    found = []
    for row in top.rows(name, required=True):
        found.append(read(row))
        row.done()
    return tuple(found)


def _questions(files: dict[str, bytes], faults: list[Fault]) -> tuple[pack.Question, ...]:
    names = sorted(file for file in files if file.startswith("questions/") and file.endswith(".yaml"))
    if not names:
        faults.append(Fault("questions/", 1, "", "is missing: a course has at least one file of questions"))
    found: list[pack.Question] = []
    for file in names:
        found += read_file(files, file, faults, lambda top: _rows(top, "questions", _question), ())
    return tuple(found)


# One reader a kind of row.


def _source(row: Fields) -> pack.Source:
    url = row.text("url", 200, default="")
    if url and not url.startswith("https://"):
        row.fault("url", f"needs an address that begins with https://, found {url!r}")
    return pack.Source(
        id=row.slug(),
        where=row.where,
        authors=row.text("authors", 200),
        year=row.whole("year", 1900, 2100, default=0) or None if "year" in row.names() else None,
        title=row.text("title", 300),
        venue=row.text("venue", 200, default=""),
        url=url,
    )


def _component(row: Fields) -> pack.Component:
    return pack.Component(row.slug(), row.where, row.text("title", 200), row.words("prerequisites"))


def _misconception(row: Fields) -> pack.Misconception:
    return pack.Misconception(
        id=row.text("id", 12),
        where=row.where,
        kind=row.choice("kind", pack.MISCONCEPTION_KINDS),
        title=row.text("title", 200),
        evaluates=row.text("evaluates", 300, default=""),
        correction=row.text("correction", 600),
        seen_in=row.text("seen_in", 300, default=""),
    )


def _term(row: Fields) -> pack.Term:
    definition, note = row.text("definition", 400), row.text("note", 1200, default="")
    return pack.Term(
        id=row.slug(),
        where=row.where,
        term=row.text("term", 120),
        letter=row.text("letter", 12, default=""),
        definition=definition,
        note=note,
        sources=_unique(row.words("sources", required=True), source_ids(f"{definition} {note}")),
    )


def _mnemonic(row: Fields) -> pack.Mnemonic:
    return pack.Mnemonic(
        id=row.slug(),
        where=row.where,
        kind=row.choice("kind", pack.MNEMONIC_KINDS),
        title=row.text("title", 160),
        text=row.text("text", 1500),
        meaning=row.text("meaning", 800),
        components=row.words("components"),
    )


def _question(row: Fields) -> pack.Question:
    explanation = row.text("explanation", 1500)
    return pack.Question(
        id=row.slug(),
        where=row.where,
        stem=row.text("stem", 1500),
        options=_options(row),
        explanation=explanation,
        components=row.words("components", required=True),
        sources=_unique(row.words("sources", required=True), source_ids(explanation)),
    )


def _options(row: Fields) -> tuple[pack.Option, ...]:
    """An option without `misconception` is the right one; exactly one is."""
    found = []
    for option in row.rows("options", required=True):
        found.append(pack.Option(option.text("text", 500), option.text("misconception", 12, default="")))
        option.done()
    if not 2 <= len(found) <= 6:
        row.fault("options", f"needs 2 to 6 options, found {len(found)}")
    if (right := sum(option.is_right for option in found)) != 1:
        row.fault("options", f"needs exactly one option without a misconception, found {right}")
    return tuple(found)


def _quiz(row: Fields) -> pack.Quiz:
    return pack.Quiz(
        id=row.slug(),
        where=row.where,
        title=row.text("title", 200),
        intro=row.text("intro", 1000),
        minutes=row.whole("minutes", 1, 240),
        feedback=row.choice("feedback", pack.FEEDBACK),
        questions=row.words("questions", required=True),
    )


def _generator(row: Fields) -> pack.Generator:
    return pack.Generator(
        id=row.slug("slug"),
        where=row.where,
        title=row.text("title", 200),
        summary=row.text("summary", 1000),
        level=row.whole("level", 1, 5),
        components=row.words("components", required=True),
        specification=_specification(row),
    )


def _specification(row: Fields) -> dict[str, Any]:
    """What a GeneratorVersion stores: everything that decides numbers, marking and help."""
    return {
        "cell": row.text("cell", 20),
        "convention": row.choice("convention", pack.CONVENTIONS),
        "format": row.choice("format", ("fill_all",), default="fill_all"),
        "D": row.whole("D", 1, 8),
        "H": row.whole("H", 1, 8),
        "T": row.whole("T", 1, 10),
        "decimals": row.whole("decimals", 2, 4),
        "ranges": _by_name(row, "ranges", _range),
        "asked": list(row.words("asked", required=True)),
        "claims": _word_lists(row, "claims"),
        "must_show": _word_lists(row, "must_show"),
        "hints": _word_lists(row, "hints"),
        "reasons": _word_lists(row, "reasons"),
    }


def _by_name[Read](row: Fields, field: str, read: Callable[[Fields], Read]) -> dict[str, Read]:
    part = row.part(field)
    found: dict[str, Read] = {}
    for name in part.names() if part else []:
        if part and (inner := part.part(name)):
            found[name] = read(inner)
            inner.done()
    return found


def _range(row: Fields) -> dict[str, float]:
    low, high, step = row.number("low"), row.number("high"), row.number("step")
    if not low < high or step <= 0:
        row.fault("", f"needs low < high and a step above 0, found {low}, {high}, {step}")
    return {"low": low, "high": high, "step": step}


def _word_lists(row: Fields, field: str) -> dict[str, list[str]]:
    part = row.part(field)
    return {name: list(part.words(name)) for name in part.names()} if part else {}


def _erratum(row: Fields) -> pack.Erratum:
    return pack.Erratum(
        number=row.whole("number", 1, 999),
        page=row.text("page", 40),
        claim=row.text("claim", 600),
        correction=row.text("correction", 600),
        severity=row.choice("severity", ("A", "B", "C")),
        covered_by=row.words("covered_by"),
        where=row.where,
    )


# Lessons: a YAML file, and one Markdown file a depth.


def _lesson(files: dict[str, bytes], slug: str, faults: list[Fault]) -> pack.Lesson:
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
            bets=_rows(row, "bets", _bet),
            dialogue=_rows(row, "dialogue", _line),
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
    return pack.Section(depth, anchor, title, text.strip("\n"), tuple(source_ids(text)), where)


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


def _unique(*lists: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in lists for word in words))
