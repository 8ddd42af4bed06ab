"""The files of a course pack to a CoursePack: pure; every fault of every file is told at once."""

from collections.abc import Callable
from typing import Any

from quizzes.formats import course_pack as pack
from quizzes.formats.course_checks import check
from quizzes.formats.course_lessons import read_lesson
from quizzes.formats.fields import Fault, Fields, PackError, read_file, read_rows
from quizzes.formats.markup import source_ids

MOST_FILES = 200
LISTS = (
    "sources",
    "components",
    "misconceptions",
    "glossary",
    "mnemonics",
    "quizzes",
    "generators",
    "errata",
)


def read_pack(files: dict[str, bytes]) -> pack.CoursePack:
    """The course in these files (path within the pack → bytes). Raises: PackError listing every fault."""
    faults: list[Fault] = []
    if len(files) > MOST_FILES:
        raise PackError(
            [Fault("course.yaml", 1, "", f"the pack has {len(files)} files, at most {MOST_FILES} are read")]
        )
    course = _read_course(files, faults)
    faults += _strangers(files, course)
    faults += check(course)
    if faults:
        raise PackError(faults)
    return course


def _strangers(files: dict[str, bytes], course: pack.CoursePack) -> list[Fault]:
    """A file nobody reads is most likely misnamed, and its content would be missed."""
    expected = {f"{name}.yaml" for name in ("course", *LISTS)}
    for lesson in course.lessons:
        expected |= {f"lessons/{lesson.id}/{name}" for name in ("lesson.yaml", *(f"{d}.md" for d in pack.DEPTHS))}
    strange = (file for file in files if file not in expected and not _holds_questions(file))
    return [Fault(file, 1, "", "is no file of a course pack, or its lesson is not in course.yaml") for file in strange]


def _holds_questions(file: str) -> bool:
    return file.startswith("questions/") and file.endswith(".yaml")


def _read_course(files: dict[str, bytes], faults: list[Fault]) -> pack.CoursePack:
    def rows[Read](file: str, read: Callable[[Fields], Read]) -> tuple[Read, ...]:
        name = file.removesuffix(".yaml")
        return read_file(files, file, faults, lambda top: read_rows(top, name, read), ())

    def about(top: Fields) -> tuple[str, str, str, tuple[str, ...]]:
        return top.slug(), top.text("title", 200), top.text("summary", 1000), top.words("lessons", required=True)

    nothing: tuple[str, str, str, tuple[str, ...]] = ("", "", "", ())
    course_id, title, summary, lessons = read_file(files, "course.yaml", faults, about, nothing)
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
        lessons=tuple(read_lesson(files, slug, faults) for slug in lessons),
        errata=rows("errata.yaml", _erratum),
    )


def _questions(files: dict[str, bytes], faults: list[Fault]) -> tuple[pack.Question, ...]:
    names = sorted(filter(_holds_questions, files))
    if not names:
        faults.append(Fault("questions/", 1, "", "is missing: a course has at least one file of questions"))
    found: list[pack.Question] = []
    for file in names:
        found += read_file(files, file, faults, lambda top: read_rows(top, "questions", _question), ())
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
    form = row.choice("format", pack.FORMATS, default="fill_all")
    question = row.choice("question", tuple(pack.QUESTIONS), default="")
    stored: dict[str, Any] = {
        "cell": row.choice("cell", pack.CELLS),
        "convention": row.choice("convention", pack.CONVENTIONS),
        "format": form,
        "D": row.whole("D", 1, 8, default=1),
        "H": row.whole("H", 1, 8, default=1),
        "T": row.whole("T", 1, 10, default=1),
        "decimals": row.whole("decimals", 2, 4, default=4),
        "ranges": _by_name(row, "ranges", _range, required=form != "pick_formula"),
        "asked": list(row.words("asked", required=True)),
        "claims": _word_lists(row, "claims", required=form != "predict"),  # of three directions one may be a guess
        **{part: _word_lists(row, part) for part in ("must_show", "hints", "reasons")},
    }
    stored |= {"question": question} if question else {}
    stored |= {name: True for name in ("small", "fading") if row.flag(name)}
    stored |= {"options": row.whole("options", 2, 6)} if form == "pick_formula" and "options" in row.names() else {}
    settings = _settings(
        row, pack.QUESTIONS[question].settings if question in pack.QUESTIONS else pack.SETTINGS.get(form, ())
    )
    return stored | ({"settings": settings} if settings else {})


_SETTINGS: dict[str, Callable[[Fields, str], Any]] = {
    "layers": lambda part, name: part.whole(name, 1, 8),
    **dict.fromkeys(("bidirectional", "reset_after", "batch_first", "return_sequences"), Fields.flag),
    **dict.fromkeys(("from_library", "to_library"), lambda part, name: part.choice(name, pack.LIBRARIES)),
    **dict.fromkeys(("raised", "facts"), lambda part, name: list(part.words(name, required=True))),
}


def _settings(row: Fields, names: tuple[str, ...]) -> dict[str, Any]:
    """Those that the question, or the format, knows; where it knows none, `settings` is no field of the row."""
    if not names or (part := row.part("settings", required=False)) is None:
        return {}
    found = {name: _SETTINGS[name](part, name) for name in names if name in part.names()}
    part.done()
    return found


def _by_name[Read](row: Fields, field: str, read: Callable[[Fields], Read], required: bool) -> dict[str, Read]:
    part = row.part(field, required)
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


def _word_lists(row: Fields, field: str, required: bool = False) -> dict[str, list[str]]:
    part = row.part(field, required)
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


def _unique(*lists: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in lists for word in words))
