"""What must hold between the rows of a course pack: ids known, anchors alike, formulas readable. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from string import ascii_lowercase

from quizzes.formats import course_pack as pack
from quizzes.formats.fields import Fault, Where
from quizzes.formats.markup import MarkupError, render, render_inline

_LINK = re.compile(r"\]\(/(lessons|exercises|quizzes)/([^/)]+)/[^)#]*(?:#([^)]*))?\)")
_ASKED = re.compile(r"([A-Za-z][A-Za-z_]*)@([1-9]\d?)$")
_OF_ALL_STEPS = re.compile(r"d[WUbp](_[a-z]+)?$")  # the gradient of a weight, which all steps share
_HINTS = 4


def check(course: pack.CoursePack) -> list[Fault]:
    """Every fault between rows; those within a row were found when it was read."""
    checks = (_ids, _references, _prerequisites, _lessons, _options, _generators, _markup, _links)
    return [fault for each in checks for fault in each(course)]


def _ids(course: pack.CoursePack) -> Iterator[Fault]:
    for rows in _kinds(course):
        seen: dict[str, Where] = {}
        for row in rows:
            if row.id in seen:
                yield row.where.fault(f"{row.id!r} stands in {seen[row.id].file}, line {seen[row.id].line} too", "id")
            seen.setdefault(row.id, row.where)
    for number, times in Counter(each.number for each in course.errata).items():
        if times > 1:
            yield next(e for e in course.errata if e.number == number).where.fault(f"{number} stands twice", "number")


def _kinds(course: pack.CoursePack) -> tuple[Iterable[pack.Row], ...]:
    return (
        course.sources,
        course.components,
        course.misconceptions,
        course.terms,
        course.mnemonics,
        course.questions,
        course.quizzes,
        course.generators,
        course.lessons,
    )


def _references(course: pack.CoursePack) -> Iterator[Fault]:
    sources, components = _known(course.sources), _known(course.components)
    misconceptions, questions = _known(course.misconceptions), _known(course.questions)
    for term in course.terms:
        yield from _unknown(term.where, "sources", term.sources, sources)
    about: tuple[pack.Mnemonic | pack.Question | pack.Generator | pack.Lesson, ...]
    about = (*course.mnemonics, *course.questions, *course.generators, *course.lessons)
    for row in about:
        yield from _unknown(row.where, "components", row.components, components)
    for question in course.questions:
        yield from _unknown(question.where, "sources", question.sources, sources)
        chosen = [option.misconception for option in question.options if option.misconception]
        yield from _unknown(question.where, "options", chosen, misconceptions)
    for quiz in course.quizzes:
        yield from _unknown(quiz.where, "questions", quiz.questions, questions)
        yield from _repeated(quiz.where, "questions", quiz.questions)
    for lesson in course.lessons:
        yield from _unknown(lesson.where, "quizzes", lesson.quizzes, _known(course.quizzes))
        yield from _unknown(lesson.where, "generators", lesson.generators, _known(course.generators))
        for section in lesson.sections:
            yield from _unknown(section.where, "sources", section.sources, sources)
    anything = questions | misconceptions | _known(course.terms) | _known(course.lessons)
    for erratum in course.errata:
        yield from _unknown(erratum.where, "covered_by", erratum.covered_by, anything)


def _prerequisites(course: pack.CoursePack) -> Iterator[Fault]:
    """A component may rest only on those listed before it, so there can be no circle."""
    before: set[str] = set()
    for row in course.components:
        for prerequisite in row.prerequisites:
            if prerequisite not in before:
                yield row.where.fault(f"{prerequisite!r} is not listed before it", "prerequisites")
        before.add(row.id)


def _lessons(course: pack.CoursePack) -> Iterator[Fault]:
    for lesson in course.lessons:
        by_depth = {d: {s.anchor: s for s in lesson.sections if s.depth == d} for d in pack.DEPTHS}
        deepest = by_depth["detailed"]
        for section in lesson.sections:
            yield from _section(section, by_depth, deepest)
        for depth, sections in by_depth.items():
            order = [anchor for anchor in deepest if anchor in sections]
            if list(sections) != order and set(order) == set(sections):
                yield next(iter(sections.values())).where.fault(f"the order differs from that of detailed ({depth})")
        for bet in lesson.bets:
            if bet.anchor not in deepest:
                yield bet.where.fault(f"no section has the anchor {bet.anchor!r}", "anchor")


def _section(
    section: pack.Section, by_depth: dict[str, dict[str, pack.Section]], deepest: dict[str, pack.Section]
) -> Iterator[Fault]:
    if by_depth[section.depth][section.anchor] is not section:
        yield section.where.fault("the anchor stands twice in this file")
    if section.anchor not in deepest:
        yield section.where.fault("the anchor is missing in detailed.md, which holds every section")
    elif deepest[section.anchor].title != section.title:
        yield section.where.fault(f"the title differs from that in detailed.md, {deepest[section.anchor].title!r}")
    if not section.sources:
        yield section.where.fault("cites no source: say with [@id] what it rests on", "sources")


def _options(course: pack.CoursePack) -> Iterator[Fault]:
    for question in course.questions:
        yield from _repeated(question.where, "options", [option.text for option in question.options])


def _generators(course: pack.CoursePack) -> Iterator[Fault]:
    misconceptions = _known(course.misconceptions)
    for row in course.generators:
        wanted = row.specification
        yield from _form(row)
        yield from _asked(row)
        yield from _ranges(row)
        names = {name for asked in wanted["asked"] for name in (asked, _quantity(asked))}
        if wanted["format"] == "find_error":
            names.add("error")
        for part in ("claims", "must_show", "hints", "reasons"):
            yield from _unknown(row.where, part, wanted[part], names)
        for name, ids in wanted["claims"].items():
            yield from _unknown(row.where, f"claims.{name}", [_catalogue_id(each) for each in ids], misconceptions)
        yield from _shown(row)
        yield from _help(row)


def _form(row: pack.Generator) -> Iterator[Fault]:
    """What the format and the kind of question allow."""
    wanted = row.specification
    form, question = wanted["format"], wanted.get("question", "")
    if question and form not in ("fill_all", "fill_one"):
        yield row.where.fault(f"a question is filled in: needs fill_one or fill_all, found {form!r}", "format")
    if wanted.get("small") and not question and form not in ("pick_formula", "predict"):
        yield row.where.fault("numbers of a cell are drawn without end, so it is never small", "small")
    if wanted.get("fading") and (question or form != "fill_all"):
        yield row.where.fault("only where all steps are filled in, some can be shown worked", "fading")
    if form == "predict" and set(wanted.get("settings", {})) != set(pack.SETTINGS["predict"]):
        yield row.where.fault(
            "needs the biases raised and the facts told: {raised: [b_f], facts: [c_prev]}", "settings"
        )
    if wanted["convention"] == "none" and wanted["cell"] in ("lstm", "gru") and not question:
        yield row.where.fault(f"the numbers of {wanted['cell']} have a convention, so name it", "convention")


def _asked(row: pack.Generator) -> Iterator[Fault]:
    wanted = row.specification
    if question := pack.QUESTIONS.get(wanted.get("question", "")):
        if wanted["asked"] != [question.name]:
            yield row.where.fault(f"needs [{question.name}], for that is the question", "asked")
        return
    for asked in wanted["asked"]:
        match = _ASKED.match(asked)
        if not (match and int(match[2]) <= wanted["T"]) and not _OF_ALL_STEPS.match(asked):
            yield row.where.fault(f"{asked!r} is not a quantity at a step of 1 to {wanted['T']}, as f@1 is", "asked")


def _ranges(row: pack.Generator) -> Iterator[Fault]:
    """Every range is of something given; sizes are whole."""
    wanted = row.specification
    question = pack.QUESTIONS.get(wanted.get("question", ""))
    yield from _unknown(row.where, "ranges", wanted["ranges"], set(question.given if question else pack.RANGES))
    for name, span in wanted["ranges"].items():
        if question and name.isupper() and not all(float(end).is_integer() and end >= 1 for end in span.values()):
            yield row.where.fault("needs whole numbers of 1 or more, as the range of a size", f"ranges.{name}")


def _shown(row: pack.Generator) -> Iterator[Fault]:
    """What every variant must show is claimed, at each step that the name stands for."""
    claims = row.specification["claims"]
    for name, ids in row.specification["must_show"].items():
        for asked in row.specification["asked"]:
            if name in (asked, _quantity(asked)):
                claimed = claims.get(asked) or claims.get(_quantity(asked), ())
                yield from _unknown(row.where, f"must_show.{name}", ids, set(claimed))


def _help(row: pack.Generator) -> Iterator[Fault]:
    """Hints are four or none; why the right value is right is always said, but of an error found the slip says it."""
    wanted = row.specification
    for name, hints in wanted["hints"].items():
        if len(hints) != _HINTS:
            yield row.where.fault(f"needs {_HINTS} hints, found {len(hints)}", f"hints.{name}")
    for asked in wanted["asked"] if wanted["format"] not in ("find_error", "predict") else ():
        if not (wanted["reasons"].get(asked) or wanted["reasons"].get(_quantity(asked))):
            yield row.where.fault("needs a line that says why the right value is right", f"reasons.{_quantity(asked)}")


def _quantity(asked: str) -> str:
    """ "c@2" → "c"."""
    return asked.partition("@")[0]


def _catalogue_id(slip: str) -> str:
    """A row with several values is several slips, B06a, B06b: the catalogue's id is without the letter."""
    return slip.rstrip(ascii_lowercase)


