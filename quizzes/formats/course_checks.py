"""What must hold between the rows of a course pack: ids known, anchors alike, formulas readable. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from quizzes.formats import course_pack as pack
from quizzes.formats.fields import Fault, Where
from quizzes.formats.markup import MarkupError, render, render_inline

_LINK = re.compile(r"\]\(/(lessons|exercises|quizzes)/([^/)]+)/[^)#]*(?:#([^)]*))?\)")
_ASKED = re.compile(r"([A-Za-z][A-Za-z_]*)@([1-9]\d?)$")
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
        names = []
        for asked in wanted["asked"]:
            match = _ASKED.match(asked)
            if not match or int(match[2]) > wanted["T"]:
                yield row.where.fault(
                    f"{asked!r} is not a quantity at a step of 1 to {wanted['T']}, as f@1 is", "asked"
                )
            else:
                names.append(match[1])
        yield from _unknown(row.where, "ranges", wanted["ranges"], set(pack.RANGES))
        for part in ("claims", "must_show", "hints", "reasons"):
            yield from _unknown(row.where, part, wanted[part], set(names))
        for name, ids in wanted["claims"].items():
            yield from _unknown(row.where, f"claims.{name}", [_catalogue_id(each) for each in ids], misconceptions)
        for name, ids in wanted["must_show"].items():
            yield from _unknown(row.where, f"must_show.{name}", ids, set(wanted["claims"].get(name, ())))
        for name in dict.fromkeys(names):
            if len(wanted["hints"].get(name, ())) != _HINTS:
                yield row.where.fault(f"needs {_HINTS} hints", f"hints.{name}")
            if not wanted["reasons"].get(name):
                yield row.where.fault("needs a line that says why the right value is right", f"reasons.{name}")


def _catalogue_id(slip: str) -> str:
    """A row with several values is several slips, B06a, B06b: the catalogue's id is without the letter."""
    return slip.rstrip("abc")


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
