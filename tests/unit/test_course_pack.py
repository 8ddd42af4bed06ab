"""Reading a course pack: what is understood, and how every fault is told."""

import pytest

from quizzes.formats.course_files import read_pack
from quizzes.formats.fields import PackError
from tests.course_packs import SMALL, small_files, small_pack


def faults_of(**changes):
    with pytest.raises(PackError) as caught:
        read_pack(small_files(**changes))
    return [str(fault) for fault in caught.value.faults]


def replaced(file, old, new):
    assert old in SMALL[file]
    return SMALL[file].replace(old, new)


def test_the_small_pack_is_read_whole():
    course = small_pack()
    assert (course.id, course.title) == ("small", "Small")
    assert course.questions[0].right.text == "0.52"
    assert course.questions[0].options[1].misconception == "F02"
    assert course.terms[0].letter == "f"
    assert course.generators[0].specification["asked"] == ["f@1"]
    assert course.generators[0].specification["ranges"]["x"] == {"low": -1.5, "high": 1.5, "step": 0.1}


def test_a_lesson_has_its_sections_by_depth_with_the_sources_they_cite():
    lesson = small_pack().lessons[0]
    assert [(s.depth, s.anchor, s.title) for s in lesson.sections] == [
        ("basic", "first", "First"),
        ("standard", "first", "First"),
        ("detailed", "first", "First"),
        ("detailed", "second", "Second"),
    ]
    assert lesson.sections[0].sources == ("gers2000",)
    assert lesson.bets[0].answer == 0.52
    assert [line.speaker for line in lesson.dialogue] == ["Student", "Teacher"]


def test_a_digest_tells_the_text_and_not_the_place():
    before, moved = small_pack(), small_pack(glossary="\n\n" + SMALL["glossary.yaml"])
    changed = small_pack(glossary=replaced("glossary.yaml", "that is kept", "kept"))
    assert before.terms[0].digest == moved.terms[0].digest != changed.terms[0].digest