def _markup(course: pack.CoursePack) -> Iterator[Fault]:
    for where, field, text in _blocks(course):
        yield from _readable(where, field, text, render)
    for where, field, text in _lines(course):
        yield from _readable(where, field, text, render_inline)


def _readable(where: Where, field: str, text: str, show: Callable[[str], str]) -> Iterator[Fault]:
    try:
        show(text)
    except MarkupError as error:
        yield Where(where.file, where.line + error.line, where.field).fault(str(error), field)


def _blocks(course: pack.CoursePack) -> Iterator[tuple[Where, str, str]]:
    """Every text shown in paragraphs, with its place."""
    for lesson in course.lessons:
        yield from ((s.where, "text", s.text) for s in lesson.sections)
        yield from ((b.where, "reveal", b.reveal) for b in lesson.bets)
        yield from ((line.where, "text", line.text) for line in lesson.dialogue)
    yield from ((t.where, "note", t.note) for t in course.terms)
    for row in course.mnemonics:
        yield from ((row.where, "text", row.text), (row.where, "meaning", row.meaning))
    for question in course.questions:
        yield from ((question.where, "stem", question.stem), (question.where, "explanation", question.explanation))


def _lines(course: pack.CoursePack) -> Iterator[tuple[Where, str, str]]:
    """Every text shown in a line of its own, with its place."""
    yield from ((t.where, "definition", t.definition) for t in course.terms)
    yield from ((q.where, "options", option.text) for q in course.questions for option in q.options)
    yield from ((b.where, "prompt", b.prompt) for lesson in course.lessons for b in lesson.bets)
    for row in course.generators:
        for part in ("hints", "reasons"):
            yield from ((row.where, part, text) for texts in row.specification[part].values() for text in texts)