def test_a_source_is_named_by_its_authors_and_year():
    assert small_pack().labels == {"gers2000": "Gers et al. 2000"}


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("glossary.yaml", "    term: Forget gate\n", "", "glossary.yaml, line 2, glossary[1].term: is missing"),
        (
            "glossary.yaml",
            "term: Forget gate",
            "term: 5",
            "glossary.yaml, line 3, glossary[1].term: needs text, found 5",
        ),
        ("glossary.yaml", "term: Forget gate", 'term: ""', "glossary.yaml, line 3, glossary[1].term: is empty"),
        (
            "glossary.yaml",
            "term: Forget gate",
            "term: Forget gate\n    colour: red",
            "glossary.yaml, line 4, glossary[1].colour: is not a field of this",
        ),
        (
            "glossary.yaml",
            "id: forget-gate",
            "id: Forget Gate",
            "glossary.yaml, line 2, glossary[1].id: needs small letters, digits and hyphens, found 'Forget Gate'",
        ),
        (
            "glossary.yaml",
            "sources: [gers2000]",
            "sources: [nobody1900]",
            "glossary.yaml, line 2, glossary[1].sources: 'nobody1900' is not known",
        ),
        (
            "glossary.yaml",
            "keeps 0.52.",
            "keeps $\\kept$.",
            "glossary.yaml, line 2, glossary[1].note: the formula '\\\\kept' can't be read",
        ),
        (
            "questions/one.yaml",
            "misconception: F02",
            "misconception: F99",
            "questions/one.yaml, line 2, questions[1].options: 'F99' is not known",
        ),
        (
            "questions/one.yaml",
            ", misconception: F02",
            "",
            "questions/one.yaml, line 2, questions[1].options: needs exactly one option without a misconception",
        ),
        (
            "questions/one.yaml",
            '"0.78"',
            '"0.52"',
            "questions/one.yaml, line 2, questions[1].options: '0.52' stands 2 times",
        ),
        (
            "quizzes.yaml",
            "minutes: 1",
            "minutes: soon",
            "quizzes.yaml, line 2, quizzes[1].minutes: needs a whole number from 1 to 240, found 'soon'",
        ),
        (
            "quizzes.yaml",
            "at_once",
            "later",
            "quizzes.yaml, line 2, quizzes[1].feedback: needs one of at_once, at_end, found 'later'",
        ),
        (
            "quizzes.yaml",
            "[kept]",
            "[kept, lost]",
            "quizzes.yaml, line 2, quizzes[1].questions: 'lost' is not known",
        ),
        (
            "generators.yaml",
            "asked: [f@1]",
            "asked: [f@2]",
            "generators.yaml, line 2, generators[1].asked: 'f@2' is not a quantity at a step of 1 to 1, as f@1 is",
        ),
        (
            "generators.yaml",
            "must_show: {f: [F05]}",
            "must_show: {f: [F01]}",
            "generators.yaml, line 2, generators[1].must_show.f: 'F01' is not known",
        ),
        (
            "generators.yaml",
            "[where, formula, how, what to expect]",
            "[where]",
            "generators.yaml, line 2, generators[1].hints.f: needs 4 hints",
        ),
        (
            "generators.yaml",
            "    hints: {f: [where",
            "    colour: red\n    hints: {f: [where",
            "generators.yaml, line 23, generators[1].colour: is not a field of this",
        ),
        (
            "generators.yaml",
            "    reasons: {f: [because]}\n",
            "",
            "generators.yaml, line 2, generators[1].reasons.f: needs a line that says why the right value is right",
        ),
        (
            "generators.yaml",
            "cell: lstm",
            "cell: lstm_1998",
            "generators.yaml, line 7, generators[1].cell: needs one of rnn, lstm, lstm_peephole",
        ),
        (
            "generators.yaml",
            "convention: pytorch",
            "convention: none",
            "generators.yaml, line 2, generators[1].convention: the numbers of lstm have a convention, so name it",
        ),
        (
            "generators.yaml",
            "    D: 1\n",
            "    format: dictation\n    D: 1\n",
            "generators.yaml, line 9, generators[1].format: needs one of fill_all, fill_one, pick_formula, find_error",
        ),
        (
            "generators.yaml",
            "    D: 1\n",
            "    format: predict\n    D: 1\n",
            "generators.yaml, line 2, generators[1].settings: needs the biases raised and the facts told",
        ),
        (
            "generators.yaml",
            "    D: 1\n",
            "    settings: {layers: 2}\n    D: 1\n",
            "generators.yaml, line 9, generators[1].settings: is not a field of this",
        ),
        (
            "generators.yaml",
            "    D: 1\n",
            "    options: 4\n    D: 1\n",
            "generators.yaml, line 9, generators[1].options: is not a field of this",
        ),
        (
            "generators.yaml",
            "    D: 1\n",
            "    small: true\n    D: 1\n",
            "generators.yaml, line 2, generators[1].small: numbers of a cell are drawn without end",
        ),
        (
            "generators.yaml",
            "    D: 1\n",
            "    fading: true\n    format: fill_one\n    D: 1\n",
            "generators.yaml, line 2, generators[1].fading: only where all steps are filled in",
        ),
        (
            "generators.yaml",
            "asked: [f@1]",
            "asked: [f@1, df]",
            "generators.yaml, line 2, generators[1].asked: 'df' is not a quantity at a step of 1 to 1, as f@1 is",
        ),
        (
            "generators.yaml",
            "      x: {low",
            "      threshold: {low: 1, high: 2, step: 1}\n      x: {low",
            "generators.yaml, line 2, generators[1].ranges: 'threshold' is not known",
        ),
        (
            "generators.yaml",
            "x: {low: -1.5, high: 1.5, step: 0.1}",
            "x: {low: 1.5, high: -1.5, step: 0.1}",
            "generators.yaml, line 14, generators[1].ranges.x: needs low < high",
        ),
        (
            "errata.yaml",
            "covered_by: [kept]",
            "covered_by: [nothing]",
            "errata.yaml, line 2, errata[1].covered_by: 'nothing' is not known",
        ),
        (
            "components.yaml",
            "title: Compute a gate",
            "title: Compute a gate, prerequisites: [gate]",
            "components.yaml, line 2, components[1].prerequisites: 'gate' is not listed before it",
        ),
        (
            "lessons/one/lesson.yaml",
            "anchor: first",
            "anchor: third",
            "lessons/one/lesson.yaml, line 8, bets[1].anchor: no section has the anchor 'third'",
        ),
        (
            "lessons/one/lesson.yaml",
            "speaker: Student",
            "speaker: Pupil",
            "lessons/one/lesson.yaml, line 10, dialogue[1].speaker: needs one of Student, Teacher, found 'Pupil'",
        ),
        ("lessons/one/basic.md", "{#first}", "", "lessons/one/basic.md, line 1, heading: needs `## Title {#anchor}`"),
        (
            "lessons/one/basic.md",
            "## First",
            "## Foremost",
            "lessons/one/basic.md, line 1, first: the title differs from that in detailed.md, 'First'",
        ),
        (
            "lessons/one/basic.md",
            "#first",
            "#other",
            "lessons/one/basic.md, line 1, other: the anchor is missing in detailed.md",
        ),
        ("lessons/one/basic.md", " [@gers2000]", "", "lessons/one/basic.md, line 1, first.sources: cites no source"),
        (
            "lessons/one/basic.md",
            "keeps.",
            "keeps.\n\n```formula\nc = f\n```\n",
            "lessons/one/basic.md, line 5, first.text: a formula block ends with a line `words: ...`",
        ),
        (
            "lessons/one/basic.md",
            "keeps.",
            "[keeps](/lessons/two/).",
            "lessons/one/basic.md, line 1, first.text: links to /lessons/two/, which is not in this course",
        ),
        (
            "lessons/one/basic.md",
            "keeps.",
            "[keeps](/lessons/one/?depth=basic#third).",
            "lessons/one/basic.md, line 1, first.text: links to #third, which one does not have",
        ),
        (
            "sources.yaml",
            "title: Learning to forget",
            "title: Learning to forget, url: 'javascript:alert(1)'",
            "sources.yaml, line 2, sources[1].url: needs an address that begins with https://",
        ),
    ],
)
def test_a_fault_names_file_line_and_field(file, old, new, fault):
    found = faults_of(**{file.replace("/", "_").rpartition(".")[0]: replaced(file, old, new)})
    assert any(each.startswith(fault) for each in found), "\n".join(found)