def _links(course: pack.CoursePack) -> Iterator[Fault]:
    """A link within the course leads to a lesson, section, exercise or quiz that is there."""
    known = {
        "lessons": _known(course.lessons),
        "exercises": _known(course.generators),
        "quizzes": _known(course.quizzes),
    }
    anchors = {(lesson.id, section.anchor) for lesson in course.lessons for section in lesson.sections}
    for where, field, text in (*_blocks(course), *_lines(course)):
        for kind, slug, anchor in _LINK.findall(text):
            if slug not in known[kind]:
                yield where.fault(f"links to /{kind}/{slug}/, which is not in this course", field)
            elif anchor and kind == "lessons" and (slug, anchor) not in anchors:
                yield where.fault(f"links to #{anchor}, which {slug} does not have", field)


def _known(rows: Iterable[pack.Row]) -> set[str]:
    return {row.id for row in rows}


def _unknown(where: Where, field: str, ids: Iterable[str], known: set[str]) -> Iterator[Fault]:
    for each in ids:
        if each not in known:
            yield where.fault(f"{each!r} is not known", field)


def _repeated(where: Where, field: str, texts: Iterable[str]) -> Iterator[Fault]:
    for text, times in Counter(texts).items():
        if times > 1:
            yield where.fault(f"{text!r} stands {times} times", field)