COUNT = """\
generators:
  - slug: gate
    title: Count
    summary: A count.
    level: 1
    components: [gate]
    cell: lstm
    convention: keras
    format: fill_one
    question: count
    settings: {layers: 2, bidirectional: true}
    small: true
    ranges:
      D: {low: 2, high: 9, step: 1}
      H: {low: 3, high: 8, step: 1}
      T: {low: 4, high: 6, step: 1}
    asked: [count]
    claims: {count: [F05]}
    reasons: {count: [because]}
"""


def test_a_question_without_weights_is_read_with_its_settings():
    specification = small_pack(generators=COUNT).generators[0].specification
    assert specification["question"] == "count"
    assert specification["settings"] == {"layers": 2, "bidirectional": True}
    assert specification["small"] is True
    assert (specification["D"], specification["H"], specification["T"], specification["decimals"]) == (1, 1, 1, 4)
    assert specification["must_show"] == specification["hints"] == {}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("question: count", "question: amount", "line 10, generators[1].question: needs one of count, output_shape"),
        ("layers: 2", "layers: two", "line 11, generators[1].settings.layers: needs a whole number from 1 to 8"),
        ("layers: 2", "raised: [b_f]", "line 11, generators[1].settings.raised: is not a field of this"),
        ("bidirectional: true", "bidirectional: both", "line 11, generators[1].settings.bidirectional: needs true or"),
        ("asked: [count]", "asked: [shape]", "line 2, generators[1].asked: needs [count], for that is the question"),
        ("low: 2, high", "low: 2.5, high", "line 2, generators[1].ranges.D: needs whole numbers of 1 or more"),
        ("      D: {", "      U: {low: 1, high: 2, step: 1}\n      D: {", "line 2, generators[1].ranges: 'U' is not"),
        ("format: fill_one", "format: find_error", "line 2, generators[1].format: a question is filled in"),
        ("small: true", "small: true\n    fading: true", "line 2, generators[1].fading: only where all steps"),
        ("    small: true", "    small: rather", "line 12, generators[1].small: needs true or false"),
    ],
)  # fmt: skip
def test_what_a_question_cannot_say_is_a_fault(old, new, fault):
    assert old in COUNT
    found = faults_of(generators=COUNT.replace(old, new))
    assert any(each.startswith(f"generators.yaml, {fault}") for each in found), "\n".join(found)


def test_a_claim_may_stand_for_one_step_or_for_every_step():
    changed = SMALL["generators.yaml"].replace("T: 1", "T: 2").replace("asked: [f@1]", "asked: [f@1, f@2]")
    by_step = changed.replace("claims: {f: [F05]}", "claims: {f@1: [F01, F05], f: [F05]}")
    assert small_pack(generators=by_step).generators[0].specification["claims"] == {"f@1": ["F01", "F05"], "f": ["F05"]}
    unshown = by_step.replace("must_show: {f: [F05]}", "must_show: {f: [F01]}")
    assert faults_of(generators=unshown) == [
        "generators.yaml, line 2, generators[1].must_show.f: 'F01' is not known"
    ]  # it is claimed at the first step, and not at the second


def test_the_gradient_of_a_weight_has_no_step():
    asked = SMALL["generators.yaml"].replace("asked: [f@1]", "asked: [f@1, dW_f]")
    with_reason = asked.replace("reasons: {f: [because]}", "reasons: {f: [because], dW_f: [a sum]}")
    assert small_pack(generators=with_reason).generators[0].specification["asked"] == ["f@1", "dW_f"]


def test_hints_may_be_left_out():
    without = SMALL["generators.yaml"].replace("    hints: {f: [where, formula, how, what to expect]}\n", "")
    assert small_pack(generators=without).generators[0].specification["hints"] == {}


def test_all_faults_are_told_at_once():
    found = faults_of(
        glossary=replaced("glossary.yaml", "term: Forget gate", "term: 5"),
        quizzes=replaced("quizzes.yaml", "[kept]", "[lost]"),
        lessons_one_basic=replaced("lessons/one/basic.md", "#first", "#other"),
    )
    assert {fault.partition(",")[0] for fault in found} == {"glossary.yaml", "quizzes.yaml", "lessons/one/basic.md"}


def test_an_id_used_twice_is_a_fault_that_names_both_places():
    twice = SMALL["glossary.yaml"] + SMALL["glossary.yaml"].removeprefix("glossary:\n")
    assert faults_of(glossary=twice) == [
        "glossary.yaml, line 8, glossary[2].id: 'forget-gate' stands in glossary.yaml, line 2 too"
    ]


@pytest.mark.parametrize("file", sorted(SMALL))
def test_a_missing_file_is_a_fault(file):
    found = faults_of(**{file.replace("/", "_").rpartition(".")[0]: None})
    assert any("is missing" in fault for fault in found)


def test_a_file_nobody_reads_is_a_fault():
    with pytest.raises(PackError, match=r"glosary.yaml, line 1, file: is no file of a course pack"):
        read_pack(small_files() | {"glosary.yaml": b"glossary: []"})


def test_a_pack_of_too_many_files_is_refused():
    with pytest.raises(PackError, match="at most 200"):
        read_pack(small_files() | {f"questions/{number}.yaml": b"questions: []" for number in range(300)})


BILLION_LAUGHS = b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nglossary: [*c,*c]\n"


@pytest.mark.parametrize(
    ("hostile", "told"),
    [
        (b"glossary: !!python/object/apply:os.system ['true']", "line 1, file: tags are not used here"),
        (b"glossary:\n  - !!python/name:os.system\n", "line 2, file: tags are not used here"),
        (BILLION_LAUGHS, "line 1, file: anchors are not used here"),
        (b"glossary:\n- *x\n", "line 2, file: aliases are not used here"),
        (b"x" * 500_001, "line 1, file: the file has 500001 bytes"),
        (b"[" * 100_000, "line 1, file: nested more than 12 deep"),
        (b"{a: " * 100_000, "line 1, file: nested more than 12 deep"),
        (b"glossary: []\nglossary: []\n", "line 2, file: the key 'glossary' stands here twice"),
        (b"glossary: []\n---\nglossary: []\n", "line 2, file: a second document"),
        (b"glossary: [", "file: not YAML"),
        (b"glossary: \xff\xfe", "line 1, file: the file is not UTF-8 text"),
        (b"glossary: \x00", "line 1, file: not YAML"),
        (b"- glossary", "line 1, file: needs names and values, found a list"),
        (b"glossary: nothing", "line 1, glossary: needs a list, found 'nothing'"),
        (b"glossary: [5]", "line 1, glossary[1]: needs names and values, found 5"),
        (b"", "line 1"),
    ],
)
def test_hostile_yaml_is_refused_with_its_line(hostile, told):
    with pytest.raises(PackError) as caught:
        read_pack(small_files() | {"glossary.yaml": hostile})
    assert any(told in str(fault) and fault.file == "glossary.yaml" for fault in caught.value.faults)


def test_words_that_other_yaml_readers_take_for_truth_are_words():
    course = small_pack(glossary=replaced("glossary.yaml", "term: Forget gate", "term: no"))
    assert course.terms[0].term == "no"
